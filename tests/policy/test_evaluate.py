"""AWS's evaluation as tables: each row of cases/rule_*.json is a sentence of its rule, with the page that says so."""

from __future__ import annotations

import pickle
from typing import Any

import msgspec
import pytest

from leastwise.policy.condition import Context
from leastwise.policy.evaluate import Answer, Layer, Layers, Outcome, evaluate, evaluate_all
from leastwise.policy.request import Caller, Request
from leastwise.policy.reserved import RESERVED
from leastwise.policy.ways import UNASKED, Ways, verb_of, ways_of
from policy.rules import CALLERS, FOREIGN, OWN, document, layer, layers_of, request_of, rows

ROWS = rows()
ALL = {"Effect": "Allow", "Action": "*", "Resource": "*"}
MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}


def decided(row: dict[str, Any]) -> Answer:
    resources = row["request"].get("resources")
    if resources:
        return evaluate_all(request_of(row), resources, layers_of(row))
    return evaluate(request_of(row), layers_of(row))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['rule']}: {row['name']}")
def test_the_tables(row: dict[str, Any]) -> None:
    answer = decided(row)
    assert answer.outcome is Outcome(row["expect"]), answer.reasons


def test_every_row_names_its_page_and_no_name_stands_twice() -> None:
    assert all(row["page"].startswith("https://docs.aws.amazon.com/") for row in ROWS)
    assert len({row["name"] for row in ROWS}) == len(ROWS)
    assert {row["rule"] for row in ROWS} >= set(range(1, 20)) - {17}  # 17 has a table of another shape


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['rule']}: {row['name']}")
def test_every_answer_can_say_why(row: dict[str, Any]) -> None:
    answer = decided(row)
    hard_wired = not answer.reasons and answer.request.action.startswith("sts:Get")
    said = {reason.statement.allows: True for reason in answer.reasons if reason.applies}
    if answer.outcome is Outcome.ALLOWED:
        assert answer.grants or hard_wired or answer.request.caller.is_root
        assert not answer.near
    if answer.outcome is Outcome.EXPLICITLY_DENIED:
        assert said[False]
    assert bool(answer.conditions) == (answer.outcome is Outcome.CONDITIONAL)
    assert all(reason.blocked_by or answer.outcome is Outcome.CONDITIONAL for reason in answer.near)


def asked(action: str = "s3:GetObject", resource: str = "arn:aws:s3:::b/k", **known: str) -> Request:
    return Request(action=action, resource=resource, context=Context(known), caller=CALLERS["user"])


def test_the_reasons_name_document_and_statement() -> None:
    read = {"Sid": "Read", "Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}
    body = [{"Effect": "Allow", "Action": "ec2:*", "Resource": "*"}, read]
    reasons = evaluate(asked(), Layers(identity=layer([body]))).reasons
    assert [(r.layer, r.document.name, r.statement.pointer, r.statement.sid) for r in reasons] == [
        ("identity", "p0", "/Statement/1", "Read")
    ]


def test_the_reasons_name_every_layer_that_had_a_say() -> None:
    layers = Layers(
        identity=layer([[ALL]]),
        boundaries=(layer([[ALL]]),),
        sessions=(layer([[ALL]]),),
        scps=(layer([[ALL]]), layer([[ALL]])),
        rcps=(layer([[{**ALL, "Effect": "Deny", "Principal": "*", "Condition": MFA}]]),),
        endpoints=(layer([[{**ALL, "Principal": "*"}]]),),
        resource=layer([[{**ALL, "Principal": {"AWS": CALLERS["role"].arn}}]]),
    )
    request = Request(action="s3:GetObject", caller=CALLERS["role"], resource_account=CALLERS["role"].account)
    answer = evaluate(request, layers)
    said = [(reason.layer, reason.applies, reason.statement.allows) for reason in answer.reasons]
    assert said[0] == ("RCP", None, False)
    assert sorted(name for name, _, _ in said) == sorted(
        ["RCP", "SCP", "SCP", "boundary", "endpoint", "identity", "resource", "session"]
    )
    assert {reason.layer for reason in answer.grants} == {"identity", "resource"}
    assert answer.conditions == ("not: Bool aws:MultiFactorAuthPresent = true",)


def test_a_deny_grants_nothing() -> None:
    deny = {**ALL, "Effect": "Deny", "Condition": MFA}
    answer = evaluate(asked(), Layers(identity=layer([[ALL, deny]])))
    assert [reason.statement.allows for reason in answer.reasons] == [False, True]
    assert [grant.statement.pointer for grant in answer.grants] == ["/Statement/0"]


def test_a_conditional_answer_names_its_residual_conditions() -> None:
    bound = {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}, "StringEquals": {"aws:PrincipalTag/team": "a"}}
    answer = evaluate(asked(**{"aws:PrincipalTag/team": "a"}), Layers(identity=layer([[{**ALL, "Condition": bound}]])))
    assert answer.allowed is None
    assert answer.conditions == ("IpAddress aws:SourceIp = 10.0.0.0/8",)


def test_an_unknown_variable_is_a_residual_condition() -> None:
    home = {**ALL, "Resource": ["arn:aws:s3:::b/${aws:username}", "arn:aws:s3:::c"]}
    assert evaluate(asked(), Layers(identity=layer([[home]]))).conditions == (
        "Resource arn:aws:s3:::b/${aws:username}",
    )


def test_an_unreadable_limit_is_a_residual_condition() -> None:
    answer = evaluate(asked(), Layers(identity=layer([[ALL]]), boundaries=(layer([{"Statement": "?"}]),)))
    assert answer.conditions == ("boundary p0 could not be read",)


@pytest.mark.parametrize(
    ("layers", "layer_name", "blocked_by"),
    [
        ({"identity": [[{**ALL, "Condition": MFA}]]}, "identity", ("Bool aws:MultiFactorAuthPresent = true",)),
        ({"identity": [[ALL]], "boundary": [{**ALL, "Action": "ec2:*"}]}, "identity", ("boundary p0",)),
        ({"identity": [[ALL]], "boundary": [{**ALL, "Effect": "Deny", "Action": "ec2:*"}]}, "identity", ("boundary p0",)),
        ({"identity": [[ALL]], "scps": [[[ALL]], [[], []]]}, "identity", ("SCP p0, p1",)),
        ({"identity": [[ALL]], "sessions": [[[]]]}, "identity", ("session p0",)),
        ({"identity": [[ALL]], "endpoints": [[[]]]}, "identity", ("endpoint p0",)),
        ({"identity": [[ALL, {**ALL, "Effect": "Deny"}]]}, "identity", ("deny in identity p0 /Statement/1",)),
        (
            {"identity": [[ALL]], "scps": [[[ALL, {**ALL, "Effect": "Deny", "Sid": "No"}]]]},
            "identity",
            ("deny in SCP p0 /Statement/1 (No)",),
        ),
        (
            {"identity": [[{**ALL, "Condition": MFA}]], "scps": [[[]]]},
            "identity",
            ("Bool aws:MultiFactorAuthPresent = true", "SCP p0"),
        ),
        (
            {
                "identity": [[]],
                "resource": [{**ALL, "Principal": {"AWS": CALLERS["user"].account}}],
                "resource_must_allow": True,
            },
            "resource",
            ("identity p0",),
        ),
    ],
)  # fmt: skip
def test_a_denied_answer_names_what_nearly_allowed_it_and_what_stood_against_it(
    layers: dict[str, Any], layer_name: str, blocked_by: tuple[str, ...]
) -> None:
    request = asked(**{"aws:MultiFactorAuthPresent": "false"})
    answer = evaluate(request, layers_of({"layers": layers}))
    assert answer.allowed is False
    assert [(near.layer, near.blocked_by) for near in answer.near] == [(layer_name, blocked_by)]


def test_the_most_direct_naming_counts() -> None:
    """What the role's ARN is granted the boundary limits; the session's own not: nothing but the SCP is against it."""
    caller = CALLERS["session"]
    named = {"AWS": [caller.arn, caller.session]}
    layers = layers_of(
        {"layers": {"resource": [{**ALL, "Principal": named}], "boundary": [], "scps": [[[]]]}},
    )
    answer = evaluate(Request(action="s3:GetObject", caller=caller), layers)
    assert [near.blocked_by for near in answer.near] == [("SCP p0",)]


def test_what_speaks_of_another_resource_is_not_near() -> None:
    body = {**ALL, "Resource": "arn:aws:s3:::c/*"}
    assert evaluate(asked(), Layers(identity=layer([[body]]))).near == ()


def test_an_undecided_allow_is_near_without_a_block() -> None:
    (near,) = evaluate(asked(), Layers(identity=layer([[{**ALL, "Condition": MFA}]]))).near
    assert (near.applies, near.blocked_by) == (None, ())


def test_the_weakest_of_several_resources_decides_and_is_named() -> None:
    only = Layers(identity=layer([[{**ALL, "Resource": "arn:aws:s3:::b/k"}]]))
    answer = evaluate_all(asked(), ["arn:aws:s3:::b/k", "arn:aws:s3:::c/k"], only)
    assert (answer.outcome, answer.request.resource) == (Outcome.DENIED, "arn:aws:s3:::c/k")


def test_layers_made_from_others_remember_nothing_of_them() -> None:
    layers = Layers(identity=layer([[ALL]]))
    assert evaluate(asked(), layers).outcome is Outcome.ALLOWED
    closed = msgspec.structs.replace(layers, scps=(layer([[]]),))
    assert evaluate(asked(), closed).outcome is Outcome.DENIED
    assert evaluate(asked(), layers).outcome is Outcome.ALLOWED


def test_one_layers_object_serves_several_callers() -> None:
    layers = Layers(resource=layer([[{**ALL, "Principal": {"AWS": CALLERS["user"].arn}}]]))
    outcomes = [
        evaluate(Request(action="s3:GetObject", caller=CALLERS[name]), layers).outcome
        for name in ("user", "role", "user")
    ]
    assert outcomes == [Outcome.ALLOWED, Outcome.DENIED, Outcome.ALLOWED]


def test_one_layers_object_serves_actions_that_rcps_reach_and_others() -> None:
    deny = {"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}
    layers = Layers(identity=layer([[ALL]]), rcps=(layer([[deny]]),))
    outcomes = [
        evaluate(asked(action), layers).outcome for action in ("s3:GetObject", "ec2:RunInstances", "sqs:SendMessage")
    ]
    assert outcomes == [Outcome.EXPLICITLY_DENIED, Outcome.ALLOWED, Outcome.EXPLICITLY_DENIED]


def test_equal_documents_share_a_layer() -> None:
    one = document([ALL])
    assert Layer.of((one,)) is Layer.of((one,))


def test_a_caller_in_nobodys_account_asks_by_its_policies_alone() -> None:
    assert evaluate(Request(action="s3:GetObject"), Layers(identity=layer([[ALL]]))).allowed is True
    assert (
        evaluate(Request(action="s3:GetObject"), Layers(identity=layer([[ALL]]), scps=(layer([[]]),))).allowed is False
    )
    assert not Caller().has_identity


def test_layers_travel_between_processes() -> None:
    body = [
        {**ALL, "Resource": ["arn:aws:s3:::b/*", "arn:aws:s3:::c/*"]},
        {"Effect": "Deny", "NotAction": "s3:*", "Resource": "*"},
    ]
    own = layer([body])
    layers = Layers(identity=own, resource=layer([[{**ALL, "Principal": "*", "Condition": MFA}]]))
    assert evaluate(asked(), layers).outcome is Outcome.ALLOWED
    there = pickle.loads(pickle.dumps(layers))  # noqa: S301 - one of our own
    assert evaluate(asked(), there).outcome is Outcome.ALLOWED
    for (_, one), (_, other) in zip(own.statements, there.identity.statements, strict=True):
        assert (one.actions, one.resources) == (other.actions, other.resources), "they are shared, so the same"


ALLOWS_S3, ALLOWS_GET = {**ALL, "Action": "s3:*"}, {**ALL, "Action": ["s3:Get*", "ec2:*"]}


def ways(layers: Layers, caller: str = "user", action: str = "s3:GetObject") -> Ways:
    found = ways_of(layers, CALLERS[caller], OWN, verb_of(action))
    assert ways_of(layers, CALLERS[caller], OWN, verb_of(action)) is found
    return found


def test_there_is_something_to_decide_about_what_all_layers_allow_and_what_one_denies() -> None:
    reserved = RESERVED.denied_mask
    layers = Layers(identity=layer([[ALLOWS_S3]]), boundaries=(layer([[ALLOWS_GET]]),))
    both = layer([[ALLOWS_S3]]).allow_mask & layer([[ALLOWS_GET]]).allow_mask
    assert ways(layers).mask == both | reserved
    denied = Layers(identity=layer([[ALLOWS_S3, {**ALL, "Effect": "Deny", "Action": "sqs:*"}]]))
    sqs = layer([[{**ALL, "Action": "sqs:*"}]]).allow_mask
    assert ways(denied).mask == layer([[ALLOWS_S3]]).allow_mask | sqs | reserved
    assert ways(Layers(), action="sts:GetCallerIdentity").mask == layer([[ALL]]).allow_mask
    root = Layers(resource=layer([[{**ALLOWS_S3, "Principal": "*"}]]))
    assert ways(root, "root").mask == layer([[ALL]]).allow_mask


def test_ways_that_none_can_go_and_layers_that_deny_nothing_are_left_out() -> None:
    nothing = Layers(identity=layer([[ALL]]), boundaries=(layer([[]]),))
    assert ways(nothing).ways
    assert not ways(nothing).granting
    assert ways(nothing).refusing == (RESERVED,)


def test_what_was_found_for_one_request_is_not_taken_for_another() -> None:
    """Layers remember the ways of a caller, an owner and a kind of action: each of these makes a difference."""
    body = [{**ALL, "Principal": {"AWS": [CALLERS["user"].arn, CALLERS["foreign"].arn]}}]
    deny = [{**ALL, "Effect": "Deny", "Principal": "*", "Action": ["s3:*", "kms:*"]}]
    for rcps in ((), (layer([deny]),)):
        layers = Layers(identity=layer([[ALL]]), rcps=rcps, resource=layer([body]))
        for action in ("iam:GetUser", "s3:GetObject", "kms:Decrypt", "kms:RetireGrant", "sts:AssumeRole"):
            for caller in ("user", "foreign", "role", "anonymous", "root"):
                for owner in (OWN, FOREIGN):
                    request = Request(action=action, caller=CALLERS[caller], resource_account=owner)
                    fresh = msgspec.structs.replace(layers)
                    assert evaluate(request, layers).outcome is evaluate(request, fresh).outcome


@pytest.mark.parametrize(
    ("caller", "layers", "blocked_by"),
    [
        ("foreign", Layers(resource=layer([[{**ALL, "Principal": "*"}]])), "identity"),
        ("federated", Layers(identity=layer([[ALL]])), "session"),
    ],
)
def test_what_a_caller_does_not_have_is_named_too(caller: str, layers: Layers, blocked_by: str) -> None:
    request = Request(action="s3:GetObject", caller=CALLERS[caller], resource_account=OWN)
    assert [near.blocked_by for near in evaluate(request, layers).near] == [(blocked_by,)]


def test_what_aws_itself_denies_is_said_to_be_its() -> None:
    request = Request(
        action="iam:DeletePolicy", resource="arn:aws:iam::aws:policy/AdministratorAccess", caller=CALLERS["user"]
    )
    (denied,) = (r for r in evaluate(request, Layers(identity=layer([[ALL]]))).reasons if not r.statement.allows)
    assert denied.layer == "AWS"


def test_an_unreadable_policy_of_the_caller_may_deny_and_grants_nothing() -> None:
    half = Layer((*layer([[ALLOWS_S3]]).documents, *layer([{"Statement": "?"}]).documents))
    answer = evaluate(asked(), Layers(identity=half))
    assert answer.outcome is Outcome.CONDITIONAL
    assert all("could not be read" in text for text in answer.conditions)
    assert answer.conditions
    assert evaluate(asked("ec2:RunInstances"), Layers(identity=half)).outcome is Outcome.DENIED


def test_an_unreadable_limit_leaves_the_others_and_the_grants_in_force() -> None:
    unread, nothing = layer([{"Statement": "?"}]), layer([[]])
    half = Layer((*layer([[ALLOWS_S3]]).documents, *unread.documents))
    assert evaluate(asked(), Layers(identity=half, boundaries=(unread,))).outcome is Outcome.CONDITIONAL
    assert evaluate(asked("ec2:RunInstances"), Layers(identity=half, boundaries=(unread,))).outcome is Outcome.DENIED
    other = Layers(identity=layer([[ALL]]), boundaries=(nothing,), scps=(unread,))
    assert evaluate(asked(), other).outcome is Outcome.DENIED


def test_what_some_may_do_without_any_policy() -> None:
    assert {"sts:getcalleridentity", "sts:getsessiontoken"} == UNASKED


def test_what_no_condition_element_says_stands_among_the_conditions() -> None:
    ann = {"AWS": CALLERS["user"].arn}
    layers = Layers(
        identity=layer([[ALL]]),
        resource=layer([[{"Effect": "Deny", "NotPrincipal": ann, "Action": "*", "Resource": "*"}]]),
    )
    assert evaluate(asked(), layers).conditions == (f"not: NotPrincipal hits all of account = {OWN}",)
    session = {**ALL, "Principal": {"AWS": CALLERS["session"].session}}
    request = Request(action="s3:GetObject", caller=CALLERS["role"], resource_account=OWN)
    answer = evaluate(request, Layers(resource=layer([[session]])))
    assert answer.conditions == ("StringLike aws:userid = *:s",)
    assert [reason.statement.pointer for reason in answer.reasons] == ["/Statement/0"]
