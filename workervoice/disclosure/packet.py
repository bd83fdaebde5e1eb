"""The packet of a sensitive issue: a new, systemic text for buyers, never the worker's own.

Labels of likelihood are those that auditors and buyers know from Sedex; the clauses are those of
the ETI Base Code. Nothing finer than a month, no unit, no name, no number of a person.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from workervoice.message import INDICATORS

LIKELIHOODS = ("definite", "strong", "possible")
ETI_CLAUSES = (
    "1 Employment is freely chosen",
    "2 Freedom of association is respected",
    "3 Working conditions are safe and hygienic",
    "4 Child labour shall not be used",
    "5 Living wages are paid",
    "6 Working hours are not excessive",
    "7 No discrimination is practised",
    "8 Regular employment is provided",
    "9 No harsh or inhumane treatment is allowed",
)
TEXT_MAX = 4000
_MONTH = re.compile(r"20\d\d-(0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True)
class Packet:
    """What a buyer reads. Months are "2026-11"; `earliest_contact` is when the site may be spoken
    to at the earliest, so that a call cannot follow a report by a day."""

    site: str
    country: str
    indicators: tuple[str, ...]
    likelihood: str
    eti_clause: str
    period: str
    description: str = field(repr=False)
    first_steps: str = field(repr=False)
    earliest_contact: str = ""

    def problems(self, today: date) -> list[str]:
        """What is missing or malformed, in words for the person who drafts; empty if nothing."""
        texts = (("description", self.description), ("first steps", self.first_steps))
        checks = (
            (self._names_indicators(), "Choose at least one indicator from the list."),
            (
                self.likelihood in LIKELIHOODS,
                "Say how likely it is: definite, strong or possible.",
            ),
            (self.eti_clause in ETI_CLAUSES, "Choose a clause of the ETI Base Code."),
            (_is_month(self.period), "Give the period as a month, like 2026-11."),
            (
                _is_month(self.earliest_contact) and _lies_ahead(self.earliest_contact, today),
                "Give the earliest contact with the site as a month, like 2026-12: from this month "
                "to two years from now.",
            ),
            *((bool(text.strip()), f"Write the {name}.") for name, text in texts),
            *(
                (len(text) <= TEXT_MAX, f"The {name} may have {TEXT_MAX} characters at most.")
                for name, text in texts
            ),
        )
        return [said for well, said in checks if not well]

    def _names_indicators(self) -> bool:
        return bool(self.indicators) and set(self.indicators) <= set(INDICATORS)

    def free_text(self) -> str:
        """What a person typed: the part that the re-identification check reads."""
        return f"{self.description}\n{self.first_steps}"

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "indicators": list(self.indicators)}

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Packet:
        return cls(**{**record, "indicators": tuple(record["indicators"])})


def _lies_ahead(month: str, today: date) -> bool:
    """From this month to the same one in two years; written so, months sort as text."""
    return f"{today:%Y-%m}" <= month <= f"{today.year + 2}-{today:%m}"


def _is_month(text: str) -> bool:
    return _MONTH.fullmatch(text) is not None
