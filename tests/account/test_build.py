"""Snapshot → account: what AWS's answers mean, and what is left of them when a part is broken or missing."""

from __future__ import annotations

import json
from datetime import timedelta
from urllib.parse import quote

import msgspec
import pytest

from leastwise.account.build import build
from leastwise.account.model import PasswordPolicy
from leastwise.policy.document import Policy, Unparsed
from leastwise.snapshot import Gap, Snapshot, raw
from world import ACCOUNT, NOW, World, allow, an_account, document, group_of, key, role_of, trust, user_of

DETAILS = "iam:GetAccountAuthorizationDetails"


def test_a_user_has_its_own_and_its_groups_policies() -> None:
    account = (
        an_account()
        .group("ops", inline={"g": document(allow("s3:*"))}, attached=("ReadOnlyAccess",))
        .user("ann", inline={"own": document(allow("ec2:*"))}, attached=("SecurityAudit",), groups=("ops", "gone"))
        .build()
    )
    names = [d.name for d in user_of(account, "ann").documents]
    assert names == ["own", "SecurityAudit", "g", "ReadOnlyAccess"]
    assert all(isinstance(d.policy, Policy) for d in user_of(account, "ann").documents)


def test_a_role_has_its_trust_its_session_length_and_its_last_use() -> None:
    account = an_account().role("r", trust({"AWS": "*"}), session=7200, used=10, profile=True).build()
    role = role_of(account, "r")
    assert role.max_session == 7200
    assert role.last_used == NOW - timedelta(days=10)
    assert role.trust.statements[0].allows
    assert role.instance_profiles == (f"arn:aws:iam::{ACCOUNT}:instance-profile/r",)


def test_a_role_never_used_has_no_last_use() -> None:
    assert role_of(an_account().role("r", used=None).build(), "r").last_used is None


def test_the_credential_report_becomes_logins() -> None:
    account = (
        an_account()
        .user("ann", password=True, password_used=3, mfa=True, keys=(key(100, used=1), key(5, active=False)))
        .user("bob")
        .build()
    )
    ann = user_of(account, "ann")
    assert ann.login is not None
    assert (ann.has_password, ann.login.mfa, ann.is_active) == (True, True, True)
    assert [(k.slot, k.active, k.last_used) for k in ann.login.keys] == [
        (1, True, NOW - timedelta(days=1)),
        (2, False, None),
    ]
    assert [k.slot for k in ann.active_keys] == [1]
    assert not user_of(account, "bob").is_active


@pytest.mark.parametrize("word", ["N/A", "no_information", "not_supported", ""])
def test_aws_words_for_nothing_are_nothing(word: str) -> None:
    world = an_account().user("ann", password=True)
    world.rows[0]["password_last_used"] = word
    world.rows[0]["password_last_changed"] = word
    login = user_of(world.build(), "ann").login
    assert login is not None
    assert (login.password_last_used, login.password_changed) == (None, None)


def test_without_a_credential_report_the_login_is_unknown_and_the_gap_stands() -> None:
    account = an_account().user("ann", password=True).gap("iam:GetCredentialReport").build()
    assert user_of(account, "ann").login is None
    assert account.has_gap("iam:GetCredentialReport")


@pytest.mark.parametrize("content", ["", "user,arn\nann,x", "<html>throttled</html>"])
def test_a_credential_report_without_its_columns_is_a_gap(content: str) -> None:
    account = an_account().user("ann", password=True).call("iam:GetCredentialReport", {"Content": content}).build()
    assert user_of(account, "ann").login is None
    assert [g.reason for g in account.gaps if g.call == "iam:GetCredentialReport"] == ["Garbled"]


def test_columns_that_aws_adds_are_passed_over() -> None:
    world = an_account().user("ann", password=True, mfa=True)
    content = msgspec.json.decode(world.snapshot().calls["iam:GetCredentialReport"])["Content"]
    more = "\n".join(line + ",additional" for line in content.splitlines())
    account = world.call("iam:GetCredentialReport", {"Content": more}).build()
    login = user_of(account, "ann").login
    assert login is not None
    assert login.mfa


def test_documents_may_be_url_encoded_strings() -> None:
    world = an_account().user("ann", inline={"p": document(allow("s3:*"))})
    inline = world.users[0]["UserPolicyList"][0]
    inline["PolicyDocument"] = quote(json.dumps(inline["PolicyDocument"]))
    assert user_of(world.build(), "ann").inline[0].statements[0].actions.match("s3:getobject")


def test_an_aws_managed_document_missing_in_the_details_comes_from_the_catalogue() -> None:
    ann = user_of(an_account().user("ann", attached=("AdministratorAccess",)).build(), "ann")
    assert ann.attached[0].statements[0].actions.is_everything
    assert ann.attached[0].source == "catalogue"


def test_a_fetched_document_wins_over_the_catalogue() -> None:
    arn = "arn:aws:iam::aws:policy/AdministratorAccess"
    fetched = {arn: {"PolicyVersion": {"VersionId": "v9", "Document": document(allow("s3:*"))}}}
    account = an_account().user("ann", attached=(arn,)).call("iam:GetPolicyVersion", fetched).build()
    assert not user_of(account, "ann").attached[0].statements[0].actions.is_everything
    assert user_of(account, "ann").attached[0].source == "iam:GetPolicyVersion"


def test_an_unknown_managed_policy_is_unparsed_never_empty() -> None:
    ann = user_of(an_account().user("ann", attached=("NoSuchPolicyAnywhere",)).build(), "ann")
    assert isinstance(ann.attached[0].policy, Unparsed)


def test_the_default_version_counts_and_the_others_are_kept() -> None:
    older = document(allow("*"))
    account = an_account().policy("p", document(allow("s3:*")), older=(older,)).user("ann", attached=("p",)).build()
    policy = account.policies[f"arn:aws:iam::{ACCOUNT}:policy/p"]
    assert policy.default_version == "v2"
    assert policy.versions["v1"].statements[0].actions.is_everything
    assert user_of(account, "ann").attached[0] is policy.document


def test_one_broken_entry_takes_nothing_else_with_it_and_keeps_the_places() -> None:
    world = an_account().user("a").user("b", inline={"p": document(allow("s3:*"))}).role("r")
    del world.users[0]["Arn"]
    world.roles[0]["Tags"] = None
    account = world.build()
    assert [u.name for u in account.users] == ["b"]
    assert [r.name for r in account.roles] == ["r"]
    assert [(g.target, g.reason) for g in account.gaps] == [("/UserDetailList/0", "Garbled")]
    assert user_of(account, "b").inline[0].at == "/UserDetailList/1/UserPolicyList/0/PolicyDocument"


@pytest.mark.parametrize("answer", [[], "x", {"UserDetailList": {"a": 1}}, None, {"UserDetailList": [7]}])
def test_details_that_are_no_details_are_a_gap(answer: object) -> None:
    snapshot = Snapshot(account=ACCOUNT, taken_at="2026-01-01T00:00:00Z", calls={DETAILS: raw(answer)})
    account = build(snapshot)
    assert account.principals == ()
    assert any(g.call == DETAILS and g.reason == "Garbled" for g in account.gaps)


def test_a_call_that_is_neither_there_nor_a_gap_becomes_one() -> None:
    account = build(Snapshot(account=ACCOUNT, taken_at="2026-01-01T00:00:00Z", calls={}))
    assert Gap(call=DETAILS, reason="NotCollected", detail="the snapshot does not hold it") in account.gaps
    assert account.password_policy is None
    assert account.block is None
    assert account.organization is None


def test_the_default_password_policy_is_known_to_be_the_default() -> None:
    assert an_account().build().password_policy == PasswordPolicy(is_default=True)
    world = an_account().call("iam:GetAccountPasswordPolicy", {"PasswordPolicy": {"MinimumPasswordLength": 14}})
    policy = world.build().password_policy
    assert policy is not None
    assert (policy.is_default, policy.minimum_length, policy.reuse_prevention) == (False, 14, 0)


def test_buckets_know_what_could_not_be_seen_of_them() -> None:
    world = an_account().bucket("a", policy=trust("*", "s3:GetObject"), enforced=False).bucket("b")
    account = world.gap("s3:GetBucketAcl", target="b").build()
    first, second = account.buckets
    assert first.policy is not None
    assert first.acls_disabled is False
    assert first.unseen == ()
    assert (second.unseen, second.grants) == (("s3:GetBucketAcl",), None)
    assert second.acls_disabled is True
    assert second.policy is None


def test_a_garbled_part_of_one_bucket_is_that_buckets_gap() -> None:
    world = an_account().bucket("a").bucket("b")
    world.buckets["a"]["acl"] = {"Grants": 7}
    account = world.build()
    assert account.buckets[0].unseen == ("s3:GetBucketAcl",)
    assert account.buckets[1].unseen == ()


def test_groups_in_odd_order_and_twice_count_once() -> None:
    account = an_account().group("z").group("a").user("ann", groups=("z", "a", "z")).build()
    assert [g.name for g in user_of(account, "ann").groups] == ["a", "z"]
    assert group_of(account, "a").subject.name == "a"


def test_organization_accounts_are_own_when_they_are_known() -> None:
    described = {"Organization": {"Id": "o-1", "MasterAccountId": "111111111111"}}
    world = an_account().call("organizations:DescribeOrganization", described)
    known = world.call("organizations:ListAccounts", {"Accounts": [{"Id": "222222222222"}]}).build()
    assert known.is_own("222222222222")
    assert not known.is_own("333333333333")
    unknown = World().call("organizations:DescribeOrganization", described).gap("organizations:ListAccounts").build()
    assert unknown.in_organization
    assert not unknown.is_own("222222222222")
