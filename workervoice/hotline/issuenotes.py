"""What the hotline's people note on an issue whose case was erased: who proposed what, and why.

Sealed to their team and not to the plan, which buyers can open too.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

from workervoice.crypto import keyring
from workervoice.crypto.keyring import Holder
from workervoice.errors import CryptoError, NotFound
from workervoice.hotline import newest, reading
from workervoice.hotline.process import Pen
from workervoice.hotline.reading import Actor, Opened
from workervoice.store.engine import Tx
from workervoice.store.issue_notes import (
    IssueNote,
    add_issue_note,
    issue_note_place,
    issue_notes,
    next_issue_note,
)
from workervoice.store.log import first_free
from workervoice.store.remedy import IssueRow
from workervoice.store.rows import Place

_DIRECTION = "issue-note"


def add_note(tx: Tx, pen: Pen, issue: IssueRow, words: Mapping[str, Any]) -> None:
    """Seal one note to the issue's team, signed by this officer."""
    team = pen.directory.trusted(issue.team_id, "team")
    holder, note_id = Holder("team", team.id, team.epoch), uuid4()
    plain = json.dumps({**words, "at": int(pen.now.timestamp())}).encode()
    sealed = keyring.seal_words(
        team.kem_public, plain, holder=holder, message_id=note_id, direction=_DIRECTION
    )
    unsigned = IssueNote(
        id=note_id,
        issue_id=issue.id,
        team_id=team.id,
        epoch=team.epoch,
        ordinal=first_free(tx, pen.vault, _next(tx, issue.id)),
        words=sealed,
        signer_id=pen.signer.id,
        signature=b"",
    )
    signature = pen.signer.sign(issue_note_place(tx.programme, unsigned))
    add_issue_note(tx, replace(unsigned, signature=signature))


def read_notes(tx: Tx, pen: Pen, actor: Actor, issue_id: UUID) -> list[Opened]:
    """Every note, oldest first; one whose seal or signature does not hold, or that is not as the
    log knows it, or is gone, has no words."""
    rows = issue_notes(tx, issue_id)
    logged = [row.logged() for row in rows]
    series = newest.compare(tx, pen.vault, "issue_note", issue_id, logged)
    found = {
        row.ordinal: reading.broken(row.id, "note")
        if row.ordinal in series.altered
        else _opened(tx, pen, actor, row)
        for row in rows
    }
    found |= {number: reading.gone(number) for number in series.gone}
    return [found[number] for number in sorted(found)]


def _next(tx: Tx, issue_id: UUID) -> Place:
    return Place("issue_note", (issue_id,), next_issue_note(tx, issue_id))


def _opened(tx: Tx, pen: Pen, actor: Actor, row: IssueNote) -> Opened:
    holder = Holder("team", row.team_id, row.epoch)
    try:
        place = issue_note_place(tx.programme, row)
        pen.directory.check_signature(row.signer_id, place, row.signature, *reading.OFFICERS)
        key = reading.group_key(tx, actor, pen.directory, holder)
        plain = keyring.open_words(
            key, row.words, holder=holder, message_id=row.id, direction=_DIRECTION
        )
        return Opened(row.id, "note", row.signer_id, json.loads(plain))
    except (CryptoError, NotFound):  # NotFound: sealed before this officer was in the team
        return Opened(row.id, "note", row.signer_id, None)
