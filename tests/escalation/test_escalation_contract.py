"""The rows of the contract's example table that speak of escalation, and its definitions of paths."""

from __future__ import annotations

import pytest

from leastwise.escalation import exempt_paths, find_paths, standing
from leastwise.results import Path, Severity, Verdict
from world import World, allow, an_account, by_service, deny, document, role_of, trust, user_of

EVERYTHING = document(allow("*"))
EVE = "arn:aws:iam::123456789012:user/eve"
ROOT = "arn:aws:iam::123456789012:root"
LAMBDA = document(allow(["iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction"]))
BEND = document(allow("lambda:UpdateFunctionCode"))


def eves(world: World) -> list[Path]:
    return [path for path in find_paths(world.build()) if path.source.name == "eve"]


def methods_of(path: Path) -> list[str]:
    return [edge.method for edge in path.edges]


def test_administrator_access_under_a_narrow_boundary() -> None:
    world = an_account().policy("fence", document(allow("s3:Get*")))
    world.user("eve", attached=("AdministratorAccess",), boundary="fence")
    assert not eves(world)


def test_allow_everything_and_deny_everything() -> None:
    world = an_account().user("eve", inline={"p": document(allow("*"), deny("*"))})
    assert not eves(world)


def test_iam_full_access_is_equivalent_with_a_path_of_one_hop() -> None:
    world = an_account().user("eve", attached=("IAMFullAccess",))
    (path,) = eves(world)
    assert path.verdict is Verdict.PROVEN
    assert path.source == path.target
    assert len(path.edges) == 1
    assert path.severity is Severity.CRITICAL


def test_a_full_administrator_starts_no_path() -> None:
    assert not eves(an_account().user("eve", attached=("AdministratorAccess",)))


def test_put_user_policy_on_itself() -> None:
    (path,) = eves(an_account().user("eve", inline={"p": document(allow("iam:PutUserPolicy", EVE))}))
    assert path.verdict is Verdict.PROVEN
    assert methods_of(path) == ["iam-007"]
    assert [str(used) for used in path.edges[0].permissions] == [f"iam:PutUserPolicy on {EVE}"]
    assert [e.pointer for e in path.edges[0].evidence] == [
        "/UserDetailList/0/UserPolicyList/0/PolicyDocument/Statement/0"
    ]
    assert path.edges[0].commands[0].startswith("aws iam put-user-policy --user-name eve ")


def test_the_same_while_a_group_denies_it() -> None:
    world = an_account().group("g", inline={"d": document(deny("iam:Put*"))})
    assert not eves(world.user("eve", groups=("g",), inline={"p": document(allow("iam:PutUserPolicy", EVE))}))


def test_a_role_that_may_attach_user_policies_without_a_user_it_could_use() -> None:
    world = an_account().role("eve", inline={"p": document(allow("iam:AttachUserPolicy"))}).user("ann")
    assert not [path for path in eves(world) if path.escalates]


@pytest.mark.parametrize(("service", "escalates"), [("lambda", True), ("ec2", False)])
def test_passing_an_administrator_role_to_a_function(service: str, escalates: bool) -> None:
    world = an_account().role("boss", by_service(service), attached=("AdministratorAccess",), profile=True)
    paths = eves(world.user("eve", inline={"p": LAMBDA}))
    assert any(path.verdict is Verdict.PROVEN for path in paths) is escalates
    assert any(path.escalates for path in paths) is escalates


def test_changing_code_where_an_administrator_role_trusts_lambda() -> None:
    world = an_account().role("boss", by_service("lambda"), attached=("AdministratorAccess",))
    (path,) = eves(world.user("eve", inline={"p": BEND}))
    assert path.verdict is Verdict.CONDITIONAL
    assert path.severity is Severity.HIGH
    assert any("role/boss" in text and "function" in text for text in path.edges[0].conditions)


def test_changing_code_where_no_stronger_role_trusts_lambda() -> None:
    world = an_account().role("boss", by_service("ec2"), attached=("AdministratorAccess",))
    (path,) = eves(world.user("eve", inline={"p": BEND}))
    assert path.verdict is Verdict.LATENT
    assert not path.escalates
    assert "lambda.amazonaws.com" in path.edges[0].missing[0]
    assert path.target.arn == ROOT
    assert path.severity is Severity.LOW


def test_no_permissions_but_named_by_an_administrator_role() -> None:
    world = an_account().role("boss", trust({"AWS": EVE}), attached=("AdministratorAccess",))
    (path,) = eves(world.user("eve"))
    assert path.verdict is Verdict.PROVEN
    assert methods_of(path) == ["sts-001"]
    assert {e.name for e in path.edges[0].evidence} == {"trust policy"}


def test_chaining_to_somebody_stronger_who_is_no_administrator_is_lateral() -> None:
    reader = {"p": document(allow("secretsmanager:GetSecretValue"))}
    world = an_account().role("reader", trust({"AWS": EVE}), inline=reader)
    (path,) = eves(world.user("eve"))
    assert path.verdict is Verdict.LATERAL
    assert path.edges[0].verdict is Verdict.PROVEN
    assert not path.escalates


def test_chaining_to_somebody_with_the_same_power_is_nothing() -> None:
    same = {"p": document(allow("s3:GetObject"))}
    assert not eves(an_account().role("twin", trust({"AWS": EVE}), inline=same).user("eve", inline=same))


def test_a_path_is_as_sure_as_its_weakest_hop() -> None:
    world = an_account().role("boss", by_service("lambda"), attached=("AdministratorAccess",))
    world.role("middle", trust({"AWS": EVE}), inline={"p": BEND}).user("eve")
    (path,) = eves(world)
    assert [edge.verdict for edge in path.edges] == [Verdict.PROVEN, Verdict.CONDITIONAL]
    assert path.verdict is Verdict.CONDITIONAL


def test_a_longer_proven_path_beats_a_shorter_conditional_one() -> None:
    world = an_account().role("boss", by_service("lambda"), attached=("AdministratorAccess",))
    world.role("middle", trust({"AWS": EVE}), inline={"p": LAMBDA}).user("eve", inline={"p": BEND})
    (path,) = eves(world)
    assert path.verdict is Verdict.PROVEN
    assert methods_of(path) == ["sts-001", "lambda-001"]


@pytest.mark.parametrize("tags", [{"EmergencyAccess": "true"}, {"EmergencyAccess": "TRUE"}])
def test_exempt_principals_start_no_path_but_are_hops_and_targets(tags: dict[str, str]) -> None:
    world = an_account().role("boss", trust({"AWS": ROOT}), attached=("AdministratorAccess",))
    world.role("glass", trust({"AWS": EVE}), tags=tags, inline={"p": document(allow("sts:AssumeRole"))})
    account = world.user("eve").build()
    assert [[e.target.rpartition("/")[2] for e in p.edges] for p in find_paths(account)] == [["glass", "boss"]]
    assert [path.source.name for path in exempt_paths(account)] == ["glass"]


def test_an_administrator_only_under_a_condition_makes_the_path_conditional() -> None:
    mfa = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    boss = {"p": document(allow("*", Condition=mfa))}
    account = an_account().role("boss", trust({"AWS": EVE}), inline=boss).user("eve").build()
    (path,) = find_paths(account)
    assert path.verdict is Verdict.CONDITIONAL
    assert any("MultiFactorAuthPresent" in text for text in path.edges[0].conditions)
    assert not standing(account, role_of(account, "boss")).certain


def test_an_end_of_life_service_keeps_its_verdict() -> None:
    needs = ["datapipeline:CreatePipeline", "datapipeline:PutPipelineDefinition", "datapipeline:ActivatePipeline"]
    world = an_account().role("boss", by_service("datapipeline"), attached=("AdministratorAccess",))
    (path,) = eves(world.user("eve", inline={"p": document(allow(["iam:PassRole", *needs]))}))
    assert path.verdict is Verdict.PROVEN
    assert path.edges[0].end_of_life


def test_the_same_account_gives_the_same_paths_in_the_same_order() -> None:
    def build() -> World:
        world = an_account().role("boss", by_service("lambda"), attached=("AdministratorAccess",))
        return world.user("eve", inline={"p": LAMBDA}).user("ann", inline={"p": BEND}).user("zoe", inline={"p": LAMBDA})

    first = find_paths(build().build())
    assert first == find_paths(build().build())
    assert [path.source.name for path in first] == ["eve", "zoe", "ann"]


def test_unreadable_documents_are_not_taken_for_power() -> None:
    world = an_account().user("eve", inline={"p": {"Version": "2012-10-17", "Statement": [{"Effect": "Maybe"}]}})
    account = world.build()
    assert not find_paths(account)
    assert not standing(account, user_of(account, "eve")).is_administrator


def test_an_unreadable_boundary_leaves_the_path_conditional() -> None:
    world = an_account().policy("fence", {"Version": "2012-10-17", "Statement": [{"Effect": "Maybe"}]})
    world.role("boss", attached=("AdministratorAccess",))
    world.user("eve", boundary="fence", inline={"p": document(allow("iam:CreateAccessKey", "*"))})
    world.user("root-like", attached=("AdministratorAccess",))
    (path,) = eves(world)
    assert path.verdict is Verdict.CONDITIONAL
    assert path.edges[0].conditions == ("boundary fence could not be read",)
