"""The folder in which the commands of the documents are run: the files that they speak of, made of the demo account."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from demos import a_week_later, demo, keep
from leastwise.cli.process import outcome
from terminal import AUDIT

if TYPE_CHECKING:
    from pathlib import Path

PEOPLE = {"ann": "passer-lambda"}  # of whom the guides speak, and who in the demo account is like them
ROLES = {"deploy": "self-attacher", "ci": "old-and-used", "ci-build": "old-and-used", "payments": "eleven-hours"}
READ = {"Effect": "Allow", "Action": ["s3:GetObject", "s3:ListBucket"], "Resource": "arn:aws:s3:::data*"}
WRITE = {"Effect": "Allow", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::data/*"}
FAR = {"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {"StringEquals": {"aws:RequestedRegion": "cn-1"}}}
OTHER = "222233334444"
TEMPLATE = "Resources:\n  Bucket:\n    Type: AWS::S3::Bucket\n"


def policy(*statements: dict[str, Any]) -> dict[str, Any]:
    """A policy document."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def unmistaken(told: dict[str, Any]) -> dict[str, Any]:
    """The same account without a role that is called as the world outside is."""
    text = json.dumps(told).replace("role/anyone", "role/open").replace('"anyone"', '"open"')
    kept: dict[str, Any] = json.loads(text)
    return kept


def peopled(told: dict[str, Any]) -> dict[str, Any]:
    """The same account, with those in it of whom the guides speak."""
    details = told["calls"]["iam:GetAccountAuthorizationDetails"]
    for rows, name, named in (
        (details["UserDetailList"], "UserName", PEOPLE),
        (details["RoleDetailList"], "RoleName", ROLES),
        (told["calls"]["iam:ListRoles"]["Roles"], "RoleName", ROLES),
    ):
        models = {row[name]: row for row in rows}
        rows.extend(_like(models[model], model, own) for own, model in named.items())
    return told


def _like(row: dict[str, Any], model: str, own: str) -> dict[str, Any]:
    twin: dict[str, Any] = json.loads(json.dumps(row).replace(f"/{model}", f"/{own}").replace(f'"{model}"', f'"{own}"'))
    key = "UserId" if "UserId" in row else "RoleId"
    return {**twin, key: f"{row[key][:4]}{own.upper().replace('-', ''):0<17}"}


def inventory() -> dict[str, Any]:
    """One function runs, and bears a role."""
    name = "arn:aws:lambda:eu-west-1:123456789012:function:fleet"
    row = {"FunctionName": "fleet", "FunctionArn": name, "Role": "arn:aws:iam::123456789012:role/admin-for-lambda"}
    return {"calls": {"lambda:ListFunctions": {"eu-west-1": {"Functions": [row]}}}}


def lay_out(place: Path) -> None:
    """Put every file in its place."""
    account = peopled(unmistaken(demo()))
    keep(account, place / "snapshot.json.gz")
    text = json.dumps(account)
    keep(json.loads(text.replace("payments", "tooling")), place / "tools.json.gz")
    keep(json.loads(text.replace(account["account"], OTHER)), place / "production.json.gz")
    keep(account["calls"]["iam:GetAccountAuthorizationDetails"], place / "details.json")
    _policies(place)
    (place / "logs").mkdir()
    _audits(place)


def _policies(place: Path) -> None:
    for name in ("old.json", "main.json", "policy.json"):
        keep(policy(READ), place / name)
    for name in ("new.json", "branch.json"):
        keep(policy(READ, WRITE), place / name)
    for folder in ("workloads", "policies", "modules/network"):
        (place / folder).mkdir(parents=True)
    for name in ("policies/deploy.json", "modules/network/policy.json"):
        keep(policy(READ), place / name)
    (place / "template.yaml").write_text(TEMPLATE, encoding="utf-8")
    keep({"format_version": "1.2", "planned_values": {"root_module": {}}}, place / "plan.json")
    for name in ("deny-regions.json", "workloads/regions.json"):
        keep(policy(FAR), place / name)
    keep(policy({**FAR, "Principal": "*"}), place / "perimeter.json")
    keep(inventory(), place / "inventory.json")


def _audits(place: Path) -> None:
    now, later = keep(demo(), place / "now.json"), keep(a_week_later(), place / "later.json")
    for folder, snapshot in (("monday", now), ("main", now), ("friday", later), ("branch", later)):
        outcome(["scan", "--quiet", "--snapshot", snapshot, "-o", str(place / folder)])
    (place / AUDIT).write_bytes((place / "monday" / AUDIT).read_bytes())
