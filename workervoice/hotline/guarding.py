"""Guarding: a person freezes a conversation whose phone somebody else may hold, thaws it, and
removes a PIN or a word that its worker has forgotten.

While it is frozen, whoever writes gets harmless answers and nothing that we owe goes out. After a
thaw all of it waits until the worker asks, and no notice tells that it does: who holds the phone is
a guess of ours until they write. What was written in a case that this officer may not know of stays
withheld.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain
from types import MappingProxyType
from uuid import UUID

from workervoice.errors import Declined, NotFound
from workervoice.hotline.opening import OpenCase, open_case
from workervoice.hotline.process import Process
from workervoice.hotline.reading import Actor
from workervoice.hotline.records import NOBODY
from workervoice.message import Role
from workervoice.store import outbox
from workervoice.store.intake import save_conversation
from workervoice.workflow import delivery
from workervoice.workflow.conversation import MACHINE, TALKING
from workervoice.workflow.machine import Move
from workervoice.workflow.progress import Held, HeldKind, Progress, goes_at_once

FREEZE, THAW, FORGET = "freeze", "thaw", "forget"  # kinds of entries of a thread, too
_EVENTS = MappingProxyType({FREEZE: "conversation_frozen", THAW: "conversation_thawed"})
_FORGOTTEN = "protection_forgotten"
_UNSENT = frozenset({"owed", "withheld"})


@dataclass(frozen=True, slots=True)
class Guarded:
    """What a person can do about a worker's phone now, and what the worker has set about it."""

    moves: tuple[Move, ...]
    pin: bool
    duress: bool
    direct: bool
    hours: tuple[int, int] | None
    voice: bool
    at_once: bool  # an answer goes out unasked now
    reachable: bool  # a phone leads to the worker

    @property
    def may_forget(self) -> bool:
        return self.pin or self.duress


def guarded(file: OpenCase) -> Guarded:
    """As the case's page shows it."""
    progress = file.conversation.progress
    return Guarded(
        moves(progress.state, file.actor.role),
        progress.pin is not None,
        progress.duress is not None,
        progress.direct,
        progress.hours,
        progress.voice,
        goes_at_once(progress),
        file.conversation.contact_id != NOBODY,
    )


def moves(state: str, role: Role) -> tuple[Move, ...]:
    """The moves of the conversation's table that people make by themselves: they say why."""
    return tuple(move for move in MACHINE.moves_from(state, role) if move.reason)


def move(process: Process, actor: Actor, case_id: UUID, name: str, reason: str) -> None:
    """Freeze or thaw the conversation of this case; refusals are the table's own."""
    if name not in _EVENTS:
        raise NotFound("no such move")
    with open_case(process, actor, case_id) as file:
        progress = file.conversation.progress
        holds = {"had_stopped": progress.stop_confirmed}
        state = MACHINE.advance(progress.state, name, role=actor.role, holds=holds, reason=reason)
        after = _frozen(progress, state) if name == FREEZE else _thawed(file, progress, state)
        _save(file, after, name, reason, _EVENTS[name])


def forget(process: Process, actor: Actor, case_id: UUID, reason: str) -> None:
    """Remove the PIN and the word for duress. Answers at once end with them: a PIN had kept these
    back, and its worker has not said that they may come unasked now."""
    if not reason.strip():
        raise Declined("say why, in a few words")
    with open_case(process, actor, case_id) as file:
        if not guarded(file).may_forget:
            raise Declined("the worker has set neither a PIN nor a word: look again")
        without = replace(
            file.conversation.progress,
            pin=None,
            duress=None,
            direct=False,
            setting=None,
            wanted=None,
            tries=0,
        )
        _save(file, without, FORGET, reason, _FORGOTTEN)


def _frozen(progress: Progress, state: str) -> Progress:
    """As after the word for duress: nothing that was asked is open any more."""
    came_from = progress.state if progress.state in TALKING else progress.came_from
    return replace(
        progress,
        state=state,
        came_from=came_from,
        awaiting=None,
        delete_digit=None,
        setting=None,
        notice_last=False,
    )


def _thawed(file: OpenCase, progress: Progress, state: str) -> Progress:
    """Whatever was written to the worker and did not go out waits again, oldest first."""
    again = tuple(_held_again(file, {held.outbox_id for held in progress.held}))
    came_from = progress.came_from if state == "paused" else None
    return replace(progress, state=state, came_from=came_from, held=(*again, *progress.held))


def _held_again(file: OpenCase, known: set[UUID]) -> Iterator[Held]:
    states = outbox.deliveries(file.tx, file.talk.id)
    for _, held in sorted(_written(file), key=lambda written: written[0]):
        was = states.get(held.outbox_id, "")
        if was in _UNSENT and held.outbox_id not in known:
            dest = delivery.MACHINE.advance(was, "hold_again", role=file.actor.role)
            outbox.move_delivery(file.tx, held.outbox_id, source=was, dest=dest)
            yield held


def _written(file: OpenCase) -> Iterator[tuple[int, Held]]:
    """What people wrote to this worker, with when, in all cases that this officer may read."""
    for entry in chain.from_iterable(case.thread for case in (file, *file.siblings)):
        words = entry.words or {}
        if entry.direction == "out" and words.get("outbox"):
            kind: HeldKind = "confirm" if words.get("kind") == "question" else "reply"
            yield words["at"], Held(UUID(words["outbox"]), kind)


def _save(file: OpenCase, progress: Progress, kind: str, reason: str, event: str) -> None:
    record = replace(file.conversation, progress=progress).to_json()
    file.talk = save_conversation(
        file.tx, file.pen.vault, file.talk, state=progress.state, record=record
    )
    file.note("note", {"kind": kind, "text": reason})
    file.save(event)
