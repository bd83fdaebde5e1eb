"""Time passes at the gateway: it notes on which days a real message came on a line, and one of ours
arrived. Beside the webhooks, so that nothing that is stored depends on it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from workervoice.errors import KeysAway, Unavailable
from workervoice.hotline.process import Process
from workervoice.journal import Journal
from workervoice.store import lineruns
from workervoice.store.engine import Scope
from workervoice.store.programme import Line

HEARD, REACHED = "heard", "reached"
_NOTES = {HEARD: lineruns.note_heard, REACHED: lineruns.note_reached}
_JOURNAL = Journal(__name__)


@dataclass(slots=True)
class TriedLines:
    """One gateway's: told by the threads that store, written by the one beside them."""

    process: Process
    _told: dict[tuple[UUID, str], Line] = field(default_factory=dict)
    _noted: dict[tuple[UUID, str], date] = field(default_factory=dict)

    def tell(self, line: Line, which: str) -> None:
        """A message came on this line (`HEARD`), or one of ours arrived (`REACHED`)."""
        if self._noted.get((line.id, which)) != self.process.clock().date():
            self._told[line.id, which] = line

    def note(self) -> None:
        """Write down what was told, once a day for each line. Raises `Unavailable`."""
        while self._told:
            (line_id, which), line = self._told.popitem()
            now = self.process.clock()
            try:
                with self.process.database.begin(Scope(line.programme_id)) as tx:
                    _NOTES[which](tx, line_id, now)
            except (Unavailable, KeysAway):
                self._told[line_id, which] = line
                raise
            except Exception as exc:
                _JOURNAL.note("item_failed", kind="line", id=line_id, what=type(exc).__name__)
            self._noted[line_id, which] = now.date()
