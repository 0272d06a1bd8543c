"""Snapshot → Account: the one place that knows what AWS's answers mean.

What a call did not give stays None and has its gap. An answer that cannot be read becomes a gap too, so that a
broken part of a file never takes the rest with it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from leastwise.account import shapes
from leastwise.account.details import Holders, build_holders
from leastwise.account.guardrails import build_guardrails
from leastwise.account.last_accessed import build_last_accessed
from leastwise.account.model import Account, Organization, PasswordPolicy
from leastwise.account.reader import Reader
from leastwise.account.report import Row, read_report, report_time
from leastwise.account.storage import build_block, build_buckets
from leastwise.account.workloads import Place, build_workloads
from leastwise.snapshot import Gap

if TYPE_CHECKING:
    from datetime import datetime

    from leastwise.snapshot import Snapshot

DETAILS = "iam:GetAccountAuthorizationDetails"


def build(snapshot: Snapshot) -> Account:
    """The account that a snapshot shows."""
    reader = Reader(snapshot)
    rows, generated = _credentials(reader)
    holders = _holders(reader, rows)
    canonical_id, buckets = build_buckets(reader, snapshot.partition)
    organization, member = _organization(reader)
    bound = member is not False and not (organization and organization.management_account == snapshot.account)
    guardrails = build_guardrails(reader, f"arn:{snapshot.partition}:iam::{snapshot.account}:root", bound=bound)
    return Account(
        id=snapshot.account,
        partition=snapshot.partition,
        now=snapshot.now,
        aliases=tuple(sorted(_aliases(reader))),
        users=holders.users,
        groups=holders.groups,
        roles=holders.roles,
        policies=holders.policies,
        buckets=buckets,
        canonical_id=canonical_id,
        password_policy=_password_policy(reader),
        block=build_block(reader),
        organization=organization,
        in_organization=member,
        scps=guardrails.scps,
        rcps=guardrails.rcps,
        workloads=build_workloads(reader, holders.roles, Place(snapshot.partition, snapshot.account)),
        last_accessed=build_last_accessed(reader),
        summary=_summary(reader),
        virtual_mfa=_virtual_mfa(reader),
        report_generated=generated,
        gaps=tuple(sorted(set(reader.gaps), key=lambda g: (g.call, g.target or "", g.reason))),
    )


def _credentials(reader: Reader) -> tuple[dict[str, Row] | None, datetime | None]:
    report = reader.one("iam:GetCredentialReport", shapes.CredentialReport)
    if report is None:
        return None, None
    rows, fault = read_report(report.content)
    if fault:
        reader.gaps.append(Gap(call="iam:GetCredentialReport", reason="Garbled", detail=fault))
        return None, None
    return rows, report_time(report.generated_time)


def _holders(reader: Reader, rows: dict[str, Row] | None) -> Holders:
    details = reader.one(DETAILS, shapes.Details) or shapes.Details()
    listed = reader.one("iam:ListRoles", shapes.ListedRoles)
    sessions = {r.arn: r.max_session_duration for r in listed.roles} if listed else {}
    credentials = reader.one("iam:ListServiceSpecificCredentials", shapes.ServiceCredentials)
    fetched: dict[str, shapes.PolicyVersion] = {}
    if "iam:GetPolicyVersion" in reader.calls:
        answers = reader.each("iam:GetPolicyVersion", shapes.VersionAnswer)
        fetched = {arn: answer.policy_version for arn, answer in answers.items() if answer}
    return build_holders(details, rows=rows, sessions=sessions, credentials=credentials, fetched=fetched)


def _aliases(reader: Reader) -> list[str]:
    answer = reader.one("iam:ListAccountAliases", shapes.Aliases)
    return answer.account_aliases if answer else []


def _summary(reader: Reader) -> dict[str, int]:
    answer = reader.one("iam:GetAccountSummary", shapes.Summary)
    return answer.summary_map if answer else {}


def _virtual_mfa(reader: Reader) -> dict[str, str]:
    answer = reader.one("iam:ListVirtualMFADevices", shapes.VirtualDevices)
    return {d.user.arn: d.serial_number for d in answer.devices if d.user} if answer else {}


def _password_policy(reader: Reader) -> PasswordPolicy | None:
    answer = reader.one("iam:GetAccountPasswordPolicy", shapes.PasswordPolicyAnswer)
    if answer is None:
        return None
    fields = answer.password_policy
    if fields is None:
        return PasswordPolicy(is_default=True)
    return PasswordPolicy(
        minimum_length=fields.minimum_password_length,
        symbols=fields.require_symbols,
        numbers=fields.require_numbers,
        uppercase=fields.require_uppercase_characters,
        lowercase=fields.require_lowercase_characters,
        change_own=fields.allow_users_to_change_password,
        max_age=fields.max_password_age,
        reuse_prevention=fields.password_reuse_prevention,
        hard_expiry=fields.hard_expiry,
    )


def _organization(reader: Reader) -> tuple[Organization | None, bool | None]:
    answer = reader.one("organizations:DescribeOrganization", shapes.OrganizationAnswer)
    members = reader.one("organizations:ListAccounts", shapes.MemberAccounts)
    if answer is None:
        return None, None
    if answer.organization is None:
        return None, False
    accounts = frozenset(a.id for a in members.accounts) if members else None
    found = answer.organization
    return Organization(id=found.id, management_account=found.master_account_id, accounts=accounts), True
