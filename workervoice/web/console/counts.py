"""What happened at the door since the start, for whoever looks after the server: numbers, and one
log line each, or one a minute of what anybody can send.

Numbers and ids only: never a login, a passphrase, a token, or what a form said.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable
from uuid import UUID

import prometheus_client
from prometheus_client import CollectorRegistry, Gauge

from workervoice.hotline.listing import Unreadable
from workervoice.journal import Journal

_JOURNAL = Journal(__name__)
QUIET_SECONDS = 60.0
SIGN_INS = ("in", "refused", "second_refused")


class Counts:
    """Counters in a registry of their own, and the rows that were found broken. Each log line says
    how many there were so far."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._numbers: Counter[str] = Counter()
        self._broken: set[Unreadable] = set()
        self._form_noted_at = 0.0
        sign_ins = prometheus_client.Counter(
            "workervoice_sign_ins_total",
            "Tries to sign in by outcome.",
            ("outcome",),
            registry=self.registry,
        )
        self._sign_ins = {name: sign_ins.labels(name) for name in SIGN_INS}
        self._forms = prometheus_client.Counter(
            "workervoice_forms_refused_total",
            "Forms without the token of their session.",
            registry=self.registry,
        )
        self._rows = Gauge(
            "workervoice_rows_unreadable",
            "Rows that a page could not read since the start.",
            registry=self.registry,
        )

    def signed_in(self, officer_id: UUID) -> None:
        self._sign_ins["in"].inc()
        _JOURNAL.note("signed_in", officer=officer_id, count=self._next("in"))

    def login_refused(self) -> None:
        """The same line for an unknown login and for a wrong passphrase."""
        self._sign_ins["refused"].inc()
        _JOURNAL.note("sign_in_refused", count=self._next("refused"))

    def second_refused(self, officer_id: UUID) -> None:
        """Somebody knew this officer's passphrase, and had no second factor."""
        self._sign_ins["second_refused"].inc()
        _JOURNAL.note("second_refused", officer=officer_id, count=self._next("second"))

    def form_refused(self) -> None:
        """A form without the token of its session: from elsewhere, or from before signing in.
        Anybody can send any number of these, so there is a line a minute."""
        self._forms.inc()
        count, now = self._next("form"), time.monotonic()
        if count == 1 or now - self._form_noted_at >= QUIET_SECONDS:
            self._form_noted_at = now
            _JOURNAL.note("form_refused", count=count)

    def unreadable(self, rows: Iterable[Unreadable]) -> None:
        """Each row once, however often a page that lists it refreshes itself."""
        for row in rows:
            if row not in self._broken:
                self._broken.add(row)
                self._rows.set(len(self._broken))
                _JOURNAL.note("row_unreadable", kind=row.kind, id=row.id, count=len(self._broken))

    def _next(self, name: str) -> int:
        self._numbers[name] += 1
        return self._numbers[name]
