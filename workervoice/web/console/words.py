"""Plain words for what the tables call by short names: stages, grades, priorities, languages.

What workers report is "reported" here, never "confirmed": no page calls anything forced labour.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from workervoice.message import Consent

Words = Mapping[str, str]

CASE: Words = MappingProxyType(
    {
        "received": "New",
        "clarifying": "The hotline is asking",
        "awaiting_review": "Waits for a person",
        "in_progress": "In progress",
        "escalated": "With buyers",
        "referred": "Referred",
        "remedy_reported": "Remedy reported, worker asked",
        "confirmed": "Worker says it is fixed",
        "closed": "Closed",
        "out_of_scope": "Set aside",
        "withdrawn": "Worker asked to delete",
        "erased": "Erased",
    }
)

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

GRADES: Words = MappingProxyType(
    {
        "FL_POSITIVE": "Strong indicators reported: no free choice, and a threat or punishment",
        "FL_LIKELY": "Indicators reported: no free choice, and a threat or punishment",
        "FL_ONE_SIDED_STRONG": "A strong indicator reported: no free choice, or a threat",
        "FL_POSSIBLE": "Some indicators reported",
        "FL_NONE": "No indicator reported so far",
    }
)

PRIORITIES: Words = MappingProxyType(
    {
        "P0": "Danger now",
        "P1": "Most serious",
        "P1s": "Most serious, the state is involved",
        "P2": "Serious",
        "P3": "Standard",
        "P4": "Question",
    }
)

INDICATORS: Words = MappingProxyType(
    {
        "abuse_of_vulnerability": "Abuse of vulnerability",
        "deception": "Deception",
        "restriction_of_movement": "Restriction of movement",
        "isolation": "Isolation",
        "physical_sexual_violence": "Physical or sexual violence",
        "intimidation_threats": "Intimidation and threats",
        "retention_of_identity_documents": "Identity papers kept",
        "withholding_of_wages": "Wages withheld",
        "debt_bondage": "Debt bondage",
        "abusive_working_living_conditions": "Abusive working or living conditions",
        "excessive_overtime": "Excessive overtime",
    }
)

ROLES: Words = MappingProxyType(
    {
        "handler": "Case handler",
        "supervisor": "Supervisor",
        "buyer": "Buyer officer",
        "monitor": "Monitor",
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

VERDICTS: Words = MappingProxyType(
    {"confirmed": "Confirmed as reported", "overruled": "Overruled", "added": "Added"}
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

_LANGUAGES = (
    "en English|es Spanish|bn Bangla|hi Hindi|ne Nepali|ur Urdu|ar Arabic|fr French|pt Portuguese"
    "|tr Turkish|vi Vietnamese|id Indonesian|ms Malay|id-ms Indonesian or Malay|tl Tagalog"
    "|sw Swahili|ht Haitian Creole|th Thai|lo Lao|my Burmese|km Khmer|si Sinhala|ta Tamil"
    "|am Amharic|ti Tigrinya|ko Korean|ja Japanese|zh Chinese|zh-cn Chinese (simplified)"
    "|zh-tw Chinese (traditional)|ug Uyghur|ps Pashto|sd Sindhi|ckb Kurdish|fa Persian"
)
LANGUAGES: Words = MappingProxyType(
    {code: name for code, _, name in (pair.partition(" ") for pair in _LANGUAGES.split("|"))}
)

_AUDIENCES = (
    (Consent.BUYERS, "buyers"),
    (Consent.FACTORY, "the factory"),
    (Consent.AUTHORITIES, "the authorities"),
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


def language(code: str) -> str:
    """The name of a language; a variety in Latin letters says so."""
    if code in {"", "und"}:
        return "not known"
    base, _, script = code.partition("-latn")
    name = LANGUAGES.get(base, base)
    return name if base == code and not script else f"{name} in Latin letters"


def consent(answer: int | None) -> str:
    """Whom the worker agreed to tell."""
    if answer is None:
        return "The worker was not asked, or has not answered: nobody may be told"
    told = audience(answer)
    return f"The worker said: tell {told}" if not answer else f"The worker agreed to tell {told}"


def audience(answer: int) -> str:
    """Whom an answer names: "buyers and the authorities", or "nobody"."""
    told = [name for each, name in _AUDIENCES if answer & each]
    return _listed(told) if told else "nobody"


def permits(answer: int | None) -> list[tuple[str, bool, str]]:
    """For each audience: its name, whether the worker said yes, and what that permits."""
    said = answer or 0
    return [
        (name, bool(said & each), yes if said & each else no) for each, name, yes, no in _PERMITS
    ]


def _listed(names: list[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last
