"""The shipped catalogue: sound in itself, and right where everybody knows the answer."""

import re
import subprocess
import sys
from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leastwise.catalog import AccessLevel, rcp_services, universe
from leastwise.catalog.facts import pattern_of
from leastwise.catalog.files import FOLDER, lines, rows
from leastwise.catalog.global_keys import GLOBAL_KEYS
from leastwise.catalog.levels import strongest

ALL = universe()


def test_names_are_well_formed_sorted_and_single() -> None:
    assert len(ALL.names) > 20_000
    assert all(re.fullmatch(r"[a-z0-9-]+:[A-Za-z0-9-]+", name) for name in ALL.names)
    assert all(one.lower() < other.lower() for one, other in pairwise(ALL.names))


def test_every_line_speaks_of_its_action() -> None:
    for file in ("resources.txt", "keys.txt"):
        assert len(lines(file)) == len(ALL.names)
    assert [len(line) for line in lines("classes.txt")] == [len(ALL.names)] * 2


def test_a_service_is_the_sum_of_its_actions() -> None:
    found = [ALL.index(name) for name in ALL.names if name.startswith("iam:")]
    assert ALL.mask("IAM:*") == sum(1 << index for index in found if index is not None)


def test_a_general_glob_agrees_with_a_plain_search() -> None:
    assert ALL.names_of(ALL.mask("*:*tag*")) == [name for name in ALL.names if "tag" in name.lower().split(":")[1]]


@settings(max_examples=25, deadline=None)  # each compares with a walk over the whole catalogue
@given(st.sampled_from(ALL.names), st.data())
def test_a_blurred_name_still_finds_itself_and_only_its_like(name: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(name)))
    end = data.draw(st.integers(start, len(name)))
    found = ALL.names_of(ALL.mask(name[:start] + "*" + name[end:].upper()))
    head, tail = name[:start].lower(), name[end:].lower()
    like = [
        other
        for other in ALL.names
        if other.lower().startswith(head) and other.lower().endswith(tail) and len(other) >= len(head) + len(tail)
    ]
    assert found == like
    assert name in found


def test_each_action_has_one_level() -> None:
    masks = [ALL.level_mask(level) for level in AccessLevel]
    assert sum(masks) == ALL.everything
    assert sum(mask.bit_count() for mask in masks) == len(ALL.names)


@pytest.mark.parametrize(
    ("action", "level"),
    [
        ("iam:ListUsers", AccessLevel.LIST),
        ("s3:GetObject", AccessLevel.READ),
        ("IAM:CREATEUSER", AccessLevel.WRITE),
        ("iam:PutUserPolicy", AccessLevel.PERMISSIONS_MANAGEMENT),
        ("s3:PutBucketPolicy", AccessLevel.PERMISSIONS_MANAGEMENT),
        ("ec2:CreateTags", AccessLevel.TAGGING),
        ("s3:NoSuchAction", None),
        ("s3:*", None),
        ("", None),
    ],
)
def test_levels(action: str, level: AccessLevel | None) -> None:
    assert ALL.level(action) is level
    assert level is None or ALL.level_mask(level) & ALL.mask(action)


def test_the_narrower_word_of_a_joint_level_stays() -> None:
    assert strongest("Write") is AccessLevel.WRITE
    assert strongest("Tagging, Write") is AccessLevel.TAGGING
    assert strongest("Permissions management, Write") is AccessLevel.PERMISSIONS_MANAGEMENT
    with pytest.raises(ValueError, match="Wonder"):
        strongest("Wonder")


def test_scopable_means_a_resource_type() -> None:
    assert ALL.scopable & ALL.mask("s3:GetObject")
    assert not ALL.scopable & ALL.mask("s3:ListAllMyBuckets")
    assert all(bool(ALL.resource_types(name)) == bool(ALL.scopable >> i & 1) for i, name in enumerate(ALL.names))


def test_resources_of_an_action() -> None:
    assert ALL.resource_types("IAM:passrole") == ("role",)
    assert ALL.resource_patterns("iam:PassRole") == ("arn:*:iam::*:role/*",)
    assert ALL.required_resource_patterns("iam:PassRole") == ("arn:*:iam::*:role/*",)
    assert "arn:*:s3:::*/*" in ALL.resource_patterns("s3:GetObject")


def test_a_required_resource_is_one_of_the_resources() -> None:
    images = "arn:*:ec2:*::image/*"
    volumes = "arn:*:ec2:*:*:volume/*"
    assert {images, volumes} <= set(ALL.resource_patterns("ec2:RunInstances"))
    required = ALL.required_resource_patterns("ec2:RunInstances")
    assert images in required
    assert volumes not in required


def test_patterns_are_free_of_placeholders() -> None:
    patterns = [pattern_of(template) for _, _, template, _ in rows("types.txt")]
    assert not [pattern for pattern in patterns if set(pattern) & set("${}<>") or "**" in pattern]
    assert all(pattern.startswith("arn:*:") for pattern in patterns)


def test_condition_keys_of_an_action_and_of_its_resource() -> None:
    assert {"iam:PassedToService", "aws:ResourceTag/${TagKey}"} <= ALL.condition_keys("iam:PassRole")
    assert ALL.condition_keys("iam:NoSuchAction") == frozenset()


def test_every_condition_key_of_an_action_is_unbroken() -> None:
    for name in ALL.names[::50]:
        assert all(re.fullmatch(r"[^,\t]+", key) for key in ALL.condition_keys(name))


@pytest.mark.parametrize(
    ("key", "kind"),
    [
        ("iam:PolicyARN", "ARN"),
        ("IAM:policyarn", "ARN"),
        ("aws:TagKeys", "ArrayOfString"),
        ("aws:SourceIp", "IPAddress"),
        ("aws:MultiFactorAuthPresent", "Bool"),
        ("aws:RequestTag/Team", "String"),
        ("aws:PrincipalTag/team/sub", "String"),
        ("s3:ExistingObjectTag/secret", "String"),
        ("identitystore:UserId", "String"),  # the owner of the key wins over two who differ
        ("aws:RequestTag/", None),
        ("aws:RequestTag", None),
        ("aws:NoSuchKey", None),
        ("", None),
    ],
)
def test_condition_key_types(key: str, kind: str | None) -> None:
    assert ALL.condition_key_type(key) == kind


def test_condition_key_types_are_a_closed_set() -> None:
    base = {"String", "ARN", "Bool", "Date", "Numeric", "IPAddress"}
    known = base | {f"ArrayOf{kind}" for kind in base}
    assert {kind for _, kind in rows("conditions.txt")} | set(GLOBAL_KEYS.values()) <= known


def test_dependent_actions() -> None:
    assert "iam:PassRole" in ALL.dependent_actions("lambda:createfunction")
    assert ALL.dependent_actions("iam:ListUsers") == ()
    assert all(ALL.index(action) is not None for action, _ in rows("dependents.txt"))


@pytest.mark.parametrize(
    "facts",
    [ALL.resource_types, ALL.resource_patterns, ALL.required_resource_patterns, ALL.dependent_actions],
)
def test_nothing_is_known_of_the_unknown(facts: Callable[[str], tuple[str, ...]]) -> None:
    assert facts("s3:NoSuchAction") == facts("nosuch:Action") == facts("s3:*") == facts("*") == ()


def test_rcp_services_are_services() -> None:
    assert {"s3", "sts", "kms", "sqs", "secretsmanager"} <= rcp_services()
    assert "iam" not in rcp_services()
    assert all(ALL.mask(f"{service}:*") for service in rcp_services() - {"cloudtrail-data"})


OPENED = """
import sys
opened = []
sys.addaudithook(lambda event, what: opened.append(str(what[0])) if event == "open" else None)
import leastwise.catalog as catalog
{statement}
print(*sorted({{name for name in opened if name.startswith({folder!r})}}))
"""


@pytest.mark.parametrize(
    ("statement", "files"),
    [
        ("", []),
        ("catalog.version()", ["origin.json"]),
        ("catalog.universe().mask('s3:*')", ["actions.txt"]),
        ("catalog.universe().level('s3:GetObject')", ["actions.txt", "classes.txt"]),
        ("catalog.managed_policy('NoSuchPolicy')", ["managed.txt"]),
    ],
)
def test_only_what_is_asked_for_is_read(statement: str, files: list[str]) -> None:
    program = OPENED.format(statement=statement, folder=str(FOLDER))
    run = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert run.stdout.split() == [str(FOLDER / file) for file in files]


def test_a_type_with_two_arns_has_two_patterns() -> None:
    assert universe().resource_patterns("lex:CreateIntent") == ("arn:*:lex:*:*:bot/*", "arn:*:lex:*:*:bot:*")
    assert len(universe().resource_types("lex:CreateIntent")) == 1
    names = universe().names
    assert not [pattern for name in names for pattern in universe().resource_patterns(name) if "," in pattern]
    assert not [pattern for pattern in universe().resources_of() if "," in pattern]


@pytest.mark.parametrize(
    ("action", "key", "sent"),
    [
        ("s3:ListBucket", "s3:prefix", True),
        ("s3:GetObject", "s3:prefix", False),
        ("s3:GetObject", "S3:ExistingObjectTag/team", True),
        ("s3:GetObject", "s3:NoSuchKey", False),
        ("s3:NoSuchAction", "s3:prefix", False),
    ],
)
def test_which_keys_an_action_sends(action: str, key: str, sent: bool) -> None:
    assert ALL.sends(action, key) is sent
