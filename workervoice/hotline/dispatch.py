"""From an outbox row to a message: open it, check who owes it, and whether it may go out now."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from workervoice.crypto.directory import Directory
from workervoice.crypto.seal import unpad, verify
from workervoice.errors import CryptoError, NotFound, NotTrusted, SealBroken
from workervoice.hotline.owing import (
    address_info,
    contact_place,
    outbox_info,
    outbox_place,
    release_place,
)
from workervoice.hotline.process import Process
from workervoice.hotline.records import ConversationRecord
from workervoice.message import Address, AddressKind, Outbound
from workervoice.store import intake
from workervoice.store.engine import Tx
from workervoice.store.outbox import Claimed
from workervoice.store.programme import Line, lines
from workervoice.workflow.conversation import TALKING
from workervoice.workflow.progress import HELD_MAX, Held, hold

MESSAGE_VALIDITY = timedelta(hours=4)  # later it may reach a phone in other hands


class Verdict(StrEnum):
    """Whether a text may go out now."""

    SEND = "send"
    SILENCED = "silenced"  # paused, frozen, withdrawn: nothing but a confirmation goes out
    TOO_LATE = "too_late"
    WINDOW_CLOSED = "window_closed"
    BROKEN = "untrusted"  # does not open, or nobody whom the root vouches for owes it


class Kind(StrEnum):
    """Why a text is owed."""

    NOTICE = "notice"  # says without content that something waits
    ANSWER = "answer"  # ours, to a text of the worker
    ASKED_FOR = "asked_for"  # was held, and the worker asked for it


@dataclass(frozen=True, slots=True)
class Dispatch:
    """A verdict, and the message if there is one to send or to look up."""

    verdict: Verdict
    kind: Kind = Kind.NOTICE
    _line: Line | None = None
    _message: Outbound | None = field(default=None, repr=False)

    @property
    def line(self) -> Line:
        if self._line is None:
            raise NotFound("nothing to send")
        return self._line

    @property
    def message(self) -> Outbound:
        if self._message is None:
            raise NotFound("nothing to send")
        return self._message


def prepare(
    tx: Tx, process: Process, claimed: Claimed, callback: Callable[[Line, UUID], str], now: datetime
) -> Dispatch:
    """Open and check one row. Whatever does not verify is `BROKEN`, whoever wrote it there."""
    directory = process.trust.directory(tx, now)
    try:
        owed = _open(tx, process, claimed, directory)
        address = _address(tx, process, claimed, UUID(owed["contact"]), directory)
        row = intake.lock_conversation(tx, process.vault, claimed.conversation_id)
    except (CryptoError, NotFound, ValueError, KeyError):
        return Dispatch(Verdict.BROKEN)
    line = next((each for each in lines(tx) if str(each.id) == owed["line"]), None)
    if line is None:
        return Dispatch(Verdict.BROKEN)
    record = ConversationRecord.from_json(row.record)
    if record.was_sent(claimed.id):  # a copy of the row, put back after it was sent
        return Dispatch(Verdict.BROKEN)
    message = Outbound(
        outbox_id=claimed.id,
        sender=line.sender,
        to=address,
        text=owed["text"],
        validity=MESSAGE_VALIDITY,
        status_callback=callback(line, claimed.id),
    )
    kind = Kind.ASKED_FOR if owed["held"] else Kind.ANSWER if owed["always"] else Kind.NOTICE
    return Dispatch(_verdict(owed, record, address, now), kind, line, message)


def _verdict(
    owed: dict[str, Any], record: ConversationRecord, address: Address, now: datetime
) -> Verdict:
    """By the sealed record: the row's own state is in clear, for any database writer to change."""
    progress = record.progress
    if now.timestamp() > owed["expires"]:
        return Verdict.TOO_LATE
    reachable = progress.state in TALKING and progress.awaiting != "delete"
    if not reachable and not owed["always"]:
        return Verdict.SILENCED
    window = progress.window_until or 0
    if address.kind is not AddressKind.PHONE and now.timestamp() > window:
        return Verdict.WINDOW_CLOSED
    return Verdict.SEND


def _open(tx: Tx, process: Process, claimed: Claimed, directory: Directory) -> dict[str, Any]:
    """The payload, signed by the gateway or a handler; a held one, released by the gateway."""
    signer = directory.trusted(claimed.signer_id, "gateway", "officer", "registrar")
    place = outbox_place(tx.programme, claimed.id, claimed.conversation_id, claimed.payload)
    verify(signer.sign_public, place, claimed.signature)
    info = outbox_info(tx.programme, claimed.id)
    owed = json.loads(unpad(process.custody.unwrap("courier", claimed.payload, info)))
    if owed["held"]:
        _check_release(tx, claimed, directory)
    if not isinstance(owed["text"], str):
        raise SealBroken(f"outbox {claimed.id} is not a text")
    return dict(owed)


def _check_release(tx: Tx, claimed: Claimed, directory: Directory) -> None:
    if not (claimed.release_id and claimed.release_signer_id and claimed.release_signature):
        raise NotTrusted(f"outbox {claimed.id} was held and nobody asked for it")
    gateway = directory.trusted(claimed.release_signer_id, "gateway")
    place = release_place(tx.programme, claimed.id, claimed.signature, claimed.release_id)
    verify(gateway.sign_public, place, claimed.release_signature)


def _address(
    tx: Tx, process: Process, claimed: Claimed, contact_id: UUID, directory: Directory
) -> Address:
    """The return address, of this conversation and no other."""
    contact = intake.contact_by_id(tx, contact_id)
    if contact.conversation_id != claimed.conversation_id:
        raise NotTrusted(f"contact {contact_id} is of another conversation")
    gateway = directory.trusted(contact.signer_id, "gateway")
    place = contact_place(
        tx.programme, contact.id, contact.conversation_id, contact.index, contact.address
    )
    verify(gateway.sign_public, place, contact.signature)
    info = address_info(tx.programme, contact_id)
    return Address.from_uri(process.custody.unwrap("courier", contact.address, info).decode())


def note_sent(tx: Tx, process: Process, claimed: Claimed) -> None:
    """Remember in the sealed record that this text went out: its row alone could be put back."""
    row = intake.lock_conversation(tx, process.vault, claimed.conversation_id)
    record = ConversationRecord.from_json(row.record).having_sent(claimed.id)
    intake.save_conversation(tx, process.vault, row, state=row.state, record=record.to_json())


def hold_until_asked(tx: Tx, process: Process, claimed: Claimed, kind: Kind) -> None:
    """WhatsApp's window is closed: note in the dialogue what goes out when the worker writes.

    What was asked for has to be asked for again, and is announced. Our own answer goes out by
    itself. A notice is forgotten: the dialogue says itself that something waits.
    """
    row = intake.lock_conversation(tx, process.vault, claimed.conversation_id)
    record = ConversationRecord.from_json(row.record)
    progress = record.progress
    if kind is Kind.ANSWER and len(progress.held) < HELD_MAX:
        progress = hold(progress, claimed.id, "prompt")
    elif kind is Kind.ASKED_FOR:
        asks = progress.awaiting == "confirm"  # a question: it is answered only after it is read
        again = Held(claimed.id, "confirm" if asks else "reply")
        awaiting = None if asks else progress.awaiting
        progress = replace(progress, held=(again, *progress.held), awaiting=awaiting)
    if kind is not Kind.ANSWER:
        progress = replace(progress, notice_last=False)
    record = replace(record, progress=progress)
    intake.save_conversation(tx, process.vault, row, state=row.state, record=record.to_json())
