"""Recommendations as Terraform, read back by python-hcl2: the documents are what was recommended."""

from __future__ import annotations

import json
import re
from typing import Any

import hcl2
import pytest
from msgspec.structs import replace

from leastwise.report import terraform
from leastwise.results import Kind, Recommendation, Subject
from report.documents import HOSTILE, advised, advising, plain

IAM = "arn:aws:iam::123456789012"


def resources(advice: Recommendation) -> dict[str, Any]:
    """Each resource by its address, as Terraform would understand it."""
    found = hcl2.loads(terraform.render(advice)).get("resource", [])
    return {
        f"{kind.strip(chr(34))}.{label.strip(chr(34))}": body
        for block in found
        for kind, labelled in block.items()
        for label, body in labelled.items()
    }


def imported(advice: Recommendation) -> dict[str, str]:
    found = hcl2.loads(terraform.render(advice)).get("import", [])
    return {each["to"].strip("${}"): each["id"].strip('"') for each in found}


def document(body: dict[str, Any]) -> Any:
    """The policy of a resource: the heredoc without its marks, and `$${`, `%%{` as Terraform reads them."""
    text = re.sub(r"\s*<<-POLICY\n|\s*POLICY\s*\Z", "", body["policy"].strip('"'))
    assert not re.search(r"(?<!\$)\$\{|(?<!%)%\{", text), "a template"
    assert not re.search(r"\$\$\$\{|%%%\{", text), "an escape that might be read in two ways"
    return json.loads(text.replace("$${", "${").replace("%%{", "%{"))


@pytest.mark.parametrize("body", [plain(), HOSTILE])
@pytest.mark.parametrize("kind", ["managed", "inline"])
def test_the_document_survives(kind: str, body: dict[str, object]) -> None:
    advice = advising(advised("new", kind=kind, document=body))
    (found,) = (body for address, body in resources(advice).items() if "attachment" not in address)
    assert document(found) == body


def test_a_policy_variable_stands_there_as_people_write_it() -> None:
    assert '"arn:aws:s3:::home/$${aws:username}/*"' in terraform.render(advising(advised("p", document=HOSTILE)))


def test_what_is_in_place_is_imported_and_what_is_new_is_attached() -> None:
    advice = advising(
        advised("own", kind="managed", replaces=f"{IAM}:policy/team/own"),
        advised("mine", kind="inline", replaces=f"{IAM}:user/ann inline policy mine"),
        advised("leastwise-ann-Big", kind="managed", replaces="arn:aws:iam::aws:policy/Big"),
    )
    assert imported(advice) == {
        "aws_iam_policy.user__ann__own": f"{IAM}:policy/team/own",
        "aws_iam_user_policy.user__ann__mine": "ann:mine",
    }
    found = resources(advice)
    assert found["aws_iam_policy.user__ann__own"]["path"] == '"/team/"'
    assert found["aws_iam_user_policy.user__ann__mine"]["user"] == '"ann"'
    attached = found["aws_iam_user_policy_attachment.user__ann__leastwise-ann-Big"]
    assert attached["policy_arn"] == "${aws_iam_policy.user__ann__leastwise-ann-Big.arn}"
    assert len(found) == 4
    assert "# once the policies below are in force: detach arn:aws:iam::aws:policy/Big from user ann\n" in (
        terraform.render(advice)
    )


@pytest.mark.parametrize("kind", [Kind.ROLE, Kind.GROUP])
def test_roles_and_groups_have_their_own_resources(kind: Kind) -> None:
    who = Subject(f"{IAM}:{kind.value}/x", "x", kind)
    found = resources(advising(advised("a", kind="inline"), advised("b", kind="managed"), subject=who))
    assert set(found) == {
        f"aws_iam_{kind.value}_policy.{kind.value}__x__a",
        f"aws_iam_policy.{kind.value}__x__b",
        f"aws_iam_{kind.value}_policy_attachment.{kind.value}__x__b",
    }
    assert found[f"aws_iam_{kind.value}_policy.{kind.value}__x__a"][kind.value] == '"x"'


def test_names_that_look_alike_stay_apart() -> None:
    names = ("a.b", "a@b", "a_b", "a__b", "_ab", "a-b", "a=b", "ab")
    found = resources(advising(*(advised(name, kind="inline") for name in names)))
    assert len(found) == len(names)
    one, other = (
        advising(advised(policy, kind="inline"), subject=Subject(f"{IAM}:user/{name}", name, Kind.USER))
        for name, policy in (("a", "b__c"), ("a__b", "c"))
    )
    assert not resources(one).keys() & resources(other).keys()


@pytest.mark.parametrize("name", ['x"', "x\ny", "${x}", "a b", "/x", "ß", ""])
def test_a_name_that_iam_does_not_accept_is_not_written(name: str) -> None:
    good = advising(advised("p"))
    assert terraform.render(good)
    assert terraform.render(advising(advised(name))) == ""
    assert terraform.render(replace(good, subject=Subject(f"{IAM}:user/{name}", name, Kind.USER))) == ""


def test_a_hostile_warning_stays_in_its_comment() -> None:
    advice = replace(advising(advised("p")), warnings=('x\nresource "aws_iam_user" "evil" {}\u2028',))
    assert len(resources(advice)) == 2
    assert "\u2028" not in terraform.render(advice)


def test_there_is_nothing_where_nothing_is_to_be_written() -> None:
    assert terraform.render(advising()) == ""
