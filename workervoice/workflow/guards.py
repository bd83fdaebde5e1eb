"""What each guard asks, in a sentence. The caller answers; the tables only name the question."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

GUARDS: Mapping[str, str] = MappingProxyType(
    {
        "acknowledged": "a buyer has acknowledged its disclosure",
        "action_agreed": "at least one corrective action is agreed",
        "actions_closed": "no corrective action of the issue is still open",
        "came_from_*": "the state that was left is this one",
        "case_erased": "the case that it was about is being erased",
        "clock_ran_out": "the acknowledgement clock of this buyer has run out",
        "consent_or_override": (
            "the worker agreed to these recipients, or a named supervisor recorded an override "
            "(imminent danger, or a person under 18)"
        ),
        "digit_confirmed": "the worker sent back the random digit of the confirmation",
        "erased_before": "a person had erased it after the backup that brought it back",
        "evidence_submitted": "evidence is there for at least one corrective action",
        "had_stopped": "the worker had sent STOP before it was frozen",
        "has_remedy": "at least one remedy is recorded: what workers actually got",
        "issue_ended": "the issue was recalled from its buyers, or recorded as unresolved",
        "issue_open": "the issue is still open with its buyers: not resolved, recalled or given up",
        "issue_released": "a sensitive issue about this case was released",
        "may_leave": "the case is open, and its worker has not asked to delete it",
        "no_legal_hold": "no case of this worker that this officer may read is under legal hold",
        "no_phone": "no phone leads to the worker, who said it to a person",
        "not_the_doer": "this person did not do the action",
        "not_the_proposer": "this person did not propose the action",
        "not_zero_tolerance": "no danger, child or violence is reported",
        "packet_clean": "the checks found nothing in the text that points at a person",
        "restored": "the database was restored from a backup",
        "retention_over": "the retention time of this case is over",
        "site_may_know": "the action needs nothing from the site, or all decided to tell the site",
        "surely_not_sent": "the look-up at the provider proves that it never had the message",
        "three_unanswered": "three notices went unanswered",
        "two_people": "two different people stand behind it",
        "validity_over": "the time in which the message is of use is over",
        "waited_72_hours": "72 hours have passed since the confirmation",
        "was_opened": "the buyer had opened it before the clock ran out",
        "within_90_days": "the case was closed less than 90 days ago",
    }
)


def meaning(guard: str) -> str:
    """The sentence for a guard. Raises `KeyError` for one that no table may use."""
    return GUARDS["came_from_*" if guard.startswith("came_from_") else guard]
