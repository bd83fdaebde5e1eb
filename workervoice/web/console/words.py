"""Plain words for what the tables call by short names: stages, grades, priorities, languages.

What workers report is "reported" here, never "confirmed": no page calls anything forced labour.
"""

from __future__ import annotations

from types import MappingProxyType

from workervoice.hotline import wording
from workervoice.message import Consent
from workervoice.web.console import mediawords

Words = wording.Words  # shared with what is printed
CASE, GRADES, PRIORITIES, INDICATORS = (
    wording.CASE,
    wording.GRADES,
    wording.PRIORITIES,
    wording.INDICATORS,
)
VERDICTS = wording.VERDICTS
MACHINE: Words = MappingProxyType(
    {
        "read": "Read in the worker's words",
        "answered": "Not read in a text: told in an answer to the hotline's question",
        "not_read": "Not read",
    }
)
SUGGESTED: Words = MappingProxyType({"child": "A person under 18", "imminent_danger": "Danger now"})
medium_why, medium_size = mediawords.medium_why, mediawords.medium_size
shown_as, medium_kind = mediawords.shown_as, mediawords.medium_kind
MEDIA = mediawords.MEDIA
LANGUAGES, language, audience = wording.LANGUAGES, wording.language, wording.audience

ISSUE: Words = MappingProxyType(
    {
        "draft": "Draft",
        "approved": "Approved, waits for a second person",
        "released": "Released to buyers",
        "deciding": "Buyers are deciding",
        "acting": "Buyers are acting",
        "verifying": "Being verified",
        "resolved": "Resolved",
        "cancelled": "Cancelled",
        "unresolved": "Unresolved",
    }
)

STEPS: Words = MappingProxyType(  # of an action's history that are no moves
    {
        "evidence": "File added as evidence",
        "check": "File added to the check",
        "removal": "Proposed: remove a file for good",
        "removed": "File removed for good",
    }
)

DISCLOSURE: Words = MappingProxyType(
    {
        "sealed": "On its way",
        "notified": "Not opened yet",
        "opened": "Opened, not acknowledged",
        "acknowledged": "Acknowledged",
        "done": "Done",
        "declined": "Declined",
        "revoked": "Taken back",
        "lapsed": "Late",
    }
)

ACTION: Words = MappingProxyType(
    {
        "proposed": "Proposed",
        "agreed": "Agreed",
        "under_way": "Under way",
        "evidence_submitted": "Evidence submitted",
        "verified": "Verified",
        "closed": "Closed",
        "rejected": "Rejected",
        "disputed": "Disputed",
    }
)

DELIVERY: Words = MappingProxyType(
    {
        "held": "waits until the worker asks for it",
        "owed": "about to be sent",
        "claimed": "being sent",
        "accepted": "sent, not yet on the phone",
        "delivered": "delivered",
        "failed": "not delivered",
        "unknown": "unclear whether it was sent: being looked up",
        "expired": "too late to be sent",
        "withheld": "withheld",
    }
)

CONVERSATION: Words = MappingProxyType(
    {
        "greeting": "just begun",
        "safety": "being asked whether it is safe to talk",
        "clarifying": "being asked for more",
        "resting": "rests until somebody writes",
        "paused": "paused: the worker sent STOP, nothing is sent until they write",
        "frozen": "frozen: the worker may be under pressure, nothing may be sent",
        "lost_contact": "contact lost",
        "withdrawn": "the worker asked to delete everything",
    }
)

WAYS: Words = MappingProxyType(
    {
        "call": "told on the telephone",
        "walk_in": "told in person",
        "letter": "came as a letter",
        "parted": "parted from another case",
    }
)

# why automatic answers pause
QUIET: Words = MappingProxyType(
    {
        "texts": "more texts came than a person writes",
        "hour": "it had as many answers as one number gets in an hour",
        "day": "it had as many answers as one number gets in a day",
        "robot": "the same text came again and again, as from a robot",
        "flood": "too many new numbers wrote to this line at once",
        "budget": "the money of this line is spent for the month",
    }
)

SENT: Words = MappingProxyType(
    {
        "place": "a place on a map, as north and east in degrees",
        "contact": "a contact card, with somebody's name and number",
        "sticker": "a sticker",
        "reaction": "a reaction to one of our texts",
        "poll": "a poll",
        "other": "something that this version does not know",
    }
)

ROLES: Words = MappingProxyType(
    {
        "handler": "Case handler",
        "supervisor": "Supervisor",
        "buyer": "Buyer officer",
        "monitor": "Monitor",
        "translator": "Translator from outside",
        "administrator": "Administrator",
    }
)

PERSON: Words = MappingProxyType(
    {
        "invited": "Invited, no account yet",
        "waiting": "Waits to be confirmed",
        "admitted": "Admitted",
        "left": "Left",
    }
)

LIKELIHOODS: Words = MappingProxyType(
    {"definite": "Definite", "strong": "Strong", "possible": "Possible"}
)

GROUNDS: Words = MappingProxyType(
    {"imminent_danger": "Danger now", "under_18": "A person under 18"}
)

UNREADABLE: Words = MappingProxyType(
    {
        "case": "A case",
        "clock": "A deadline",
        "sensitive issue": "A sensitive issue",
        "disclosure": "A disclosure",
    }
)

# texts that a person may have typed for a long time, by the names of their fields
TYPED: Words = MappingProxyType(
    {
        "text": "Your text",
        "reason": "Your reason",
        "note": "Your note",
        "description": "Description",
        "first_steps": "First steps",
        "root_cause": "Root cause",
        "preventive": "What keeps it from happening again",
    }
)

# audience, what a yes permits, what it means that there is none
_PERMITS = (
    (
        Consent.BUYERS,
        "Buyers of the site",
        "Two people may release a sensitive issue to them. They read a new text, never the "
        "worker's words or number.",
        "Nothing may be released to them, unless a supervisor overrides this because of danger or "
        "a person under 18.",
    ),
    (
        Consent.FACTORY,
        "The factory",
        "Noted. This hotline still tells the factory nothing by itself.",
        "The factory may not be told.",
    ),
    (
        Consent.AUTHORITIES,
        "Authorities and others who can help",
        "The case may be referred to them.",
        "The case may not be referred to them, unless a supervisor overrides this because of "
        "danger or a person under 18.",
    ),
)


def consent(answer: int | None) -> str:
    """Whom the worker agreed to tell."""
    if answer is None:
        return "The worker was not asked, or has not answered: nobody may be told"
    told = audience(answer)
    return f"The worker said: tell {told}" if not answer else f"The worker agreed to tell {told}"


def permits(answer: int | None) -> list[tuple[str, bool, str]]:
    """For each audience: its name, whether the worker said yes, and what that permits."""
    said = answer or 0
    return [
        (name, bool(said & each), yes if said & each else no) for each, name, yes, no in _PERMITS
    ]
