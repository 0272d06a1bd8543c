"""The gates on the engine's speed: decisions per second, without and with reasons, and compiling.

    python benchmarks/evaluate.py

1,000 roles, each with an inline policy of its own, three of fifty AWS managed policies, every tenth with a boundary;
each asks for twenty actions. Documents are parsed once, as in an audit; layers are made anew for each round, so that
no round lives on what another has found out. CPU time, the best of several rounds, garbage collection off.

Each rate has two gates: the figure for a machine like the one of the decision record (docs/decisions/0006), and the
same in megabytes of JSON that orjson parses meanwhile, which slow and busy machines meet as well. Only what misses
both fails: exit 1.
"""

from __future__ import annotations

import gc
import random
import sys
import time
from bisect import bisect_left
from itertools import accumulate
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
import orjson

from leastwise import catalog
from leastwise.policy.condition import Context
from leastwise.policy.document import Document, Policy, parse
from leastwise.policy.evaluate import Layer, Layers, Outcome, evaluate
from leastwise.policy.request import Caller, Request

if TYPE_CHECKING:
    from collections.abc import Callable

ROLES, ACTIONS, SEED = 1000, 20, 20_260_101
ROUNDS, COLD_ROUNDS = 7, 3
ACCOUNT = "123456789012"
SERVICES = (
    "s3", "ec2", "iam", "lambda", "dynamodb", "sqs", "sns", "kms", "logs", "cloudwatch", "rds", "ecs", "ecr", "ssm",
    "sts", "secretsmanager", "cloudformation", "glue", "athena", "kinesis",
)  # fmt: skip
CONDITIONS: tuple[dict[str, Any], ...] = (
    {"StringEquals": {"aws:RequestedRegion": ["eu-west-1", "eu-central-1"]}},
    {"Bool": {"aws:SecureTransport": "true"}},
    {"IpAddress": {"aws:SourceIp": ["10.0.0.0/8", "192.168.0.0/16"]}},
    {"Bool": {"aws:MultiFactorAuthPresent": "true"}, "StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}},
    {"StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}},
    {"StringLike": {"aws:PrincipalTag/team": ["data*", "web"]}},
    {"ForAnyValue:StringEquals": {"aws:TagKeys": ["team", "stage"]}},
    {"StringNotEqualsIfExists": {"aws:PrincipalTag/stage": "prod"}},
)


class Role(NamedTuple):
    """One caller with its documents and what it asks for: (action, resource) pairs."""

    caller: Caller
    context: Context
    documents: tuple[Document, ...]
    boundary: Document | None
    asked: tuple[tuple[str, str], ...]


class Gate(NamedTuple):
    """A figure to reach, and the same as a ratio to the parsing of JSON. `least`: more is better."""

    name: str
    value: float
    figure: float
    ratio: float
    bound_ratio: float
    least: bool = True

    @property
    def is_met(self) -> bool:
        """Whether the figure or the ratio is good enough."""
        if self.least:
            return self.value >= self.figure or self.ratio >= self.bound_ratio
        return self.value <= self.figure or self.ratio <= self.bound_ratio


def main() -> int:
    """Measure, print, judge."""
    gc.disable()
    catalog.universe().mask("s3:*")
    roles = account(random.Random(SEED))
    statements = sum(len(role.documents[0].statements) for role in roles)
    text = megabyte()
    parsing = best(lambda: orjson.loads(text), rounds=5 * ROUNDS) * 1_000_000 / len(text)
    plain, outcomes = rounds(roles, explain=False)
    with_reasons, _ = rounds(roles, explain=True)
    compiling, masks = compiling_times()
    decisions = ROLES * ACTIONS
    print(f"{decisions:,} decisions, {statements:,} inline statements; " + ", ".join(map(shown, tally(outcomes))))
    print(f"orjson parses a megabyte in {parsing * 1000:.2f} ms; below, the ratios are to this")
    print(f"masks of all AWS managed policies, made when first needed: {masks:.3f} s")
    gates = (
        Gate("decisions/s", decisions / plain, 150_000, decisions / plain * parsing, 320),
        Gate("decisions/s with reasons", decisions / with_reasons, 30_000, decisions / with_reasons * parsing, 65),
        Gate("s to compile AWS's policies", compiling, 0.3, compiling / parsing, 137, least=False),
    )
    for gate in gates:
        word = "at least" if gate.least else "at most"
        print(
            f"{gate.value:12,.3f} {gate.name} ({word} {gate.figure:,}); ratio {gate.ratio:,.1f}"
            f" ({word} {gate.bound_ratio:,}): {'met' if gate.is_met else 'MISSED'}"
        )
    return int(not all(gate.is_met for gate in gates))


def shown(item: tuple[Outcome, int]) -> str:
    """One kind of outcome and how often it came up."""
    return f"{item[1]:,} {item[0].value}"


def tally(outcomes: list[Outcome]) -> list[tuple[Outcome, int]]:
    """How many of each outcome."""
    return [(outcome, outcomes.count(outcome)) for outcome in Outcome]


def best(work: Callable[[], object], *, rounds: int) -> float:
    """The least CPU seconds of several runs."""
    spent: list[float] = []
    for _ in range(rounds):
        start = time.process_time()
        work()
        spent.append(time.process_time() - start)
    return min(spent)


def megabyte() -> bytes:
    """So much JSON of the kind that audits are made of: policies of AWS."""
    texts = [catalog.managed_policy(name) or b"" for name in catalog.managed_policy_names()]
    sizes = list(accumulate(len(text) + 1 for text in texts))
    return b"[" + b",".join(texts[: bisect_left(sizes, 1_000_000)]) + b"]"


def rounds(roles: list[Role], *, explain: bool) -> tuple[float, list[Outcome]]:
    """The least CPU seconds of a round over all decisions, and the outcomes. Layers are new in each round."""
    spent: list[float] = []
    outcomes: list[Outcome] = []
    for _ in range(ROUNDS):
        layers = [layers_of(role) for role in roles]
        outcomes.clear()
        start = time.process_time()
        for role, own in zip(roles, layers, strict=True):
            decide(role, own, outcomes, explain=explain)
        spent.append(time.process_time() - start)
    return min(spent), outcomes


def decide(role: Role, layers: Layers, outcomes: list[Outcome], *, explain: bool) -> None:
    """The twenty questions of one role."""
    caller, context = role.caller, role.context
    for action, resource in role.asked:
        request = Request(action=action, resource=resource, context=context, caller=caller, resource_account=ACCOUNT)
        answer = evaluate(request, layers)
        outcomes.append(answer.outcome)
        if explain:
            _ = answer.reasons


def layers_of(role: Role) -> Layers:
    """The layers of a role, sharing nothing with those of another round."""
    boundaries = (Layer((role.boundary,)),) if role.boundary else ()
    return Layers(identity=Layer(role.documents), boundaries=boundaries)


def compiling_times() -> tuple[float, float]:
    """The best of several processes, each of which begins with nothing known."""
    with get_context("spawn").Pool(1, maxtasksperchild=1) as pool:
        return min(pool.map(compile_all, range(COLD_ROUNDS), chunksize=1))


def compile_all(_: int) -> tuple[float, float]:
    """CPU seconds to compile all AWS managed policies from their text, and then to make all their masks."""
    gc.disable()
    catalog.universe().mask("s3:*")
    texts = [catalog.managed_policy(name) or b"" for name in catalog.managed_policy_names()]
    start = time.process_time()
    policies = [parse(text) for text in texts]
    compiled = time.process_time()
    for policy in policies:
        for statement in policy.statements if isinstance(policy, Policy) else ():
            _ = statement.actions.mask
    return compiled - start, time.process_time() - compiled


# the account


def account(rng: random.Random) -> list[Role]:
    """The same account for the same seed."""
    managed = [aws_document(name) for name in rng.sample(sorted(catalog.managed_policy_names()), 50)]
    return [role(rng, number, managed) for number in range(ROLES)]


def role(rng: random.Random, number: int, managed: list[Document]) -> Role:
    """A role of a team, with what it is asked to do: partly what its policies speak of."""
    arn = f"arn:aws:iam::{ACCOUNT}:role/team-{number % 20}/role-{number}"
    services = rng.sample(SERVICES, 3)
    body = [statement(rng, services) for _ in range(rng.choice((3, 4, 4, 4, 5)))]
    inline = document(arn, "inline", {"Version": "2012-10-17", "Statement": body})
    bounds = [{"Effect": "Allow", "Action": [f"{s}:*" for s in rng.sample(SERVICES, 12)], "Resource": "*"}]
    boundary = document(arn, "boundary", {"Version": "2012-10-17", "Statement": bounds})
    return Role(
        caller=Caller(arn=arn, account=ACCOUNT, is_role=True),
        context=circumstances(rng, arn),
        documents=(inline, *rng.sample(managed, 3)),
        boundary=boundary if number % 10 == 0 else None,
        asked=tuple(question(rng, services) for _ in range(ACTIONS)),
    )


def circumstances(rng: random.Random, arn: str) -> Context:
    """Some keys known, some absent, some unknown, as in an audit."""
    known = {
        "aws:PrincipalArn": arn,
        "aws:PrincipalAccount": ACCOUNT,
        "aws:PrincipalOrgID": "o-a1b2c3d4e5",
        "aws:PrincipalType": "AssumedRole",
        "aws:PrincipalTag/team": rng.choice(("data-1", "web", "ops")),
        "aws:RequestedRegion": rng.choice(("eu-west-1", "us-east-1")),
        "aws:SecureTransport": "true",
        "aws:SourceIp": rng.choice(("10.1.2.3", "203.0.113.9")),
    }
    return Context(known, absent=("aws:username", "aws:PrincipalTag/*"))


def statement(rng: random.Random, services: list[str]) -> dict[str, Any]:
    """One statement; three in five have conditions, one in eight denies."""
    service = rng.choice(services)
    made: dict[str, Any] = {
        "Effect": "Deny" if rng.random() < 0.125 else "Allow",
        "Action": [pattern(rng, service) for _ in range(rng.randint(1, 6))],
        "Resource": "*" if rng.random() < 0.4 else [target(rng, service, "*") for _ in range(rng.randint(1, 3))],
    }
    if rng.random() < 0.6:
        made["Condition"] = rng.choice(CONDITIONS)
    return made


def actions_of(service: str) -> list[str]:
    """All actions of a service."""
    return catalog.universe().names_of(catalog.universe().mask(f"{service}:*"))


def pattern(rng: random.Random, service: str) -> str:
    """An action by name, by its beginning, or all of the service."""
    name = rng.choice(actions_of(service))
    return rng.choice((name, name, f"{name[: len(service) + 1 + rng.randint(3, 6)]}*", f"{service}:*"))


def target(rng: random.Random, service: str, end: str) -> str:
    """An ARN of the service; `end` is a star in patterns."""
    if service == "s3":
        return f"arn:aws:s3:::bucket-{rng.randint(1, 9)}/{end}"
    return f"arn:aws:{service}:eu-west-1:{ACCOUNT}:thing/{rng.randint(1, 9)}{end}"


def question(rng: random.Random, services: list[str]) -> tuple[str, str]:
    """An action on a resource; four in five of services that the role has to do with."""
    service = rng.choice(services if rng.random() < 0.8 else SERVICES)
    return rng.choice(actions_of(service)), target(rng, service, str(rng.randint(1, 99)))


def document(arn: str, name: str, body: dict[str, Any]) -> Document:
    """A document of the role's own."""
    return Document(arn=arn, name=name, kind="inline", policy=parse(msgspec.json.encode(body)))


def aws_document(name: str) -> Document:
    """An AWS managed policy."""
    policy = parse(catalog.managed_policy(name) or b"")
    return Document(arn=f"arn:aws:iam::aws:policy/{name}", name=name, kind="managed", policy=policy)


if __name__ == "__main__":
    sys.exit(main())
