"""Nothing could be seen: one line that says what happened and what to do."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest
from botocore import exceptions as boto
from botocore.exceptions import ClientError

from leastwise.collect.explain import explain, worst
from leastwise.collect.failure import Failure, Kind, clean, from_boto_error, from_client_error
from leastwise.collect.live import collect, collect_live
from leastwise.collect.options import Options
from leastwise.errors import CollectError
from servers import Fault, Reply, Request, faulty

if TYPE_CHECKING:
    from pathlib import Path

    from leastwise.collect.clock import Clock


def refusal(**keywords: str) -> str:
    with pytest.raises(CollectError) as caught:
        collect_live(**keywords)  # type: ignore[arg-type]
    assert caught.value.exit_code == 3
    text = str(caught.value)
    assert "\n" not in text
    return text


def test_no_credentials(clean: None, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    assert refusal() == ("no AWS credentials were found: set AWS_PROFILE, pass --profile, or run `aws configure`")


def test_half_of_the_credentials(clean: None, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    assert "the AWS credentials are incomplete" in refusal()


@pytest.mark.parametrize("how", ["argument", "environment"])
def test_unknown_profile(clean: None, monkeypatch: pytest.MonkeyPatch, how: str) -> None:  # noqa: ARG001
    if how == "environment":
        monkeypatch.setenv("AWS_PROFILE", "nobody")
        said = refusal()
    else:
        said = refusal(profile="nobody")
    assert "(nobody) could not be found" in said
    assert "`aws configure list-profiles` lists the profiles there are" in said


def test_broken_configuration_file(
    clean: None,  # noqa: ARG001
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    (tmp_path / "config").write_text("[profile x\nregion", encoding="utf-8")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    assert "the AWS configuration cannot be used" in refusal()


def test_profile_whose_sign_in_has_expired(
    clean: None,  # noqa: ARG001
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    lines = ["[profile x]", "sso_session = s", "sso_account_id = 123456789012", "sso_role_name = audit"]
    lines += ["[sso-session s]", "sso_start_url = https://example.com/start", "sso_region = us-east-1"]
    (tmp_path / "config").write_text("\n".join(lines), encoding="utf-8")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("HOME", str(tmp_path))
    said = refusal(profile="x")
    assert "the AWS sign-in is missing or has expired" in said
    assert "aws sso login --profile x" in said


def test_expired_credentials(url: str) -> None:
    with faulty(url, [Fault("*", "expired")]) as proxy:
        said = refusal(endpoint_url=proxy.url)
    assert said.startswith("the AWS credentials have expired (ExpiredToken")
    assert "`aws sso login`" in said


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("InvalidClientTokenId", "AWS does not accept the credentials"),
        ("SignatureDoesNotMatch", "AWS does not accept the credentials"),
        ("RequestTimeTooSkewed", "set this machine's clock"),
    ],
)
def test_refused_credentials(url: str, code: str, words: str) -> None:
    def refuse(_: Request, __: Reply) -> Reply:
        error = f"<ErrorResponse><Error><Code>{code}</Code><Message>no</Message></Error></ErrorResponse>"
        return Reply(403, error.encode())

    with faulty(url, [Fault("*", "reply", reply=refuse)]) as proxy:
        assert words in refusal(endpoint_url=proxy.url)


def test_everything_denied(url: str) -> None:
    with faulty(url, [Fault("*", "deny")]) as proxy:
        said = refusal(endpoint_url=proxy.url)
    assert said.startswith("AWS denied every call (")
    assert "`leastwise permissions`" in said


def test_everything_but_ones_own_name_denied(url: str) -> None:
    plan = [Fault("GetCallerIdentity", "reply", reply=lambda _, real: real), Fault("*", "deny")]
    with faulty(url, plan) as proxy:
        assert "AWS denied every call" in refusal(endpoint_url=proxy.url)


def test_a_server_that_is_not_aws(url: str, clock: Clock) -> None:
    with (
        faulty(url, [Fault("*", "html")]) as proxy,
        pytest.raises(CollectError, match=r"no call to AWS succeeded .*check --endpoint-url and --region"),
    ):
        collect(Options(endpoint_url=proxy.url, clock=clock))


@pytest.mark.parametrize("how", ["argument", "environment"])
def test_invalid_endpoint(clean: None, monkeypatch: pytest.MonkeyPatch, how: str) -> None:  # noqa: ARG001
    if how == "environment":
        monkeypatch.setenv("AWS_ENDPOINT_URL", "no url")
        said = refusal()
    else:
        said = refusal(endpoint_url="no url")
    assert "the endpoint is unusable (Invalid endpoint: no url)" in said


def test_invalid_region(clean: None) -> None:  # noqa: ARG001
    assert "the endpoint is unusable" in refusal(region="no region")


def test_nobody_listens(clean: None) -> None:  # noqa: ARG001
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        said = refusal(endpoint_url=f"http://127.0.0.1:{port}")
    assert said.startswith("AWS did not answer (")
    assert "check the network, --region and --endpoint-url" in said


def test_a_failed_role_of_the_profile_is_about_credentials() -> None:
    refused = ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "AssumeRole")
    assert from_client_error("iam:ListRoles", refused).kind is Kind.CREDENTIALS


@pytest.mark.parametrize(
    ("code", "status", "reason"),
    [
        ("AccessDeniedException", 400, "AccessDeniedException"),
        ("403", 403, "AccessDenied"),
        ("Throttling", 400, "Throttled"),
        ("SlowDown", 503, "Throttled"),
        ("InvalidAction", 400, "Unsupported"),
        ("InternalFailure", 501, "Unsupported"),
        ("404", 404, "Unsupported"),
        ("ServiceFailure", 500, "ServiceFailure"),
        ("503", 503, "Garbled"),
    ],
)
def test_reasons(code: str, status: int, reason: str) -> None:
    response = {"Error": {"Code": code, "Message": "m"}, "ResponseMetadata": {"HTTPStatusCode": status}}
    assert from_client_error("iam:ListRoles", ClientError(response, "ListRoles")).reason == reason


@pytest.mark.parametrize(
    ("error", "reason", "kind"),
    [
        (boto.ReadTimeoutError(endpoint_url="https://x"), "Unreachable", Kind.UNREACHABLE),
        (boto.NoRegionError(), "InvalidEndpoint", Kind.ENDPOINT),
        (boto.ParamValidationError(report="AllUsers"), "Unsupported", Kind.OTHER),
        (boto.PaginationError(message="m"), "PaginationError", Kind.OTHER),
    ],
)
def test_reasons_of_botocore(error: boto.BotoCoreError, reason: str, kind: Kind) -> None:
    failure = from_boto_error("iam:ListRoles", error)
    assert (failure.reason, failure.kind) == (reason, kind)


def test_the_worst_failure_explains_the_others() -> None:
    failures = [Failure("a:A", "AccessDenied", kind=Kind.DENIED), Failure("b:B", "x", kind=Kind.UNREACHABLE)]
    assert worst(failures).call == "b:B"
    assert explain(Failure("a:A", "Odd")) == (
        "no call to AWS succeeded (a:A: Odd): check --endpoint-url and --region, then try again"
    )


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("two\n  lines", "two lines"),
        ('to "http://user:secret@host/"', 'to "http://host/"'),
        ("denied (Request ID: 1b-2c, host id: a/b=)", "denied"),
        ("x" * 500, "x" * 239 + "…"),
    ],
)
def test_details_are_short_and_hold_no_secret(text: str, line: str) -> None:
    assert clean(text) == line
