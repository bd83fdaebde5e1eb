"""Remembering, beside the backups: what was destroyed, paused or taken away since one was made.

The courier reads it out of the log, entry by entry, and adds it to the keyed list at once. A list
that is lost, or is not ours, is begun anew from the log's first entry: the log forgets nothing.
Restoring reads the list before anything is started.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from workervoice.crypto.keyedlist import Contents, Entry, ListFile
from workervoice.errors import SealBroken
from workervoice.hotline.process import Process
from workervoice.hotline.records import ConversationRecord
from workervoice.journal import Journal
from workervoice.store import logbook
from workervoice.store.engine import Scope, Tx
from workervoice.store.listed import Listed, listed, records_of, save_listed
from workervoice.store.rows import Place, Row
from workervoice.workflow.conversation import TALKING

BATCH = 2000  # entries of the log in one round
AGAIN = timedelta(seconds=10)  # after it could not be written
TALKS = "talks"  # where a conversation stands to which we may write
_IN_A_LINE = 12  # places, so that every line has one size

_JOURNAL = Journal(__name__)


class Kind(StrEnum):
    """What a line of the list is about."""

    ERASED = "erased"  # a case
    FORGOTTEN = "forgotten"  # a conversation: its addresses and what was owed are destroyed
    ALTERED = "altered"  # entries of a case: shortened, or kept long enough
    REMOVED = "removed"  # an officer
    ACCOUNT = "account"  # an officer: a way in that was changed or taken away
    CASE = "case"  # restricted, held or withdrawn, or not any more
    ISSUE = "issue"  # taken back from its buyers
    STANDS = "stands"  # a conversation: how it stands with its worker
    ALIVE = "alive"  # nothing else in this hour: the list is kept


_EVENTS: Mapping[str, Kind] = {
    "case_erase": Kind.ERASED,
    "contact_erased": Kind.FORGOTTEN,
    "words_destroyed": Kind.ALTERED,
    "redacted": Kind.ALTERED,
    "officer_removed": Kind.REMOVED,
    "passphrase_changed": Kind.ACCOUNT,
    "recovery_changed": Kind.ACCOUNT,
    "recovered": Kind.ACCOUNT,
    "factor_removed": Kind.ACCOUNT,
    "case_restricted": Kind.CASE,
    "case_unrestricted": Kind.CASE,
    "case_withdraw": Kind.CASE,
    "case_cancel_withdrawal": Kind.CASE,
    "issue_recall": Kind.ISSUE,
    "legal_hold": Kind.CASE,
    "legal_hold_lifted": Kind.CASE,
}


@dataclass
class Remembering:
    """The courier's list, and what it says of conversations."""

    file: ListFile
    _contents: Contents = field(default_factory=Contents)
    _fits: set[UUID] = field(default_factory=set)  # programmes whose place in it was looked for
    _stands: dict[str, str] = field(default_factory=dict)
    _hours: dict[str, str] = field(default_factory=dict)
    _not_before: float = 0.0  # unix seconds

    def keep_up(self, process: Process, scope: Scope, now: datetime) -> int:
        """Add what the log has told since; returns how many entries of it were read. The list is
        on the disk before the database says so. Raises `OSError` if it cannot be written; then it
        is tried again some seconds later."""
        if now.timestamp() < self._not_before:
            return 0
        try:
            return self._keep_up(process, scope, now)
        except OSError:
            self._not_before = (now + AGAIN).timestamp()
            raise

    def _keep_up(self, process: Process, scope: Scope, now: datetime) -> int:
        self._look()
        with process.database.begin(scope) as tx:
            known = self._place(tx, process)
            size = logbook.read_head(tx, process.vault).frontier.size
            end = min(size, known.position + BATCH)
            lines = list(self._new(tx, process, known.position, end))
            if not lines and self._hours.get(str(tx.programme)) != _hour(now):
                lines = [_line(tx.programme, Kind.ALIVE, tx.programme, _hour(now))]
        if end == known.position and not lines:
            return 0
        tail = self.file.append(lines) if lines else self.file.tail
        self._hear(lines)
        with process.database.begin(scope) as tx:
            save_listed(tx, process.vault, Listed(end, tail))
        return end - known.position

    def _look(self) -> None:
        """Read the list, if somebody else than this courier wrote it."""
        if not self.file.changed():
            return
        try:
            self._contents = self.file.read()
        except SealBroken:
            self.file.put_aside()
            _JOURNAL.note("list_put_aside")
            self._contents = Contents()
        self._fits.clear()
        self._stands.clear()
        self._hours.clear()
        self._hear(self._contents.entries)
        self._contents.entries.clear()  # only the digests are asked for later

    def _place(self, tx: Tx, process: Process) -> Listed:
        """From where on to go on: from the first entry, if this is not the list that was kept."""
        known = listed(tx, process.vault)
        if tx.programme not in self._fits:
            if not self._contents.reaches(known.tail):
                known = Listed()
            self._fits.add(tx.programme)
        return known

    def _hear(self, lines: Iterable[Entry]) -> None:
        for line in lines:
            self._hours[line["in"]] = max(line["at"], self._hours.get(line["in"], ""))
            if line["kind"] == Kind.STANDS:
                self._stands[line["of"]] = line["says"]

    def _new(self, tx: Tx, process: Process, first: int, end: int) -> Iterator[Entry]:
        """What these entries of the log tell that must hold after a restore, too."""
        talks: set[UUID] = set()
        at = ""
        for leaf in logbook.leaves_between(tx, first, end):
            fields = leaf.fields(tx.programme, process.vault)
            rows = [Row.read(written).place for written in fields["rows"].split()]
            talks |= {place.series[0] for place in rows if place.kind == "conversation"}
            at = fields["at"][: len(_HOUR)]
            yield from _told(tx.programme, fields, rows, at)
        for conversation, record in sorted(records_of(tx, process.vault, talks).items()):
            says = standing(ConversationRecord.from_json(record))
            if says != self._stands.get(str(conversation), TALKS):
                yield _line(tx.programme, Kind.STANDS, conversation, at, says)


def standing(record: ConversationRecord) -> str:
    """How a conversation stands with its worker: the state, where we may not write."""
    progress = record.progress
    if progress.state in TALKING:
        return "deleting" if progress.awaiting == "delete" else TALKS
    return progress.state


def _told(
    programme: UUID, fields: Mapping[str, str], rows: Iterable[Place], at: str
) -> Iterator[Entry]:
    kind, about = _EVENTS.get(fields["event"]), UUID(fields["object"])
    if kind is None:
        return
    if kind is not Kind.ALTERED:
        yield _line(programme, kind, about, at, fields["event"])
        return
    again = [(place.first(), place.number) for place in rows]
    words = [
        f"{first.kind}:{first.number}:{version}"
        for first, version in again
        if first is not None and first.kind in {"message", "assessment", "medium"}
    ]
    for start in range(0, len(words), _IN_A_LINE):
        yield _line(programme, kind, about, at, " ".join(words[start : start + _IN_A_LINE]))


def _line(programme: UUID, kind: Kind, about: UUID, at: str, says: str = "") -> dict[str, Any]:
    return {"in": str(programme), "kind": str(kind), "of": str(about), "at": at, "says": says}


_HOUR = "2026-01-01T00"


def _hour(now: datetime) -> str:
    return now.strftime("%Y-%m-%dT%H")
