"""Random cases for `tools/differential.py`: who asks for what, in which circumstances, under which policies.

A case is JSON that both evaluators are given in their own form. Words are few and drawn near to what is asked for, so
that statements often meet the request and every layer has a say in some cases. A case is made from its number alone.
"""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any, NamedTuple

from leastwise.policy.derived import About, context_on, derived_context
from leastwise.policy.request import Caller

if TYPE_CHECKING:
    from collections.abc import Sequence

OWN, FOREIGN = "123456789012", "999988887777"
Case = dict[str, Any]
Body = dict[str, Any]


def _user(account: str, name: str) -> Caller:
    return Caller(arn=f"arn:aws:iam::{account}:user/{name}", account=account)


def _role(account: str, name: str, session: str = "") -> Caller:
    asked = f"arn:aws:sts::{account}:assumed-role/{name.rpartition('/')[2]}/{session}" if session else ""
    return Caller(arn=f"arn:aws:iam::{account}:role/{name}", account=account, is_role=True, session=asked)


CALLERS = {
    "user": _user(OWN, "ann"),
    "user with a path": _user(OWN, "team/ann"),
    "role": _role(OWN, "deploy"),
    "session": _role(OWN, "deploy", "s"),
    "federated": Caller(
        arn=f"arn:aws:iam::{OWN}:user/ann", account=OWN, session=f"arn:aws:sts::{OWN}:federated-user/bob"
    ),
    "root": Caller(arn=f"arn:aws:iam::{OWN}:root", account=OWN),
    "anonymous": Caller(),
    "service": Caller(service="lambda.amazonaws.com"),
}
_COMMON = (
    "user",
    "user",
    "user with a path",
    "role",
    "session",
    "session",
    "federated",
    "root",
    "anonymous",
    "service",
)


class Target(NamedTuple):
    """An action, the resources it may be asked for, whether these can have a policy, and its own context keys."""

    action: str
    resources: tuple[str, ...] = ("*",)
    policied: bool = False
    keys: tuple[str, ...] = ()


_OBJECTS = (
    "arn:aws:s3:::b/k",
    "arn:aws:s3:::b/ann/k",
    "arn:aws:s3:::home/ann",
    "arn:aws:s3:::b/K",
    "arn:aws:s3:::c/a/b/c",
)
_BUCKETS = ("arn:aws:s3:::b", "arn:aws:s3:::home-ann")
_KEYS = ("arn:aws:kms:eu-west-1:{owner}:key/k-1",)
_KMS = ("kms:ViaService", "kms:EncryptionContextKeys", "kms:CallerAccount")
_SECRETS = ("arn:aws:secretsmanager:eu-west-1:{owner}:secret:s-AbCdEf",)
_TABLES = ("arn:aws:dynamodb:eu-west-1:{owner}:table/t",)
_ROLES = ("arn:aws:iam::{owner}:role/admin", "arn:aws:iam::{owner}:role/deploy")
TARGETS = (
    Target("s3:GetObject", _OBJECTS, policied=True, keys=("s3:ExistingObjectTag/team",)),
    Target("s3:PutObject", _OBJECTS, policied=True),
    Target("s3:DeleteObject", _OBJECTS, policied=True),
    Target("s3:ListBucket", _BUCKETS, policied=True, keys=("s3:prefix", "s3:max-keys")),
    Target("s3:PutBucketPolicy", _BUCKETS, policied=True),
    Target("s3:ListAllMyBuckets"),
    Target("sqs:SendMessage", ("arn:aws:sqs:eu-west-1:{owner}:q", "arn:aws:sqs:eu-west-1:{owner}:ann"), policied=True),
    Target("lambda:InvokeFunction", ("arn:aws:lambda:eu-west-1:{owner}:function:f",), policied=True),
    Target("secretsmanager:GetSecretValue", _SECRETS, policied=True),
    Target("dynamodb:GetItem", _TABLES, policied=True, keys=("dynamodb:LeadingKeys",)),
    Target("kms:Decrypt", _KEYS, policied=True, keys=_KMS),
    Target("kms:DescribeKey", _KEYS, policied=True, keys=_KMS[::2]),
    Target("sts:AssumeRole", _ROLES[:1], policied=True, keys=("sts:ExternalId", "sts:RoleSessionName")),
    Target("ec2:TerminateInstances", ("arn:aws:ec2:eu-west-1:{owner}:instance/i-1",), keys=("ec2:ResourceTag/team",)),
    Target("ec2:DescribeInstances"),
    Target("iam:CreateUser", ("arn:aws:iam::{owner}:user/new", "arn:aws:iam::{owner}:user/team/ann")),
    Target("iam:ListUsers"),
    Target("iam:PassRole", _ROLES, keys=("iam:PassedToService",)),
    Target("sts:GetCallerIdentity"),
)  # fmt: skip


class Key(NamedTuple):
    """A context key: the kind of its values, some of those, and whether a request may bring several."""

    kind: str
    values: tuple[str, ...]
    many: bool = False


_WORDS = ("red", "blue", "RED", "ann", "re*", "", "a/b")
_MOMENTS = ("2024-01-01T00:00:00Z", "2024-06-01T12:30:00Z", "2025-01-01", "1717245000", "2024-06-01T14:30:00+02:00")
_NUMBERS = ("1", "10", "10.0", "9", "-3", "3600", "+10")
_ADDRESSES = ("10.0.0.1", "10.1.2.3", "192.168.0.1", "2001:db8::1", "203.0.113.7")
_NAMES = ("arn:aws:s3:::b", f"arn:aws:sns:eu-west-1:{OWN}:topic", f"arn:aws:lambda:eu-west-1:{OWN}:function:f:v", "b")
_FLAGS = ("true", "false")
KEYS = {
    "aws:RequestedRegion": Key("String", ("eu-west-1", "us-east-1", "EU-WEST-1")),
    "aws:UserAgent": Key("String", _WORDS),
    "aws:PrincipalTag/team": Key("String", _WORDS),
    "aws:ResourceTag/team": Key("String", _WORDS),
    "aws:RequestTag/team": Key("String", _WORDS),
    "aws:username": Key("String", ("ann", "bob", "Ann")),
    "aws:PrincipalOrgID": Key("String", ("o-1", "o-2")),
    "aws:PrincipalArn": Key("Arn", tuple(caller.arn for caller in CALLERS.values() if caller.arn)),
    "aws:PrincipalAccount": Key("String", (OWN, FOREIGN)),
    "aws:SourceArn": Key("Arn", _NAMES),
    "aws:SourceIp": Key("Ip", _ADDRESSES),
    "aws:CurrentTime": Key("Date", _MOMENTS),
    "aws:EpochTime": Key("Date", ("1717245000", "1717245001", "1704067200")),
    "aws:MultiFactorAuthAge": Key("Numeric", _NUMBERS),
    "aws:MultiFactorAuthPresent": Key("Bool", _FLAGS),
    "aws:SecureTransport": Key("Bool", _FLAGS),
    "aws:Referer": Key("Binary", ("cmVk", "Ymx1ZQ==")),
    "aws:TagKeys": Key("String", ("team", "Team", "cost", "x", ""), many=True),
    "aws:CalledVia": Key("String", ("athena.amazonaws.com", "lambda.amazonaws.com"), many=True),
    "s3:prefix": Key("String", ("ann/", "ann/x", "bob/", "")),
    "s3:max-keys": Key("Numeric", _NUMBERS),
    "s3:ExistingObjectTag/team": Key("String", _WORDS),
    "dynamodb:LeadingKeys": Key("String", ("ann", "bob"), many=True),
    "kms:ViaService": Key("String", ("s3.eu-west-1.amazonaws.com", "ec2.eu-west-1.amazonaws.com")),
    "kms:EncryptionContextKeys": Key("String", ("team", "cost"), many=True),
    "kms:CallerAccount": Key("String", (OWN, FOREIGN)),
    "sts:ExternalId": Key("String", ("e1", "e2")),
    "sts:RoleSessionName": Key("String", ("ann", "bob")),
    "ec2:ResourceTag/team": Key("String", _WORDS),
    "iam:PassedToService": Key("String", ("lambda.amazonaws.com", "ec2.amazonaws.com")),
}
_ANYWHERE = tuple(key for key in KEYS if key.startswith("aws:") and not key.startswith("aws:ResourceTag/"))
_ORDERED = ("Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals")
_TEXTS = ("Equals", "NotEquals", "EqualsIgnoreCase", "NotEqualsIgnoreCase", "Like", "NotLike")
OPERATORS = {
    "String": tuple(f"String{name}" for name in _TEXTS),
    "Arn": ("ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike", "StringLike", "StringEquals"),
    "Ip": ("IpAddress", "NotIpAddress"),
    "Date": tuple(f"Date{name}" for name in _ORDERED),
    "Numeric": tuple(f"Numeric{name}" for name in _ORDERED),
    "Bool": ("Bool",),
    "Binary": ("BinaryEquals",),
}
VARIABLES = (
    "${aws:username}", "${aws:PrincipalTag/team}", "${aws:PrincipalTag/team, 'red'}", "${AWS:UserName}", "${*}", "${?}",
    "${aws:TagKeys}", "${aws:nothing}", "${aws:username, 'ann'}", "${$}",
)  # fmt: skip
_NETWORKS = ("10.0.0.0/8", "10.1.0.0/16", "0.0.0.0/0", "2001:db8::/32", "10.0.0.1/32")


def needs_policy(action: str) -> bool:
    """Whether what it acts on always has a policy, as keys and roles have."""
    return action.startswith(("kms:", "sts:AssumeRole"))


def case_of(seed: int, number: int) -> Case:
    """The case of that number."""
    return _Maker(Random(f"{seed}/{number}")).case()  # noqa: S311  seeded randomness is the point


class _Maker:
    """Draws one case."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.target = random.choice(TARGETS)
        self.name = random.choice(_COMMON)
        self.caller = CALLERS[self.name]
        self.owner = OWN if self.target.resources == ("*",) or self.seldom(0.7) else FOREIGN
        self.resource = random.choice(self.target.resources).format(owner=self.owner)
        self.context = self.circumstances()

    def seldom(self, share: float) -> bool:
        return self.random.random() < share

    def case(self) -> Case:
        has_identity = self.caller.has_identity
        limited = has_identity and self.name != "root"
        return {
            "caller": self.name,
            "action": self.target.action,
            "resource": self.resource,
            "owner": self.owner,
            "context": self.context,
            "identity": self.several(self.document, 0 if not limited else self.random.choice((0, 1, 1, 2, 3))),
            "boundary": self.document() if limited and self.seldom(0.25) else None,
            "session": self.document() if self.caller.session and self.seldom(0.4) else None,
            "scps": self.levels(self.document) if has_identity and self.seldom(0.3) else [],
            "rcps": self.levels(self.rcp) if self.seldom(0.2) else [],
            "endpoint": self.endpoint() if self.seldom(0.1) else None,
            "resource_policy": self.resource_policy(),
        }

    def several(self, make: Any, number: int) -> list[Body]:
        return [make() for _ in range(number)]

    def levels(self, make: Any) -> list[list[Body]]:
        return [self.several(make, self.random.choice((1, 1, 2))) for _ in range(self.random.choice((1, 1, 2)))]

    # documents

    def document(self) -> Body:
        return self.versioned([self.statement() for _ in range(self.random.choice((1, 1, 2, 3)))])

    def versioned(self, statements: list[Body]) -> Body:
        version = "2008-10-17" if self.seldom(0.08) else "2012-10-17"
        body = statements[0] if len(statements) == 1 and self.seldom(0.2) else statements
        return {"Statement": body} if self.seldom(0.04) else {"Version": version, "Statement": body}

    def rcp(self) -> Body:
        statement = self.statement("Deny", action=self.random.choice((self.target.action, self.service() + ":*")))
        return {"Version": "2012-10-17", "Statement": [{**statement, "Principal": "*"}]}

    def endpoint(self) -> Body:
        return self.versioned([{**self.statement(), "Principal": "*"} for _ in range(self.random.choice((1, 2)))])

    def resource_policy(self) -> Body | None:
        if not self.target.policied or not (needs_policy(self.target.action) or self.seldom(0.6)):
            return None
        return self.versioned([self.resource_statement() for _ in range(self.random.choice((1, 1, 2, 3)))])

    def resource_statement(self) -> Body:
        statement = self.statement()
        if self.target.action == "sts:AssumeRole":
            statement = {key: value for key, value in statement.items() if not key.endswith("Resource")}
        return {**statement, **self.principal(statement["Effect"])}

    def statement(self, effect: str = "", action: str = "") -> Body:
        effect = effect or self.random.choice(("Allow", "Allow", "Allow", "Deny"))
        body: Body = {"Effect": effect}
        if not action and self.seldom(0.12):
            body["NotAction"] = self.listed(self.action_pattern, 2)
        else:
            body["Action"] = action or self.listed(self.action_pattern)
        body["NotResource" if self.seldom(0.1) else "Resource"] = self.listed(self.resource_pattern)
        block = self.conditions() if self.seldom(0.6) else {}
        return {**body, "Condition": block} if block else body

    def listed(self, make: Any, most: int = 3) -> Any:
        number = self.random.choice((1, 1, 1, 2, most))
        return make() if number == 1 and self.seldom(0.5) else [make() for _ in range(number)]

    # elements

    def service(self) -> str:
        return self.target.action.partition(":")[0]

    def action_pattern(self) -> str:
        action = self.target.action if self.seldom(0.75) else self.random.choice(TARGETS).action
        service, _, verb = action.partition(":")
        at = self.random.randrange(len(verb))
        return self.random.choice((
            "*", f"{service}:*", action, action, action.lower(), f"{service}:{verb[:at]}*", f"{service}:*{verb[at:]}",
            f"{service}:{verb[:at]}?{verb[at + 1:]}", f"{service}:{verb[:at]}*{verb[-1:]}",
        ))  # fmt: skip

    def resource_pattern(self) -> str:
        other = self.random.choice(self.random.choice(TARGETS).resources).format(owner=self.owner)
        text = self.resource if self.seldom(0.8) else other
        if text == "*" or self.seldom(0.2):
            return "*"
        name = max(text.rfind("/"), text.rfind(":")) + 1
        at = self.random.randrange(len("arn:aws:") if self.seldom(0.1) else name, len(text))
        return self.random.choice((
            text, text, f"{text[:at]}*", f"{text[:at]}?{text[at + 1:]}", f"{text[:at]}*{text[at + 2:]}",
            text.replace("ann", self.random.choice(VARIABLES)), f"{text[:at]}{self.random.choice(VARIABLES)}",
            self.starred(text), text.upper().replace("ARN:AWS", "arn:aws"), self.shortened(text),
        ))  # fmt: skip

    def shortened(self, text: str) -> str:
        """Too few segments for an ARN."""
        return ":".join(text.split(":")[: self.random.choice((3, 4, 5))])

    def starred(self, text: str) -> str:
        """A star for region or account."""
        segments = text.split(":")
        segments[self.random.choice((3, 4))] = "*"
        return ":".join(segments)

    def principal(self, effect: str) -> Body:
        element = "NotPrincipal" if effect == "Deny" and self.seldom(0.15) else "Principal"
        if element == "Principal" and self.seldom(0.3):
            return {element: self.random.choice(("*", {"AWS": "*"}))}
        if self.caller.service and self.seldom(0.7):
            return {element: {"Service": self.random.choice((self.caller.service, "ec2.amazonaws.com"))}}
        return {element: {"AWS": self.listed(self.named, 2)}}

    def named(self) -> str:
        who = self.caller if self.caller.arn and self.seldom(0.8) else self.random.choice(list(CALLERS.values()))
        account = who.account or FOREIGN
        return self.random.choice((
            who.arn or account, who.arn or account, who.session or account, f"arn:aws:iam::{account}:root", account,
            f"arn:aws:iam::{FOREIGN}:root",
        ))  # fmt: skip

    # conditions

    def keys(self) -> Sequence[str]:
        return (*_ANYWHERE, *self.target.keys, *self.target.keys)

    def circumstances(self) -> dict[str, Any]:
        about = About(
            id="AIDAEXAMPLE",
            tags={"team": self.random.choice(_WORDS)} if self.seldom(0.5) else {},
            session_tags={},
            organization=self.random.choice(("", "o-1")),
        )
        derived = context_on(derived_context(self.caller, about), self.target.action, self.owner, None).known
        usual = {key.lower(): key for key in KEYS}
        found: dict[str, Any] = {usual[key]: values[0] for key, values in derived.items() if key in usual}
        for key in self.keys():
            if key not in found and not key.startswith(("aws:Principal", "aws:username")) and self.seldom(0.5):
                found[key] = self.brought(KEYS[key])
        return found

    def brought(self, key: Key) -> Any:
        if not key.many:
            return self.random.choice(key.values)
        return self.random.sample(key.values, self.random.choice((1, 1, 2, 2, 0)))

    def conditions(self) -> Body:
        block: Body = {}
        for _ in range(self.random.choice((1, 1, 1, 2))):
            name = self.random.choice(self.keys())
            operator, values = self.test(KEYS[name])
            block.setdefault(operator, {})[self.cased(name)] = values
        return block

    def cased(self, name: str) -> str:
        return name.lower() if self.seldom(0.1) else name

    def test(self, key: Key) -> tuple[str, Any]:
        if self.seldom(0.08):
            return "Null", self.random.choice(_FLAGS)
        operator = self.random.choice(OPERATORS["String" if self.seldom(0.08) else key.kind])
        quantifier = (
            self.random.choice(("ForAllValues:", "ForAnyValue:")) if self.seldom(0.9 if key.many else 0.05) else ""
        )
        number = self.random.choice((1, 1, 2, 3))
        values = [self.value(key, operator) for _ in range(number)]
        whole = f"{quantifier}{operator}{'IfExists' if self.seldom(0.15) else ''}"
        return whole, values[0] if number == 1 and self.seldom(0.5) else values

    def value(self, key: Key, operator: str) -> str:
        value = self.random.choice(key.values)
        if "IpAddress" in operator:
            return self.random.choice((value, *_NETWORKS))
        if not operator.startswith(("String", "Arn")):
            return value
        if self.seldom(0.15):
            return self.random.choice(VARIABLES)
        if value and self.seldom(0.3):
            at = self.random.randrange(len(value))
            return self.random.choice((f"{value[:at]}*", f"{value[:at]}?{value[at + 1 :]}", f"*{value[at:]}"))
        return value
