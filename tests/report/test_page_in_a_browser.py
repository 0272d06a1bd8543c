"""The page as people meet it, in a real Chromium: it loads, answers, and lets nothing in a name act."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from axe_playwright_python.sync_playwright import Axe
from msgspec.structs import replace

from leastwise.audit import Options, audit
from leastwise.results import Confidence, Fix, Report, Severity
from leastwise.snapshot import loads
from report.sample import ADMIN, ANN, BEN, DEPLOY, a_backdrop, a_report, an_empty_report, finding, subject

if TYPE_CHECKING:
    from collections.abc import Callable

    from report.driven import Driven

    Open = Callable[..., Driven]

NARROW = {"width": 360, "height": 740}
SMALLEST = 9  # pixels: letters below this are not read
HIDDEN = "/[\\p{Cf}\\p{Zl}\\p{Zp}]/u"
ACTIVE = (
    " </script><script>document.title='pwned'</script><img src=x onerror=alert(1)><b>bold</b>{{7*7}}${7*7}"
    "\u202egnp.\u2066\u200bexe\u2028 \" onmouseover=alert(1) ' ]]> <!-- &lt; \x00\x1b[31m \ud800"
)


@cache
def demo() -> Report:
    data = files("leastwise").joinpath("demo/snapshot.json.gz").read_bytes()
    return audit(loads(data), Options(backdrop=True))


def rich() -> Report:
    return a_report(backdrop=a_backdrop())


def many(number: int) -> Report:
    """So many findings, of several severities and principals."""
    kind = subject(ANN.kind, "x").kind
    made = tuple(
        msgspec.structs.replace(
            finding(subject(kind, f"user-{n:05}"), "user_without_mfa" if n % 3 else "user_inactive"),
            severity=Severity(n % 5),
            confidence=Confidence.CONDITIONAL if n % 7 == 0 else Confidence.CERTAIN,
            message=f"user-{n:05} signs in with a password alone, and has done so for {n} days",
            fingerprint=f"{n:016x}",
        )
        for n in range(number)
    )
    return a_report(findings=made, suppressed=())


def of(report: Report, check: str, name: str) -> str:
    """The address of a finding."""
    return next(f"#finding/{f.fingerprint}" for f in report.findings if f.check == check and f.subject.name == name)


def path_of(report: Report, name: str) -> str:
    return next(f"#path/{p.fingerprint}" for p in report.paths if p.source.name == name)


# the overview


def test_it_opens_from_a_disk_and_shows_what_matters(opened: Open) -> None:
    window = opened(demo())
    text = window.page.locator("#overview").inner_text()
    for part in (
        "Account 123456789012",
        "92\nof 100",
        "11 paths from 11 principals",
        "cut here: fix 1",
        "ends 2 paths",
    ):
        assert part in text
    assert "1 call gave no answer (Unsupported): iam:ListServiceSpecificCredentials" in text
    assert window.page.locator("#overview svg.chain.wide:visible").count() == 5
    assert window.page.locator("nav").is_visible()


@pytest.mark.parametrize("report", [rich(), an_empty_report()], ids=["rich", "empty"])
def test_without_script_the_overview_is_complete(opened: Open, report: Report) -> None:
    window = opened(report, java_script_enabled=False)
    text = window.page.locator("body").inner_text()
    assert "Without script this page shows the overview" in text
    assert f"Risk {report.scores.risk} of 100" in (window.page.locator("svg.dial").get_attribute("aria-label") or "")
    assert not window.page.locator("nav").is_visible()
    for fix in report.fixes:
        assert fix.text in text
    for gap in report.gaps:
        assert gap.call in text
    drawn = window.page.locator("svg.chain:visible").count()
    assert drawn == len({p.source for p in (*report.paths, *report.external) if p.escalates})
    assert report.paths or "No path to administrator was found" in text


def test_a_fix_shows_its_difference_and_its_commands_without_script(opened: Open) -> None:
    window = opened(rich(), java_script_enabled=False)
    window.page.locator("#fix-1 summary").click()
    assert "iam:PassRole" in "".join(window.page.locator("#fix-1 .diff .less").all_inner_texts())
    assert window.page.locator("#fix-1 .command").first.inner_text().startswith("aws iam create-policy-version")
    assert "Mind: ben holds it, too" in window.page.locator("#fix-1").inner_text()


# findings


def test_findings_are_searched_filtered_and_sorted(opened: Open) -> None:
    window = opened(rich(), "#findings")
    page = window.page
    window.tells("10 findings, 1 of them set aside")
    page.get_by_role("searchbox", name="Search findings").fill("ACCESS KEY 1")
    window.tells("1 of 10 findings")
    assert "ben" in window.rows.first.inner_text()
    page.get_by_role("button", name="Clear").click()
    page.get_by_role("button", name="critical").click()
    assert set(window.rows.locator(".badge").all_inner_texts()) == {"critical"}
    page.get_by_label("Status").select_option("suppressed")
    window.tells("1 of 10 findings, 1 of them set aside")
    page.get_by_role("button", name="Clear").click()
    page.get_by_label("Confidence").select_option("conditional")
    window.tells("1 of 10 findings")
    page.get_by_role("button", name="Clear").click()
    page.get_by_label("Check", exact=True).select_option("key_older_than_limit")
    page.get_by_role("searchbox", name="Principal").fill("ann")
    window.tells("0 of 10 findings")
    page.get_by_role("searchbox", name="Principal").fill("user/ben")
    window.tells("1 of 10 findings")
    page.get_by_role("button", name="Clear").click()
    page.get_by_role("button", name="Risk").click()
    risks = [int(text.rstrip("?")) for text in window.rows.locator(".c-risk").all_inner_texts()]
    assert risks == sorted(risks, reverse=True)
    page.get_by_role("button", name="Risk").click()
    assert window.rows.locator(".c-risk").first.inner_text().rstrip("?") == str(min(risks))


def test_a_count_on_the_overview_leads_to_its_findings_and_back_keeps_them(opened: Open) -> None:
    window = opened(demo())
    window.page.locator(".bars .medium").first.click()
    window.tells("13 of 54 findings.*")
    window.rows.locator("a").first.click()
    assert "medium" in window.page.locator(".marks").inner_text()
    window.page.get_by_text("← All findings").click()
    window.tells("13 of 54 findings.*")


def test_back_in_a_list_one_is_where_one_was(opened: Open) -> None:
    window = opened(many(500), "#findings")
    window.page.evaluate("scrollTo(0, 9000)")
    window.rows.filter(has_text="user-00210").locator("a").click()
    window.shows("user-00210")
    assert window.page.evaluate("scrollY") == 0
    window.page.go_back()
    window.rows.filter(has_text="user-00210").wait_for()
    assert window.page.evaluate("scrollY") == 9000


def test_a_fix_that_is_named_opens_on_the_overview(opened: Open) -> None:
    report = demo()
    window = opened(report, path_of(report, "passer-lambda"))
    window.page.get_by_role("link", name="Fix 1").first.click()
    window.shows("Account")
    assert window.page.locator("#fix-1 .diff").is_visible()


def test_a_finding_shows_its_statement_and_how_it_is_mended(opened: Open) -> None:
    report = rich()
    window = opened(report, of(report, "principal_can_escalate", "ann"))
    page = window.page
    window.shows("ann can become role admin")
    marked = page.locator(".policy mark").all_inner_texts()
    assert '"iam:PassRole"' in marked[0]
    assert "s3:GetObject" not in marked[0]
    page.get_by_role("tab", name="AWS CLI").click()
    assert "aws iam create-policy-version" in page.locator("[role=tabpanel]:visible").inner_text()
    page.keyboard.press("ArrowRight")
    terraform = page.locator("[role=tabpanel]:visible").inner_text()
    assert "policy = <<-POLICY" in terraform
    assert 'resource "aws_iam_policy" "user__ann__ann-policy"' in terraform
    page.keyboard.press("ArrowRight")
    assert '-        "iam:PassRole",' in page.locator("[role=tabpanel]:visible").inner_text().replace("\xa0", " ")


def test_what_is_copied_is_what_is_shown(opened: Open) -> None:
    report = rich()
    fix = report.fixes[0]
    assert fix.rewrite is not None
    odd = replace(fix, rewrite=replace(fix.rewrite, apply=("aws iam \u202etegrof",)))
    window = opened(
        replace(report, fixes=(odd,)), path_of(report, "ann"), permissions=["clipboard-read", "clipboard-write"]
    )
    window.page.get_by_role("tab", name="AWS CLI").click()
    window.page.get_by_role("button", name="Copy Apply").click()
    window.page.get_by_text("Copied", exact=True).wait_for()
    assert window.page.evaluate("navigator.clipboard.readText()") == "aws iam \\u202etegrof"


def test_a_page_without_documents_says_so(opened: Open) -> None:
    report = a_report()
    window = opened(report, of(report, "principal_can_escalate", "ann"))
    assert (
        "a page made by the audit itself (leastwise scan --format html) shows the statements"
        in window.page.inner_text("main")
    )


# paths and principals


def test_a_path_opens_from_the_overview_and_its_hop_from_the_keyboard(opened: Open) -> None:
    window = opened(demo())
    window.page.locator(".pictures a").last.click()
    window.shows("user/passer-lambda to role/admin-for-lambda")
    hop = window.page.locator("svg.graph g.hop")
    assert "Passes a role to a new Lambda function" in (hop.get_attribute("aria-label") or "")
    hop.focus()
    window.page.keyboard.press("Enter")
    assert window.page.evaluate("document.activeElement.id") == "hop-1"
    marked = " ".join(window.page.locator(".policy mark").all_inner_texts())
    assert "iam:PassRole" in marked
    assert "lambda.amazonaws.com" in marked


def test_the_paths_are_searched_and_drawn_together(opened: Open) -> None:
    window = opened(demo(), "#paths")
    window.tells("15 paths")
    window.page.get_by_label("Verdict").select_option("conditional")
    window.tells("3 paths")
    assert window.page.locator("svg.graph g.hop").count() == 3
    window.page.get_by_role("searchbox").fill("code-changer")
    window.tells("1 path")
    window.page.locator("svg.graph g.hop").click()
    window.shows("user/code-changer to role/admin-for-lambda")


def test_a_principal_shows_who_becomes_it_and_what_would_be_enough(opened: Open) -> None:
    window = opened(rich(), f"#principal/{ANN.arn}")
    text = window.page.inner_text("main")
    for part in (
        "password: 2025-12-01 08:00 UTC, 30 days before the audit", "access key 1: no use recorded",
        "the boundary limits leaves 400 of them", "the SCPs leave 380", "AWS recorded no use of glacier, workmail",
        "shared (managed) through group devs", "1,000 actions are granted today, 1 would be",
        "2 paths from it", "Grants nothing new\nyes (each statement lies within one of the current)", "Mind: ann-policy is attached to two more principals",
    ):  # fmt: skip
        assert part in text, part
    assert window.page.locator(".diff .less").count() > 0
    window.go(f"#principal/{BEN.arn}")
    text = window.page.inner_text("main")
    for part in (
        "Access Advisor: 120 days, from 2025-09-01 00:00 UTC; cannot see data events", "medium: 120 days",
        "3 used, 1 proven unused, 6 unknown", "12.5 of 100 today, 0 of 100 then", "yes (2 permissions asked)",
        "1 more change, were unknown use taken for none", "Fill in: the external id",
    ):  # fmt: skip
        assert part in text, part
    window.go(f"#principal/{ADMIN.arn}")
    assert "can become it" in window.page.inner_text("main")
    window.go(f"#principal/{DEPLOY.arn}")
    assert "the boundary unread could not be read" in window.page.inner_text("main")


@pytest.mark.parametrize("what", ["finding", "path", "principal"])
def test_an_address_of_another_audit_is_said_to_be_unknown(opened: Open, what: str) -> None:
    window = opened(rich(), f"#{what}/%E0%A4%A")
    window.shows(f"There is no such {what} here")
    window.page.get_by_text("To the overview").click()
    window.shows("Account")


# what names may hold


def hostile(value: Any, text: str = ACTIVE) -> Any:
    """The same record with the text at the end of every text in it, so that ARNs stay what they are."""
    if type(value) is str:
        return value + text
    if isinstance(value, msgspec.Struct):
        return type(value)(**{f: hostile(getattr(value, f), text) for f in value.__struct_fields__})
    if type(value) is tuple:
        return tuple(hostile(one, text) for one in value)
    if type(value) is dict:
        return {key if key == "Statement" else hostile(key, text): hostile(one, text) for key, one in value.items()}
    return [hostile(one, text) for one in value] if type(value) is list else value


def tour(window: Driven, report: Report) -> list[str]:
    """Every view, and one detail of each kind, by the links of the page itself."""
    found = ["#overview", "#findings", "#paths", "#principals"]
    for view in found[1:]:
        window.go(view)
        found.append(window.rows.locator("a").first.get_attribute("href") or "")
    assert report.findings[0].fingerprint in found[4]
    return found


def test_nothing_in_a_name_acts(opened: Open) -> None:
    report = hostile(rich())
    report = replace(report, findings=tuple(replace(f, fingerprint=f"{n:016x}") for n, f in enumerate(report.findings)))
    window = opened(report)
    for address in tour(window, report):
        window.go(address)
        assert "</script><script>document.title='pwned'</script>" in window.page.inner_text("main"), address
        assert window.page.title().startswith("leastwise") or "leastwise" in window.page.title()
        assert window.page.locator("main img, main b, main script, main iframe").count() == 0
        assert not window.page.evaluate(f"{HIDDEN}.test(document.body.textContent.replace(data.textContent, ''))")
        assert window.page.locator("[onerror], [onmouseover], [style*=javascript]").count() == 0
    assert window.page.evaluate("typeof pwned") == "undefined"


def test_names_of_ten_thousand_letters_keep_their_place(opened: Open) -> None:
    report = hostile(rich(), "a" * 10_000)
    for size in (NARROW, {"width": 1600, "height": 900}):
        window = opened(report, viewport=size)
        for address in tour(window, report):
            window.go(address)
            assert not window.is_wider_than_the_window(), address


# looks


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_accessible_in_both_schemes(opened: Open, scheme: str) -> None:
    report = demo()
    window = opened(report, color_scheme=scheme)
    grounds = set()
    for address in tour(window, report):
        window.go(address)
        grounds.add(window.page.evaluate("getComputedStyle(document.body).backgroundColor"))
        found = Axe().run(window.page).response["violations"]
        assert [(v["id"], v["nodes"][0]["html"][:200]) for v in found if v["impact"] in {"serious", "critical"}] == []
    assert grounds == {{"light": "rgb(246, 247, 249)", "dark": "rgb(17, 21, 28)"}[scheme]}


@pytest.mark.parametrize("width", [360, 800, 1600])
def test_a_path_is_legible_at_every_width(opened: Open, width: int) -> None:
    report = demo()
    window = opened(report, viewport={"width": width, "height": 800})
    for address, picture in (("#overview", "svg.chain:visible"), (path_of(report, "passer-lambda"), "svg.graph")):
        window.go(address)
        assert not window.is_wider_than_the_window()
        drawn = window.page.locator(picture).first
        sizes = drawn.evaluate(
            "(svg) => { const scale = svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;"
            " return [...svg.querySelectorAll('text')].map((text) => parseFloat(getComputedStyle(text).fontSize) * scale) }"
        )
        assert min(sizes) >= SMALLEST
        assert drawn.evaluate(
            "(svg) => [...svg.querySelectorAll('.box')].every((box) => [...box.querySelectorAll('text')]"
            ".every((text) => text.getBoundingClientRect().right <= box.querySelector('rect').getBoundingClientRect().right))"
        )


def test_on_paper_every_row_is_there_dark_on_light_and_nothing_to_press(opened: Open) -> None:
    window = opened(many(300), "#findings", color_scheme="dark")
    assert window.rows.count() < 100
    window.page.emulate_media(media="print")
    window.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert window.rows.count() == 300
    assert not window.page.locator("nav").is_visible()
    assert not window.page.locator(".filters").is_visible()
    ink, ground = window.page.evaluate(
        "[getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor]"
    )
    assert (ink, ground) == ("rgb(27, 35, 48)", "rgb(255, 255, 255)")
    assert window.page.pdf()[:5] == b"%PDF-"
    window.page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert window.rows.count() < 100


# size


def test_five_thousand_findings_are_filtered_at_once(opened: Open) -> None:
    window = opened(many(5_000), "#findings")
    box = window.page.get_by_role("searchbox", name="Search findings")
    for text in ("user-01", "user-012", "password", "nobody", "user_inactive", "99 days"):
        box.fill(text)
    took = window.page.evaluate("performance.getEntriesByName('leastwise:filter').map((one) => one.duration)")
    assert len(took) == 7
    assert sorted(took)[3] < 10  # milliseconds, the median
    window.tells("50 of 5,000 findings")


def test_ten_thousand_findings_open_in_a_moment_and_few_are_elements(opened: Open) -> None:
    window = opened(many(10_000), "#findings")
    ready = window.page.evaluate("performance.getEntriesByName('leastwise:ready')[0].startTime")
    assert ready < 3_000  # milliseconds; on an idle machine a third of one second
    assert window.rows.count() < 60
    window.page.evaluate("scrollTo(0, document.body.scrollHeight)")
    window.rows.filter(has_text="user-09999").first.wait_for()
    assert window.rows.count() < 60


def starters(number: int, *, alike: bool) -> Report:
    """So many users with a path to one role."""
    report = rich()
    first = report.paths[0]
    users = [subject(ANN.kind, f"u{n:03}") for n in range(number)]
    paths = tuple(
        replace(
            first,
            source=user,
            edges=(replace(first.edges[0], source=user.arn, method="same" if alike else f"method-{user.name}"),),
        )
        for user in users
    )
    return replace(report, paths=paths, external=(), fixes=(Fix(text="x", ends_findings=0, subjects=()),))


def test_a_large_picture_says_what_it_leaves_out(opened: Open) -> None:
    window = opened(starters(100, alike=False), "#paths")
    window.tells("100 paths")
    assert window.page.locator("svg.graph a.box").count() == 60
    assert "59 of 100 paths are drawn: there is room for 60 places" in window.page.inner_text("main")


def test_those_who_start_alike_stand_in_one_place(opened: Open) -> None:
    window = opened(starters(100, alike=True), "#paths")
    window.tells("100 paths")
    assert window.page.locator("svg.graph a.box").count() == 2
    start = window.page.locator("svg.graph a.start")
    assert start.locator(".name").text_content() == "100 users alike"
    assert (start.locator("title").text_content() or "").endswith(f"{subject(ANN.kind, 'u019').arn} and 80 more")
    assert "are drawn" not in window.page.inner_text("main")
