"""Whom a text of ours goes to: the phone and the line, by the gateway's signed word."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any
from uuid import UUID

from workervoice.crypto.custody import unwrap_any
from workervoice.crypto.directory import Directory
from workervoice.errors import CryptoError, NotFound, NotTrusted
from workervoice.hotline.contacts import address_info, check_contact
from workervoice.hotline.process import Process
from workervoice.hotline.reaching import Way, texted
from workervoice.hotline.records import ConversationRecord
from workervoice.message import Address
from workervoice.store import intake
from workervoice.store.engine import Tx
from workervoice.store.intake import Contact
from workervoice.store.outbox import Claimed
from workervoice.store.programme import Line


def whom(owed: Mapping[str, Any], record: ConversationRecord) -> tuple[UUID, str]:
    """A contact and a line. An answer to a text goes back where that came from; anything else goes
    to the phone that wrote last, which may be another one by now."""
    if owed["always"] or not (record.phones or record.progress.by_sms):
        return UUID(owed["contact"]), owed["line"]
    return record.contact_id, str(record.line_id)


def contact_of(
    tx: Tx, claimed: Claimed, contact_id: UUID, record: ConversationRecord, directory: Directory
) -> Contact:
    """Whom to write to: of this conversation, or of a phone that was let into it, and no other, by
    the gateway's word."""
    contact = intake.contact_by_id(tx, contact_id)
    if contact.conversation_id not in {claimed.conversation_id, *record.phones}:
        raise NotTrusted(f"contact {contact_id} is of another conversation")
    check_contact(tx, contact, directory)
    return contact


def address_of(tx: Tx, process: Process, contact: Contact) -> Address:
    """Raises `CryptoError` for one that does not open."""
    info = address_info(tx.programme, contact.id)
    plain, _ = unwrap_any(process.custody, "courier", contact.address, info)
    return Address.from_uri(plain.decode())


def other_ways(goes: Way, ways: Iterable[Way]) -> tuple[Way, ...]:
    """Each once, but for the one by which it goes now."""
    found = dict.fromkeys(ways)
    return tuple(way for way in found if (way.line, way.to) != (goes.line, goes.to))


def may_have_gone(
    tx: Tx,
    process: Process,
    claimed: Claimed,
    said: tuple[Mapping[str, Any], ConversationRecord, Directory, Mapping[str, Line]],
) -> Iterator[Way]:
    """By which ways a text may have gone whose sending ended in silence: since then a window may
    have closed, or the worker have written from another phone."""
    owed, record, directory, known = said
    for contact_id, line_id in {
        (UUID(owed["contact"]), str(owed["line"])),
        (record.contact_id, str(record.line_id)),
    }:
        line = known.get(line_id)
        if line is None:
            continue
        with suppress(CryptoError, NotFound, ValueError):
            contact = contact_of(tx, claimed, contact_id, record, directory)
            direct = Way(line, address_of(tx, process, contact))
            yield direct
            if by_sms := texted(direct, record.progress, known.values()):
                yield by_sms
