"""Redacting: a passage or a medium leaves an entry of a thread for good.

The entry is sealed and signed again without it, under a new id at its old place, and the old row
is destroyed in the same transaction. A short passage is one person's act; a long one, and every
medium, takes two. Only what is said is touched: moves, proposals and holds stay as they were
signed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from workervoice.errors import GuardFailed, IllegalMove
from workervoice.hotline import casefile
from workervoice.hotline.media import MISSING, Head, store_medium
from workervoice.hotline.opening import OpenCase, open_case
from workervoice.hotline.process import Process
from workervoice.hotline.reading import Actor, Opened
from workervoice.store import outbox
from workervoice.store.lent import drop_loans_of
from workervoice.store.log import next_versions
from workervoice.store.media import destroy_medium
from workervoice.store.rows import Row
from workervoice.store.taken import SPENT
from workervoice.workflow import redaction

# entries whose writer decides nothing
SAID = frozenset(
    {
        "report",
        "answer",
        "question",
        "note",
        "english",
        "translation",
        "machine_translation",
        "lent",
    }
)


@dataclass(frozen=True, slots=True)
class Cut:
    """What is to go: a passage, word by word as it stands there, or the medium of this number."""

    entry: UUID
    passage: str = field(default="", repr=False)
    medium: int | None = None

    def key(self, start: int, end: int) -> str:
        """What a proposal of it is called: places, no words."""
        what = f"{start}-{end}" if self.medium is None else f"medium-{self.medium}"
        return f"redact-{self.entry}-{what}"


def redact(process: Process, actor: Actor, case_id: UUID, cut: Cut, reason: str) -> str:
    """Remove it for good; "removed", or "proposed" where it takes a second person.

    Raises `IllegalMove` if the entry is not there (any more), `GuardFailed` for what cannot be.
    """
    said = redaction.checked_reason(reason, cut.passage)
    with open_case(process, actor, case_id) as file:
        if file.under_hold:
            raise GuardFailed("nothing is removed from a case under legal hold")
        entry = _entry(file, cut.entry)
        _only_what_was_sent(file, entry)
        words = dict(entry.words or {})
        start, end, medium = 0, 0, None
        if cut.medium is None:
            start, end = redaction.passage_in(str(words.get("text", "")), cut.passage)
            left = redaction.without_passage(words, start, end, said)
        else:
            left = redaction.without_medium(words, cut.medium)
            medium = UUID(words["media"][cut.medium]["id"])
        alone = cut.medium is None and end - start <= redaction.ALONE_MAX
        if not alone and not _seconded(file, cut.key(start, end), said):
            return "proposed"
        casefile.replace_words(file.tx, file.pen, file.row, entry, _signed_by(entry, left, said))
        if medium is not None:
            _destroy(file, medium)
        drop_loans_of(file.tx, case_id, entry.id)  # they have more than is left now
        file.save("redacted")
        return "removed"


def _destroy(file: OpenCase, medium: UUID) -> None:
    """Its rows; or, if it is not fetched yet, put in its place that it is not to be."""
    destroyed = [Row.destroyed(place) for place in destroy_medium(file.tx, medium)]
    file.tx.stored.extend(next_versions(file.tx, file.pen.vault, destroyed))
    if not destroyed:
        holder, public = casefile.case_public(file.tx, file.pen, file.row)
        lying = holder, public, medium
        store_medium(file.tx, file.pen.signer, lying, Head(MISSING, why="removed"), b"")


def may_be_redacted(entry: Opened) -> bool:
    """True for an entry that only says something."""
    return entry.words is not None and entry.words.get("kind") in SAID


def _entry(file: OpenCase, entry_id: UUID) -> Opened:
    found = next((entry for entry in file.thread if entry.id == entry_id), None)
    if found is None or not may_be_redacted(found):
        raise IllegalMove(f"entry {entry_id} is not there to be redacted: look again")
    return found


def _only_what_was_sent(file: OpenCase, entry: Opened) -> None:
    """An answer lies in the outbox, too, until it is sent: what waits there cannot be shortened."""
    known = (entry.words or {}).get("outbox")
    if not known:
        return
    state = outbox.deliveries(file.tx, file.row.conversation_id).get(UUID(known))
    if state is not None and state not in SPENT:
        raise GuardFailed("this answer still waits to be sent: remove the passage afterwards")


def _seconded(file: OpenCase, key: str, reason: str) -> bool:
    """True if a colleague proposed the same; otherwise it is proposed, once."""
    if file.proposed_by_other(key):
        return True
    if file.actor.id not in file.proposers(key):
        file.note("note", {"kind": "proposal", "move": key, "text": reason})
        file.save("proposed")
    return False


def _signed_by(entry: Opened, left: Mapping[str, Any], reason: str) -> dict[str, Any]:
    """With who wrote it first, and the id it had: from now on the row is signed by whoever
    shortened it, and has another."""
    author, was = left.get("author", str(entry.signer_id)), left.get("was", str(entry.id))
    return {**left, "author": author, "was": was, "removed": [*left.get("removed", []), reason]}
