"""Documents: every legal shape is understood, every illegal one is an Unparsed with a pointer to the fault."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest

from leastwise.policy.condition import Context
from leastwise.policy.document import Document, Policy, Unparsed, parse, parse_value
from leastwise.policy.elements import Actions, Named, Principals, Resources
from leastwise.policy.glob import Glob
from leastwise.policy.request import Caller

ALLOW = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
BODY = {"Version": "2012-10-17", "Statement": [ALLOW]}


def policy(value: object) -> Policy:
    made = parse_value(value)
    assert isinstance(made, Policy), made
    return made


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(BODY),
        json.dumps(json.dumps(BODY)),
        json.dumps(quote(json.dumps(BODY))),
        json.dumps("\ufeff" + json.dumps(BODY)),
        json.dumps({**BODY, "Id": "x", "Unknown": [1]}),
        '{"Version":"2008-10-17","Version":"2012-10-17","Statement":' + json.dumps([ALLOW]) + "}",
    ],
    ids=["object", "string", "url-encoded", "bom", "unknown-elements", "duplicate-key-last-wins"],
)
def test_a_document_is_understood_in_every_wrapping(text: str) -> None:
    made = parse(text.encode())
    assert isinstance(made, Policy)
    assert made.version == "2012-10-17"
    assert made.statements[0].actions.match("s3:getobject")


@pytest.mark.parametrize(
    ("value", "pointer"),
    [
        ([], ""),
        (None, ""),
        (True, ""),
        (7, ""),
        ("not json", ""),
        ({"Version": "2012-10-17"}, "/Statement"),
        ({"Version": "2031-01-01", "Statement": [ALLOW]}, "/Version"),
        ({"Statement": "x"}, "/Statement"),
        ({"Statement": ["x"]}, "/Statement/0"),
        ({"Statement": [ALLOW, {**ALLOW, "Effect": "Maybe"}]}, "/Statement/1/Effect"),
        ({"Statement": [{**ALLOW, "Effect": None}]}, "/Statement/0/Effect"),
        ({"Statement": {**ALLOW, "Effect": 1}}, "/Statement/Effect"),
        ({"Statement": [{**ALLOW, "NotAction": "iam:*"}]}, "/Statement/0"),
        ({"Statement": [{**ALLOW, "Action": {"a": 1}}]}, "/Statement/0/Action"),
        ({"Statement": [{**ALLOW, "Action": ["s3:*", None]}]}, "/Statement/0/Action/1"),
        ({"Statement": [{**ALLOW, "Principal": 1}]}, "/Statement/0/Principal"),
        ({"Statement": [{**ALLOW, "Principal": {"AWS": [1]}}]}, "/Statement/0/Principal"),
        ({"Statement": [{**ALLOW, "Principal": {"Nobody": "x"}}]}, "/Statement/0/Principal"),
        ({"Statement": [{**ALLOW, "Condition": "x"}]}, "/Statement/0/Condition"),
        ({"Statement": [{**ALLOW, "Condition": {"Bool": "x"}}]}, "/Statement/0/Condition/Bool"),
    ],
)
def test_an_illegal_document_points_to_its_fault(value: object, pointer: str) -> None:
    made = parse_value(value)
    assert isinstance(made, Unparsed)
    assert made.pointer == pointer
    assert made.reason


def test_text_that_is_no_json_is_unparsed_not_an_error() -> None:
    assert isinstance(parse(b'{"Statement": ['), Unparsed)
    assert isinstance(parse(b"[" * 100_000), Unparsed)
    assert isinstance(parse_value('{"Statement": ' * 100_000), Unparsed)


def test_the_same_bytes_give_the_same_policy() -> None:
    assert parse(json.dumps(BODY).encode()) is parse(json.dumps(BODY).encode())


def test_a_lone_statement_has_its_own_pointer() -> None:
    assert policy({"Statement": ALLOW}).statements[0].pointer == "/Statement"
    assert policy({"Statement": [ALLOW]}).statements[0].pointer == "/Statement/0"


def test_numbers_and_booleans_stand_for_strings() -> None:
    made = policy({"Statement": [{**ALLOW, "Sid": 7, "Resource": 5, "Action": True}]})
    assert (made.statements[0].sid, made.statements[0].resources.patterns) == ("7", ("5",))
    assert made.statements[0].actions.patterns == ("true",)


def test_an_unreadable_document_has_no_statements_and_says_so() -> None:
    broken = Document(arn="arn", name="p", kind="managed", policy=parse_value([]))
    assert broken.statements == ()
    assert broken.is_managed
    assert "Allow" in repr(policy(BODY).statements[0])


@pytest.mark.parametrize(
    ("patterns", "negated", "everything"),
    [
        (("*",), False, True),
        (("**",), False, True),
        (("*:*",), False, True),
        (("s3:*", "*"), False, True),
        (("s3:*",), False, False),
        (("iam:*",), True, False),
        ((" iam:*",), True, False),
        (("iam:NoSuchThing",), True, True),
    ],
)
def test_which_action_lists_cover_everything(patterns: tuple[str, ...], negated: bool, everything: bool) -> None:
    assert Actions.of(patterns, negated=negated).is_everything is everything


def test_masks_of_negated_lists_are_complements() -> None:
    yes, no = Actions.of(("iam:*",), negated=False), Actions.of(("iam:*",), negated=True)
    assert yes.mask & no.mask == 0
    assert yes.mask.bit_count() > 100
    assert no.mask.bit_count() > 10_000


def test_resource_lists_know_whether_they_take_anything() -> None:
    assert Resources.any().is_any
    assert Resources.of(("arn:aws:s3:::b", "*"), negated=False, variables=True).is_any
    assert not Resources.of(("*",), negated=True, variables=True).is_any
    assert not Resources.of(("arn:*",), negated=False, variables=True).is_any


ANN = Caller(arn="arn:aws:iam::123456789012:user/ann", account="123456789012")


@pytest.mark.parametrize(
    ("element", "level", "spared"),
    [
        ("*", Named.EVERYONE, True),
        ({"AWS": "*"}, Named.EVERYONE, True),
        ({"AWS": ["999988887777", ANN.arn]}, Named.PRINCIPAL, None),
        ({"AWS": [ANN.arn, "123456789012"]}, Named.PRINCIPAL, True),
        ({"AWS": "123456789012"}, Named.ACCOUNT, False),
        ({"AWS": "arn:aws:iam::999988887777:root"}, Named.NOT, False),
        ({"aws": "arn:aws:iam::123456789012:root"}, Named.ACCOUNT, False),
        ({"Service": "ec2.amazonaws.com"}, Named.NOT, False),
        ({"CanonicalUser": "abc"}, Named.NOT, False),
        ({"Service": "ec2.amazonaws.com", "AWS": ANN.arn}, Named.PRINCIPAL, None),
    ],
)
def test_how_directly_a_principal_element_names_a_user(element: Any, level: Named, spared: bool | None) -> None:
    """Under NotPrincipal the account alone does not spare its users, and they without it perhaps.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
    """
    assert Principals.of(element, negated=False).match(ANN) is level
    assert Principals.of(element, negated=True).match(ANN) is (Named.NOT if spared else Named.EVERYONE)
    assert Principals.of(element, negated=True).may_spare(ANN) is (spared is None)
    assert not Principals.of(element, negated=False).may_spare(ANN)


def test_resource_lists_match_as_their_patterns_do() -> None:
    patterns = ("arn:aws:s3:::a", "arn:aws:s3:::b/*", "arn:aws:s3:::c*z", "arn:aws:s3:::?x", "")
    texts = ["arn:aws:s3:::a", "arn:aws:s3:::b/", "arn:aws:s3:::b", "arn:aws:s3:::cz", "arn:aws:s3:::dx", "", "*"]
    for chosen in (patterns, patterns[:1], patterns[1:2], patterns[2:], (*patterns, "*"), ()):
        for negated in (False, True):
            listed = Resources.of(chosen, negated=negated, variables=False)
            for text in texts:
                expected = any(Glob.parse(pattern).matches(text) for pattern in chosen)
                assert listed.match(text, Context()) is (expected is not negated)


def test_a_list_of_actions_does_not_hoard_what_it_was_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leastwise.policy.elements.REMEMBERED", 2)
    listed = Actions.of(("brandnew:A*",), negated=False)
    assert [listed.match(f"brandnew:{letter}") for letter in "abcda"] == [True, False, False, False, True]


def test_a_printed_policy_reads_the_same() -> None:
    body = {
        "statement": [
            {"Sid": 7, "effect": "deny", "NotAction": "s3:*", "NotResource": "arn:aws:s3:::${aws:username}"},
            {
                "Effect": "Allow",
                "NotPrincipal": {"aws": ANN.arn, "CanonicalUser": ["x"]},
                "Action": ["*"],
                "Resource": "*",
            },
            {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole", "Comment": "dropped"},
            {
                "Effect": "Allow",
                "Principal": "*",
                "Resource": "*",
                "Condition": {"bool": {"aws:SecureTransport": True}},
            },
        ]
    }
    printed = policy(body).to_json()
    assert printed == {
        "Version": "2008-10-17",
        "Statement": [
            {"Sid": "7", "Effect": "Deny", "NotAction": ["s3:*"], "NotResource": ["arn:aws:s3:::${aws:username}"]},
            {
                "Effect": "Allow",
                "NotPrincipal": {"AWS": [ANN.arn], "CanonicalUser": ["x"]},
                "Action": ["*"],
                "Resource": ["*"],
            },
            {"Effect": "Allow", "Principal": {"AWS": ["*"]}, "Action": ["sts:AssumeRole"]},
            {
                "Effect": "Allow",
                "Principal": "*",
                "Resource": ["*"],
                "Condition": {"Bool": {"aws:SecureTransport": ["true"]}},
            },
        ],
    }
    assert policy(printed).to_json() == printed
    assert [s.is_whole for s in policy(printed).statements] == [True, True, False, False]


FULL = {
    "Sid": "one",
    "Effect": "Deny",
    "NotAction": ["s3:*", "sts:*"],
    "NotResource": "arn:aws:s3:::open/*",
    "NotPrincipal": {"AWS": "111122223333"},
    "Condition": {"StringLike": {"aws:username": ["a*", "b"]}, "Bool": {"aws:SecureTransport": False}},
}


@pytest.mark.parametrize("statement", [ALLOW, FULL, {"Effect": "Allow"}, {**ALLOW, "Resource": ["a", "**"]}])
def test_every_spelling_of_a_document_means_the_same(statement: dict[str, Any]) -> None:
    usual = json.dumps({"Version": "2012-10-17", "Id": "x", "Statement": [statement, statement]})
    odd = json.dumps(
        {"version": "2012-10-17", "more": 1, "STATEMENT": [{k.upper(): v for k, v in statement.items()}] * 2}
    )
    one, other = parse(usual.encode()), parse(odd.encode())
    assert isinstance(one, Policy)
    assert isinstance(other, Policy)
    assert one.to_json() == other.to_json()
    for a, b in zip(one.statements, other.statements, strict=True):
        assert (a.pointer, a.source, a.everywhere) == (b.pointer, b.source, b.everywhere)
        assert a.everywhere is a.resources.is_any
        assert (a.patterns, a.spares) == (a.resources.patterns, a.resources.negated)


def test_a_statement_has_no_other_parts() -> None:
    assert not hasattr(policy(BODY).statements[0], "resource")


@pytest.mark.parametrize("change", [{"NotAction": "s3:*"}, {"Condition": {"Bool": 1}}, {"Principal": 1}])
def test_a_usual_document_with_a_fault_is_looked_at_more_closely(change: dict[str, Any]) -> None:
    text = json.dumps({**BODY, "Statement": [{**ALLOW, **change}]}).encode()
    found = parse(text)
    assert isinstance(found, Unparsed)
    assert found == parse_value(json.loads(text))
