"""What becomes of a supposed fact when an inventory was taken: proven on that very resource, latent, or still open."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from escalation.cases_io import EVE, case, routes, world_of
from inventories import HERE, THERE, looked, runs
from leastwise.account.build import build
from leastwise.account.kinds import BY_ID, REGIONS
from leastwise.escalation import find_paths, methods
from leastwise.results import Verdict
from leastwise.snapshot import Gap
from world import ACCOUNT, World, allow, an_account, by_service, deny, document

if TYPE_CHECKING:
    from leastwise.escalation import Method

METHODS = {method.id: method for method in methods()}
FUNCTION, INSTANCE, MANAGED = "lambda:function", "ec2:instance", "ssm:managed-instance"
ADMIN = ("AdministratorAccess",)
CODE = ["lambda:UpdateFunctionCode", "lambda:InvokeFunction"]


def listed(method: Method) -> list[Any]:
    """The facts of a row that an inventory can show."""
    known = [fact for fact in method.supposes if fact.kind in BY_ID]
    return [f for f in known if not f.bears or BY_ID[f.kind].roles or BY_ID[f.kind].profiles]


SHOWN = [m for m in METHODS if listed(METHODS[m]) and METHODS[m].shape in {"pass_role", "bend_resource"}]
every_shown = pytest.mark.parametrize("method", SHOWN)


def firing(method: str) -> World:
    return world_of(copy.deepcopy(case(method)["fires"]["account"]))


def filled(world: World, method: Method, name: str = "x") -> World:
    """Everything that the row supposes and an inventory can show does run."""
    for fact in listed(method):
        runs(world, fact.kind, name, role="boss" if fact.bears else "")
    return world


def test_the_rows_that_an_inventory_can_settle_are_many() -> None:
    assert len(SHOWN) >= 30
    assert {METHODS[m].shape for m in SHOWN} == {"pass_role", "bend_resource"}


@every_shown
def test_what_the_inventory_shows_falls_away_and_is_cited(method: str) -> None:
    row = METHODS[method]
    facts = listed(row)
    (path,) = routes(filled(looked(firing(method), HERE, THERE), row).build(), method)
    (edge,) = path.edges
    rest = [fact.text for fact in row.supposes if fact not in facts]
    assert path.verdict is (Verdict.CONDITIONAL if rest else Verdict.PROVEN)
    assert len(edge.conditions) == len(rest)
    assert {one.source for one in edge.running} <= {BY_ID[fact.kind].call for fact in facts}
    assert edge.running
    assert set(edge.running) <= set(edge.evidence)
    assert all(one.document.split(":")[3:5] == [HERE, ACCOUNT] and one.pointer == f"/{HERE}/0" for one in edge.running)
    assert bool([f for f in facts if f.bears]) is any(one.note.endswith("role/boss") for one in edge.running)


@every_shown
def test_where_it_shows_in_full_that_nothing_runs_the_hop_is_latent(method: str) -> None:
    account = looked(firing(method), HERE, THERE).build()
    assert not routes(account, method)
    latent = [path for path in find_paths(account) if path.source.name == EVE and path.verdict is Verdict.LATENT]
    texts = [fact.text for fact in listed(METHODS[method])]
    for path in latent:
        assert any(path.edges[0].missing[-1].startswith(text) for text in texts)
        assert path.edges[0].missing[-1].endswith("none of the 0 in the inventory will do")


@every_shown
def test_where_it_was_not_seen_it_is_open_as_before_and_the_region_is_named(method: str) -> None:
    world = looked(firing(method), HERE, enabled=(HERE, THERE))
    (path,) = routes(world.build(), method)
    assert path.verdict is Verdict.CONDITIONAL
    assert any(THERE in text and HERE not in text for edge in path.edges for text in edge.conditions)
    assert not path.edges[0].running


@every_shown
def test_where_the_call_was_denied_it_is_open_as_without_an_inventory(method: str) -> None:
    world = looked(firing(method), HERE, THERE)
    for fact in METHODS[method].supposes:
        if fact.kind in BY_ID:
            world.gap(BY_ID[fact.kind].call)
    (path,) = routes(world.build(), method)
    (plain,) = routes(firing(method).build(), method)
    assert path == plain


@pytest.mark.parametrize("method", [m for m in SHOWN if METHODS[m].shape == "bend_resource"])
def test_a_resource_that_bears_another_role_will_not_do(method: str) -> None:
    world = looked(firing(method).role("clerk", profile=True), HERE)
    for fact in listed(METHODS[method]):
        runs(world, fact.kind, "x", role="clerk" if fact.bears else "")
    assert not routes(world.build(), method)


# on that very resource


def eve(*statements: dict[str, Any], boss: str = "lambda") -> World:
    world = an_account().role("boss", by_service(boss), attached=("AdministratorAccess",), profile=True)
    return world.user("eve", inline={"p": document(*statements)})


def function(name: str, region: str = HERE) -> str:
    return f"arn:aws:lambda:{region}:{ACCOUNT}:function:{name}"


def verdicts(world: World) -> dict[str, Verdict]:
    paths = [path for path in find_paths(world.build()) if path.source.name == "eve"]
    return {path.edges[0].method: path.verdict for path in paths}


@pytest.mark.parametrize(
    ("statements", "verdict"),
    [
        ((allow(CODE, function("f")),), Verdict.PROVEN),
        ((allow(CODE, function("g")),), Verdict.LATENT),
        ((allow(CODE, function("f", THERE)),), Verdict.LATENT),
        ((allow(CODE, function("*")), deny(CODE, function("f"))), Verdict.LATENT),
        ((allow(CODE, function("*")), deny(CODE, function("g"))), Verdict.PROVEN),
        ((allow(CODE[0], function("f")), allow(CODE[1], function("g"))), Verdict.CONDITIONAL),  # lambda-003
        ((allow(CODE, Condition={"StringEquals": {"aws:ResourceTag/team": "a"}}),), Verdict.CONDITIONAL),
        ((allow(CODE, Condition={"StringEquals": {"aws:RequestedRegion": HERE}}),), Verdict.PROVEN),
    ],
)
def test_the_permission_must_reach_the_resource_that_bears_the_role(
    statements: tuple[dict[str, Any], ...], verdict: Verdict
) -> None:
    world = runs(looked(eve(*statements), HERE, THERE), FUNCTION, "f", role="boss")
    assert next(iter(verdicts(world).values())) is verdict


def test_of_several_resources_one_within_reach_is_enough() -> None:
    world = looked(eve(allow(CODE, function("z"))), HERE)
    for name in "abcz":
        runs(world, FUNCTION, name, role="boss")
    (path,) = [path for path in find_paths(world.build()) if path.source.name == "eve"]
    (edge,) = path.edges
    assert path.verdict is Verdict.PROVEN
    assert [one.document for one in edge.running] == [function("z")]
    assert {used.resource for used in edge.permissions} == {function("z")}
    assert edge.commands[0].startswith("aws lambda update-function-code --function-name z ")


def test_each_of_two_functions_leads_to_the_role_that_it_bears() -> None:
    world = looked(eve(allow(CODE, function("f"))), HERE).role("chief", by_service("lambda"), attached=ADMIN)
    world.user("ann", inline={"p": document(allow(CODE, function("g")))})
    runs(runs(world, FUNCTION, "f", role="boss"), FUNCTION, "g", role="chief")
    ends = {path.source.name: (path.target.name, path.verdict) for path in find_paths(world.build())}
    assert ends == {"eve": ("boss", Verdict.PROVEN), "ann": ("chief", Verdict.PROVEN)}


def test_a_proven_way_in_one_region_stands_beside_regions_that_were_not_seen() -> None:
    world = runs(looked(eve(allow(CODE)), HERE, enabled=(HERE, THERE)), FUNCTION, "f", role="boss")
    assert verdicts(world) == {"lambda-004": Verdict.PROVEN}


@pytest.mark.parametrize(
    ("region", "verdict"), [(HERE, Verdict.LATENT), (THERE, Verdict.CONDITIONAL), ("*", Verdict.CONDITIONAL)]
)
def test_what_was_not_seen_must_lie_where_the_permission_reaches(region: str, verdict: Verdict) -> None:
    world = looked(eve(allow(CODE, function("*", region))), HERE, enabled=(HERE, THERE, "sa-east-1"))
    assert verdicts(world) == {"lambda-004": verdict}


def test_where_regions_are_unknown_any_may_hold_it() -> None:
    world = looked(eve(allow(CODE, function("*"))), HERE)
    del world.more[REGIONS]
    assert verdicts(world) == {"lambda-004": Verdict.CONDITIONAL}


@pytest.mark.parametrize("regions", [(HERE,), (HERE, THERE)])
@pytest.mark.parametrize(("name", "verdict"), [("f", Verdict.PROVEN), ("g", Verdict.CONDITIONAL)])
def test_a_list_that_broke_off_proves_what_it_holds_and_leaves_the_rest_open(
    name: str, verdict: Verdict, regions: tuple[str, ...]
) -> None:
    world = runs(looked(eve(allow(CODE, function(name))), *regions), FUNCTION, "f", role="boss")
    gap = Gap(call="lambda:ListFunctions", target=HERE, reason="TooMany")
    account = build(msgspec.structs.replace(world.snapshot(), gaps=[gap]))
    (path,) = [path for path in find_paths(account) if path.source.name == "eve"]
    assert path.verdict is verdict
    assert all(HERE in text and THERE not in text for text in path.edges[0].conditions)


def test_an_open_fact_of_the_same_resource_leaves_it_conditional_on_that_alone() -> None:
    world = runs(looked(eve(allow(CODE[0])), HERE), FUNCTION, "f", role="boss")
    (path,) = [path for path in find_paths(world.build()) if path.source.name == "eve"]
    assert path.verdict is Verdict.CONDITIONAL
    assert path.edges[0].conditions == ("something invokes the function",)
    assert [one.document for one in path.edges[0].running] == [function("f")]


SESSION = allow("ssm:StartSession")


@pytest.mark.parametrize(
    ("managed", "unseen", "verdict"),
    [("x", (), Verdict.PROVEN), ("other", (), Verdict.LATENT), ("", (), Verdict.LATENT), ("", (HERE,), "open")],
)
def test_two_facts_of_one_instance_must_be_of_the_same_one(
    managed: str, unseen: tuple[str, ...], verdict: Verdict | str
) -> None:
    world = runs(looked(eve(SESSION, boss="ec2"), HERE, THERE), INSTANCE, "x", role="boss")
    if managed:
        runs(world, MANAGED, managed)
    for region in unseen:
        world.gap("ssm:DescribeInstanceInformation", target=region)
    found = [path for path in find_paths(world.build()) if path.source.name == "eve"]
    if verdict != "open":
        assert found[0].verdict is verdict
        return
    assert found[0].verdict is Verdict.CONDITIONAL
    assert found[0].edges[0].conditions == (
        f"Systems Manager manages the instance, where the inventory shows nothing ({HERE})",
    )
    assert found[0].edges[0].running[0].document.endswith("instance/x")


def test_an_instance_that_only_systems_manager_shows_may_bear_the_role() -> None:
    world = runs(looked(eve(SESSION, boss="ec2"), HERE, THERE), MANAGED, "x")
    world.gap("ec2:DescribeInstances", target=HERE)
    (path,) = [path for path in find_paths(world.build()) if path.source.name == "eve"]
    assert path.verdict is Verdict.CONDITIONAL
    assert [text.partition(", where")[0] for text in path.edges[0].conditions] == [
        f"an instance that bears the role arn:aws:iam::{ACCOUNT}:role/boss runs within reach"
    ]


def test_resources_of_two_kinds_must_run_in_one_region() -> None:
    needs = allow(["iam:PassRole", "ecs:RunTask"])
    world = runs(looked(eve(needs, boss="ecs-tasks"), HERE, THERE), "ecs:cluster", "main")
    runs(world, "ecs:task-definition", "job", region=THERE)
    assert "ecs-008" not in {m for m, v in verdicts(world).items() if v is not Verdict.LATENT}
    runs(world, "ecs:task-definition", "job", region=HERE)
    assert verdicts(world)["ecs-008"] is Verdict.PROVEN


def test_what_nobody_looked_for_is_supposed_of_one_target_only() -> None:
    world = eve(allow(CODE)).role("chief", by_service("lambda"), attached=("AdministratorAccess",))
    assert [path.target.name for path in find_paths(world.build()) if path.source.name == "eve"] == ["boss"]
    runs(looked(world, HERE), FUNCTION, "f", role="chief")
    assert [path.target.name for path in find_paths(world.build()) if path.source.name == "eve"] == ["chief"]


def test_regions_beyond_the_first_few_are_counted() -> None:
    regions = tuple(f"r{number}" for number in range(6))
    world = looked(eve(allow(CODE)), HERE, enabled=(HERE, *regions))
    (path,) = [path for path in find_paths(world.build()) if path.source.name == "eve"]
    assert path.edges[0].conditions[0].endswith("where the inventory shows nothing (r0, r1, r2 and 3 more regions)")


def test_what_bears_a_stronger_role_that_is_no_administrator_is_lateral() -> None:
    world = an_account().role("reader", by_service("lambda"), inline={"p": document(allow("dynamodb:*"))})
    world.user("eve", inline={"p": document(allow(CODE, function("f*")))}).user("ann")
    assert verdicts(world) == {"lambda-004": Verdict.LATENT}
    runs(looked(world, HERE), FUNCTION, "f", role="reader")
    (path,) = [path for path in find_paths(world.build()) if path.source.name == "eve" and path.target.name == "reader"]
    assert (path.verdict, path.edges[0].verdict, path.target.name) == (Verdict.LATERAL, Verdict.PROVEN, "reader")
    assert not path.escalates


def test_too_many_resources_leave_the_fact_open_not_unsaid(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leastwise.escalation.supposing.TRIED", 2)
    change = ["codebuild:UpdateProject", "codebuild:StartBuild"]
    needs = (allow("iam:PassRole"), allow(change), deny(change, "*:project/a*"))
    world = looked(eve(*needs, boss="codebuild"), HERE)
    for name in ("a1", "a2", "a3"):
        runs(world, "codebuild:project", name)
    assert verdicts(world)["codebuild-update"] is Verdict.CONDITIONAL


def test_hostile_names_stay_inside_the_command() -> None:
    name = "f; rm -rf ~ $(x)"
    world = runs(looked(eve(allow(CODE)), HERE), FUNCTION, name, role="boss")
    (path,) = [path for path in find_paths(world.build()) if path.source.name == "eve"]
    assert f"--function-name '{name}' " in path.edges[0].commands[0]


def test_what_is_missing_is_said_as_far_as_it_is_known() -> None:
    change = ["iam:PassRole", "codebuild:UpdateProject", "codebuild:StartBuild"]
    world = looked(eve(allow(change[:2]), allow(change[2], "*:project/x"), boss="codebuild"), HERE)

    def missing() -> list[str]:
        paths = [path for path in find_paths(world.build()) if path.source.name == "eve"]
        return [text for path in paths for text in path.edges[0].missing if path.edges[0].method == "codebuild-update"]

    assert missing() == ["a build project exists within reach: none of the 0 in the inventory will do"]
    runs(world, "codebuild:project", "y")
    nobody = "a role with more power that trusts codebuild.amazonaws.com and may be passed"
    assert missing() == [f"{nobody}, or else that a build project exists within reach"]


def test_the_search_does_not_pair_everybody_with_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    from leastwise.escalation import hops

    tried: list[str] = []
    whole = hops.bending

    def counted(graph: Any, node: Any, *rest: Any) -> Any:
        tried.append(node.arn)
        return whole(graph, node, *rest)

    monkeypatch.setattr(hops, "bending", counted)
    world = looked(an_account().role("boss", by_service("lambda"), attached=("AdministratorAccess",)), HERE)
    for number in range(40):
        world.user(f"u{number:02}", inline={"p": document(allow(CODE))})
        world.user(f"v{number:02}", inline={"p": document(allow(CODE, function("f07")))})
        runs(world, FUNCTION, f"f{number:02}", role="boss")
    paths = find_paths(world.build())
    assert {path.verdict for path in paths} == {Verdict.PROVEN}
    assert len({path.source for path in paths}) == 80
    assert len(tried) <= 4 * 80


def test_the_same_inventory_gives_the_same_paths() -> None:
    def build(order: str) -> World:
        world = looked(eve(allow(CODE)), HERE, THERE)
        for name in order:
            runs(world, FUNCTION, name, role="boss")
        return world

    def told(world: World) -> list[Any]:
        return [(p.source, p.target, p.verdict, p.edges[0].running[0].document) for p in find_paths(world.build())]

    assert told(build("abc")) == told(build("cba"))


def test_the_way_forward_agrees_with_the_way_back() -> None:
    from leastwise.escalation.forward import out_of
    from leastwise.escalation.graph import Graph

    world = runs(looked(eve(allow(CODE, function("f"))), HERE), FUNCTION, "f", role="boss")
    world.role("chief", by_service("lambda"), attached=("AdministratorAccess",))
    account = world.build()
    graph = Graph(account)
    (node,) = graph.by_arn[f"arn:aws:iam::{ACCOUNT}:user/eve"]
    found = {(hop.method.id, hop.subject.name, hop.certain) for hop in out_of({account.id: graph}, node, ())}
    assert found == {("lambda-004", "boss", True)}
