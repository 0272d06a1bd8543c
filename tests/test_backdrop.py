"""What stands behind a report: the documents that it points into, and portraits of those it names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from leastwise.account.last_accessed import CALL
from leastwise.audit import Options, audit
from leastwise.behind import Backdrop, Portrait
from world import ACCOUNT, FOREIGN, World, ago, allow, an_account, deny, document, key, trust

if TYPE_CHECKING:
    from leastwise.results import Report

ALL = document(allow("*"))


def behind(world: World) -> tuple[Report, Backdrop]:
    report = audit(world.snapshot(), Options(backdrop=True))
    assert report.backdrop is not None
    return report, report.backdrop


def portrait(world: World, name: str) -> Portrait:
    _, found = behind(world)
    return next(one for one in found.portraits if one.arn.endswith(f"/{name}"))


def test_a_report_has_none_unless_it_is_asked_for() -> None:
    assert audit(an_account().user("ann", inline={"p": ALL}).snapshot()).backdrop is None


def test_every_statement_that_is_pointed_at_can_be_read() -> None:
    world = (
        an_account()
        .group("devs", inline={"g": document(allow("iam:PutUserPolicy"))})
        .user("ann", groups=("devs",))
        .role("out", trust({"AWS": f"arn:aws:iam::{FOREIGN}:root"}), attached=("mine",))
        .policy("mine", ALL, older=(document(allow("s3:*")),))
        .bucket("open", policy=document(allow("s3:GetObject", "arn:aws:s3:::open/*", Principal="*")))
    )
    report, found = behind(world)
    texts = {(text.arn, text.at): text for text in found.documents}
    pointed = {e for f in report.findings for e in f.evidence if "/Statement" in e.pointer}
    assert {e.name for e in pointed} == {"g", "mine", "trust policy", "bucket policy"}
    for e in pointed:
        at, _, rest = e.pointer.partition("/Statement")
        statements: Any = texts[e.document, at].body["Statement"]
        assert statements[int(rest.removeprefix("/"))]["Effect"] == "Allow"
    assert (f"arn:aws:iam::{ACCOUNT}:policy/mine", "/Policies/0/PolicyVersionList/0/Document") not in texts


def test_what_nothing_points_at_is_left_out() -> None:
    _, found = behind(an_account().user("ann", inline={"p": document(allow("s3:GetObject", "arn:aws:s3:::b/k"))}))
    assert found == Backdrop(documents=(), portraits=())


def test_a_boundary_and_scps_tell_what_they_leave() -> None:
    three = document(allow(["s3:GetObject", "s3:PutObject", "iam:PutUserPolicy"]))
    world = an_account().organization().policy("limits", document(allow(["s3:*", "iam:*"])))
    world.user("free", inline={"p": ALL}, password=True).user(
        "ann", inline={"p": three}, boundary="limits", password=True
    )
    free = portrait(world, "free")
    assert (free.boundary, free.bounded, free.limited) == ("", None, None)
    ann = portrait(world, "ann")
    assert (ann.granted, ann.boundary, ann.bounded, ann.limited) == (3, "limits", 3, None)
    world.scp("full", ALL).scp("no-puts", document(deny("s3:PutObject")))
    ann = portrait(world, "ann")
    assert (ann.granted, ann.bounded, ann.limited) == (3, 3, 2)


def test_a_boundary_that_cannot_be_read_is_none_that_limits() -> None:
    world = an_account().policy("odd", {"Statement": "?"}).user("ann", inline={"p": ALL}, boundary="odd", password=True)
    ann = portrait(world, "ann")
    assert (ann.boundary, ann.bounded, ann.granted > 20_000) == ("odd", None, True)


def test_last_use_is_told_of_each_credential() -> None:
    world = (
        an_account()
        .user("ann", password=True, password_used=3, keys=(key(200, used=5), key(100, active=False, used=1)))
        .user("new", password=True)
        .role("old", used=None)
    )
    assert portrait(world, "ann").used == (("password", ago(3)), ("access key 1", ago(5)))
    assert portrait(world, "new").used == (("password", ""),)
    assert portrait(world, "old").used == (("role", ""),)


def test_policies_are_told_with_the_group_through_which() -> None:
    world = an_account().group("devs", inline={"g": ALL}).user("ann", inline={"own": ALL}, groups=("devs",))
    group = f"arn:aws:iam::{ACCOUNT}:group/devs"
    assert portrait(world, "ann").policies == (
        ("own", f"arn:aws:iam::{ACCOUNT}:user/ann", ""), ("g", group, "through group devs"),
    )  # fmt: skip
    assert portrait(world, "devs").used == ()


def test_services_without_a_use_are_told_where_aws_was_asked() -> None:
    used = {"ServiceName": "S3", "ServiceNamespace": "s3", "LastAuthenticated": ago(3), "TotalAuthenticatedEntities": 1}
    idle = {"ServiceName": "SQS", "ServiceNamespace": "sqs", "TotalAuthenticatedEntities": 0}
    world = an_account().user("ann", inline={"p": ALL}, password=True)
    told = {"JobStatus": "COMPLETED", "JobType": "ACTION_LEVEL", "JobCreationDate": ago(0), "JobCompletionDate": ago(0)}
    world.call(CALL, {world.arn("user", "ann"): {**told, "ServicesLastAccessed": [used, idle]}})
    assert portrait(world, "ann").idle == ("sqs",)
    assert portrait(an_account().user("ann", inline={"p": ALL}), "ann").idle == ()
