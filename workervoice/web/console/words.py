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

LIKELIHOODS: Words = MappingProxyType(
    {"definite": "Definite", "strong": "Strong", "possible": "Possible"}
)

VERDICTS: Words = MappingProxyType(
    {"confirmed": "Confirmed as reported", "overruled": "Overruled", "added": "Added"}
)

GROUNDS: Words = MappingProxyType(
    {"imminent_danger": "Danger now", "under_18": "A person under 18"}
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

_AUDIENCES = ((Consent.BUYERS, "buyers"), (Consent.FACTORY, "the factory"))


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
    told = [name for audience, name in _AUDIENCES if answer & audience]
    told += ["the authorities"] if answer & Consent.AUTHORITIES else []
    if not told:
        return "The worker said: tell nobody"
    return f"The worker agreed to tell {_listed(told)}"


def _listed(names: list[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last
