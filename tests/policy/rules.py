"""The tables of cases/rule_*.json, as requests and layers.

A row is one sentence of the rules. Documents may be bare lists of statements: then they are of version 2012-10-17.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from leastwise.policy.condition import Context
from leastwise.policy.document import Document, parse_value
from leastwise.policy.evaluate import Layer, Layers
from leastwise.policy.request import Caller, Request

OWN, FOREIGN = "123456789012", "999988887777"
ANN = f"arn:aws:iam::{OWN}:user/ann"
DEPLOY = f"arn:aws:iam::{OWN}:role/deploy"
CALLERS = {
    "user": Caller(arn=ANN, account=OWN),
    "user in China": Caller(arn=f"arn:aws-cn:iam::{OWN}:user/ann", account=OWN),
    "role": Caller(arn=DEPLOY, account=OWN, is_role=True),
    "session": Caller(arn=DEPLOY, account=OWN, is_role=True, session=f"arn:aws:sts::{OWN}:assumed-role/deploy/s"),
    "session of a role with a path": Caller(
        arn=f"arn:aws:iam::{OWN}:role/build",
        account=OWN,
        is_role=True,
        session=f"arn:aws:sts::{OWN}:assumed-role/build/s",
    ),
    "service-linked": Caller(
        arn=f"arn:aws:iam::{OWN}:role/aws-service-role/sso.amazonaws.com/AWSServiceRoleForSSO",
        account=OWN,
        is_role=True,
        service_linked=True,
    ),
    "federated": Caller(arn=ANN, account=OWN, session=f"arn:aws:sts::{OWN}:federated-user/bob"),
    "root": Caller(arn=f"arn:aws:iam::{OWN}:root", account=OWN),
    "root federated": Caller(
        arn=f"arn:aws:iam::{OWN}:root", account=OWN, session=f"arn:aws:sts::{OWN}:federated-user/bob"
    ),
    "foreign": Caller(arn=f"arn:aws:iam::{FOREIGN}:user/eve", account=FOREIGN),
    "foreign with a canonical id": Caller(
        arn=f"arn:aws:iam::{FOREIGN}:user/eve", account=FOREIGN, canonical="79a59df900b949e5"
    ),
    "foreign role": Caller(arn=f"arn:aws:iam::{FOREIGN}:role/spy", account=FOREIGN, is_role=True),
    "foreign session": Caller(
        arn=f"arn:aws:iam::{FOREIGN}:role/spy",
        account=FOREIGN,
        is_role=True,
        session=f"arn:aws:sts::{FOREIGN}:assumed-role/spy/x",
    ),
    "foreign root": Caller(arn=f"arn:aws:iam::{FOREIGN}:root", account=FOREIGN),
    "anonymous": Caller(),
    "service": Caller(service="lambda.amazonaws.com"),
    "web": Caller(provider=f"arn:aws:iam::{OWN}:oidc-provider/token.example.com"),
    "saml": Caller(provider=f"arn:aws:iam::{OWN}:saml-provider/corp"),
}


def rows(pattern: str = "rule_*.json") -> list[dict[str, Any]]:
    """The rows of all tables, rule by rule."""
    folder = Path(__file__).parent / "cases"
    return [row for file in sorted(folder.glob(pattern)) for row in json.loads(file.read_text(encoding="utf-8"))]


def document(body: Any, kind: str = "inline", name: str = "p") -> Document:
    """A document from its JSON or from its statements alone."""
    whole = {"Version": "2012-10-17", "Statement": body} if isinstance(body, list) else body
    return Document(arn="arn:aws:iam::123456789012:policy/p", name=name, kind=kind, policy=parse_value(whole))


def layer(documents: list[Any], kind: str = "inline", name: str = "p") -> Layer:
    """The documents as a layer; the first is `p0`."""
    return Layer(document(body, kind, f"{name}{place}") for place, body in enumerate(documents))


def layers_of(row: dict[str, Any]) -> Layers:
    """The layers of a row. A single boundary, resource or trust policy stands alone, levels are lists of lists."""
    given = row["layers"]
    resources = given.get("resources") or [given[key] for key in ("resource", "trust") if key in given]
    boundaries = given.get("boundaries", [given["boundary"]] if "boundary" in given else [])
    return Layers(
        identity=layer(given["identity"]) if "identity" in given else None,
        boundaries=tuple(layer([body]) for body in boundaries),
        sessions=tuple(map(layer, given.get("sessions", ()))),
        scps=tuple(map(layer, given.get("scps", ()))),
        rcps=tuple(map(layer, given.get("rcps", ()))),
        endpoints=tuple(map(layer, given.get("endpoints", ()))),
        resource=layer(resources, "resource") if resources else None,
        resource_must_allow=given.get("resource_must_allow", False),
    )


def request_of(row: dict[str, Any]) -> Request:
    """The request of a row; the resource is the account's own unless another owner is named."""
    asked = row["request"]
    return Request(
        action=asked["action"],
        resource=asked.get("resource", "*"),
        context=Context(asked.get("context", {}), asked.get("absent", ()), asked.get("strict", False)),
        caller=CALLERS[asked["caller"]],
        resource_account=asked.get("owner", OWN),
    )
