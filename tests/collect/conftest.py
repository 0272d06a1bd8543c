"""One moto server for each test process, emptied for each test, and a clock that never waits."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from moto.organizations.models import organizations_backends

import servers
from leastwise.collect.clock import Clock

if TYPE_CHECKING:
    from collections.abc import Iterator

NOW = datetime(2026, 1, 31, 9, tzinfo=UTC)


@pytest.fixture(scope="session")
def moto_url() -> Iterator[str]:
    with servers.moto_server() as url:
        yield url


@pytest.fixture
def clean(monkeypatch: pytest.MonkeyPatch) -> None:
    """No configuration of this machine; and no AWS-managed policies in moto, which cost it seconds."""
    servers.clean_aws_environment(monkeypatch)
    monkeypatch.setenv("MOTO_IAM_LOAD_MANAGED_POLICIES", "false")


@pytest.fixture
def url(moto_url: str, clean: None) -> Iterator[str]:  # noqa: ARG001  the environment is set before the reset
    servers.reset(moto_url)
    yield moto_url
    servers.reset(moto_url)
    organizations_backends.master_accounts.clear()  # moto keeps who was a member of what


@pytest.fixture
def pauses() -> list[float]:
    """What the fake clock was asked to sleep."""
    return []


@pytest.fixture
def clock(pauses: list[float]) -> Clock:
    return Clock(now=lambda: NOW, sleep=pauses.append)
