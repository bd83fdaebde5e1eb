"""Plain words for what is said on pages and on paper alike: stages, grades, indicators, languages.

What workers report is "reported" here, never "confirmed": nothing calls anything forced labour.
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
        "physical_sexual_violence": "Violence or abuse",  # insults and hunger, too
        "intimidation_threats": "Intimidation and threats",
        "retention_of_identity_documents": "Identity papers kept",
        "withholding_of_wages": "Wages withheld",
        "debt_bondage": "Debt bondage",
        "abusive_working_living_conditions": "Abusive working or living conditions",
        "excessive_overtime": "Excessive overtime",
    }
)

VERDICTS: Words = MappingProxyType(
    {"confirmed": "Confirmed as reported", "overruled": "Overruled", "added": "Added"}
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


def language(code: str) -> str:
    """The name of a language; a variety in Latin letters says so."""
    if code in {"", "und"}:
        return "not known"
    base, _, script = code.partition("-latn")
    name = LANGUAGES.get(base, base)
    return name if base == code and not script else f"{name} in Latin letters"


def audience(answer: int) -> str:
    """Whom an answer names: "buyers and the authorities", or "nobody"."""
    told = [name for each, name in _AUDIENCES if answer & each]
    return _listed(told) if told else "nobody"


def _listed(names: list[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last
