"""Verifying: the whole log against itself, against what was signed, and against what is stored.

Finds what was changed, swapped, cut or put back. Against somebody who has the log's own key only a
checkpoint that a witness kept elsewhere helps: then the log has to lead to it, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar
from uuid import UUID

from workervoice.crypto import checkpoint
from workervoice.crypto.merkle import Frontier, leaf_body, leaf_hash
from workervoice.crypto.spoken import spoken
from workervoice.errors import CryptoError
from workervoice.hotline.events import erases
from workervoice.hotline.treecheck import Claim, Judge, Report, Restore, claims, grow
from workervoice.hotline.witnessing import log_keys
from workervoice.store import logbook
from workervoice.store.engine import Tx
from workervoice.store.inventory import stored_rows
from workervoice.store.log import mark_of, marks_at
from workervoice.store.logbook import Leaf
from workervoice.store.rows import Place, Row
from workervoice.store.vault import Vault

_REGISTERED = frozenset({"line", "site", "organisation", "supply_link", "hanging", "practice"})
_REPLACED = _REGISTERED | {
    "conversation",
    "contact",
    "facts",
    "issue",
    "slot",
}  # only the newest is kept
_EMPTIED = frozenset({"issue"})  # what never left goes with its case, but for the row
_SWEPT = frozenset({"outbox"})  # deleted when it is of no more use
_ERASED = frozenset({"message", "assessment", "medium", "pair", "wrap", "contact"})
_TAGS_AT_ONCE = 2000
_Key = TypeVar("_Key")


@dataclass
class _Known:
    """What the leaves say about rows, gathered while they are read."""

    listed: dict[Place, bytes] = field(default_factory=dict)
    newest: dict[tuple[str, tuple[UUID, ...]], Row] = field(default_factory=dict)
    later: dict[Place, Row] = field(default_factory=dict)  # what became of a row, the newest
    erased: set[UUID] = field(default_factory=set)
    taken: set[Place] = field(default_factory=set)  # wraps that readers do not have any more
    left: dict[Place, Row] = field(default_factory=dict)  # who was let go
    restores: list[Restore] = field(default_factory=list)

    def hear(self, fields: Mapping[str, str]) -> None:
        if erases(fields["event"]):
            self.erased.add(UUID(fields["object"]))
        for written in fields["rows"].split():
            row = Row.read(written)
            place = row.place
            if first := place.first():
                _keep_newest(self.later, first, row)
            elif place.kind == "unwrapped":
                self.taken.add(Place("wrap", place.series, place.number))
            elif place.kind == "left":
                self.left[place] = row
            elif place.kind in _REPLACED:
                _keep_newest(self.newest, (place.kind, place.series), row)
            else:
                self.listed[place] = row.digest

    def version(self, row: Row) -> Row:
        """A stored row as the newest version of its place that the log knows."""
        later = self.later.get(row.place)
        return row.again(later.place.number) if later else row


def _keep_newest(rows: dict[_Key, Row], key: _Key, row: Row) -> None:
    before = rows.get(key)
    if before is None or before.place.number < row.place.number:
        rows[key] = row


def verify_log(
    tx: Tx, vault: Vault, root_public: bytes, witnesses: Sequence[tuple[str, bytes]] = ()
) -> Report:
    """Everything, in one transaction that sees one moment."""
    report, known = Report(), _Known()
    origin, keys = checkpoint.origin_of(tx.programme), log_keys(tx, root_public)
    if not keys:
        report.problems.append(f"The root vouches for no key of {origin}.")
    stored = [(f"The stored checkpoint of {size}", note) for size, note in logbook.checkpoints(tx)]
    signed = [
        *claims(report, stored, origin, keys),
        *claims(report, witnesses, origin, keys, witnesses=True),
    ]
    counts = _Counts()
    frontier, unfit = grow(_ordered(tx, vault, report, known, counts), signed)
    Judge(tx.programme, keys, known.restores, partial(_root_of, tx)).judge(report, signed, unfit)
    _check_head(tx, vault, report, frontier)
    _check_rows(tx, vault, report, known)
    report.told += [
        f"{origin}: {frontier.size} entries in order, {counts.loose} not yet; "
        f"{len(stored)} stored checkpoints, {len(witnesses)} of witnesses.",
        *_spoken(signed),
    ]
    return report


def _root_of(tx: Tx, size: int) -> bytes:
    """Of the log's first entries as they are now."""
    return Frontier().grown(leaf for _, leaf in logbook.hashes(tx, 0, size)).root()


def _spoken(signed: Sequence[Claim]) -> list[str]:
    """The newest checkpoint, to be compared by telephone."""
    if not signed:
        return ["Nothing is signed yet."]
    said = max((claim.checkpoint for claim in signed), key=lambda each: each.size)
    return [f"Newest checkpoint: {said.size} entries, {spoken(said.fingerprint())}."]


@dataclass
class _Counts:
    loose: int = 0


def _ordered(
    tx: Tx, vault: Vault, report: Report, known: _Known, counts: _Counts
) -> Iterator[bytes]:
    """Hashes of the leaves in order; on the way every body is opened and heard."""
    expected = 0
    for leaf in logbook.leaves(tx):
        _check_leaf(tx, vault, report, known, leaf)
        if leaf.position is None:
            counts.loose += 1
            continue
        while leaf.position > expected:
            report.problems.append(f"Entry {expected} of the log is missing.")
            expected = leaf.position
        expected += 1
        yield leaf.hash


def _check_leaf(tx: Tx, vault: Vault, report: Report, known: _Known, leaf: Leaf) -> None:
    where = "not in order yet" if leaf.position is None else f"entry {leaf.position}"
    try:
        fields = leaf.fields(tx.programme, vault)
        if leaf_hash(leaf_body(fields)) != leaf.hash:
            report.problems.append(f"Leaf {leaf.id} ({where}) says something else than its hash.")
            return
        known.hear(fields)
        if leaf.position is not None and (restore := Restore.of(leaf.position, fields)):
            known.restores.append(restore)
    except (CryptoError, KeyError, TypeError, ValueError, AttributeError):
        report.problems.append(f"Leaf {leaf.id} ({where}) does not open: its body was changed.")


def _check_head(tx: Tx, vault: Vault, report: Report, frontier: Frontier) -> None:
    """What the sequencer would go on from."""
    try:
        head = logbook.read_head(tx, vault)
    except CryptoError:
        report.problems.append("The head of the log does not open: it was changed.")
        return
    if head.frontier != frontier:
        report.problems.append(
            f"The head of the log is at {head.frontier.size} entries and does not fit the "
            f"{frontier.size} that are in order: it was put back, or they were changed."
        )


def _check_rows(tx: Tx, vault: Vault, report: Report, known: _Known) -> None:
    """Each stored row is as logged and the newest, and what was logged is there or was erased."""
    missing = set(known.listed)
    missing -= {place for place in missing if place.kind in _SWEPT} | known.taken
    missing -= {p for p, row in known.later.items() if row.digest == Row.destroyed(p).digest}
    for batch in _batches(stored_rows(tx)):
        tagged = marks_at(tx, vault, [known.version(row).place for row in batch])
        for row in batch:
            missing.discard(row.place)
            problem = _row_problem(row, known)
            if problem is None and not _is_tagged(vault, tagged, known.version(row)):
                problem = "has lost its tag: pages would not notice if it were put back"
            if problem is not None:
                report.problems.append(f"{row.place}: {problem}.")
        for row in batch:
            known.newest.pop((row.place.kind, row.place.series), None)
    gone = {place for place in missing if known.erased.isdisjoint(place.series)}
    gone |= {row.place for row in known.newest.values() if not _was_erased(row, known)}
    tagged = marks_at(tx, vault, known.left)
    report.problems += sorted(
        f"{place}: has lost its tag: pages would not notice if they were put back."
        for place, row in known.left.items()
        if not _is_tagged(vault, tagged, row)
    )
    report.problems += sorted(
        f"{place}: is gone, and the log does not say that it was erased." for place in gone
    )


def _was_erased(row: Row, known: _Known) -> bool:
    place = row.place
    if row.digest == Row.destroyed(place).digest:
        return True
    return place.kind in _ERASED and not known.erased.isdisjoint(place.series)


def _is_tagged(vault: Vault, tagged: Mapping[Place, bytes], row: Row) -> bool:
    return tagged.get(row.place) == mark_of(vault, row)


def _row_problem(row: Row, known: _Known) -> str | None:
    """What is wrong with a stored row, by the leaves; None if nothing."""
    place = row.place
    erased = not known.erased.isdisjoint(place.series)
    if place.kind in _ERASED and erased:
        return "is there, although the log says that it was erased"
    if place in known.taken:
        return "is there, although the log says that it was taken from its reader"
    later = known.later.get(place)
    digest = later.digest if later else known.listed.get(place)
    if place.kind in _REPLACED:
        newest = known.newest.get((place.kind, place.series))
        if newest is not None and newest.place.number != place.number:
            return f"is old or unknown: the log knows number {newest.place.number}"
        digest = newest.digest if newest is not None else None
    if digest is None:
        return "was never logged"
    if digest == row.digest or (place.kind in _EMPTIED and erased and _is_empty(row)):
        return None
    return "is not what was logged"


def _is_empty(row: Row) -> bool:
    place = row.place
    return row == Row.of(place.kind, place.series, place.number, b"")


def _batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    batch: list[Row] = []
    for row in rows:
        batch.append(row)
        if len(batch) == _TAGS_AT_ONCE:
            yield batch
            batch = []
    yield batch
