"""API Gateway: the paths that its calls ask for."""

from __future__ import annotations

from typing import Any

import pytest

from events import REGION, an_event
from leastwise.usage.reading import told
from leastwise.usage.records import Known

HEAD = f"arn:aws:apigateway:{REGION}::"
API = {"restApiId": "abc"}
METHOD = {**API, "resourceId": "r1", "httpMethod": "GET"}
ARN = f"{HEAD}/restapis/abc"


@pytest.mark.parametrize(
    ("name", "parameters", "verb", "path", "known"),
    [
        ("GetRestApis", {"limit": 25}, "GET", "/restapis", Known.EXACT),
        ("CreateRestApi", {"createRestApiInput": {"name": "n"}}, "POST", "/restapis", Known.EXACT),
        ("ImportRestApi", {}, "POST", "/restapis", Known.EXACT),
        ("GetRestApi", API, "GET", "/restapis/abc", Known.EXACT),
        ("DeleteRestApi", API, "DELETE", "/restapis/abc", Known.EXACT),
        ("CreateDeployment", API, "POST", "/restapis/abc/deployments", Known.EXACT),
        ("UpdateStage", {**API, "stageName": "prod"}, "PATCH", "/restapis/abc/stages/prod", Known.EXACT),
        ("UpdateStage", {"apiId": "v2", "stageName": "prod"}, "PATCH", "/apis/v2/stages/prod", Known.EXACT),
        ("UpdateStage", API, "PATCH", "/restapis/abc/stages/*", Known.PATTERN),
        ("CreateResource", {**API, "parentId": "root"}, "POST", "/restapis/abc/resources/root", Known.EXACT),
        ("PutMethod", METHOD, "PUT", "/restapis/abc/resources/r1/methods/GET", Known.EXACT),
        ("PutIntegration", METHOD, "PUT", "/restapis/abc/resources/r1/methods/GET/integration", Known.EXACT),
        ("CreateUsagePlanKey", {"usagePlanId": "up", "keyId": "k"}, "POST", "/usageplans/up/keys", Known.EXACT),
        ("GetUsagePlanKey", {"usagePlanId": "up", "keyId": "k"}, "GET", "/usageplans/up/keys/k", Known.EXACT),
        ("GetDomainName", {"domainName": "d.example"}, "GET", "/domainnames/d.example", Known.EXACT),
        ("GenerateClientCertificate", {}, "POST", "/clientcertificates", Known.EXACT),
        ("GetAccount", {}, "GET", "/account", Known.EXACT),
        (
            "TagResource",
            {"resourceArn": ARN},
            "PUT",
            f"/tags/{ARN.replace(':', '%3A').replace('/', '%2F')}",
            Known.EXACT,
        ),
    ],
)
def test_a_call_is_about_a_path(name: str, parameters: dict[str, Any], verb: str, path: str, known: Known) -> None:
    (use,) = told(an_event(f"apigateway:{name}", parameters)).uses
    assert (use.action, use.resource, use.known) == (f"apigateway:{verb}", f"{HEAD}{path}", known)


@pytest.mark.parametrize(
    ("name", "parameters", "base"),
    [
        ("GetExport", API, "/restapis/abc"),
        ("GetApi", {"apiId": "v2"}, "/apis/v2"),
        ("UpdateUsage", {"usagePlanId": "u"}, "/usageplans/u"),
    ],
)
def test_where_the_name_tells_no_type_it_may_be_all_below(name: str, parameters: dict[str, Any], base: str) -> None:
    uses = told(an_event(f"apigateway:{name}", parameters)).uses
    assert [use.resource for use in uses] == [f"{HEAD}{base}", f"{HEAD}{base}/*"]


@pytest.mark.parametrize(
    ("name", "parameters", "more"),
    [
        ("GetVpcLink", {}, {}),
        ("CreateApi", {"name": "n"}, {}),
        ("GetRestApi", API, {"awsRegion": None}),
        ("GetStages", {}, {}),
    ],
)
def test_what_is_not_told_stays_unknown(name: str, parameters: dict[str, Any], more: dict[str, Any]) -> None:
    (use,) = told(an_event(f"apigateway:{name}", parameters, **more)).uses
    assert (use.resource, use.known) == ("*", Known.UNKNOWN)


def test_a_name_that_a_policy_would_take_for_a_variable_is_cut() -> None:
    (use,) = told(an_event("apigateway:UpdateStage", {**API, "stageName": "${aws:username}"})).uses
    assert (use.resource, use.known) == (f"{HEAD}/restapis/abc/stages/*", Known.PATTERN)
