"""What a courier did since its start, as numbers: for whoever watches over the hotline.

Kinds, states and codes are out of closed lists; nothing here names a text, a line or a person.
"""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field

from workervoice.message import Accepted, Rejected, SendOutcome
from workervoice.store.backlog import Queue

DAY_MINUTES = 24 * 60
OUTCOMES = ("accepted", "put_off", "refused", "unknown")
# What a provider says by its code, or by the first digits of one: a label must not grow for ever.
CODES = (
    *("20003", "20429", "21211", "21603", "21606", "21608", "21610", "21611", "21612", "21614"),
    *("30001", "30002", "30029", "30030", "63016", "63017", "63018", "63038"),
    *("21xxx", "30xxx", "63xxx", "13xxxx", "4xx", "5xx"),
    *("unreachable", "no_answer", "unreadable", "absent", "lookup", "other"),
)


def code_label(code: str) -> str:
    """A provider's code as one of `CODES`."""
    plain = code.replace(" ", "_")
    if plain in CODES:
        return plain
    if plain.isascii() and plain.isdigit() and 3 <= len(plain) <= 6:
        begins = 1 if len(plain) == 3 else 2
        wide = plain[:begins] + "x" * (len(plain) - begins)
        return wide if wide in CODES else "other"
    return "lookup" if plain.startswith("lookup") else "other"


@dataclass(slots=True)
class Tally:
    """One courier's numbers. Written by its one thread and read by another."""

    sendings: Counter[tuple[str, str, str]] = field(
        default_factory=Counter
    )  # provider, outcome, code
    rounds: int = 0
    round_at: float | None = None  # monotonic: when a round was last finished
    beat_at: float = field(default_factory=time.monotonic)  # when it last began something
    queue: Queue | None = None
    _errors: dict[int, Counter[tuple[str, str]]] = field(default_factory=dict)  # by minute

    def beat(self) -> None:
        self.beat_at = time.monotonic()

    def sent(self, outcome: SendOutcome, provider: str) -> None:
        """What became of one sending, and through whom it was to go."""
        code = "" if isinstance(outcome, Accepted) else code_label(outcome.code)
        self.sendings[provider, _name(outcome), code] += 1
        if code:
            self._error(provider, code)

    def looked_up(self, outcome: SendOutcome, provider: str) -> None:
        """That a provider does not have a text is an answer; that it cannot tell is an error."""
        if not isinstance(outcome, Accepted | Rejected):
            self._error(provider, code_label(outcome.code))

    def round_finished(self) -> None:
        self.rounds += 1
        self.beat_at = self.round_at = time.monotonic()

    def errors(self, minutes: int) -> Counter[tuple[str, str]]:
        """Providers' errors of the last so many minutes, by provider and code."""
        since = int(time.monotonic() // 60) - minutes
        found: Counter[tuple[str, str]] = Counter()
        for minute, codes in list(self._errors.items()):
            if minute > since:
                for named, count in list(codes.items()):
                    found[named] += count
        return found

    def _error(self, provider: str, code: str) -> None:
        now = int(time.monotonic() // 60)
        for old in [minute for minute in self._errors if minute <= now - DAY_MINUTES]:
            del self._errors[old]
        self._errors.setdefault(now, Counter())[provider, code] += 1


def _name(outcome: SendOutcome) -> str:
    if isinstance(outcome, Accepted):
        return "accepted"
    if isinstance(outcome, Rejected):
        return "refused" if outcome.permanent else "put_off"
    return "unknown"
