"""Renewing: what the root or a registrar said of somebody's keys ends after two years, and is said
again before that.

Whoever was let go is not renewed: their entry ended when they left. A process of ours whose entry
ended by itself still is, so that a hotline which was forgotten can be started again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from workervoice.crypto.directory import (
    SIGNED_BY_REGISTRARS,
    SIGNED_BY_ROOT,
    Directory,
    Entry,
)
from workervoice.errors import NotTrusted
from workervoice.hotline.ceremony import VALID_FOR
from workervoice.hotline.epochs import registering
from workervoice.hotline.process import Process
from workervoice.hotline.reading import Actor

SOON = timedelta(days=120)
OURS = frozenset({"gateway", "courier", "log"})
_KINDS = SIGNED_BY_ROOT | SIGNED_BY_REGISTRARS


def ending(directory: Directory, now: datetime, within: timedelta = SOON) -> list[Entry]:
    """Entries that end soon, and those of our processes that have ended; the next one first."""
    found = [entry for kind in sorted(_KINDS) for entry in _newest(directory, kind)]
    first, last = int(now.timestamp()), int((now + within).timestamp())
    soon = [e for e in found if e.not_after <= last and (e.kind in OURS or e.not_after >= first)]
    return sorted(soon, key=lambda entry: (entry.not_after, entry.id))


def for_the_root(directory: Directory, now: datetime, within: timedelta = SOON) -> list[Entry]:
    """What the root is asked to say again: processes and registrars whose entries end soon."""
    every = ending(directory, now, within)
    return [_again(entry, now) for entry in every if entry.kind in SIGNED_BY_ROOT]


def renew(process: Process, actor: Actor, within: timedelta = SOON) -> list[Entry]:
    """Say again what this registrar may say: of people, the team and organisations."""
    with registering(process, actor) as desk:
        mine = desk.directory.trusted(actor.id).organisation_id
        every = ending(desk.directory, desk.pen.now, within)
        of_mine = [
            e for e in every if e.kind in SIGNED_BY_REGISTRARS and mine in (None, e.belongs_to())
        ]
        renewed = [_again(entry, desk.pen.now) for entry in of_mine]
        for entry in renewed:
            desk.vouch(entry)
            desk.pen.log(desk.tx, "directory_entry", entry.id, f"{entry.kind} renewed")
        return renewed


def _newest(directory: Directory, kind: str) -> Iterator[Entry]:
    for entry_id in directory.ids(kind):
        try:
            entry = directory.newest(entry_id).entry
        except NotTrusted:
            continue
        if entry.kind == kind:  # somebody may have become a registrar
            yield entry


def _again(entry: Entry, now: datetime) -> Entry:
    return replace(entry, version=entry.version + 1, not_after=int((now + VALID_FOR).timestamp()))
