"""Meeting a worker: whose message this is, by the address that it came from.

An address has four places, each with an index of its own under the pepper; so one phone may be in
several conversations, and nobody without the pepper sees that it is one phone. Which of them a text
is meant for, `workflow.sharing` says. A conversation of a phone that a person has let in leads to
that worker's other one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID, uuid4

from workervoice.crypto.custody import Custody
from workervoice.errors import NotFound
from workervoice.hotline import newest
from workervoice.hotline.codes import marking
from workervoice.hotline.contacts import Indexes, made_contact, newest_index, places_of
from workervoice.hotline.practisecode import without_code
from workervoice.hotline.process import Pen, Process
from workervoice.hotline.records import NOBODY, ConversationRecord, mark
from workervoice.message import Address, AddressKind, Inbound
from workervoice.store.engine import Tx
from workervoice.store.intake import (
    Contact,
    Conversation,
    SeenBefore,
    conversations_by_index,
    glance,
    known_indexes,
    lock_conversation,
)
from workervoice.store.programme import Line
from workervoice.workflow.conversation import MACHINE
from workervoice.workflow.progress import Progress
from workervoice.workflow.sharing import PLACES, Talk, meant

Places = Mapping[Address, Sequence[Indexes]]  # each address's index at each of its places


@dataclass(frozen=True, slots=True)
class Known:
    """A conversation that an address leads to, locked, by the contact at one of its places."""

    contact_id: UUID
    place: int
    row: Conversation
    record: ConversationRecord
    led_from: UUID | None = None  # this phone's own conversation, if it leads to another one

    @property
    def own_id(self) -> UUID:
        return self.led_from or self.row.id


@dataclass(frozen=True, slots=True)
class Met:
    """Whose message it is: their conversation, locked if we knew them, and addresses that we did
    not know. `phone` are all conversations of this phone, the oldest place first."""

    row: Conversation
    record: ConversationRecord
    places: Places = field(repr=False)
    new: Sequence[Contact] = ()
    phone: Sequence[Known] = ()
    own: int = 0  # which of the phone's it is

    @property
    def known(self) -> bool:
        return self.row.version > 0

    @property
    def free(self) -> int | None:
        """A place for one more conversation on this phone."""
        taken = {each.place for each in self.phone} or {0}
        return next((place for place in range(PLACES) if place not in taken), None)


def talks(custody: Custody, programme: UUID, phone: Sequence[Known]) -> list[Talk]:
    """A phone's conversations, as it is decided which of them a text is meant for."""
    return [Talk(each.record.progress, marking(custody, programme, each.row.id)) for each in phone]


def meet(
    tx: Tx, process: Process, pen: Pen, arrived: tuple[Inbound, Line], message_mac: bytes
) -> Met:
    """Find the conversation that a message is meant for, or begin one; link a second address to it.
    Raises `SeenBefore` for a message that is stored already, `NotTrusted` for a contact that its
    conversation does not know."""
    inbound, line = arrived
    places, found = _whose(tx, process, pen, inbound, message_mac)
    if not found:
        return _begun(tx, pen, inbound.sender, line, places)
    phone = [_followed(tx, pen, each, places) for each in found]
    if len(phone) > 1:
        newest.check(tx, pen.vault, [each.row.logged() for each in phone])
    at = int(pen.now.timestamp())
    own = meant(without_code(inbound.text), talks(process.custody, tx.programme, phone), at)
    chosen = phone[own]
    linked = inbound.also and chosen.row.id == found[own].row.id
    new = _linked(tx, pen, found[own], places) if linked else []
    return Met(chosen.row, chosen.record, places, new, phone, own)


def another(
    tx: Tx, pen: Pen, met: Met, sender: Address, row_id: UUID, progress: Progress
) -> tuple[Conversation, ConversationRecord, list[Contact]]:
    """One more conversation on the phone of this one, at a place that is free, not stored yet.
    Raises `NotFound` if none is."""
    if met.free is None:
        raise NotFound("no place for another conversation on this phone")
    at = {address: each[met.free] for address, each in met.places.items()}
    taken = known_indexes(tx, [pair for each in at.values() for pair in each.items()])
    at = {address: each for address, each in at.items() if taken.isdisjoint(each.values())}
    row, record, contacts = _stranger(tx, pen, (sender, at), met.record.line_id, row_id)
    record = replace(record, progress=progress, shared=True)
    return replace(row, record=record.to_json()), record, contacts


def also_by_sms(
    tx: Tx, process: Process, pen: Pen, met: Met, record: ConversationRecord
) -> tuple[Met, ConversationRecord]:
    """A worker of WhatsApp may be written to by SMS, at the same number: what comes from there is
    theirs, too, unless that number has a conversation of its own already."""
    sender = next(each for each in met.places if each.kind is AddressKind.WHATSAPP)
    texted, known = Address(AddressKind.PHONE, sender.value), met.phone[met.own]
    places = {**met.places, **_places(tx, process, Inbound("", texted, ""))}
    new = _linked(tx, pen, known, places)
    if new:
        here = [each[known.place] for each in places.values()]
        record = record.met_by(record.contact_id, here)
    return replace(met, new=[*met.new, *new]), record


def _whose(
    tx: Tx, process: Process, pen: Pen, inbound: Inbound, message_mac: bytes
) -> tuple[Places, list[Known]]:
    """The indexes of the sender's addresses, and the conversations that they lead to."""
    places = _places(tx, process, inbound)
    current = [newest_index(each) for each in places[inbound.sender]]
    seen, rows = glance(tx, pen.vault, message_mac, current)
    if seen:
        raise SeenBefore
    others = [pair for pair in _pairs(places) if pair not in current]
    found = _known(rows, places)
    if others and (not found or _rotates(places)):
        elsewhere = _known(conversations_by_index(tx, pen.vault, others), places)
        found = {**elsewhere, **found}  # the sender's own come first
    if not found:  # a stranger, unless a pepper came just before they were held
        before, places = places, _places(tx, process, inbound)
        if places != before:
            found = _known(conversations_by_index(tx, pen.vault, _pairs(places)), places)
    return places, [found[place] for place in sorted(found)]


def _known(rows: Sequence[tuple[UUID, bytes, Conversation]], places: Places) -> dict[int, Known]:
    """By its place; where two addresses lead to two conversations at one place, the first."""
    where = {
        index: place
        for each in places.values()
        for place, indexes in enumerate(each)
        for index in indexes.values()
    }
    known: dict[int, Known] = {}
    for contact_id, index, row in rows:
        place, record = where[index], ConversationRecord.from_json(row.record)
        known.setdefault(place, Known(contact_id, place, row, record))
    return known


def _rotates(places: Places) -> bool:
    return any(len(indexes) > 1 for each in places.values() for indexes in each)


def _followed(tx: Tx, pen: Pen, known: Known, places: Places) -> Known:
    """The conversation as this phone writes in it: the one that it leads to, if a person let it
    into another. Raises `NotTrusted` for a contact that its conversation does not know."""
    here = [each[known.place] for each in places.values()]
    record = known.record.met_by(known.contact_id, here)
    if record.leads_to is not None:
        row = lock_conversation(tx, pen.vault, record.leads_to)
        newest.check(tx, pen.vault, [row.logged(), known.row.logged()])
        target = ConversationRecord.from_json(row.record)
        if known.row.id in target.phones and target.contact_id != NOBODY:
            target = replace(target, contact_id=known.contact_id)
            return replace(known, row=row, record=target, led_from=known.row.id)
        record = replace(record, leads_to=None)
    return replace(known, record=record)


def _places(tx: Tx, process: Process, inbound: Inbound) -> Places:
    process.custody.refresh()
    addresses = (inbound.sender, *inbound.also)
    return {each: places_of(process.custody, tx.programme, each) for each in addresses}


def _pairs(places: Places) -> list[tuple[int, bytes]]:
    return [pair for each in places.values() for indexes in each for pair in indexes.items()]


def _linked(tx: Tx, pen: Pen, known: Known, places: Places) -> list[Contact]:
    """A worker was seen under a second address: from now on both lead here."""
    at = {address: each[known.place] for address, each in places.items()}
    stored = known_indexes(tx, [pair for each in at.values() for pair in each.items()])
    return [
        made_contact(tx, pen, (uuid4(), known.row.id), (address, each))
        for address, each in at.items()
        if stored.isdisjoint(each.values())
    ]


def _begun(tx: Tx, pen: Pen, sender: Address, line: Line, places: Places) -> Met:
    """A stranger's conversation."""
    at = {address: each[0] for address, each in places.items()}
    row, record, contacts = _stranger(tx, pen, (sender, at), line.id, uuid4())
    phone = (Known(record.contact_id, 0, row, record),)
    return Met(row, record, places, contacts, phone)


def _stranger(
    tx: Tx, pen: Pen, who: tuple[Address, Mapping[Address, Indexes]], line_id: UUID, row_id: UUID
) -> tuple[Conversation, ConversationRecord, list[Contact]]:
    """A new conversation; its addresses in one order for all, so that nobody waits for each
    other."""
    sender, at = who
    contact_ids = {address: uuid4() for address in at}
    known_by = tuple(mark(newest_index(each)[1]) for each in at.values())
    record = ConversationRecord(Progress(), line_id, contact_ids[sender], known_by=known_by)
    row = Conversation(row_id, MACHINE.initial, 0, record.to_json())
    contacts = list(_contacts(tx, pen, row_id, contact_ids, at))
    return row, record, contacts


def _contacts(
    tx: Tx,
    pen: Pen,
    row_id: UUID,
    contact_ids: Mapping[Address, UUID],
    at: Mapping[Address, Indexes],
) -> Iterator[Contact]:
    for address in sorted(at, key=lambda each: newest_index(at[each])):
        yield made_contact(tx, pen, (contact_ids[address], row_id), (address, at[address]))
