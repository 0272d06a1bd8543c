"""Large accounts with planted chains and decoys: every chain is found, and nothing else is called proven."""

from __future__ import annotations

import pytest

from leastwise.audit import audit
from leastwise.results import Verdict
from leastwise.snapshot import Snapshot, raw
from synthetic import AS_OF, OWN, Maker


@pytest.mark.parametrize(("principals", "seed"), [(300, 1), (300, 2), (2_500, 3)])
def test_planted_chains_are_proven_and_decoys_and_quiet_principals_are_not(principals: int, seed: int) -> None:
    maker = Maker(principals, seed)
    calls = {"iam:GetAccountAuthorizationDetails": raw(maker.make())}
    report = audit(Snapshot(account=OWN, taken_at=AS_OF, calls=calls))
    escalating = {path.source.arn: path.verdict for path in report.paths if path.escalates}
    assert {arn for arn in maker.planted if escalating.get(arn) is Verdict.PROVEN} == set(maker.planted)
    assert not set(maker.decoys) & set(escalating)
    assert not [arn for arn in escalating if "quiet" in arn]
    flagged = {f.subject.arn for f in report.findings if f.check == "principal_can_escalate"}
    assert set(maker.planted) <= flagged
    assert not flagged & set(maker.decoys)
