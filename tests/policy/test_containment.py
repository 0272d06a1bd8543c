"""Containment as a table: each row of cases/containment.json says whether `a` allows all that `b` allows."""

from __future__ import annotations

import json
from pathlib import Path
from time import process_time
from typing import Any

import pytest

from leastwise import catalog
from leastwise.policy import containment, kinds, search
from leastwise.policy.algebra import Verdict, contains, difference
from leastwise.policy.document import Document, parse, parse_value
from leastwise.policy.evaluate import Layer, Layers, evaluate

CASES = json.loads((Path(__file__).parent / "cases" / "containment.json").read_text("utf-8"))


def layer(statements: list[Any], version: str = "2012-10-17") -> Layer:
    policy = parse_value({"Version": version, "Statement": statements})
    return Layer([Document(arn="arn", name="p", kind="inline", policy=policy)])


def layers_of(given: dict[str, Any]) -> Layers:
    version = given.get("version", "2012-10-17")
    return Layers(
        identity=layer(given["identity"], version) if "identity" in given else None,
        boundaries=tuple(map(layer, given.get("boundaries", ()))),
        sessions=tuple(map(layer, given.get("sessions", ()))),
        scps=tuple(map(layer, given.get("scps", ()))),
        rcps=tuple(map(layer, given.get("rcps", ()))),
        resource=layer(given["resource"]) if "resource" in given else None,
        resource_must_allow=given.get("resource_must_allow", False),
    )


def managed(name: str) -> Layers:
    text = catalog.managed_policy(name)
    assert text
    return Layers(identity=Layer([Document(arn=name, name=name, kind="managed", policy=parse(text))]))


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_the_table(case: dict[str, Any]) -> None:
    a, b = layers_of(case["a"]), layers_of(case["b"])
    answer = contains(a, b)
    assert answer.verdict is Verdict(case["expect"]), answer
    witness = difference(a, b)
    assert witness == answer.witness
    assert (witness is None) == (answer.verdict is not Verdict.NOT_CONTAINED)
    if witness:
        assert evaluate(witness, b).allowed is True
        assert evaluate(witness, a).allowed is False
        assert case.get("action", witness.action) == witness.action
        assert case.get("resource", witness.resource) == witness.resource


def test_every_row_names_its_page_and_no_name_stands_twice() -> None:
    assert all(case["page"].startswith("https://docs.aws.amazon.com/") for case in CASES)
    assert len({case["name"] for case in CASES}) == len(CASES)


@pytest.mark.parametrize(
    ("a", "b", "expect"),
    [
        ("AdministratorAccess", "ReadOnlyAccess", Verdict.CONTAINED),
        ("ReadOnlyAccess", "SecurityAudit", Verdict.NOT_CONTAINED),
        ("PowerUserAccess", "AdministratorAccess", Verdict.NOT_CONTAINED),
        ("AdministratorAccess", "service-role/SageMakerStudioProjectProvisioningRolePolicy", Verdict.CONTAINED),
    ],
)
def test_managed_policies(a: str, b: str, expect: Verdict) -> None:
    started = process_time()
    answer = contains(managed(a), managed(b))
    assert answer.verdict is expect
    if answer.witness:
        assert evaluate(answer.witness, managed(b)).allowed is True
        assert evaluate(answer.witness, managed(a)).allowed is False
        assert catalog.universe().index(answer.witness.action) is not None
        assert answer.witness.resource.startswith("arn:aws:")
    assert process_time() - started < 5  # a twentieth of that in fact


def test_a_managed_policy_is_contained_in_one_that_has_a_deny_that_never_meets_it() -> None:
    """No shortcut: every kind of action is looked at."""
    text = catalog.managed_policy("ReadOnlyAccess")
    assert text
    source = json.loads(text)
    source["Statement"].append({"Effect": "Deny", "Action": "brandnew:Do", "Resource": "*"})
    larger = Layers(
        identity=Layer([Document(arn="", name="l", kind="inline", policy=parse_value(source))]),
    )
    answer = contains(larger, managed("ReadOnlyAccess"))
    assert answer.verdict is Verdict.CONTAINED
    assert "kinds of actions" in answer.method


def test_what_could_not_be_read_is_unknown() -> None:
    broken = Layers(identity=Layer([Document(arn="a", name="broken", kind="inline", policy=parse(b"["))]))
    answer = contains(managed("AdministratorAccess"), broken)
    assert answer.verdict is Verdict.UNKNOWN
    assert "broken" in answer.reason
    assert contains(broken, broken).verdict is Verdict.UNKNOWN


def test_identical_statements_are_seen_at_once() -> None:
    answer = contains(managed("ReadOnlyAccess"), managed("ReadOnlyAccess"))
    assert answer.method == "each statement lies within one of the other"


def test_too_many_cases_are_unknown_and_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    either = [
        {"Effect": "Allow", "Action": "s3:*", "Resource": "*", "Condition": {operator: {"aws:username": "x"}}}
        for operator in ("StringEquals", "StringNotEquals")
    ]
    a = Layers(identity=layer(either))
    b = Layers(identity=layer([{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]))
    assert contains(a, b).verdict is Verdict.CONTAINED
    monkeypatch.setattr(search, "CASES", 2)
    answer = contains(a, b)
    assert answer.verdict is Verdict.UNKNOWN
    assert "more than 2 cases" in answer.reason


def test_too_many_combinations_of_resources_are_unknown_and_say_so() -> None:
    def one_of(letter: str) -> list[Any]:
        patterns = [f"arn:aws:s3:::*{letter}{n}*" for n in range(20)]
        return [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": patterns}]

    b = Layers(identity=layer(one_of("a")), boundaries=(layer(one_of("b")), layer(one_of("c"))))
    answer = contains(Layers(), b)
    assert answer.verdict is Verdict.UNKNOWN
    assert "combinations" in answer.reason


def test_too_many_kinds_of_actions_are_unknown_and_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def all_but(*actions: str) -> Layers:
        statements = [("Allow", "brandnew:*t*"), *(("Deny", action) for action in actions)]
        return Layers(identity=layer([{"Effect": e, "Action": a, "Resource": "*"} for e, a in statements]))

    a, b = all_but("brandnew:*t*u*"), all_but("brandnew:*u", "brandnew:*u?*")
    assert contains(a, b).verdict is Verdict.CONTAINED
    monkeypatch.setattr(containment, "KINDS", 2)
    answer = contains(a, b)
    assert answer.verdict is Verdict.UNKNOWN
    assert "kinds" in answer.reason


def test_actions_for_which_no_name_was_found_are_unknown_and_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kinds, "TRIES", 0)
    b = Layers(identity=layer([{"Effect": "Allow", "Action": "nameless:*", "Resource": "*"}]))
    answer = contains(Layers(), b)
    assert answer.verdict is Verdict.UNKNOWN
    assert "patterns of the actions" in answer.reason


def test_a_name_that_the_catalogue_has_does_not_stand_for_those_it_lacks() -> None:
    """`s3:getobject` is the shortest text of both patterns, and its own kind."""
    listed = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
    bound = layer([{"Effect": "Allow", "Action": "s3:*Object", "Resource": "*"}])
    b = Layers(identity=layer([{"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}]), boundaries=(bound,))
    a = Layers(identity=layer([listed]))
    witness = difference(a, b)
    assert witness
    assert catalog.universe().index(witness.action) is None
