from __future__ import annotations

from judging import hits, is_certain, names, the_hit
from leastwise.checks.principal_can_escalate import principal_can_escalate
from leastwise.escalation import find_paths
from leastwise.results import Verdict
from world import allow, an_account, by_service, deny, document, trust

ME = "arn:aws:iam::123456789012:user/ann"
ADMIN = ("AdministratorAccess",)


def test_one_finding_for_each_principal_with_evidence() -> None:
    account = an_account().user("ann", inline={"p": document(allow(["iam:PutUserPolicy", "iam:AttachUserPolicy"], ME))})
    hit = the_hit(principal_can_escalate, account.build())
    assert hit.subject.name == "ann"
    assert any(e.pointer.endswith("/Statement/0") for e in hit.evidence)
    assert hit.certain


def test_severity_is_the_best_paths() -> None:
    account = an_account().user("ann", inline={"p": document(allow("iam:PutUserPolicy", ME))}).build()
    assert the_hit(principal_can_escalate, account).severity == find_paths(account)[0].severity


def test_fires_through_a_role() -> None:
    account = an_account().role("boss", trust({"AWS": ME}), attached=ADMIN).user("ann").build()
    assert "administrator boss" in the_hit(principal_can_escalate, account).message


def test_silent_when_denied() -> None:
    world = an_account().user("ann", inline={"p": document(allow("iam:PutUserPolicy", ME), deny("iam:Put*"))})
    assert not hits(principal_can_escalate, world.build())


def test_silent_for_full_administrators() -> None:
    assert not hits(principal_can_escalate, an_account().user("ann", attached=ADMIN).build())


def test_silent_on_lateral_and_latent_paths() -> None:
    lateral = an_account().role("reader", trust({"AWS": ME}), attached=("ReadOnlyAccess",)).user("ann")
    assert not hits(principal_can_escalate, lateral.build())
    latent = an_account().user("ann", inline={"p": document(allow("lambda:UpdateFunctionCode"))}).build()
    assert not hits(principal_can_escalate, latent)


def test_a_conditional_path_makes_a_conditional_finding() -> None:
    world = an_account().role("boss", by_service("lambda"), attached=ADMIN)
    account = world.user("ann", inline={"p": document(allow("lambda:UpdateFunctionCode"))}).build()
    assert [p.verdict for p in find_paths(account) if p.escalates] == [Verdict.CONDITIONAL]
    assert not is_certain(principal_can_escalate, account)
    assert the_hit(principal_can_escalate, account).assumes


def test_what_exempt_principals_could_do_is_left_to_the_framework() -> None:
    world = an_account().user(
        "ann", inline={"p": document(allow("iam:PutUserPolicy", ME))}, tags={"EmergencyAccess": "true"}
    )
    assert not find_paths(world.build())
    assert names(principal_can_escalate, world.build()) == ["ann"]
