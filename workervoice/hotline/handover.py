"""Handing over: what a person writes down for a worker goes from the console to the gateway.

The console has neither the pepper nor the courier's key, so it can do nothing with a number but
pass it on: entry and number are sealed to the gateway's key as they come, signed by the officer,
and lie in one row until the gateway takes them (`byhand`), within seconds. Nobody reads the number
again.
"""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass, field, replace
from typing import Any, get_args
from uuid import UUID

from workervoice.crypto.custody import Custody
from workervoice.crypto.directory import Directory
from workervoice.crypto.seal import MESSAGE_SIZES, ctx, digest, pad, unpad, verify
from workervoice.crypto.suite import seal_to
from workervoice.errors import GuardFailed, NotFound, NotTrusted, SealBroken
from workervoice.hotline.process import Process, sole
from workervoice.hotline.reading import OFFICERS, Actor, case_keys, pen_of, vouched
from workervoice.hotline.registry import lines, sites
from workervoice.message import Role
from workervoice.store import handover as store
from workervoice.store import people
from workervoice.store.cases import case_by_id
from workervoice.store.engine import Tx
from workervoice.store.handover import HandoverRow
from workervoice.store.programme import Line, Site
from workervoice.store.vault import Vault
from workervoice.workflow.byhand import Way

OWN = "own"  # the gateway's key pair that the directory names for it
TEXT_MAX = 12_000  # characters; in a script of three bytes a letter it fits into a form
NO_NUMBERS = frozenset({"telegram"})  # channels whose workers are known by something else
NUMBER_WRONG = "write the number with its country, such as +880 and the rest"

_NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")
_FILLING = re.compile(r"[\s().\-/\u00a0]")
_KNOWN = frozenset({Role.HANDLER, Role.SUPERVISOR})
_GATEWAY = "gateway"


@dataclass(frozen=True, slots=True)
class Entry:
    """What a worker said to a person, as that person wrote it down. `may_write` is whether the
    worker said that it is safe to write to the number; `consent` None where nobody asked;
    `case_id` the case that it belongs to, of a worker to whom no phone leads."""

    way: Way
    text: str = field(repr=False)
    line_id: UUID
    number: str = field(default="", repr=False)
    language: str = ""
    site_id: UUID | None = None
    danger: bool = False
    child: bool = False
    consent: int | None = None
    may_write: bool = False
    case_id: UUID | None = None

    def __post_init__(self) -> None:
        """Raises `GuardFailed` for what no form of ours could hold."""
        if self.way not in get_args(Way):
            raise GuardFailed("say how it came")
        if not self.text.strip() or len(self.text) > TEXT_MAX:
            raise GuardFailed(f"write down what the worker said, in 1 to {TEXT_MAX} characters")
        if self.number and not _NUMBER.fullmatch(self.number):
            raise GuardFailed(NUMBER_WRONG)
        if self.may_write and not self.number:
            raise GuardFailed("nothing can be sent: no phone leads to this worker")
        if self.number and self.case_id is not None:
            raise GuardFailed("a number leads to its own case")


def number_of(typed: str) -> str:
    """A number as it was typed, in digits of any script, in the one form that providers use; "" for
    none."""
    bare = _FILLING.sub("", typed)
    bare = "".join(str(unicodedata.decimal(char, char)) for char in bare)
    return f"+{bare[2:]}" if bare.startswith("00") else bare


def hand_over(process: Process, actor: Actor, entry: Entry, entry_id: UUID) -> None:
    """Seal an entry to the gateway and leave it there; the same `entry_id` twice is one entry.

    Raises `GuardFailed` where the directory names no key to seal to, and `NotFound` for a case that
    is not this officer's to open.
    """
    now = process.clock()
    with process.database.begin(actor.scope()) as tx:
        pen = pen_of(tx, process, actor, now)
        public = sole(pen.directory, _GATEWAY).kem_public
        if not public:
            raise GuardFailed("the gateway has no key for entries: a new ceremony gives it one")
        if entry.case_id is not None:  # raises `NotFound` where it is not theirs to open
            case_keys(tx, actor, pen.directory, case_by_id(tx, entry.case_id))
        said = {**_said(entry), "at": int(now.timestamp())}
        plain = pad(json.dumps(said).encode(), MESSAGE_SIZES)
        envelope = seal_to(public, plain, _info(tx.programme, entry_id, actor.id))
        row = HandoverRow(entry_id, actor.id, now.date(), envelope, b"")
        signature = actor.bundle.sign.sign(handover_place(tx.programme, row))
        if store.put_handover(tx, replace(row, signature=signature)):
            pen.log(tx, "handed_over", entry_id, entry.way)


def opened(
    tx: Tx, vault: Vault, custody: Custody, directory: Directory, row: HandoverRow
) -> tuple[Entry, int]:
    """The entry and when it was handed over, in unix seconds, for the gateway.

    Raises `CryptoError` unless a handler or supervisor who is with us signed this very envelope,
    and `GuardFailed` or `ValueError` for what no console of ours seals.
    """
    who = directory.trusted(row.officer_id, *OFFICERS)
    if who.role not in _KNOWN or people.left(tx, vault, [who.id]):
        raise NotTrusted(str(row.officer_id))
    verify(who.sign_public, handover_place(tx.programme, row), row.signature)
    info = _info(tx.programme, row.id, row.officer_id)
    try:
        said = json.loads(unpad(custody.unwrap(OWN, row.envelope, info)))
        return _entry(said), int(said["at"])
    except (KeyError, TypeError, AttributeError, json.JSONDecodeError):
        raise SealBroken(f"entry {row.id} cannot be read") from None


def became(process: Process, actor: Actor, entry_id: UUID) -> dict[str, Any]:
    """What became of one's own entry: nothing in it while it waits. Raises `NotFound`, also once
    the service key that it was sealed under is gone."""
    with process.database.begin(actor.scope()) as tx:
        try:
            told = store.outcome_of(tx, process.vault, entry_id)
        except SealBroken:
            told = None
    if told is None:
        raise NotFound("nothing is known of this entry")
    return told


def handover_place(programme: UUID, row: HandoverRow) -> bytes:
    """What the officer signs."""
    return ctx("sign-handover", programme, row.id, row.officer_id, digest(row.envelope))


def _info(programme: UUID, entry_id: UUID, officer_id: UUID) -> bytes:
    return ctx("handover", programme, entry_id, officer_id)


def _said(entry: Entry) -> dict[str, Any]:
    return {
        "way": entry.way,
        "text": entry.text,
        "line": str(entry.line_id),
        "number": entry.number,
        "language": entry.language,
        "site": None if entry.site_id is None else str(entry.site_id),
        "danger": entry.danger,
        "child": entry.child,
        "consent": entry.consent,
        "may_write": entry.may_write,
        "case": None if entry.case_id is None else str(entry.case_id),
    }


def _entry(said: dict[str, Any]) -> Entry:
    return Entry(
        way=said["way"],
        text=said["text"],
        line_id=UUID(said["line"]),
        number=said["number"],
        language=said["language"],
        site_id=UUID(said["site"]) if said["site"] else None,
        danger=said["danger"],
        child=said["child"],
        consent=said["consent"],
        may_write=said["may_write"],
        case_id=UUID(said["case"]) if said["case"] else None,
    )


def choices(process: Process, actor: Actor) -> tuple[list[Line], list[Site]]:
    """The lines and sites that an entry may name, by name: only lines whose workers are known by
    their numbers. Raises `NotTrusted`."""
    with process.database.begin(actor.scope()) as tx:
        directory = vouched(tx, process, actor, process.clock())
        every = lines(tx, process.vault, directory), sites(tx, process.vault, directory)
    by_number = [line for line in every[0] if line.channel not in NO_NUMBERS]
    by_channel = sorted(by_number, key=lambda line: (line.channel, line.slug))
    return by_channel, sorted(every[1], key=lambda site: site.name)
