"""What happened at the door since the start, for whoever looks after the server: one log line each.

Numbers and ids only: never a login, a passphrase, a token, or what a form said.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from workervoice.hotline.listing import Unreadable

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Counts:
    """Counters, and the rows that were found broken. Each line says how many there were so far."""

    _numbers: Counter[str] = field(default_factory=Counter)
    _broken: set[Unreadable] = field(default_factory=set)

    def signed_in(self, officer_id: UUID) -> None:
        _LOG.info("signed in: officer %s (%d since the start)", officer_id, self._next("in"))

    def login_refused(self) -> None:
        """The same line for an unknown login and for a wrong passphrase."""
        _LOG.warning("sign-in refused (%d since the start)", self._next("refused"))

    def second_refused(self, officer_id: UUID) -> None:
        """Somebody knew this officer's passphrase, and had no second factor."""
        _LOG.warning(
            "second factor refused: officer %s (%d since the start)",
            *(officer_id, self._next("second")),
        )

    def form_refused(self) -> None:
        """A form without the token of its session: from elsewhere, or from before signing in."""
        _LOG.warning("form without its token refused (%d since the start)", self._next("form"))

    def unreadable(self, rows: Iterable[Unreadable]) -> None:
        """Each row once, however often a page that lists it refreshes itself."""
        for row in rows:
            if row not in self._broken:
                self._broken.add(row)
                told = (row.kind, row.id, len(self._broken))
                _LOG.warning("%s %s cannot be read (%d since the start)", *told)

    def _next(self, name: str) -> int:
        self._numbers[name] += 1
        return self._numbers[name]
