"""A second opinion: what a model on this machine thinks of a text. It may raise, never lower.

Off by default. What it suggests is shown and never counted: no fact, no indicator, no grade comes
of it. If it suggests what the packs did not read, the case stands one step higher in the queue.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final, Protocol

from workervoice.message import INDICATORS, Facts, Priority

FLAGS: Final = ("child", "imminent_danger")
SUGGESTS: Final = 0.7  # from this likelihood on
MOST_NAME: Final = 60  # characters
_HIGHER: Mapping[Priority, Priority] = MappingProxyType(
    {Priority.P4: Priority.P3, Priority.P3: Priority.P2, Priority.P2: Priority.P1}
)


@dataclass(frozen=True, slots=True)
class Opinion:
    """How likely a model finds each indicator and flag, from 0 to 1."""

    model: str
    likely: Mapping[str, float] = field(default_factory=dict)

    def suggests(self, facts: Facts) -> frozenset[str]:
        """What it finds likely and the packs did not read."""
        read = set(facts.indicators)
        read |= {"child"} if facts.child else set()
        read |= {"imminent_danger"} if facts.imminent_danger else set()
        return frozenset(name for name, share in self.likely.items() if share >= SUGGESTS) - read


class SecondOpinion(Protocol):
    """A model that answers at once or not at all."""

    def of(self, text: str, language: str) -> Opinion | None:
        """None if it has none, or not in time. Never raises."""


def raised(priority: Priority, opinion: Opinion | None, facts: Facts) -> list[Priority]:
    """The priority one step higher, or none. Danger that nobody said wakes nobody: P0 is not
    reached so."""
    if opinion is None or not opinion.suggests(facts) or priority not in _HIGHER:
        return []
    return [_HIGHER[priority]]


def opinion_of(answer: object) -> Opinion:
    """An opinion as a model wrote it: {"model": "name 1.2", "likely": {"debt_bondage": 0.8}}.

    Raises `ValueError`, which never quotes the answer: a model may repeat the text.
    """
    if not isinstance(answer, Mapping):
        raise ValueError("the answer is not an object")
    model, likely = answer.get("model"), answer.get("likely")
    if not isinstance(model, str) or not 0 < len(model) <= MOST_NAME or not model.isprintable():
        raise ValueError(f'"model" is not a name of 1 to {MOST_NAME} characters')
    if not isinstance(likely, Mapping):
        raise ValueError('"likely" is not an object')
    known = {*INDICATORS, *FLAGS}
    if not likely.keys() <= known:
        raise ValueError('"likely" has names that are no indicators')
    return Opinion(model, {str(name): _share(share) for name, share in sorted(likely.items())})


def _share(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError('"likely" has a value that is no number')
    if not 0 <= value <= 1:  # so neither infinite nor no number
        raise ValueError('"likely" has a value that is not from 0 to 1')
    return float(value)
