"""Drafts of entries: what somebody is writing down for a worker, before there is a case.

Sealed to their own key and signed by them; a number is never part of it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID, uuid4

from workervoice.crypto.seal import MESSAGE_SIZES, ctx, pad, unpad, verify
from workervoice.crypto.suite import open_with, seal_to
from workervoice.errors import CryptoError, GuardFailed, NotFound
from workervoice.hotline.process import Process
from workervoice.hotline.reading import Actor, vouched
from workervoice.store import entrydrafts as store
from workervoice.store.entrydrafts import EntryDraftRow, entry_draft_place

FORMS = frozenset({"call", "hand"})
FIELDS = frozenset(
    {"way", "text", "language", "site", "danger", "child", "consent", "line", "case"}
)
MOST = 14_000  # characters of all fields together: a whole text, and what is chosen

Fields = Mapping[str, tuple[str, ...]]


def keep_entry(
    process: Process, actor: Actor, form: str, fields: Fields, *, sent: UUID | None = None
) -> None:
    """Keep what stands in a form now; one without a text leaves no draft. With `sent` it is kept
    under that entry's id instead, until the gateway has filed it. Raises `NotFound`, `GuardFailed`.
    """
    if form not in FORMS:
        raise NotFound("no such form")
    said = {name: values for name, values in fields.items() if name in FIELDS}
    if sum(len(value) for values in said.values() for value in values) > MOST:
        raise GuardFailed("the draft is too long")
    with process.database.begin(actor.scope()) as tx:
        vouched(tx, process, actor, process.clock())
        store.drop_entry_draft(tx, actor.id, form)
        if not any(value.strip() for value in said.get("text", ())):
            return
        name, draft_id = form if sent is None else f"{form} {sent}", uuid4()
        plain = pad(json.dumps(said, sort_keys=True).encode(), MESSAGE_SIZES)
        place = _info(tx.programme, actor.id, name, draft_id)
        words = seal_to(actor.bundle.kem.public, plain, place)
        row = EntryDraftRow(actor.id, name, draft_id, words, b"")
        signature = actor.bundle.sign.sign(entry_draft_place(tx.programme, row))
        store.put_entry_draft(tx, replace(row, signature=signature))


def kept_entries(process: Process, actor: Actor) -> dict[str, Fields]:
    """This person's drafts: by form, or by form and the id of an entry that was handed over. One
    that does not open or hold is passed over."""
    with process.database.begin(actor.scope()) as tx:
        found: dict[str, Fields] = {}
        for row in store.entry_drafts_of(tx, actor.id):
            place = _info(tx.programme, actor.id, row.form, row.id)
            try:
                signed = entry_draft_place(tx.programme, row)
                verify(actor.bundle.sign.public, signed, row.signature)
                plain = unpad(open_with(actor.bundle.kem, row.words, place))
            except CryptoError:
                continue
            found[row.form] = {name: tuple(values) for name, values in json.loads(plain).items()}
        return found


def drop_entry(process: Process, actor: Actor, name: str) -> None:
    """It was filed, or is not wanted any more."""
    with process.database.begin(actor.scope()) as tx:
        store.drop_entry_draft(tx, actor.id, name)


def _info(programme: UUID, officer_id: UUID, form: str, draft_id: UUID) -> bytes:
    return ctx("entry-draft", programme, officer_id, form, draft_id)
