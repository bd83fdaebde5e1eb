"""Rotating: workers' addresses get an index under a new pepper, sealed to the courier's key of now.

Nobody needs both keys for it. The courier opens an address and hands it over, one at a time; the
gateway takes it only if its index under a live pepper is the one that stands in the row, and then
stores the next version of that row as if the worker had just written. So the courier cannot give a
conversation another address, and whoever writes to the database can put no old row back.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from workervoice.crypto.custody import unwrap_any, versions_of
from workervoice.errors import CryptoError, NotFound, NotTrusted
from workervoice.hotline import newest
from workervoice.hotline.contacts import (
    PEPPER,
    Indexes,
    address_info,
    check_contact,
    made_contact,
    newest_index,
    places_of,
)
from workervoice.hotline.ownkeys import COURIER, named_version
from workervoice.hotline.process import Pen, Process, Signer
from workervoice.hotline.records import ConversationRecord
from workervoice.message import Address
from workervoice.store import intake
from workervoice.store.engine import Scope, Tx
from workervoice.store.intake import Found

BATCH = 20  # addresses in one transaction, which holds their conversations
_FIRST = UUID(int=0)


class Opening(Protocol):
    """The courier's side, however far away: raises `CryptoError` and `NotFound`."""

    def __call__(
        self, programme: UUID, contact_id: UUID, version: int, *, only_old: bool
    ) -> Address | None:
        """The address of this version of a contact; with `only_old` None if it is sealed to the
        key that the directory names."""


@dataclass(frozen=True, slots=True)
class Renewed:
    """How many rows were stored anew, which could not be, because somebody changed them, and how
    many have to wait, because they are in use."""

    done: int
    broken: tuple[UUID, ...] = ()
    left: int = 0


def open_address(
    process: Process, programme: UUID, contact_id: UUID, version: int, *, only_old: bool
) -> Address | None:
    """The courier's side: an address that is as it was logged, by the gateway's word."""
    with process.database.begin(Scope(programme)) as tx:
        contact = intake.contact_by_id(tx, contact_id)
        if contact.version != version:
            raise NotFound(f"no such version of contact {contact_id}")
        directory = process.directory(tx, process.clock())
        check_contact(tx, contact, directory)
        newest.check(tx, process.vault, [contact.logged()])
        info = address_info(programme, contact_id)
        plain, under = unwrap_any(process.custody, COURIER, contact.address, info)
        if only_old and under == named_version(directory, process.custody):
            return None
    return Address.from_uri(plain.decode())


def renew_contacts(
    process: Process, programme: UUID, opening: Opening, *, only_old: bool
) -> Renewed:
    """The gateway's side: go through all contacts once. With `only_old` those that are sealed to
    an old courier key, else those whose index is under an old pepper."""
    done, broken, after = 0, [], _FIRST
    but = None if only_old else versions_of(process.custody, PEPPER)[0]
    while True:
        with process.database.begin(Scope(programme)) as tx:
            found, now, here = intake.contacts_after(tx, after, BATCH, but=but), process.clock(), 0
            signer = Signer(process.id, process.sign)
            pen = Pen(process.vault, signer, process.directory(tx, now), now)
            for was in found:
                try:
                    with tx.attempt():
                        address = _opened(tx, pen, was, opening, only_old=only_old)
                        here += address is not None and _renew(tx, process, pen, was, address)
                except NotFound:  # erased, or renewed by its own worker's text, meanwhile
                    continue
                except CryptoError:
                    broken.append(was.id)
            if here:
                pen.log(tx, "contacts_renewed", programme)
        done += here
        if len(found) < BATCH:
            return Renewed(done, tuple(broken))
        after = found[-1].id


def _opened(tx: Tx, pen: Pen, was: Found, opening: Opening, *, only_old: bool) -> Address | None:
    """With the conversation held, so that nobody erases or answers it meanwhile."""
    intake.lock_conversation(tx, pen.vault, was.conversation_id)
    return opening(tx.programme, was.id, was.version, only_old=only_old)


def _renew(tx: Tx, process: Process, pen: Pen, was: Found, address: Address) -> bool:
    indexes = _place(process, tx.programme, was, address)
    index = newest_index(indexes)
    if was.index_version != index[0] and intake.known_indexes(tx, [index]):
        raise NotTrusted(f"contact {was.id}")  # somebody wrote a second one beside it
    talk = intake.lock_conversation(tx, pen.vault, was.conversation_id)
    newest.check(tx, pen.vault, [talk.logged()])
    record = ConversationRecord.from_json(talk.record)
    anew = record.known_anew(was.id, indexes)
    ids = (was.id, was.conversation_id)
    contact = made_contact(tx, pen, ids, (address, indexes), was.version + 1)
    if not intake.renew_contact(tx, was, contact):
        raise NotFound(f"no such version of contact {was.id}")
    if anew != record:
        intake.save_conversation(tx, pen.vault, talk, state=talk.state, record=anew.to_json())
    return True


def _place(process: Process, programme: UUID, was: Found, address: Address) -> Indexes:
    """The indexes of the place that this contact is at. Raises `NotTrusted` if it is at none."""
    for indexes in places_of(process.custody, programme, address):
        if indexes.get(was.index_version) == was.index:
            return indexes
    raise NotTrusted(f"contact {was.id}")
