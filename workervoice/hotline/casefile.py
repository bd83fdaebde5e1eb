"""A case's file: its key pair, its sealed words, its facts and their assessments.

The server can add to a file for ever and open none: words are sealed to the case's public key,
which is used only while the gateway's (or an officer's) signature over it holds.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID, uuid4

from workervoice.crypto import keyring
from workervoice.crypto.directory import Directory
from workervoice.crypto.directory import Entry as Principal
from workervoice.crypto.keyring import Holder
from workervoice.crypto.seal import MESSAGE_SIZES
from workervoice.errors import NotFound, NotTrusted
from workervoice.hotline import newest
from workervoice.hotline.process import Pen, check_current, once_sole, sole
from workervoice.hotline.records import CaseRecord
from workervoice.store import cases, keys, readers
from workervoice.store.cases import AssessmentRow, CaseRow, MessageRow
from workervoice.store.engine import Tx
from workervoice.store.log import first_free, next_versions
from workervoice.store.rows import Place, Row
from workervoice.store.vault import Vault

MAKERS = ("gateway", "officer", "registrar")
LOOK_EVERY = timedelta(hours=1)


class Entry(Protocol):
    """An entry of a thread, by its id and direction."""

    @property
    def id(self) -> UUID: ...

    @property
    def direction(self) -> str: ...


def next_hour(now: datetime) -> datetime:
    """The hour of the next look: the same spacing for every case."""
    return now.replace(minute=0, second=0, microsecond=0) + LOOK_EVERY


def open_file(
    tx: Tx, pen: Pen, *, conversation_id: UUID, named: Sequence[Principal] = ()
) -> CaseRow:
    """Make a new case with its own key pair, readable by the programme's team as it is now, or by
    the people who are named and nobody else.

    The case itself is stored with its first facts (`write_facts`), before anything is asked.
    Raises `Outdated` if one of them has got other keys since the directory was read.
    """
    readers_now = named or [sole(pen.directory, "team")]
    team, case_id = once_sole(pen.directory, "team"), uuid4()
    holder = Holder("case", case_id, 1)
    pair, kek = keyring.new_pair(holder)
    signature = pen.signer.sign(keyring.statement(holder, pair.public))
    row = CaseRow(
        id=case_id,
        conversation_id=conversation_id,
        team_id=team.id,
        epoch=holder.epoch,
        state="received",
        version=0,
        queue=b"",
        facts=b"",
        signer_id=pen.signer.id,
        signature=b"",
        next_look_at=pen.now,
    )
    keys.add_key_pair(tx, holder, keys.SharedPair(pair, pen.signer.id, signature))
    for each in readers_now:
        check_current(tx, pen.vault, each)
        wrap = keyring.wrap(kek, holder=holder, reader_id=each.id, reader_public=each.kem_public)
        keys.add_wrap(tx, holder, each.id, wrap, reader_epoch=each.epoch)
    readers.add_readers(tx, row, [each.id for each in named], pen.now.date())
    pen.free.update({("message", case_id): 1, ("assessment", case_id): 1})
    pen.publics[holder] = pair.public
    return row


def _next_facts(tx: Tx, pen: Pen, row: CaseRow, record: CaseRecord) -> dict[str, Any]:
    """The columns of the next version of the facts, signed for the row's epoch."""
    version = row.version + 1
    queue = pen.vault.seal_queue(tx.programme, row.id, version, record.queue())
    facts = pen.vault.seal("facts", tx.programme, row.id, version, record.to_json())
    unsigned = replace(row, version=version, queue=queue, facts=facts)
    return {
        "version": version,
        "queue": queue,
        "facts": facts,
        "signer_id": pen.signer.id,
        "signature": pen.signer.sign(cases.facts_place(tx.programme, unsigned)),
        "next_look_at": next_hour(pen.now),
    }


def read_facts(tx: Tx, vault: Vault, directory: Directory, row: CaseRow) -> CaseRecord:
    """A case's facts, after its last writer's signature was checked."""
    place = cases.facts_place(tx.programme, row)
    directory.check_signature(row.signer_id, place, row.signature, *MAKERS)
    record = vault.open("facts", tx.programme, row.id, row.version, row.facts)
    return CaseRecord.from_json(record)


def write_facts(tx: Tx, pen: Pen, row: CaseRow, record: CaseRecord, state: str) -> CaseRow:
    """Store the next version of the facts, and the state that a machine decided."""
    columns = _next_facts(tx, pen, row, record)
    now = replace(row, state=state, **columns)
    if row.version:
        cases.save_case(tx, row, dest=state, also=columns)
    else:
        cases.add_case(tx, now)
    return now


def facts_now(tx: Tx, vault: Vault, directory: Directory, case_id: UUID) -> CaseRecord:
    """A case's facts. Raises `Contradicted` for an older row that somebody put back."""
    row = cases.case_by_id(tx, case_id)
    record = read_facts(tx, vault, directory, row)
    newest.check(tx, vault, [row.logged()])
    return record


def change_epoch(
    tx: Tx, pen: Pen, row: CaseRow, epoch: int, named: frozenset[UUID] = frozenset()
) -> CaseRow:
    """Let words be sealed to the pair of this epoch from now on: the facts are signed with it, and
    with the names of those who may read a restricted case."""
    moved = replace(row, epoch=epoch)
    record = replace(read_facts(tx, pen.vault, pen.directory, row), readers=named)
    columns = {**_next_facts(tx, pen, moved, record), "epoch": epoch}
    cases.save_case(tx, row, dest=row.state, also=columns)
    return replace(moved, **columns)


def vouched_public(tx: Tx, directory: Directory, holder: Holder) -> bytes:
    """The key that new words are sealed to, once its maker's signature was checked.

    A case gets a new epoch when somebody leaves, so a pair made by one who is not with us any more
    is refused: it may be one put back, or put there. A plan keeps its pair, which its buyers hold.
    """
    shared = keys.key_pair_of(tx, holder)
    place = keyring.statement(holder, shared.pair.public)
    maker = directory.check_signature(shared.signer_id, place, shared.signature, *MAKERS)
    if holder.kind == "case":
        directory.trusted(maker.id, *MAKERS)
    return shared.pair.public


def pair_place(row: CaseRow) -> Place:
    """Where the key pair of a case's newest epoch belongs."""
    return Place("pair", (row.id,), row.epoch)


def case_public(tx: Tx, pen: Pen, row: CaseRow) -> tuple[Holder, bytes]:
    """What words of this case are sealed to; asked and checked once in a transaction."""
    holder = Holder("case", row.id, row.epoch)
    if holder not in pen.publics:
        pen.publics[holder] = vouched_public(tx, pen.directory, holder)
    return holder, pen.publics[holder]


def takes_words(tx: Tx, pen: Pen, row: CaseRow) -> bool:
    """False if nobody who is with us vouches for the key that its words are sealed to."""
    try:
        case_public(tx, pen, row)
    except (NotTrusted, NotFound):
        return False
    return True


def add_words(
    tx: Tx,
    pen: Pen,
    row: CaseRow,
    *,
    direction: str,
    words: Mapping[str, Any],
    once: UUID | None = None,
) -> MessageRow:
    """Seal one entry into the thread: "in" and "out" are messages, a "note" is our own record.

    `once` is the entry's id, where a form that is sent twice must not make two.
    """
    place = (once or uuid4(), _free(tx, pen, "message", row.id), direction)
    message = _sealed_words(tx, pen, row, place, _plain(words, pen.now))
    cases.add_message(tx, message)
    return message


def replace_words(
    tx: Tx, pen: Pen, row: CaseRow, was: Entry, words: Mapping[str, Any]
) -> MessageRow:
    """Put these words in the place of an entry, with its time and a new id; its row is gone."""
    ordinal = cases.destroy_message(tx, row.id, was.id)
    plain = json.dumps(words, separators=(",", ":")).encode()
    message = _sealed_words(tx, pen, row, (uuid4(), ordinal, was.direction), plain)
    (logged,) = next_versions(tx, pen.vault, [message.logged()])
    cases.add_message(tx, message, logged)
    return message


def _sealed_words(
    tx: Tx, pen: Pen, row: CaseRow, place: tuple[UUID, int, str], plain: bytes
) -> MessageRow:
    """An entry at its place: id, ordinal and direction."""
    holder, public = case_public(tx, pen, row)
    message_id, ordinal, direction = place
    sealed = keyring.seal_words(
        public, plain, holder=holder, message_id=message_id, direction=direction
    )
    unsigned = MessageRow(
        id=message_id,
        case_id=row.id,
        epoch=row.epoch,
        ordinal=ordinal,
        direction=direction,
        size=_bucket(plain),
        words=sealed,
        signer_id=pen.signer.id,
        signature=b"",
    )
    signed = cases.message_place(tx.programme, unsigned)
    return replace(unsigned, signature=pen.signer.sign(signed))


def add_assessment(tx: Tx, pen: Pen, row: CaseRow, *, judge: str, words: Mapping[str, Any]) -> None:
    """Keep one more judgement, by the machine or a named person, beside all earlier ones."""
    holder, public = case_public(tx, pen, row)
    assessment_id = uuid4()
    sealed = keyring.seal_words(
        public,
        _plain(words, pen.now),
        holder=holder,
        message_id=assessment_id,
        direction="assessment",
    )
    unsigned = AssessmentRow(
        id=assessment_id,
        case_id=row.id,
        epoch=row.epoch,
        version=_free(tx, pen, "assessment", row.id),
        judge=judge,
        words=sealed,
        signer_id=pen.signer.id,
        signature=b"",
    )
    place = cases.assessment_place(tx.programme, unsigned)
    cases.add_assessment(tx, replace(unsigned, signature=pen.signer.sign(place)))


def check_newest(tx: Tx, pen: Pen, row: CaseRow, known: Sequence[Row]) -> None:
    """Raises `Contradicted` unless the log knows this case and the `known` rows that led to it, and
    nothing later. Learns with the same question which numbers of its series are free."""
    ahead = {
        kind: Place(kind, (row.id,), number + 1).ahead()
        for kind, number in cases.last_numbers(tx, row.id).items()
    }
    also = [place for places in ahead.values() for place in places]
    taken = newest.check(tx, pen.vault, [*known, row.logged()], [pair_place(row)], also)
    for place in reversed(also):
        if place not in taken:
            pen.free[place.kind, row.id] = place.number


def _free(tx: Tx, pen: Pen, kind: str, case_id: UUID) -> int:
    """The next number that was never used: what somebody deleted does not stop anybody."""
    number = pen.free.pop((kind, case_id), None)
    if number is None:
        number = cases.last_numbers(tx, case_id)[kind] + 1
        number = first_free(tx, pen.vault, Place(kind, (case_id,), number))
    return number


def _plain(words: Mapping[str, Any], now: datetime) -> bytes:
    stamped = {**words, "at": int(now.timestamp())}
    return json.dumps(stamped, separators=(",", ":")).encode()


def _bucket(plain: bytes) -> int:
    """The padded size in units of the smaller bucket: 1, or 16 for each large block."""
    small, large = MESSAGE_SIZES
    return 1 if len(plain) + 4 <= small else -(-(len(plain) + 4) // large) * (large // small)
