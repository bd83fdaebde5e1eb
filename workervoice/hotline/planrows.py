"""The sealed rows of a plan: its actions and their history, signed inside by whoever wrote them.

Author and signature lie sealed beside the words: in clear they would tell which buyer works on
which issue.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID, uuid4

from workervoice.crypto import keyring
from workervoice.crypto.keyring import Holder
from workervoice.crypto.suite import KemKey
from workervoice.errors import CryptoError
from workervoice.hotline import newest
from workervoice.hotline.casefile import vouched_public
from workervoice.hotline.media import (
    MISSING,
    Head,
    Medium,
    Shown,
    digest_of,
    open_named,
    store_unsigned,
)
from workervoice.hotline.noting import NOBODY
from workervoice.hotline.process import Pen
from workervoice.hotline.reading import OFFICERS, Actor
from workervoice.store import remedy
from workervoice.store.engine import Tx
from workervoice.store.log import first_free
from workervoice.store.media import MediumRow, media_of
from workervoice.store.remedy import ActionRow, EntryRow
from workervoice.store.rows import Place


@dataclass(frozen=True, slots=True)
class EntryView:
    """One step of an action's history; `words` is None where the row is broken or gone."""

    by: UUID
    words: Mapping[str, Any] | None = field(repr=False)
    shown: Shown | None = field(default=None, repr=False)  # the medium that this step brought


@dataclass(frozen=True, slots=True)
class PlanRows:
    """An issue's plan, opened and written with the key of `holder`."""

    tx: Tx
    pen: Pen
    actor: Actor
    holder: Holder
    key: KemKey = field(repr=False)

    def words_of(self, row: ActionRow) -> Mapping[str, Any] | None:
        """What was promised; None where the row is broken."""
        return self._open(row)[1]

    def entries(self, action_id: UUID) -> tuple[EntryView, ...]:
        """An action's history; what is not as the log knows it, or gone, has no words."""
        rows = remedy.entries_of(self.tx, action_id)
        logged = [row.logged() for row in rows]
        series = newest.compare(self.tx, self.pen.vault, "entry", action_id, logged)
        lost = EntryView(NOBODY, None)
        found = {
            row.ordinal: lost if row.ordinal in series.altered else EntryView(*self._open(row))
            for row in rows
        }
        found |= dict.fromkeys(series.gone, lost)
        return self._with_media([found[number] for number in sorted(found)])

    def _with_media(self, entries: Sequence[EntryView]) -> tuple[EntryView, ...]:
        """With the head of each medium that one of these steps names."""
        words = [entry.words or {} for entry in entries]
        named = [each.get("medium") for each in words]
        ids = [UUID(said["id"]) for said in named if said]
        rows = media_of(self.tx, ids) if ids else {}
        removed = {each["removed"] for each in words if "removed" in each}
        return tuple(
            replace(entry, shown=self._shown(said, rows, gone=said["id"] in removed))
            if said
            else entry
            for entry, said in zip(entries, named, strict=True)
        )

    def _shown(
        self, said: Mapping[str, str], rows: Mapping[UUID, MediumRow], *, gone: bool
    ) -> Shown:
        medium_id, announced = UUID(said["id"]), said["type"]
        if gone:
            return Shown(medium_id, announced, Head(MISSING, why="taken_out"))
        try:
            head = self.medium(rows[medium_id], said["digest"]).head
        except (CryptoError, KeyError):
            return Shown(medium_id, announced, broken=True)
        return Shown(medium_id, announced, head)

    def medium(self, row: MediumRow, named: str) -> Medium:
        """The one of this digest. Raises `SealBroken` for any other."""
        return open_named(row, named, self.key)

    def add_medium(self, medium_id: UUID, head: Head, content: bytes) -> dict[str, str]:
        """Store one, sealed to the plan; returns what the step that brings it says of it."""
        public = vouched_public(self.tx, self.pen.directory, self.holder)
        row = store_unsigned(self.tx, (self.holder, public, medium_id), head, content)
        return {"id": str(medium_id), "type": head.type, "digest": digest_of(row)}

    def add_action(self, action_id: UUID, words: Mapping[str, Any]) -> None:
        """Store a new promise."""
        unsealed = ActionRow(
            id=action_id,
            issue_id=self.holder.id,
            epoch=self.holder.epoch,
            state="proposed",
            version=1,
            words=b"",
        )
        row = replace(unsealed, words=self._seal(unsealed, words))
        remedy.add_action(self.tx, row)

    def add_entry(self, action_id: UUID, words: Mapping[str, Any]) -> None:
        """Store one more step of an action's history."""
        unsealed = EntryRow(
            id=uuid4(),
            action_id=action_id,
            epoch=self.holder.epoch,
            ordinal=first_free(self.tx, self.pen.vault, self._next_entry(action_id)),
            words=b"",
        )
        row = replace(unsealed, words=self._seal(unsealed, words))
        remedy.add_entry(self.tx, row)

    def _next_entry(self, action_id: UUID) -> Place:
        return Place("entry", (action_id,), remedy.next_entry(self.tx, action_id))

    def _open(self, row: ActionRow | EntryRow) -> tuple[UUID, Mapping[str, Any] | None]:
        """Author and words of a row, if the author is vouched for and it lies where it was put."""
        try:
            sealed = keyring.open_words(
                self.key,
                row.words,
                holder=self.holder,
                message_id=row.id,
                direction=_direction(row),
            )
            signed = json.loads(sealed)
            plain = signed["words"].encode()
            author = self.pen.directory.check_signature(
                UUID(signed["by"]),
                self._place(row, plain),
                bytes.fromhex(signed["signature"]),
                *OFFICERS,
            )
        except (CryptoError, ValueError, KeyError, TypeError, AttributeError):
            return NOBODY, None  # anybody can seal rubbish to a public key
        return author.id, dict(json.loads(plain))

    def _seal(self, row: ActionRow | EntryRow, words: Mapping[str, Any]) -> bytes:
        """Words, author and signature, sealed to the plan."""
        plain = json.dumps({**words, "at": int(self.pen.now.timestamp())})
        signature = self.actor.signer.sign(self._place(row, plain.encode()))
        signed = {"by": str(self.actor.id), "words": plain, "signature": signature.hex()}
        return keyring.seal_words(
            vouched_public(self.tx, self.pen.directory, self.holder),
            json.dumps(signed).encode(),
            holder=self.holder,
            message_id=row.id,
            direction=_direction(row),
        )

    def _place(self, row: ActionRow | EntryRow, plain: bytes) -> bytes:
        if isinstance(row, ActionRow):
            return remedy.action_place(self.tx.programme, row, plain)
        return remedy.entry_place(self.tx.programme, row, plain)


def _direction(row: ActionRow | EntryRow) -> str:
    return "action" if isinstance(row, ActionRow) else "entry"
