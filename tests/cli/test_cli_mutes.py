"""Mutes in leastwise.toml, on the demo account."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from demos import a_week_later, demo, keep
from terminal import AUDIT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from terminal import Said

    Cli = Callable[..., Said]

MUTE = """
[[mute]]
check = "{check}"
resource = "{resource}"
reason = "keys are ordered"
owner = "ops@example.com"
expires = {expires}
"""


@pytest.fixture
def snapshot(here: Path) -> str:
    return keep(demo(), here / "demo.json")


def write(here: Path, *, check: str = "user_without_mfa", resource: str = "*", expires: str = '"never"') -> None:
    (here / "leastwise.toml").write_text(MUTE.format(check=check, resource=resource, expires=expires), encoding="utf-8")


def audit_of(folder: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((folder / AUDIT).read_bytes())
    return told


def test_what_is_muted_leaves_the_screen_and_stays_in_the_file(cli: Cli, here: Path, snapshot: str) -> None:
    plain = cli("scan", "--snapshot", snapshot, "-o", "plain")
    write(here, expires="2027-03-31")
    said = cli("scan", "--snapshot", snapshot)
    assert "user/console-without-mfa" in plain.out
    assert "user/console-without-mfa" not in said.out
    assert "with what is muted)" in said.out
    assert "with what is muted" not in plain.out
    told, before = audit_of(here), audit_of(here / "plain")
    muted = [one for one in told["suppressed"] if "expires" in one]
    assert muted
    assert {(entry["check"], entry["reason"], entry["owner"], entry["expires"]) for entry in muted} == {
        ("user_without_mfa", "keys are ordered", "ops@example.com", "2027-03-31")
    }
    fingerprints = [
        {one["fingerprint"] for one in [*report["findings"], *report["suppressed"]]} for report in (told, before)
    ]
    assert fingerprints[0] == fingerprints[1]
    assert told["scores"]["risk_with_muted"] == before["scores"]["risk"] >= told["scores"]["risk"]


def test_the_exit_code_is_of_what_is_not_muted(cli: Cli, here: Path, snapshot: str) -> None:
    write(here, check="*")
    assert cli("scan", "--snapshot", snapshot, "-q", "--fail-on", "info").code == 0
    write(here, check="user_*")
    assert cli("scan", "--snapshot", snapshot, "-q", "--fail-on", "info").code == 1


@pytest.mark.parametrize(
    ("expires", "check"),
    [("2026-11-21", "mute_expired"), ("2026-11-22", None), ('"2026-11-21"', "mute_expired"), ('"never"', None)],
)
def test_the_time_that_counts_is_the_snapshots(
    cli: Cli, here: Path, snapshot: str, expires: str, check: str | None
) -> None:
    write(here, expires=expires)
    cli("scan", "--snapshot", snapshot, "-q")
    told = audit_of(here)
    assert [one["check"] for one in told["findings"] if one["check"].startswith("mute_")] == ([check] if check else [])


def test_an_unused_one_is_told(cli: Cli, here: Path, snapshot: str) -> None:
    write(here, resource="nobody-*")
    assert "the mute of user_without_mfa on nobody-* fits no finding" in " ".join(
        cli("scan", "--snapshot", snapshot).out.split()
    )


def test_a_difference_tells_what_was_muted_and_what_no_more_is(cli: Cli, here: Path, snapshot: str) -> None:
    cli("scan", "--snapshot", snapshot, "-q", "-o", "old")
    later = keep(a_week_later(), here / "later.json")
    write(here, expires="2027-03-31")
    cli("scan", "--snapshot", later, "-q", "-o", "new")
    found = json.loads(cli("diff", f"old/{AUDIT}", f"new/{AUDIT}", "--format", "json").out)
    assert {(one["check"], one["expires"]) for one in found["muted"]} == {("user_without_mfa", "2027-03-31")}
    assert not [one for one in found["fixed"] if one["check"] == "user_without_mfa"]
    assert "keys are ordered, ops@example.com, until 2027-03-31" in " ".join(
        cli("diff", f"old/{AUDIT}", f"new/{AUDIT}").out.split()
    ).replace("; ", ", ")
    (here / "leastwise.toml").unlink()
    cli("scan", "--snapshot", later, "-q", "-o", "newest")
    again = json.loads(cli("diff", f"new/{AUDIT}", f"newest/{AUDIT}", "--format", "json").out)
    assert {one["before"] for one in again["new"]} == {"muted"}


def test_redacting_hides_the_owner(cli: Cli, here: Path, snapshot: str) -> None:
    write(here)
    cli("scan", "--snapshot", snapshot, "-q", "--redact")
    text = (here / AUDIT).read_text("utf-8")
    assert "ops@example.com" not in text
    assert '"expires": "never"' in text


def one(**changed: str) -> str:
    """A good mute, or one with other texts in place of its values; "" leaves the line out."""
    good = {"check": '"user_without_mfa"', "resource": '"*"', "reason": '"x"', "expires": '"never"'} | changed
    return "[[mute]]\n" + "".join(f"{key} = {value}\n" for key, value in good.items() if value)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("[[mute]]\n", "mute 1 has no check: name a check"),
        (one() + one(reason=""), "mute 2 has no reason: say why"),
        (one(expires=""), "mute 1 has no expires: give its last day"),
        (one(resource=""), "mute 1 has no resource"),
        (one(reason='""'), "mute 1 has no reason"),
        (one(reason="7"), "mute 1: reason must be a text, and is 7"),
        (one(reason="[]"), "mute 1: reason must be a text, and is []"),
        (one(onwer='"x"'), "there is no key of a mute 'onwer': did you mean owner?"),
        (one(check='"user_without_mfs"'), "mute 1: there is no check 'user_without_mfs': did you mean"),
        (one() + one(), "mute 2: there is already one of user_without_mfa on *"),
        (one().replace("[[mute]]", "[mute]"), "write a mute as [[mute]]"),
        ("mute = [7]", "mute 1 must be a table"),
        *(
            (one(expires=day), "is no day: give its last day")
            for day in ('"soon"', "7", "true", "2027-01-01T00:00:00Z", '"2027-02-30"', "[]")
        ),
    ],
)
def test_a_mute_that_cannot_be_followed_is_refused_before_any_work(
    cli: Cli, here: Path, snapshot: str, text: str, what: str
) -> None:
    (here / "leastwise.toml").write_text(text, encoding="utf-8")
    said = cli("scan", "--snapshot", snapshot)
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith("leastwise: error: leastwise.toml: ")
    assert what in said.err
    assert not (here / AUDIT).exists()
    assert cli("config").code == 2
