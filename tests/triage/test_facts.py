"""Tests of facts: made of evidence, merged over messages."""

from __future__ import annotations

from uuid import UUID

from workervoice.message import Answer, Evidence, Facts
from workervoice.triage.facts import facts_of, merge

REPORTED, DENIED = Answer.REPORTED, Answer.DENIED


def test_reported_beats_denied_within_one_text() -> None:
    evidence = [
        Evidence("P_documents", 0, 4, "en/P_documents#1", denied=True),
        Evidence("P_documents", 9, 14, "en/P_documents#2"),
        Evidence("child", 20, 25, "en/child#1", denied=True),
    ]

    facts = facts_of(evidence)

    assert dict(facts.items) == {"P_documents": REPORTED, "child": DENIED}
    assert facts.indicators == {"retention_of_identity_documents"}
    assert not facts.child


def test_merging_raises_and_never_lowers() -> None:
    old = Facts(items={"P_wages": REPORTED, "P_locked": DENIED}, child=True, safe_to_talk=True)
    new = Facts(items={"P_wages": DENIED, "P_locked": REPORTED}, imminent_danger=True)

    both = merge(old, new)

    assert dict(both.items) == {"P_locked": REPORTED, "P_wages": REPORTED}
    assert both.child
    assert both.imminent_danger
    assert both.safe_to_talk is True


def test_a_newer_site_wins_and_consent_is_left_to_the_caller() -> None:
    old = Facts(site_id=UUID(int=1), consent=0, safe_to_talk=True)
    new = Facts(site_id=UUID(int=2), consent=7, safe_to_talk=False)

    both = merge(old, new)

    assert both.site_id == UUID(int=2)
    assert both.consent == 0
    assert both.safe_to_talk is False


def test_merging_nothing_changes_nothing() -> None:
    old = Facts(items={"P_wages": REPORTED}, indicators=frozenset({"withholding_of_wages"}))

    assert merge(old, Facts()) == merge(Facts(), old) == old
