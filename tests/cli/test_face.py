"""`import leastwise`: two verbs, their words, and nothing dearer until it is asked for."""

from __future__ import annotations

import subprocess
import sys

import pytest

import leastwise

ORDERS = {
    "verb alone": "from leastwise import audit, collect",
    "verb, then module": "from leastwise import audit, collect; import leastwise.audit, leastwise.collect.live",
    "module, then verb": "import leastwise.audit, leastwise.collect.live; from leastwise import audit, collect",
    "module within, then verb": "from leastwise.audit import Options; from leastwise import audit, collect",
    "attribute": "import leastwise, leastwise.cli.scan; audit, collect = leastwise.audit, leastwise.collect",
}


@pytest.mark.parametrize("order", ORDERS.values(), ids=list(ORDERS))
def test_the_verbs_are_verbs_in_whatever_order_things_are_imported(order: str) -> None:
    code = f"""{order}
import leastwise
from leastwise.audit import Options, audit as made
from leastwise.collect.live import collect_live
from leastwise.collect import file
assert audit is made is leastwise.audit, audit
assert collect is collect_live is leastwise.collect, collect
"""
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False)
    assert done.stderr == ""


def test_audit_by_its_face() -> None:
    from leastwise.audit import Options
    from world import an_account

    report = leastwise.audit(an_account().user("ann", password=True).snapshot())
    assert isinstance(report, leastwise.Report)
    assert isinstance(report.findings[0], leastwise.Finding)
    assert isinstance(report.findings[0].severity, leastwise.Severity)
    chosen = Options(checks=("user_without_mfa",))
    assert leastwise.audit(an_account().snapshot(), chosen).checks == ("user_without_mfa",)


def test_the_face_is_what_it_says() -> None:
    assert dir(leastwise) == sorted(leastwise.__all__)
    assert all(hasattr(leastwise, name) for name in leastwise.__all__)
    with pytest.raises(AttributeError, match="module 'leastwise' has no attribute 'adit'"):
        leastwise.adit  # noqa: B018
