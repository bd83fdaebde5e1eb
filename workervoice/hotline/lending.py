"""Lending: a handler lets one translator from outside read one text of a case, for a time.

    redact ▸ lend (sealed to the translator alone) ▸ read ▸ given back (sealed to the case) ▸ kept
                                  └▸ taken back, or its time is over: the words are destroyed

The translator's side is `borrowing`. What comes back is put beside the original when somebody of
the case next opens it, under the translator's name.
"""

from __future__ import annotations

import json
from base64 import b64encode
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID, uuid4

from workervoice.crypto import keyring
from workervoice.crypto.directory import Entry
from workervoice.crypto.lent import Loan, seal_loan
from workervoice.disclosure.reidentify import findings
from workervoice.errors import CryptoError, GuardFailed, NotFound, NotTrusted
from workervoice.hotline import casefile
from workervoice.hotline.opening import OpenCase, open_case
from workervoice.hotline.process import Pen, Process
from workervoice.hotline.reading import OFFICERS, Actor, Opened
from workervoice.hotline.translating import TRANSLATION, first_id, language_of, says
from workervoice.message import Role
from workervoice.store import lent, people
from workervoice.store.engine import Tx
from workervoice.store.lent import LentRow
from workervoice.store.people import Officer
from workervoice.store.programme import links_of
from workervoice.workflow.lending import lent_until, pieces, what_is_left

LENT = "lent"  # kind of the entry that says to whom and why


@dataclass(frozen=True, slots=True)
class Wish:
    """What a handler asks for. `untied`: they asked the translator, who has no tie to the site."""

    entry: UUID
    to: UUID
    hours: int
    reason: str = field(repr=False)
    left_out: frozenset[int] = frozenset()
    untied: bool = False


@dataclass(frozen=True, slots=True)
class Offer:
    """One text before it is lent: its pieces, each with what in it may point at a person."""

    pieces: tuple[tuple[str, tuple[str, ...]], ...] = field(repr=False)
    language: str
    translators: tuple[Officer, ...]


@dataclass(frozen=True, slots=True)
class Lent:
    """What is with a translator now."""

    id: UUID
    entry: UUID
    name: str
    until: datetime


def offer(process: Process, actor: Actor, case_id: UUID, entry_id: UUID) -> Offer:
    """What a handler looks through before lending it. It is reading the case."""
    with open_case(process, actor, case_id) as file:
        entry = _entry(file, entry_id)
        file.pen.log_reading(file.tx, "case_read", case_id)
        text = str((entry.words or {})["text"])
        cut = pieces(text, _pointing(text))
        found = tuple((text[start:end], _pointers(text[start:end])) for start, end in cut)
        people_ = sorted(translators(file.tx, file.pen).values(), key=lambda each: each.name)
        return Offer(found, language_of(file, entry), tuple(people_))


def lend(
    process: Process, actor: Actor, case_id: UUID, wish: Wish, once: UUID | None = None
) -> None:
    """Seal what is left of the text to the translator. Raises `GuardFailed` for who is tied to the
    site, and for a case of which nothing may leave."""
    if not wish.reason.strip():
        raise GuardFailed("say why, in a few words")
    if not wish.untied:
        raise GuardFailed("ask the translator first whether they have a tie to the site")
    with open_case(process, actor, case_id) as file:
        entry, to = _entry(file, wish.entry), translators(file.tx, file.pen).get(wish.to)
        if file.has_entry(once):
            return
        if to is None:
            raise GuardFailed("choose a translator from the list")
        if not file.may_leave():
            raise GuardFailed("nothing of this case is lent: it is over, or is to be deleted")
        _refuse_tied(file, to)
        if any(each.message_id == entry.id and each.officer_id == to.id for each in _out(file)):
            raise GuardFailed("this translator has this text already")
        lent.add_loan(file.tx, _sealed(file, entry, wish))
        file.note("note", {"kind": LENT, "text": wish.reason, "to": str(to.id)}, once)
        file.save("text_lent")


def take_back(process: Process, actor: Actor, case_id: UUID, loan_id: UUID) -> None:
    """End a loan before its time: its words are destroyed."""
    with open_case(process, actor, case_id) as file:
        if loan_id not in {row.id for row in _out(file)}:
            raise GuardFailed("this loan is over already")
        lent.drop_loan(file.tx, loan_id)
        file.save("lent_taken_back")


def loans(file: OpenCase) -> tuple[Lent, ...]:
    """What of this case is with translators now."""
    names = people.names(file.tx, file.pen.vault)
    now = file.pen.now
    return tuple(
        Lent(row.id, row.message_id, names.get(row.officer_id, "?"), row.until)
        for row in _out(file)
        if row.until > now
    )


def take_in(file: OpenCase) -> None:
    """Put what came back beside its original, under its translator's name. What nobody who may have
    written it has signed is passed over."""
    for row in lent.loans_of_case(file.tx, file.row.id):
        if not row.returned:
            continue
        try:
            text = _came_back(file, row)
        except (CryptoError, NotFound):
            continue
        original = next((each for each in file.thread if each.id == row.message_id), None)
        lent.drop_loan(file.tx, row.id)
        if original is not None:
            words = {"kind": TRANSLATION, "of": first_id(original), "text": text}
            file.note("note", {**words, "outside": str(row.officer_id)}, row.id)
            del file.thread  # read again
        file.save("translation_came")


def translators(tx: Tx, pen: Pen) -> dict[UUID, Officer]:
    """Who is vouched for as a translator now."""
    known, found = people.known_officers(tx, pen.vault), {}
    for entry_id in pen.directory.ids("officer"):
        try:
            entry = pen.directory.trusted(entry_id, "officer")
        except NotTrusted:
            continue
        if entry.role == Role.TRANSLATOR and entry_id in known:
            found[entry_id] = known[entry_id]
    return found


def _refuse_tied(file: OpenCase, to: Officer) -> None:
    """Whoever is of an organisation that buys from the site, or ever did, is tied to it."""
    site_id = file.record.facts.site_id
    linked = links_of(file.tx, site_id) if site_id is not None else ()
    if to.organisation_id in {link.organisation_id for link in linked}:
        raise GuardFailed("this translator is tied to the site")


def _entry(file: OpenCase, entry_id: UUID) -> Opened:
    entry = next((each for each in file.thread if each.id == entry_id), None)
    if entry is None or not says(entry):
        raise NotFound("no such entry in this case")
    return entry


def _out(file: OpenCase) -> list[LentRow]:
    return [row for row in lent.loans_of_case(file.tx, file.row.id) if not row.returned]


def _sealed(file: OpenCase, entry: Opened, wish: Wish) -> LentRow:
    holder, public = casefile.case_public(file.tx, file.pen, file.row)
    reader: Entry = file.pen.directory.trusted(wish.to, "officer")
    text = str((entry.words or {})["text"])
    inside = {
        "text": what_is_left(text, pieces(text, _pointing(text)), wish.left_out),
        "language": language_of(file, entry),
        "public": b64encode(public).decode(),
    }
    loan = Loan(file.row.id, entry.id, uuid4(), reader.id)
    row = LentRow(
        id=loan.id,
        case_id=loan.case_id,
        message_id=loan.message_id,
        officer_id=loan.reader_id,
        epoch=holder.epoch,
        until=lent_until(file.pen.now, wish.hours),
        returned=False,
        words=seal_loan(reader.kem_public, json.dumps(inside).encode(), loan),
        signer_id=file.pen.signer.id,
        signature=b"",
    )
    return replace(row, signature=file.pen.signer.sign(lent.lent_place(file.tx.programme, row)))


def _came_back(file: OpenCase, row: LentRow) -> str:
    """Raises `CryptoError` unless the very translator signed it."""
    place = lent.back_place(file.tx.programme, row, row.back)
    file.pen.directory.check_signature(row.officer_id, place, row.back_signature, *OFFICERS)
    holder, key = file.keys.open(row.epoch)
    plain = keyring.open_words(key, row.back, holder=holder, message_id=row.id, direction=LENT)
    return plain.decode()


def _pointing(text: str) -> list[tuple[int, int]]:
    """Where something in a text may point at a person."""
    return [(each.start, each.end) for each in findings(text, ())]


def _pointers(piece: str) -> tuple[str, ...]:
    """Why a piece may point at a person; a name nobody but a person finds."""
    return tuple(dict.fromkeys(each.why for each in findings(piece, ())))
