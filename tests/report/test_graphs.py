"""The graph formats: what is in them, hostile names, parsed back by what reads them."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from html import unescape
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from leastwise.report import dot, graphml, mermaid, opengraph
from leastwise.report.picture import draw
from leastwise.report.words import safe
from leastwise.results import Kind, Subject, Verdict
from report.sample import ADMIN, ANN, BEN, DEPLOY, HOSTILE, VENDOR_ACCOUNT, edge, path, paths, subject

if TYPE_CHECKING:
    from collections.abc import Callable

    from leastwise.report.picture import Picture
    from leastwise.results import Path

MARKS = "x\"]; --> ) \\N <b> & #quot; `end` | {y} [z] q's ]]> %% \n x -> y"
ITSELF = path(ANN, ANN, edge(ANN, ANN, "iam-007"))
CHAIN = path(DEPLOY, ADMIN, edge(DEPLOY, BEN, "iam-002"), edge(BEN, ADMIN, "sts-001", verdict=Verdict.CONDITIONAL))
FORMATS: dict[str, Callable[[Picture], str]] = {
    "opengraph": opengraph.render,
    "graphml": graphml.render,
    "dot": dot.render,
    "mermaid": mermaid.render,
}
FLAT = {"type": "object", "additionalProperties": {"anyOf": [
    {"type": ["string", "number", "boolean"]},
    {"type": "array", "minItems": 1, "items": {"type": "string"}},
]}, "propertyNames": {"pattern": "^[a-z_]+$", "not": {"const": "objectid"}}}  # fmt: skip
END = {"type": "object", "required": ["value", "match_by"], "additionalProperties": False, "properties": {
    "value": {"type": "string"}, "match_by": {"const": "id"},
}}  # fmt: skip
OPENGRAPH = {
    "type": "object", "required": ["graph"], "additionalProperties": False,
    "properties": {
        "metadata": {"properties": {"source_kind": {"type": "string", "pattern": "^[A-Za-z0-9_]+$"}}},
        "graph": {"type": "object", "required": ["nodes", "edges"], "additionalProperties": False, "properties": {
            "nodes": {"items": {
                "required": ["id", "kinds"], "additionalProperties": False,
                "properties": {
                    "id": {"type": "string"}, "properties": FLAT,
                    "kinds": {"type": "array", "minItems": 1, "maxItems": 3, "items": {"pattern": "^[A-Za-z0-9_]+$"}},
                },
            }},
            "edges": {"items": {
                "required": ["start", "end", "kind"], "additionalProperties": False,
                "properties": {
                    "start": END, "end": END, "kind": {"type": "string", "pattern": "^[A-Za-z0-9_]+$"}, "properties": FLAT,
                },
            }},
        }},
    },
}  # fmt: skip


def hostile(name: str) -> Path:
    evil = subject(Kind.USER, name)
    return path(evil, ADMIN, edge(evil, ADMIN, conditions=(name,), commands=(name,), title=name))


def many(number: int) -> tuple[Path, ...]:
    return tuple(path(subject(Kind.USER, f"u{n}"), subject(Kind.ROLE, f"r{n}")) for n in range(number))


def of_opengraph(text: str) -> tuple[list[str], list[tuple[str, str, str]]]:
    """The names of the places, and the hops by them."""
    document = json.loads(text)
    jsonschema.validate(document, OPENGRAPH)
    names = {node["id"]: node["properties"]["name"] for node in document["graph"]["nodes"]}
    edges = document["graph"]["edges"]
    return [*names.values()], [
        (names[e["start"]["value"]], e["properties"]["method"], names[e["end"]["value"]]) for e in edges
    ]


def of_graphml(text: str) -> tuple[list[str], list[tuple[str, str, str]]]:
    space = "{http://graphml.graphdrawing.org/xmlns}"
    root = ET.fromstring(text)  # noqa: S314  the text is our own

    def datum(element: Any, key: str) -> str:
        return next(str(d.text) for d in element.findall(f"{space}data") if d.get("key") == key)

    names = {n.get("id"): datum(n, "node_name") for n in root.iter(f"{space}node")}
    edges = root.iter(f"{space}edge")
    return [*names.values()], [(names[e.get("source")], datum(e, "edge_method"), names[e.get("target")]) for e in edges]


STRING = r'"((?:[^"\\]|\\.)*)"'


def of_dot(text: str) -> tuple[list[str], list[tuple[str, str, str]]]:
    """Line by line: each is a node or an edge whose strings end where they should."""
    names: dict[str, str] = {}
    edges: list[tuple[str, str, str]] = []
    head, direction, shape, *lines, tail = text.splitlines()
    assert (head, direction, shape, tail) == ("digraph leastwise {", "  rankdir=LR;", "  node [shape=box];", "}")
    for line in lines:
        node = re.fullmatch(rf"  (n\d+) \[label={STRING}, tooltip={STRING}(?:, shape=\w+)?\];", line)
        hop = re.fullmatch(rf"  (n\d+) -> (n\d+) \[label={STRING}, tooltip={STRING}, style=\w+\];", line)
        if node:
            names[node[1]] = unescape(re.sub(r"\\(.)", r"\1", node[2]))
        else:
            assert hop, line
            edges.append((names[hop[1]], hop[3], names[hop[2]]))
    return [*names.values()], edges


def of_mermaid(text: str) -> tuple[list[str], list[tuple[str, str, str]]]:
    names: dict[str, str] = {}
    edges: list[tuple[str, str, str]] = []
    first, *lines = text.splitlines()
    assert first == "flowchart LR"
    for line in lines:
        if line.startswith(("  classDef ", "  class ", "  %% ")):
            continue
        node = re.fullmatch(r'  (n\d+)\["((?:[A-Za-z0-9 /.:,@_-]|#\d+;)*)"\]', line)
        hop = re.fullmatch(r'  (n\d+) (?:==>|-\.->|-->)\|"((?:[A-Za-z0-9 /.:,@_-]|#\d+;)*)"\| (n\d+)', line)
        if node:
            names[node[1]] = re.sub(r"#(\d+);", lambda code: chr(int(code[1])), node[2])
        else:
            assert hop, line
            edges.append((names[hop[1]], hop[2], names[hop[3]]))
    return [*names.values()], edges


PARSERS = {"opengraph": of_opengraph, "graphml": of_graphml, "dot": of_dot, "mermaid": of_mermaid}


@pytest.fixture(params=list(FORMATS))
def form(request: pytest.FixtureRequest) -> str:
    """Each of the formats."""
    return str(request.param)


def told(form: str, *those: Path, **more: Any) -> tuple[list[str], list[tuple[str, str, str]]]:
    """What the format says of the paths, read back."""
    return PARSERS[form](FORMATS[form](draw(those, **more)))


def test_each_principal_and_each_hop_is_there_once_and_leads_to_the_administrator(form: str) -> None:
    goal = "administrator of 123456789012"
    deploy = f"role/{DEPLOY.name}"
    names, hops = told(form, ITSELF, CHAIN, ITSELF, path(BEN, ADMIN, CHAIN.edges[1]))
    assert names == ["user/ann", goal, deploy, "user/ben", "role/admin"]
    assert hops == [
        ("user/ann", "iam-007", goal),
        (deploy, "iam-002", "user/ben"),
        ("user/ben", "sts-001", "role/admin"),
        ("role/admin", "is-administrator", goal),
    ]


def test_a_path_to_somebody_in_particular_ends_there(form: str) -> None:
    names, _ = told(form, CHAIN, aim=ADMIN.arn)
    assert names[-1] == "role/admin"
    lateral = path(BEN, ADMIN, edge(BEN, ADMIN), verdict=Verdict.LATERAL)
    assert told(form, lateral)[0] == ["user/ben", "role/admin"]


def test_sources_outside_and_several_accounts_are_told_apart(form: str) -> None:
    entered = path(VENDOR_ACCOUNT, ADMIN, edge(VENDOR_ACCOUNT, ADMIN, "enter-account"))
    there = Subject("arn:aws:iam::999988887777:role/scanner", "scanner", Kind.ROLE)
    names, _ = told(form, entered, path(there, ADMIN))
    assert names[:2] == ["account 999988887777", "123456789012:role/admin"]
    assert "999988887777:role/scanner" in names


@pytest.mark.parametrize("evil", [MARKS, HOSTILE, f"{MARKS}{HOSTILE}{MARKS}"])
def test_no_name_is_read_as_syntax(form: str, evil: str) -> None:
    text = FORMATS[form](draw((hostile(evil),)))
    names, hops = told(form, hostile(evil))
    assert names == [f"user/{safe(evil.rpartition('/')[2])}", "role/admin", "administrator of 123456789012"]
    assert hops[0][2] == "role/admin"
    assert "</script>" not in text
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e]", text)


def test_the_same_paths_give_the_same_text_and_none_give_an_empty_graph(form: str) -> None:
    assert FORMATS[form](draw(paths())) == FORMATS[form](draw(paths()))
    assert told(form) == ([], [])


def test_mermaid_has_room_for_so_many_places_and_says_what_is_left_out() -> None:
    whole = mermaid.render(draw(many(29), most=mermaid.MOST))
    assert "%%" not in whole
    cut = draw(many(40), most=mermaid.MOST)
    assert len(cut.vertices) == 59
    assert (cut.shown, cut.paths) == (29, 40)
    assert "  %% 29 of 40 paths: there is room for 60 places" in mermaid.render(cut)
    assert len(draw(many(40)).vertices) == 81


def test_the_proof_goes_along() -> None:
    (hop, _) = json.loads(opengraph.render(draw((path(ANN, ADMIN),))))["graph"]["edges"]
    assert hop["kind"] == "Leastwise_LambdaNewFunction"
    assert hop["properties"]["permissions"][0] == f"iam:PassRole on {ADMIN.arn}"
    assert hop["properties"]["statements"] == ["arn:aws:iam::123456789012:policy/ann-policy /Statement/0 Deploy"]
    assert "missing" not in hop["properties"]
    assert '<data key="edge_permissions">iam:PassRole on ' in graphml.render(draw((path(ANN, ADMIN),)))


@pytest.mark.parametrize(
    ("verdict", "style", "arrow"),
    [(Verdict.PROVEN, "bold", "==>"), (Verdict.CONDITIONAL, "dashed", "-.->"), (Verdict.LATENT, "dotted", "-->")],
)
def test_how_sure_a_hop_is_can_be_seen(verdict: Verdict, style: str, arrow: str) -> None:
    picture = draw((path(BEN, ADMIN, edge(BEN, ADMIN, verdict=verdict), verdict=verdict),), aim=ADMIN.arn)
    assert f"style={style}]" in dot.render(picture)
    assert f" {arrow}|" in mermaid.render(picture)
