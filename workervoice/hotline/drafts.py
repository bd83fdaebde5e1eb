"""Drafts: what somebody was writing when the session ended is there after the next sign-in.

Sealed to the case's key and signed by its writer; others of the team do not get to see it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID, uuid4

from workervoice.crypto import keyring
from workervoice.crypto.seal import verify
from workervoice.errors import CryptoError, GuardFailed, NotFound
from workervoice.hotline import reading
from workervoice.hotline.process import Process
from workervoice.hotline.reading import Actor
from workervoice.store import cases
from workervoice.store import drafts as store
from workervoice.store.drafts import DraftRow, draft_place

FORMS = frozenset({"answer", "note", "issue"})
MOST = 16_000  # characters of all fields together

Fields = Mapping[str, tuple[str, ...]]


def keep(process: Process, actor: Actor, case_id: UUID, form: str, fields: Fields) -> None:
    """Keep what stands in a form now; an empty one leaves no draft. Raises `NotFound` for a case
    that is not this person's to open, and `GuardFailed` for what no form of ours could hold."""
    if form not in FORMS:
        raise NotFound("no such form")
    if sum(len(value) for values in fields.values() for value in values) > MOST:
        raise GuardFailed("the draft is too long")
    with process.database.begin(actor.scope()) as tx:
        pen = reading.pen_of(tx, process, actor, process.clock())
        case = cases.case_by_id(tx, case_id)
        holder, key = reading.case_keys(tx, actor, pen.directory, case).open(case.epoch)
        if not any(value.strip() for values in fields.values() for value in values):
            store.drop_draft(tx, case_id, actor.id, form)
            return
        draft_id, plain = uuid4(), json.dumps(dict(fields), sort_keys=True).encode()
        words = keyring.seal_words(
            key.public, plain, holder=holder, message_id=draft_id, direction="draft"
        )
        row = DraftRow(draft_id, case_id, actor.id, holder.epoch, form, words, b"")
        signature = actor.bundle.sign.sign(draft_place(tx.programme, row))
        store.put_draft(tx, replace(row, signature=signature))


def kept(process: Process, actor: Actor, case_id: UUID) -> dict[str, Fields]:
    """This person's drafts of a case by form; one that does not open or hold is passed over."""
    with process.database.begin(actor.scope()) as tx:
        rows = store.drafts_of(tx, case_id, actor.id)
        if not rows:
            return {}
        directory = reading.vouched(tx, process, actor, process.clock())
        opened = reading.case_keys(tx, actor, directory, cases.case_by_id(tx, case_id))
        found: dict[str, Fields] = {}
        for row in rows:
            try:
                verify(actor.bundle.sign.public, draft_place(tx.programme, row), row.signature)
                holder, key = opened.open(row.epoch)
                plain = keyring.open_words(
                    key, row.words, holder=holder, message_id=row.id, direction="draft"
                )
            except (CryptoError, NotFound):
                continue
            found[row.form] = {name: tuple(values) for name, values in json.loads(plain).items()}
        return found


def drop(process: Process, actor: Actor, case_id: UUID, form: str) -> None:
    """It was sent."""
    with process.database.begin(actor.scope()) as tx:
        store.drop_draft(tx, case_id, actor.id, form)
