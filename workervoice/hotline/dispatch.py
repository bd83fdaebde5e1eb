"""From an outbox row to a message: open it, check who owes it, and whether it may go out now."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from workervoice.crypto.custody import unwrap_any
from workervoice.crypto.directory import Directory
from workervoice.crypto.seal import digest, unpad
from workervoice.errors import Contradicted, CryptoError, NotFound, NotTrusted, SealBroken
from workervoice.hotline import newest
from workervoice.hotline.addressing import address_of, contact_of, may_have_gone, other_ways, whom
from workervoice.hotline.casefile import MAKERS
from workervoice.hotline.owing import (
    CONTENT_VALIDITY,
    PROMPT_VALIDITY,
    outbox_info,
    outbox_place,
    release_place,
    reseal_place,
)
from workervoice.hotline.process import Process
from workervoice.hotline.reaching import Way, Ways, way
from workervoice.hotline.records import ConversationRecord
from workervoice.hotline.registry import lines
from workervoice.message import Outbound
from workervoice.store import intake, outbox
from workervoice.store.engine import Tx
from workervoice.store.log import Event, record_once
from workervoice.store.outbox import Claimed
from workervoice.store.programme import Line
from workervoice.workflow.conversation import TALKING
from workervoice.workflow.progress import HELD_MAX, Held, Progress, hold

ENOUGH = timedelta(minutes=15)  # a phone that is off misses what is valid for less


class Verdict(StrEnum):
    """Whether a text may go out now."""

    SEND = "send"
    SILENCED = "silenced"  # paused, frozen, withdrawn: nothing but a confirmation goes out
    TOO_LATE = "too_late"
    WAITS = "waits"  # until the worker writes: the window is closed, or the phone may be elsewhere
    BROKEN = "untrusted"  # nobody whom the root vouches for owes it, or it was sent already
    UNOPENED = "unopened"  # does not open here and now: perhaps we are wrong, and not the row


class Kind(StrEnum):
    """Why a text is owed."""

    NOTICE = "notice"  # says without content that something waits
    ANSWER = "answer"  # ours, to a text of the worker
    ASKED_FOR = "asked_for"  # was held and asked for, or goes at once because the worker wants it


@dataclass(frozen=True, slots=True)
class Dispatch:
    """A verdict, and the message if there is one to send or to look up."""

    verdict: Verdict
    kind: Kind = Kind.NOTICE
    asks: bool = False  # a question, which is answered only after it was read
    _line: Line | None = None
    _message: Outbound | None = field(default=None, repr=False)
    elsewhere: tuple[Way, ...] = field(default=(), repr=False)

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
    tx: Tx, process: Process, claimed: Claimed, ways: Ways, now: datetime, *, looks: bool = False
) -> Dispatch:
    """Open and check one row. What does not verify is `BROKEN`, whoever wrote it there; what does
    not open, or leads nowhere, is `UNOPENED`. Where it `looks`, also by which other ways it may
    have gone before."""
    directory = process.directory(tx, now)
    try:
        owed = _open(tx, process, claimed, directory)
        row = intake.lock_conversation(tx, process.vault, claimed.conversation_id)
        record = ConversationRecord.from_json(row.record)
        contact = contact_of(tx, claimed, whom(owed, record)[0], record, directory)
        address = address_of(tx, process, contact)
        series = newest.compare(tx, process.vault, "outbox", claimed.id, [claimed.logged()])
        newest.check(tx, process.vault, [row.logged(), contact.logged()])
        if not series.whole:
            raise NotTrusted(f"{claimed.logged().place}: it is not what was logged")
    except Contradicted as refused:  # of the conversation, not of the text: it may be mended
        _note(tx, process, claimed, refused, now)
        return Dispatch(Verdict.UNOPENED)
    except NotTrusted as refused:
        _note(tx, process, claimed, refused, now)
        return Dispatch(Verdict.BROKEN)
    except (CryptoError, NotFound, ValueError, KeyError):
        return Dispatch(Verdict.UNOPENED)
    known = {str(line.id): line for line in lines(tx, process.vault, directory)}
    line = known.get(whom(owed, record)[1])
    if line is None:
        return Dispatch(Verdict.UNOPENED)
    if record.was_sent(claimed.id):  # a copy of the row, put back after it was sent
        return Dispatch(Verdict.BROKEN)
    said, kind = owed["template"], _kind(owed)
    direct = Way(line, address, said if said in ways.templates(line) else "")
    open_way = way(direct, kind is Kind.NOTICE, record.progress, known.values(), now)
    goes = open_way or direct
    message = _message(claimed, owed, goes, ways, _valid_until(owed, record.progress) - now)
    verdict = _verdict(owed, record.progress, message, now, closed=open_way is None)
    read = owed, record, directory, known
    others = other_ways(goes, may_have_gone(tx, process, claimed, read)) if looks else ()
    return Dispatch(verdict, kind, owed["asks"], goes.line, message, others)


def _message(
    claimed: Claimed, owed: dict[str, Any], goes: Way, ways: Ways, validity: timedelta
) -> Outbound:
    return Outbound(
        outbox_id=claimed.id,
        sender=goes.line.sender,
        to=goes.to,
        text=owed["text"],
        media=owed["media"],
        validity=validity,
        status_callback=ways.callback(goes.line, claimed.id),
        template=goes.template,
    )


def _kind(owed: dict[str, Any]) -> Kind:
    if owed["held"] or owed["direct"]:
        return Kind.ASKED_FOR
    return Kind.ANSWER if owed["always"] else Kind.NOTICE


def _valid_until(owed: dict[str, Any], progress: Progress) -> datetime:
    """When a text may still reach a phone: so long after the worker asked for it, or it fell due
    for a worker who wants answers at once; for what tells no matter, so long after it fell due or
    the worker last wrote."""
    if owed["held"] or owed["direct"]:
        since = max(progress.released_at or 0, owed["since"] if owed["direct"] else 0)
        until = since + CONTENT_VALIDITY.total_seconds()
    else:
        until = max(owed["since"], progress.heard_at or 0) + PROMPT_VALIDITY.total_seconds()
    return datetime.fromtimestamp(min(until, owed["expires"]), tz=UTC)


def _verdict(
    owed: dict[str, Any], progress: Progress, message: Outbound, now: datetime, *, closed: bool
) -> Verdict:
    """By the sealed record: the row's own state is in clear, for any database writer to change."""
    if message.outbox_id in {held.outbox_id for held in progress.held}:  # nobody asked for it yet
        return Verdict.BROKEN
    if now.timestamp() > owed["expires"]:
        return Verdict.TOO_LATE
    reachable = progress.state in TALKING and progress.awaiting != "delete"
    if not reachable and not owed["always"]:
        return Verdict.SILENCED
    if closed or message.validity < ENOUGH:
        return Verdict.TOO_LATE if message.media else Verdict.WAITS  # its text waits, and says it
    return Verdict.SEND


def _open(tx: Tx, process: Process, claimed: Claimed, directory: Directory) -> dict[str, Any]:
    """The payload, signed by the gateway or a handler; a held one, released by the gateway.

    A held answer is sent though its writer has left since: it stood in the sealed record before the
    worker asked for it. What nobody asked for is sent only for those who are still with us.
    """
    first = _first_digest(tx, claimed, directory)
    place = outbox_place(tx.programme, claimed.id, claimed.conversation_id, first)
    directory.check_signature(claimed.signer_id, place, claimed.signature, *MAKERS)
    info = outbox_info(tx.programme, claimed.id)
    plain, _ = unwrap_any(process.custody, "courier", claimed.payload, info)
    owed = json.loads(unpad(plain))
    if owed["held"]:
        _check_release(tx, claimed, directory)
    else:
        directory.trusted(claimed.signer_id, *MAKERS)
    if not isinstance(owed["text"], str):
        raise SealBroken(f"outbox {claimed.id} is not a text")
    return {"direct": False, "media": "", "template": "", **owed}  # which older ones do not say


def _first_digest(tx: Tx, claimed: Claimed, directory: Directory) -> bytes:
    """Of the payload as it was signed. If the courier has sealed it anew since, it says so."""
    if claimed.first_digest is None:
        return digest(claimed.payload)
    if claimed.reseal_signer_id is None or claimed.reseal_signature is None:
        raise NotTrusted(f"outbox {claimed.id}: nobody says that it was sealed anew")
    first, by = claimed.first_digest, claimed.reseal_signer_id
    place = reseal_place(tx.programme, claimed.id, claimed.signature, first, claimed.payload)
    directory.check_signature(by, place, claimed.reseal_signature, "courier")
    return first


def _check_release(tx: Tx, claimed: Claimed, directory: Directory) -> None:
    if not (claimed.release_id and claimed.release_signer_id and claimed.release_signature):
        raise NotTrusted(f"outbox {claimed.id} was held and nobody asked for it")
    place = release_place(tx.programme, claimed.id, claimed.signature, claimed.release_id)
    by, signature = claimed.release_signer_id, claimed.release_signature
    directory.check_signature(by, place, signature, "gateway")


def _note(tx: Tx, process: Process, claimed: Claimed, refused: CryptoError, now: datetime) -> None:
    """Nothing of this transaction is undone, so its leaf is in it."""
    event = Event("row_refused", process.id, claimed.id, str(refused))
    record_once(tx, process.vault, event, now)


def hold_until_asked(
    tx: Tx,
    process: Process,
    claimed: Claimed,
    dispatch: Dispatch,
    *,
    closed_at: int | None = None,
) -> None:
    """It may not go out now: note in the dialogue what goes out when the worker writes, and when
    the provider says that WhatsApp's window was closed.

    What was asked for has to be asked for again, and the next text is told that it waits. Our own
    answer goes out by itself, unless it spoke to a STOP. A notice is forgotten: the dialogue says
    itself that something waits.
    """
    row = intake.lock_conversation(tx, process.vault, claimed.conversation_id)
    record = ConversationRecord.from_json(row.record)
    progress = record.progress
    if closed_at is not None and progress.window_until is not None:
        progress = replace(progress, window_until=closed_at)
    if dispatch.kind is Kind.ANSWER:
        if progress.state in TALKING and len(progress.held) < HELD_MAX:
            progress = hold(progress, claimed.id, "prompt")
    elif dispatch.kind is Kind.ASKED_FOR:
        again = Held(claimed.id, "confirm" if dispatch.asks else "reply")
        unread = dispatch.asks and progress.awaiting == "confirm"
        progress = replace(
            progress,
            held=_oldest_first(tx, (again, *progress.held)),
            awaiting=None if unread else progress.awaiting,
        )
    if dispatch.kind is not Kind.ANSWER:
        progress = replace(progress, notice_last=False)
    record = replace(record, progress=progress)
    intake.save_conversation(tx, process.vault, row, state=row.state, record=record.to_json())


def _oldest_first(tx: Tx, held: tuple[Held, ...]) -> tuple[Held, ...]:
    """In the order in which they were owed: several may come back, one by one."""
    owed = outbox.oldest_first(tx, [one.outbox_id for one in held])
    return tuple(sorted(held, key=lambda one: owed.index(one.outbox_id)))
