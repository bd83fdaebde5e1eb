"""Voicing: voice notes of phrases before the text that says the same.

A note is a row of its own, owed just before its text, by the same rules: a note that is lost loses
nothing that the text does not say. It is never held for later.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from workervoice.hotline.owing import Debt, owe_text
from workervoice.hotline.process import Pen
from workervoice.store.engine import Tx
from workervoice.workflow.progress import Progress
from workervoice.workflow.recordings import Recordings


@dataclass(frozen=True, slots=True)
class Voice:
    """The recordings that can be sent, and where the provider fetches them."""

    recordings: Recordings = field(default_factory=Recordings)
    url: str = ""

    def notes(
        self, keys: Sequence[str], language: str, progress: Progress, channel: str
    ) -> tuple[str, ...]:
        """The addresses of the notes that go before a text of these phrases."""
        found = self.recordings.before(keys, language, progress, channel)
        return tuple(f"{self.url}/{each.name}.ogg" for each in found)


def owe_notes(tx: Tx, pen: Pen, debt: Debt, notes: Iterable[str]) -> None:
    """Owe these before the text of `debt`. They are dropped as soon as content would be held."""
    for url in notes:
        owe_text(tx, pen, replace(debt, text="", media=url, touches_matter=True))
