"""Time passes: the courier asks providers for their own lists, and hands over what webhooks missed.

    every five minutes   from an hour before the last whole list until now
    once a day           the last thirty days

Everything in a list is handed over in the order in which it came; the gateway knows what it has
taken before. So a list that repeats does nothing, and one that skips is made good by the next.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Event as Flag
from uuid import UUID

from workervoice.channels.base import Keeper
from workervoice.errors import SettingsError, Unavailable
from workervoice.hotline.bringing import bring_listed
from workervoice.hotline.process import Pen, Process, Signer
from workervoice.hotline.registry import lines
from workervoice.hotline.tick_leftovers import Keepers
from workervoice.journal import Journal
from workervoice.message import Listed
from workervoice.store import lineruns
from workervoice.store.engine import Scope
from workervoice.store.programme import Line, programmes

EVERY = timedelta(minutes=5)
WHOLE = timedelta(days=1)
OVERLAP = timedelta(hours=1)
LOOKED_BACK = timedelta(days=30)
UNTIL_NOW = timedelta(minutes=1)  # what comes just now comes by a webhook
PIECE = timedelta(days=1)
_KINDS = {"sms": "tel", "whatsapp": "wa", "telegram": "tg"}
_JOURNAL = Journal(__name__)


@dataclass(slots=True)
class Lists:
    """One courier's part. Once `stopping` is set, no further piece is asked for."""

    process: Process
    keepers: Keepers
    failures: Counter[str] = field(default_factory=Counter)
    counts: Counter[str] = field(default_factory=Counter)
    stopping: Flag = field(default_factory=Flag)
    _asked: dict[UUID, datetime] = field(default_factory=dict)
    _whole: dict[UUID, datetime] = field(default_factory=dict)

    def go_round(self) -> None:
        """Ask for every line, if it is time. Raises `Unavailable` and `SettingsError`."""
        now = self.process.clock()
        with self.process.database.begin() as tx:
            known = programmes(tx)
        for programme in known:
            scope = Scope(programme)
            with self.process.database.begin(scope) as tx:
                directory = self.process.directory(tx, now)
                every = lines(tx, self.process.vault, directory)
            for line in every:
                last = self._asked.get(line.id)
                if self.stopping.is_set():
                    return
                if last is None or abs(now - last) >= EVERY:
                    self._asked[line.id] = now
                    self._alone(scope, line, now)

    def _alone(self, scope: Scope, line: Line, now: datetime) -> None:
        try:
            keeper = self.keepers(line)
            if keeper is not None:
                self._ask(scope, line, keeper, now)
        except (Unavailable, SettingsError):
            raise
        except Exception as exc:
            self.failures["list"] += 1
            _JOURNAL.note("item_failed", kind="list", id=line.id, what=type(exc).__name__)

    def _ask(self, scope: Scope, line: Line, keeper: Keeper, now: datetime) -> None:
        """Piece by piece, the oldest first; a piece that cannot be had whole ends it for now."""
        until = now - UNTIL_NOW
        with self.process.database.begin(scope) as tx:
            known = lineruns.listed_until(tx, line.id)
        whole = self._whole.get(line.id)
        earliest = now - LOOKED_BACK
        thorough = known is None or whole is None or now - whole >= WHOLE
        since = earliest if thorough else max(earliest, (known or earliest) - OVERLAP)
        sender = f"{_KINDS.get(line.channel, 'other')}:{line.sender}"
        while since < until:
            if self.stopping.is_set():
                return
            piece = min(since + PIECE, until)
            listed = keeper.listed(sender, since, piece)
            if listed is None:
                self.counts["list_failed"] += 1
                return
            self._hand_over(scope, line, listed, piece)
            since = piece
        if thorough:
            self._whole[line.id] = now

    def _hand_over(
        self, scope: Scope, line: Line, listed: tuple[Listed, ...], until: datetime
    ) -> None:
        """All of a piece or none of it."""
        now, process = self.process.clock(), self.process
        with process.database.begin(scope) as tx:
            signer = Signer(process.id, process.sign)
            pen = Pen(process.vault, signer, process.directory(tx, now), now)
            brought = sum(bring_listed(tx, pen, line.slug, each) for each in listed)
            lineruns.note_listed(tx, line.id, until)
        self.counts["listed"] += brought
