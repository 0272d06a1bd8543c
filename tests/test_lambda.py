"""The Lambda recipe: its template is sound and asks for no more than is needed, and its handler audits a mock of AWS."""

from __future__ import annotations

import importlib.util
import json
from typing import Any

import boto3
import pytest
import yaml
from cfnlint.api import lint_all

from demos import ADMIN
from leastwise.collect.permissions import required_policy
from servers import ACCOUNT, clean_aws_environment, moto_server
from terminal import ADVICE, AUDIT
from tools import docs

FOLDER = docs.ROOT / "examples" / "lambda"
TEXT = (FOLDER / "template.yml").read_text("utf-8")
RESOURCES = yaml.safe_load(TEXT)["Resources"]


def handler() -> Any:
    """As Lambda finds it: the file of its folder, by its name."""
    spec = importlib.util.spec_from_file_location("handler", FOLDER / "handler.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def statements() -> list[dict[str, Any]]:
    policies = RESOURCES["Role"]["Properties"]["Policies"]
    return [statement for policy in policies for statement in policy["PolicyDocument"]["Statement"]]


def faults(template: str) -> list[str]:
    return [str(match) for match in lint_all(template) if match.rule.id[0] in "EW"]


def test_the_template_has_no_error_and_no_warning() -> None:
    assert faults(TEXT) == []
    assert faults(TEXT.replace("AWS::Events::Rule", "AWS::Events::Ruler"))


def test_the_role_may_do_what_is_printed_and_write_its_results() -> None:
    read, put, log = statements()
    assert [read] == required_policy()["Statement"]
    assert (put["Action"], put["Resource"]) == ("s3:PutObject", {"Fn::Sub": "${Results.Arn}/*"})
    assert log["Action"] == ["logs:CreateLogStream", "logs:PutLogEvents"]


def test_the_function_is_started_by_its_rule_alone_and_named_as_it_is() -> None:
    function, permission = (RESOURCES[name]["Properties"] for name in ("Function", "RuleMayInvoke"))
    assert permission["SourceArn"] == {"Fn::GetAtt": ["Rule", "Arn"]}
    assert function["Handler"] == "handler.handler"
    assert callable(handler().handler)
    assert function["Environment"]["Variables"] == {"RESULTS_BUCKET": {"Ref": "Results"}}


def test_the_handler_audits_and_keeps_the_files(monkeypatch: pytest.MonkeyPatch) -> None:
    clean_aws_environment(monkeypatch)
    with moto_server() as url:
        for name, value in {
            "AWS_ENDPOINT_URL": url,
            "AWS_REGION": "us-east-1",  # which Lambda sets beside the other one
            "AWS_DEFAULT_REGION": "us-east-1",
            "RESULTS_BUCKET": "results",
        }.items():
            monkeypatch.setenv(name, value)
        s3 = boto3.client("s3")
        s3.create_bucket(Bucket="results")
        boto3.client("iam").create_user(UserName="ann")
        boto3.client("iam").put_user_policy(
            UserName="ann",
            PolicyName="all",
            PolicyDocument=json.dumps(ADMIN),
        )
        said = handler().handler({"source": "aws.events"}, None)
        kept = {row["Key"].rpartition("/")[2]: row["Key"] for row in s3.list_objects_v2(Bucket="results")["Contents"]}
        audit = json.loads(s3.get_object(Bucket="results", Key=kept[AUDIT])["Body"].read())
    assert set(kept) == {AUDIT, ADVICE, "iam_security_audit.md", "iam_security_audit.html"}
    assert said["results"] == f"s3://results/{ACCOUNT}/{audit['taken_at']}/"
    assert "principal_with_admin_access" in {finding["check"] for finding in audit["findings"]}
    assert sum(said["findings"].values()) == len(audit["findings"])


def test_an_audit_that_cannot_be_made_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    clean_aws_environment(monkeypatch)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("RESULTS_BUCKET", "results")
    with pytest.raises(Exception, match="no AWS credentials"):
        handler().handler({}, None)
