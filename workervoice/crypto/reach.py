"""Whether keys can be had now, for the journal: a line when that ends, and one when it is back."""

from __future__ import annotations

from workervoice.errors import KeysAway
from workervoice.journal import Journal

_JOURNAL = Journal("workervoice")


class Reach:
    """Is told of every try; `away` while the last one failed."""

    def __init__(self) -> None:
        self.away = False

    def lost(self, why: KeysAway) -> KeysAway:
        """For whoever raises it."""
        if not self.away:
            _JOURNAL.note("keys_away", says=why)
        self.away = True
        return why

    def had(self) -> None:
        if self.away:
            _JOURNAL.note("keys_back")
        self.away = False
