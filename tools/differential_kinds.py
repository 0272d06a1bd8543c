"""The kinds of difference that `tools/differential.py` may find, each with its reason and the AWS page that settles it.

A kind is told by words about a case that has been shrunk: whatever is left in it makes the difference.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from leastwise import catalog
from leastwise.policy.pattern import Glob
from tools.differential_cases import CALLERS
from tools.differential_shrink import LISTS, SINGLES, nodes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tools.differential_cases import Case
    from tools.differential_shrink import Path

_VARIABLE = re.compile(r"\$\{([^}',]*)(?:, *'[^']*')?\}")
_TEST = re.compile(r"(?:(ForAllValues|ForAnyValue):)?(\w+?)(IfExists)?")
_NEGATED = ("StringNot", "ArnNot", "NotIp", "NumericNot", "DateNot")
_COLONS = 5
_COMPLETED = ("identity", "boundary", "session")  # where both evaluators complete an ARN of fewer than six segments
_UNTYPED = ("s3", "sqs")  # the resource part of their ARNs begins with a name


def words_of(case: Case) -> frozenset[str]:
    """What is left in a shrunk case, in words."""
    caller = CALLERS[case["caller"]]
    service = case["action"].partition(":")[0]
    words = {case["caller"], case["action"], *(f"{name} policy" for name in (*SINGLES, *LISTS) if case[name])}
    if caller.arn and case["owner"] != caller.account:
        words.add("abroad")
    if caller.is_federated and not case["session"]:
        words.add("no session policy")
    if case["rcps"] and service not in catalog.rcp_services():
        words.add("not a service of RCPs")
    for path, value in nodes({name: case[name] for name in (*SINGLES, *LISTS)}):
        words |= set(_said(case, path, value))
    return frozenset(words)


def _said(case: Case, path: Path, value: Any) -> Iterator[str]:
    last = str(path[-1]) if path else ""
    if last in {"NotAction", "NotResource", "NotPrincipal"}:
        yield last
    if value == "Deny":
        yield "Deny"
    if isinstance(value, dict) and "Statement" in value and value.get("Version") != "2012-10-17":
        yield "old version"
    if "Condition" in path:
        yield from _of_condition(case, path, value)
    elif isinstance(value, str) and {"Resource", "NotResource"} & set(path):
        yield from _of_resource(case, value, completed=path[0] in _COMPLETED)
    elif isinstance(value, str) and {"Principal", "NotPrincipal"} & set(path):
        yield f"named {_kind_of(value)}"


def _of_resource(case: Case, text: str, *, completed: bool) -> Iterator[str]:
    if text == "*":
        return
    yield from _of_variables(case, text)
    pairs = zip(text.split(":", _COLONS), case["resource"].split(":", _COLONS), strict=False)
    if _matches(text, case["resource"]) and not all(_matches(*pair) for pair in pairs):
        yield "wildcard across a colon"
    *segments, part = _VARIABLE.sub("?", text).split(":", _COLONS)
    if len(segments) < _COLONS:
        yield "completed ARN" if completed else "short ARN"
    elif any(re.search(r"[*?]", segment) for segment in segments[:3]):
        yield "wildcard in the service"
    elif segments[2] not in _UNTYPED and re.search(r"[*?]", re.split("[/:]", part)[0]):
        yield "wildcard in the type"
    elif "${" in re.split("/", text.split(":", _COLONS)[-1])[0]:
        yield "variable before a slash"


def _matches(pattern: str, text: str) -> bool:
    return Glob.parse(pattern).matches(text)


def _of_variables(case: Case, text: str) -> Iterator[str]:
    given = {key.lower(): value for key, value in case["context"].items()}
    for found in _VARIABLE.finditer(text):
        value = given.get(found[1].lower())
        yield "variable"
        if found[1] not in {"*", "?", "$"} and (value is None or isinstance(value, list)):
            yield "default" if "'" in found[0] and value is None else "unresolved"
        if "'" in found[0] and value == "":
            yield "default for an empty text"


def _of_condition(case: Case, path: Path, value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield from _of_variables(case, value)
    if len(path) < 3 or path[-3] != "Condition":
        return
    given = {key.lower(): values for key, values in case["context"].items()}
    operator = _TEST.fullmatch(str(path[-2]))
    yield from filter(None, operator.groups() if operator else ())
    if operator and operator[2].startswith(_NEGATED):
        yield "negated"
    found = given.get(str(path[-1]).lower())
    yield "absent" if found is None else "empty" if not any(found) else "many" if isinstance(found, list) else "one"
    yield from _of_values(str(path[-2]), (*_texts(value), *_texts(found)))


def _of_values(operator: str, texts: tuple[str, ...]) -> Iterator[str]:
    if "Arn" in operator and any(text.count(":") < _COLONS for text in texts):
        yield "not an ARN"
    if "Date" in operator and any(text.isdigit() for text in texts):
        yield "epoch"
    if "IpAddress" in operator:
        yield from (word for word, sign in (("all addresses", "/0"), ("IPv6", "::")) if any(sign in t for t in texts))


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(value) if isinstance(value, list) else () if value is None else (str(value),)


def _kind_of(principal: str) -> str:
    if principal == "*" or ":" not in principal:
        return principal if principal == "*" else "account" if principal.isdigit() else "service"
    return "account" if principal.endswith(":root") else principal.rsplit(":", maxsplit=1)[-1].split("/", maxsplit=1)[0]


class Kind(NamedTuple):
    """Differences of cases of which these words can be said, and none of `but`.

    `here` says whether this engine "allows" or "denies" (empty: the one or the other). `right` is "this" engine or the
    "other", or "decided" where AWS documents no answer and docs/decisions/0007 says why this one was chosen.
    """

    name: str
    words: frozenset[str]
    here: str
    right: str
    reason: str
    page: str
    but: frozenset[str] = frozenset()

    def covers(self, words: frozenset[str], here: str) -> bool:
        """Whether the difference is of this kind."""
        return self.words <= words and not self.but & words and self.here in {"", here}


def _kind(words: str, here: str, right: str, told: tuple[str, str, str], but: str = "") -> Kind:
    name, reason, page = told
    return Kind(name, frozenset(words.split(", ")), here, right, reason, page, frozenset(but.split(", ")) - {""})


_GUIDE = "https://docs.aws.amazon.com/IAM/latest/UserGuide"
_OPERATORS = f"{_GUIDE}/reference_policies_elements_condition_operators.html"
_MULTIPLE = f"{_GUIDE}/reference_policies_condition-single-vs-multi-valued-context-keys.html"
_ARNS = f"{_GUIDE}/reference-arns.html"
_RESOURCE = f"{_GUIDE}/reference_policies_elements_resource.html"
_SESSION = f"{_GUIDE}/access_policies.html#policies_session"
_VARIABLES = f"{_GUIDE}/reference_policies_variables.html"
_ASSUME_ROLE = "https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html"
_BUCKET_POLICY = "https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html"
_EMPTY = ("empty values", "An empty text is a null data set, and a key without values is not there.", _MULTIPLE)
_UNRESOLVED = (
    "a variable without a value",
    "Here it matches nothing, so NotResource and negated tests apply; AWS: it might void the statement.",
    _VARIABLES,
)
_NOT_PRINCIPAL = f"{_GUIDE}/reference_policies_elements_notprincipal.html"
_RCPS = "https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html"
KINDS = (
    _kind(
        "rcps policy, not a service of RCPs", "allows", "this",
        ("RCPs and services they do not reach", "RCPs bear on a list of services only.", _RCPS),
    ),
    _kind(
        "federated, no session policy", "denies", "this",
        ("a federated user without a session policy", "Without one it has no permissions of its own.", _SESSION),
    ),
    _kind(
        "federated, named user, resource_policy policy", "", "this",
        (
            "a resource policy that names a federated user's user",
            "What the user is granted or denied its sessions are, as far as their session policy lets it through.",
            _SESSION,
        ),
    ),
    _kind(
        "session policy, resource_policy policy, named *", "allows", "decided",
        (
            "a session policy and a resource policy for everybody",
            "A session policy does not limit what the session itself is granted; of a bare * AWS says nothing.",
            f"{_GUIDE}/reference_policies_elements_principal.html",
        ),
    ),
    _kind("root, sts:AssumeRole", "denies", "this", ("the root user assumes a role", "It cannot.", _ASSUME_ROLE)),
    _kind(
        "root, s3:PutBucketPolicy, Deny, resource_policy policy", "allows", "this",
        ("the root user and its own bucket's policy", "The owner's root can always change it.", _BUCKET_POLICY),
    ),
    _kind(
        "NotPrincipal, boundary policy", "denies", "this",
        ("NotPrincipal and a boundary", "A deny with NotPrincipal hits whoever has a boundary.", _NOT_PRINCIPAL),
    ),
    _kind(
        "NotPrincipal, named account", "denies", "this",
        ("NotPrincipal with an account", "Users and roles must be listed themselves.", _NOT_PRINCIPAL),
    ),
    _kind(
        "NotPrincipal, named assumed-role", "denies", "this",
        ("NotPrincipal with a session alone", "Its role and account must be listed too.", _NOT_PRINCIPAL),
    ),
    *(
        _kind(
            f"NotPrincipal, named {kind}", "denies", "this",
            ("NotPrincipal without the account", "AWS might deny the whole account: here it depends.", _NOT_PRINCIPAL),
        )
        for kind in ("user", "role", "federated-user")
    ),
    _kind(
        "old version, variable", "", "this",
        ("variables in policies of 2008", "Before version 2012-10-17 they are plain text.", _VARIABLES),
    ),
    _kind(
        "default for an empty text", "", "decided",
        (
            "a variable's default and an empty tag",
            "A default is for a key that is not there; of one that is empty AWS says nothing, here it is there.",
            _VARIABLES,
        ),
    ),
    _kind(
        "wildcard across a colon", "", "decided",
        (
            "a wildcard that would match a colon",
            "AWS promises it of a star that ends its segment; here any does.",
            _RESOURCE,
        ),
    ),
    _kind(
        "completed ARN, NotResource", "", "this",
        ("NotResource with an ARN of fewer than six segments", "AWS completes it; there it is void.", _ARNS),
    ),
    _kind(
        "short ARN", "", "decided",
        (
            "ARNs of fewer than six segments",
            "AWS completes them in identity-based policies and says nothing of others; here in all.",
            _ARNS,
        ),
    ),
    _kind(
        "wildcard in the service", "", "decided",
        ("a wildcard in an ARN's service", "Not allowed; here the text matches, there nothing.", _RESOURCE),
    ),
    _kind(
        "wildcard in the type", "", "decided",
        ("a wildcard in an ARN's resource type", "Not allowed; here the text matches, there nothing.", _ARNS),
    ),
    _kind(
        "variable before a slash", "", "this",
        ("a variable where the resource part begins", "It may stand anywhere after the fifth colon.", _VARIABLES),
    ),
    _kind("unresolved, NotResource", "", "decided", _UNRESOLVED),
    _kind("unresolved, negated", "", "decided", _UNRESOLVED),
    _kind("ForAllValues, empty", "", "this", _EMPTY),
    _kind("ForAnyValue, empty", "", "this", _EMPTY),
    _kind("Null, empty", "", "this", _EMPTY),
    _kind("empty", "", "this", _EMPTY, but="ForAllValues, ForAnyValue, Null"),
    _kind(
        "many", "", "decided",
        ("a list without a set operator", "AWS asks for a set operator; here a list of one is a value.", _MULTIPLE),
        but="ForAllValues, ForAnyValue",
    ),
    _kind("epoch", "", "this", ("dates in seconds since 1970", "Both forms are dates and compare.", _OPERATORS)),
    _kind("all addresses", "", "this", ("IP operators and 0.0.0.0/0", "No IPv4 address is outside it.", _OPERATORS)),
    _kind(
        "NotIpAddress, IPv6", "", "this",
        ("NotIpAddress across IP versions", "An IPv6 address is in no IPv4 network, and the other way.", _OPERATORS),
    ),
    _kind(
        "not an ARN", "", "decided",
        ("ARN operators on what is no ARN", "AWS documents no answer; here such a test is false.", _OPERATORS),
    ),
)  # fmt: skip
