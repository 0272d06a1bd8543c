"""The two evaluators of `tools/differential.py`, asked about the same cases: this engine, and a program of its own."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from threading import Thread
from typing import IO, TYPE_CHECKING, Any, cast

from leastwise.policy.condition import Context
from leastwise.policy.document import Document, Policy, parse_value
from leastwise.policy.evaluate import Layer, Layers, evaluate
from leastwise.policy.request import Request
from tools.differential_cases import CALLERS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tools.differential_cases import Body, Case

PACKAGE, VERSION = "@cloud-copilot/iam-simulate", "0.1.173"
DRIVER = Path(__file__).with_name("differential.mjs")
ANSWERS = {"Allowed": "allowed", "ImplicitlyDenied": "implicitly denied", "ExplicitlyDenied": "explicitly denied"}
REFUSED = "refused: "
ALL = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}


def ours(case: Case) -> str:
    """The answer of this engine. What is not given is absent; a resource without a policy has an empty one."""
    caller = CALLERS[case["caller"]]
    request = Request(
        action=case["action"],
        resource=case["resource"],
        context=Context(case["context"], strict=True),
        caller=caller,
        resource_account=case["owner"],
    )
    one = {kind: [case[kind]] if case[kind] else [] for kind in ("boundary", "session", "endpoint", "resource_policy")}
    layers = Layers(
        identity=_layer(case["identity"]),
        boundaries=tuple(map(_layer, [one["boundary"]] if one["boundary"] else [])),
        sessions=tuple(map(_layer, [one["session"]] if one["session"] else [])),
        scps=tuple(map(_layer, case["scps"])),
        rcps=tuple(map(_layer, case["rcps"])),
        endpoints=tuple(map(_layer, [one["endpoint"]] if one["endpoint"] else [])),
        resource=_layer(one["resource_policy"]),
    )
    return evaluate(request, layers).outcome.value


def _layer(bodies: Sequence[Body]) -> Layer:
    policies = [parse_value(body) for body in bodies]
    if not all(isinstance(policy, Policy) for policy in policies):
        raise ValueError(f"not understood: {bodies}")
    return Layer(Document(arn="", name=str(place), kind="", policy=policy) for place, policy in enumerate(policies))


def simulation(case: Case) -> dict[str, Any]:
    """The case as the other evaluator takes it."""
    caller = CALLERS[case["caller"]]
    named = {
        "identityPolicies": _named([*case["identity"], *([ALL] if caller.is_root else ())]),
        "serviceControlPolicies": _levels(case["scps"]),
        "resourceControlPolicies": _levels(case["rcps"]),
        "permissionBoundaryPolicies": _named([case["boundary"]]) if case["boundary"] else None,
        "vpcEndpointPolicies": _named([case["endpoint"]]) if case["endpoint"] else None,
        "sessionPolicy": case["session"],
        "resourcePolicy": case["resource_policy"],
    }
    request = {
        "principal": caller.service or caller.session or caller.arn or {"type": "Anonymous"},
        "action": case["action"],
        "resource": {"resource": case["resource"], "accountId": case["owner"]},
        "contextVariables": case["context"],
    }
    return {"request": request} | {key: value for key, value in named.items() if value is not None}


def _named(bodies: Sequence[Body]) -> list[dict[str, Any]]:
    return [{"name": f"p{place}", "policy": body} for place, body in enumerate(bodies)]


def _levels(levels: Sequence[Sequence[Body]]) -> list[dict[str, Any]]:
    return [{"orgIdentifier": f"level{place}", "policies": _named(level)} for place, level in enumerate(levels)]


class Other:
    """The other evaluator, installed into a folder and running."""

    def __init__(self, folder: Path) -> None:
        """Installs what is not there yet."""
        if not (folder / "node_modules" / PACKAGE).is_dir():
            options = ["--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(folder)]
            subprocess.run(["npm", "install", *options, f"{PACKAGE}@{VERSION}"], check=True, stdout=subprocess.DEVNULL)
        driver = shutil.copy(DRIVER, folder)
        self._process = subprocess.Popen(
            ["node", str(driver)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )
        self._questions = cast("IO[str]", self._process.stdin)
        self._answers = cast("IO[str]", self._process.stdout)

    def answers(self, cases: Sequence[Case]) -> list[str]:
        """One for each case; `refused: …` where it would not decide."""
        lines = "".join(json.dumps(simulation(case)) + "\n" for case in cases)
        writer = Thread(target=self._write, args=(lines,))  # both pipes are small: read while writing
        writer.start()
        told = [self._answer() for _ in cases]
        writer.join()
        return told

    def _write(self, lines: str) -> None:
        self._questions.write(lines)
        self._questions.flush()

    def _answer(self) -> str:
        told = json.loads(self._answers.readline())
        return ANSWERS[told["outcome"]] if "outcome" in told else REFUSED + json.dumps(told["refused"])

    def close(self) -> None:
        """No more cases."""
        self._questions.close()
        self._process.wait(timeout=60)
