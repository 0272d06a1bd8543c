"""The graph for BloodHound, as generic OpenGraph data.

https://bloodhound.specterops.io/opengraph/developer/schema
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from leastwise.report.picture import detail
from leastwise.report.words import safe

if TYPE_CHECKING:
    from leastwise.report.picture import Link, Picture, Vertex

SOURCE = "Leastwise"
_OTHER = re.compile(r"[^A-Za-z0-9]+")


def render(picture: Picture) -> str:
    """The text of the file: ASCII, with nothing in it that would end a script element."""
    document = {
        "metadata": {"source_kind": SOURCE},
        "graph": {"nodes": list(map(_node, picture.vertices)), "edges": list(map(_edge, picture.links))},
    }
    return json.dumps(document, indent=2).replace("<", "\\u003c") + "\n"


def _node(vertex: Vertex) -> dict[str, Any]:
    properties = {"name": vertex.name, "arn": safe(vertex.id), "type": vertex.kind}
    if vertex.account:
        properties["account"] = safe(vertex.account)
    return {"id": vertex.id, "kinds": [f"AWS{_word(vertex.kind)}", SOURCE], "properties": properties}


def _edge(link: Link) -> dict[str, Any]:
    """Property values are texts, or lists of texts that are not empty."""
    properties: dict[str, Any] = {"method": link.method, "title": link.title, "verdict": link.verdict.value}
    properties |= {name: list(texts) for name, texts in detail(link).items()}
    return {
        "kind": f"{SOURCE}_{_word(link.method)}",
        "start": {"value": link.source, "match_by": "id"},
        "end": {"value": link.target, "match_by": "id"},
        "properties": properties,
    }


def _word(text: str) -> str:
    """In the letters that a kind may have: `IamPutUserPolicy`."""
    return "".join(part[:1].upper() + part[1:] for part in _OTHER.split(text) if part)
