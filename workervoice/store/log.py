"""The log: one unordered leaf an event, inserted in the event's own transaction.

A leaf names what happened to which object, by whom and roughly when, and the rows that were stored
with it; never words, numbers, an index, a provider's id or a reason. Ordering and signing leaves is
the sequencer's work (`logbook`).

Beside its leaf each row leaves a tag: two keyed hashes, one of its place and one of its place and
content. They tell nothing without the service key, and whoever holds it finds with one question
whether a row is the newest of its series and the one that was logged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from secrets import token_hex
from uuid import UUID, uuid4

from sqlalchemy import text

from workervoice.crypto.merkle import leaf_body, leaf_hash
from workervoice.crypto.seal import ctx
from workervoice.errors import Contradicted
from workervoice.store.engine import Tx
from workervoice.store.rows import Place, Row
from workervoice.store.tables import log_leaf, log_tag
from workervoice.store.vault import Vault
from workervoice.store.writing import Write, inserted, none_there

TAG_BYTES = 16

_INSERT = text(
    "INSERT INTO log_tag (programme_id, tag, mark)"
    " SELECT CAST(:programme AS uuid), *"
    " FROM unnest(CAST(:tags AS bytea[]), CAST(:marks AS bytea[]))"
    " ON CONFLICT DO NOTHING"
)
_ADD = (
    "INSERT INTO log_tag (programme_id, tag, mark)"
    " SELECT t.programme, substr(t.tags, n, 16), substr(t.marks, n, 16)"
    " FROM (SELECT %s::uuid AS programme, %s::bytea AS tags, %s::bytea AS marks) AS t,"
    " generate_series(1, length(t.tags), 16) AS n ON CONFLICT DO NOTHING RETURNING 1"
)
_FIND = "SELECT tag, mark FROM log_tag WHERE programme_id = $1 AND tag = ANY($2)"


@dataclass(frozen=True, slots=True)
class Event:
    """What happened: `detail` is a state or move, never a word of anybody's."""

    name: str
    actor: UUID
    about: UUID
    detail: str = ""


def record_event(tx: Tx, vault: Vault, event: Event, now: datetime) -> None:
    """Add the leaf of one event, with all rows stored since the last one. People's acts carry the
    minute, everything else the hour.

    Raises `Contradicted` if one of the rows was stored before: then an older one was put back.
    """
    _add_leaf(tx, vault, event, _minute(now) if tx.scope.role is not None else _hour(now))


def record_once(tx: Tx, vault: Vault, event: Event, now: datetime, *, per: str = "") -> bool:
    """Add the leaf of what may happen many times in an hour, such as reading, once an hour.

    Once for each actor and object, or for each actor and `per`. False if it was there already.
    """
    if not first_time(tx, vault, event.name, event.actor, per or event.about, _hour(now)):
        return False
    _add_leaf(tx, vault, event, _hour(now))
    return True


def first_time(tx: Tx, vault: Vault, *what: str | int | UUID) -> bool:
    """True once for each `what`, whatever becomes of the rows that say so: the tags remember."""
    mark = vault.mac(ctx("log-once-mark", *what))[:TAG_BYTES]
    tags = [once_tag(vault, *what)]
    once = _INSERT.bindparams(programme=tx.programme, tags=tags, marks=[mark])
    return tx.connection.execute(once).rowcount == 1


def once_tag(vault: Vault, *what: str | int | UUID) -> bytes:
    """What stands for something that happens once."""
    return vault.mac(ctx("log-once", *what))[:TAG_BYTES]


def _add_leaf(tx: Tx, vault: Vault, event: Event, at: str) -> None:
    """The hash is in clear, over a salted body that nobody can guess; the body is sealed under the
    service key, because what happened together would join what other tables keep apart."""
    rows, leaf_id = tuple(tx.stored), uuid4()
    tx.stored.clear()
    fields = {
        "programme": str(tx.programme),
        "event": event.name,
        "actor": str(event.actor),
        "object": str(event.about),
        "detail": event.detail,
        "rows": " ".join(row.written() for row in rows),
        "at": at,
        "salt": token_hex(16),
    }
    leaf = {
        "programme_id": tx.programme,
        "id": leaf_id,
        "leaf_hash": leaf_hash(leaf_body(fields)),
        "body": vault.seal("leaf", tx.programme, leaf_id, 1, fields),
    }
    tx.write(inserted(log_leaf, leaf))
    if rows:
        _add_tags(tx, vault, rows)


def _add_tags(tx: Tx, vault: Vault, rows: Sequence[Row]) -> None:
    tags = {tag_of(vault, row.place): row for row in rows}
    marks = [mark_of(vault, row) for row in tags.values()]
    values = (tx.programme, b"".join(tags), b"".join(marks))  # arrays take longer to write
    refusal = partial(_stored_before, tx, vault, rows)
    tx.write(Write(log_tag.name, _ADD, values, refusal, len(tags)))


def _stored_before(tx: Tx, vault: Vault, rows: Sequence[Row]) -> Contradicted:
    """Whose place was taken: the row that lies there otherwise than it is now."""
    known = marks_at(tx, vault, [row.place for row in rows])
    other = [row for row in rows if known.get(row.place) != mark_of(vault, row)]
    return Contradicted(f"{(other or rows)[0].place} was stored before: an older row was put back")


def tag_of(vault: Vault, place: Place) -> bytes:
    """What stands for a place: the same for nothing else, and nothing to whoever has no key."""
    return vault.mac(ctx("log-tag", place.kind, place.number, *place.series))[:TAG_BYTES]


def mark_of(vault: Vault, row: Row) -> bytes:
    """What stands for a row's content at its place."""
    place = row.place
    where = ctx("log-mark", place.kind, place.number, *place.series, row.digest)
    return vault.mac(where)[:TAG_BYTES]


def marks_at(tx: Tx, vault: Vault, places: Iterable[Place]) -> dict[Place, bytes]:
    """The marks of those of these places that the log knows, found with one question."""
    by_tag = {tag_of(vault, place): place for place in places}
    if not by_tag:
        return {}
    found = tx.ask(_FIND, tx.programme, list(by_tag))
    return {by_tag[tag]: mark for tag, mark in found}


def expect_none(tx: Tx, vault: Vault, place: Place, refusal: Callable[[], Exception]) -> None:
    """Refuse all that is written if the log knows this place by then."""
    where = {"programme_id": tx.programme, "tag": tag_of(vault, place)}
    tx.write(none_there(log_tag, where, refusal))


def only_new(tx: Tx, vault: Vault, kind: str) -> None:
    """Of the rows of a kind that are to be logged next, forget those whose place the log knows:
    somebody put them back, and they were taken away again."""
    known = marks_at(tx, vault, [row.place for row in tx.stored if row.place.kind == kind])
    tx.stored[:] = [row for row in tx.stored if row.place not in known]


def next_versions(tx: Tx, vault: Vault, rows: Sequence[Row]) -> list[Row]:
    """These rows as the next versions of what the log knows at their places."""
    known = marks_at(tx, vault, [row.place.again(1) for row in rows])
    return [
        row.again(first_free(tx, vault, row.place.again(2)) if row.place.again(1) in known else 1)
        for row in rows
    ]


def first_free(tx: Tx, vault: Vault, place: Place) -> int:
    """The first number from this one on that the log does not know: rows that somebody deleted
    leave their numbers taken."""
    while True:
        ahead = place.ahead()
        known = marks_at(tx, vault, ahead)
        for each in ahead:
            if each not in known:
                return each.number
        place = ahead[-1].next()


def _minute(now: datetime) -> str:
    return now.strftime("%Y-%m-%dT%H:%MZ")


def _hour(now: datetime) -> str:
    return now.strftime("%Y-%m-%dT%HZ")
