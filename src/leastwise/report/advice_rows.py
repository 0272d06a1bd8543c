"""One recommendation as a person reads it: what goes, shrinks and stays, what is not known, and what is proven."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from leastwise.advised import Tri
from leastwise.report.placing import REMOVED, is_writable, placed
from leastwise.report.view import Row, Section
from leastwise.report.words import count, named, safe, short_arn, shorten

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from leastwise.advised import Counterexample, Source
    from leastwise.results import AdvisedPolicy, Change, Recommendation

WHOLE = "removed"
_TAKEN = re.compile("removed: (.*)|(.*) removed")
PROVED = {Tri.YES: "proven", Tri.NO: "no", Tri.UNKNOWN: "not proven"}
NO_EVIDENCE = "none of use; --evidence and --last-accessed bring some"
ON = " on "
UNWRITTEN = "a name in it is none that IAM accepts: no template or script is written"


def section(advice: Recommendation, most: int, columns: int) -> Section:
    """All about one principal, with at most so many rows of a kind; its title fits into so many columns."""
    rows: list[Row] = []
    for part in (_changes, _kept, _unknown, _evidence, _proof, _plan, _mind):
        rows += few(list(part(advice)), most)
    less = headline(advice)
    return Section(f"{shorten(named(advice.subject), columns - len(less) - 2)}: {less}", tuple(rows))


def headline(advice: Recommendation) -> str:
    """How much less is enough."""
    before, after = advice.actions_before, advice.actions_after
    risk = f"risk {advice.risk}"
    if not advice.changes:
        return f"{risk}, nothing to change by what is known; it is allowed {count(before, 'actions')}"
    fewer = f"{100 * (before - after) // before if before else 0} % fewer"
    return f"{risk}, {count(before, 'actions')} today, {after:,} recommended ({fewer})"


def few(rows: list[Row], most: int) -> Iterator[Row]:
    """The rows, of each label so many; each label once."""
    numbers = Counter(row.label for row in rows)
    seen: Counter[str] = Counter()
    for row in rows:
        seen[row.label] += 1
        if seen[row.label] <= most:
            yield row if seen[row.label] == 1 else row._replace(label="")
        elif seen[row.label] == numbers[row.label]:
            yield Row("", f"and {numbers[row.label] - most:,} more")


def _changes(advice: Recommendation) -> Iterator[Row]:
    """What is taken away, then what is made smaller."""
    told = [(label_of(change), change) for change in advice.changes]
    for label, style in (("removed", "red"), ("narrowed", "yellow")):
        yield from (Row(label, _change(change), style) for known, change in told if known == label)


def label_of(change: Change) -> str:
    """What happens to what stands before: it goes, or it shrinks."""
    return "narrowed" if _taken(change) is None else "removed"


def _taken(change: Change) -> str | None:
    """What a change takes away; None where it leaves something smaller in its place."""
    if change.after in {"", WHOLE}:
        return change.before
    found = _TAKEN.fullmatch(change.after)
    return found and (found[1] or found[2])


def _change(change: Change) -> str:
    """`s3:Get* on * -> arn:aws:s3:::x: reason (policy/x /Statement/0)`."""
    if change.kind == REMOVED:
        return f"policy {change.before}: {change.reason}"
    _, statement, number = change.pointer.rpartition("/Statement")
    where = " ".join(filter(None, (short_arn(change.document), statement + number)))
    return f"{_difference(change)}: {change.reason} ({where})"


def _difference(change: Change) -> str:
    """What goes; or what stood there and what stands there now, with what is the same told once."""
    taken = _taken(change)
    if taken is not None:
        return taken
    what, on, where = change.after.partition(ON)
    same = bool(on) and change.before.startswith(what + ON)
    return f"{change.before} -> {where if same else change.after}"


def _kept(advice: Recommendation) -> Iterator[Row]:
    """The recommended documents, statement by statement."""
    for policy, in_place, _ in placed(advice):
        instead = "" if in_place or not policy.replaces else f" instead of {_replaced(policy.replaces)}"
        size = f"{policy.size:,} of {policy.quota:,} characters"
        yield Row("kept", f"in {policy.kind} policy {policy.name}{instead}, {size}:", "green")
        yield from (Row("kept", f"- {text}", "green") for text in _statements(policy))


def _replaced(text: str) -> str:
    """Which policy that is: the end of its ARN, and the name of an inline one."""
    arn, *inline = text.split(" ", 1)
    return " ".join((short_arn(arn), *inline))


def _statements(policy: AdvisedPolicy) -> Iterator[str]:
    found = policy.document.get("Statement")
    for each in found if isinstance(found, list) else [found]:
        if isinstance(each, dict):
            what, where = (_listed(each, key) for key in ("Action", "Resource"))
            when = f" where {', '.join(each['Condition'])}" if each.get("Condition") else ""
            yield f"{'' if each.get('Effect') == 'Allow' else 'deny '}{what} on {where}{when}"


def _listed(statement: dict[str, object], key: str) -> str:
    negated = f"Not{key}" in statement
    found = statement.get(f"Not{key}" if negated else key, "*")
    words = [str(word) for word in found] if isinstance(found, list) else [str(found)]
    more = f" and {len(words) - 3} more" if len(words) > 3 else ""
    return f"{'all but ' if negated else ''}{', '.join(words[:3])}{more}"


def _unknown(advice: Recommendation) -> Iterator[Row]:
    use = advice.use
    if use.used or use.unused_proven:
        seen = f"{use.used:,} used, {use.unused_proven:,} proven unused, {use.unknown:,} unknown"
        yield Row("use", f"{seen}, of the actions granted; what is unknown is kept")
    for change in advice.aggressive:
        yield Row("unknown", f"{_change(change)}; --aggressive removes it")


def _evidence(advice: Recommendation) -> Iterator[Row]:
    if not advice.evidence:
        yield Row("evidence", NO_EVIDENCE)
    for source in advice.evidence:
        yield Row("evidence", _window(source))
        yield from (Row("blind", f"{source.name}: {gap}") for gap in source.gaps)
    if advice.evidence:
        yield Row("worth", "; ".join((advice.grade.value, *advice.grade_reasons)))
    if advice.exposure_before is not None:
        index = f"{advice.exposure_before:g} of 100 today, {advice.exposure_after:g} as advised"
        yield Row("unused", f"{index}: the weight of what is proven unused by that of all that is granted")
    yield Row("sure", "; ".join((advice.confidence.value, *advice.confidence_reasons)))


def _window(source: Source) -> str:
    span = f", {source.first[:10]} to {source.last[:10]}" if source.first and source.last else ""
    sees = f"; sees {', '.join(source.sees)}" if source.sees else ""
    return f"{source.name}{span}, {count(source.days, 'days')} covered{sees}"


def _proof(advice: Recommendation) -> Iterator[Row]:
    """Never called safe unless both are proven."""
    proof = advice.proof
    if proof.is_safe:
        seen = f"it covers {count(proof.observed, 'permissions')} seen in use" if proof.observed else "no use was seen"
        yield Row("proof", f"safe: grants nothing new, and {seen}", "green")
    else:
        both = f"nothing new granted: {PROVED[proof.subset_of_current]}"
        covers = f"all that was seen still allowed: {PROVED[proof.covers_observed]}"
        yield Row("proof", f"not called safe. {both}; {covers}", "yellow")
    yield from (Row("proof", text) for text in (*filter(None, [proof.method]), *proof.reasons))
    yield from (Row("but", _counterexample(each), "red") for each in proof.counterexamples)
    if proof.paths_closed or proof.paths_remaining:
        yield Row("paths", f"ends {len(proof.paths_closed)}, leaves {len(proof.paths_remaining)}")


def _counterexample(one: Counterexample) -> str:
    return "; ".join(filter(None, (f"{one.against} fails on {one.action} on {one.resource}", one.note)))


def _plan(advice: Recommendation) -> Iterator[Row]:
    yield from (Row("plan", f"{number}. {step.text}") for number, step in enumerate(advice.plan, start=1))


def _mind(advice: Recommendation) -> Iterator[Row]:
    yield from (Row("mind", warning, "yellow") for warning in advice.warnings)
    if not is_writable(advice):
        yield Row("mind", UNWRITTEN, "yellow")
    if advice.affects:
        yield Row("mind", f"it meets others, too: {_names(advice.affects)}", "yellow")
    if advice.trust is not None:
        yield Row("trust", f"{count(len(advice.trust.changes), 'changes')} to its trust policy: --format json has them")


def _names(arns: Iterable[str]) -> str:
    return ", ".join(safe(short_arn(arn)) if arn.startswith("arn:") else arn for arn in arns)
