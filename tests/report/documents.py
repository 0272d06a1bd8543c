"""Recommendations made by hand for those who write them as templates and scripts."""

from __future__ import annotations

from typing import Any

from leastwise.results import AdvisedPolicy, Confidence, Kind, Recommendation, Subject

ANN = Subject("arn:aws:iam::123456789012:user/ann", "ann", Kind.USER)
TRICKS = (
    "${aws:username}",
    "$${x}",
    "$$$${y}",
    "%{if true}",
    "%%{z}",
    "$%{q}",
    "%${r}",
    '"',
    "\\",
    "e\u0301",
    "\U0001f600",
)
HOSTILE: dict[str, object] = {
    "Version": "2012-10-17",
    "Id": "line one\nline two\tand \u202e POLICY\nPOLICY",
    "Statement": [
        {
            "Sid": "Home",
            "Effect": "Allow",
            "Action": ["s3:GetObject", "s3:PutObject"],
            "Resource": ["arn:aws:s3:::home/${aws:username}/*", *(f"arn:aws:s3:::b/{trick}/*" for trick in TRICKS)],
            "Condition": {
                "StringLike": {"aws:PrincipalTag/x": [*TRICKS, "'$(touch pwned)' `id`"]},
                "NumericLessThan": {"s3:max-keys": 3},
                "Bool": {"aws:SecureTransport": True},
            },
        }
    ],
}


def plain() -> dict[str, Any]:
    return {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::x/*"}],
    }


def advised(
    name: str, *, kind: str = "managed", replaces: str = "", document: dict[str, Any] | None = None
) -> AdvisedPolicy:
    body = plain() if document is None else document
    return AdvisedPolicy(name=name, replaces=replaces, kind=kind, document=body, size=90, quota=6144)


def advising(*policies: AdvisedPolicy, subject: Subject = ANN, **more: Any) -> Recommendation:
    return Recommendation(
        subject=subject,
        risk=50,
        policies=policies,
        changes=more.pop("changes", ()),
        actions_before=2,
        actions_after=1,
        confidence=Confidence.CERTAIN,
        confidence_reasons=("by hand",),
        **more,
    )
