"""How far the dialogue with one worker is: a small value that the store keeps sealed.

Holds no words of the worker. `hold`, `noticed`, `fresh` and `lost` are what the hotline does to it
between two texts; everything else is `dialogue.converse`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Literal
from uuid import UUID

from workervoice.errors import GuardFailed
from workervoice.message import Role
from workervoice.workflow.conversation import MACHINE, TALKING
from workervoice.workflow.machine import NOTHING_HOLDS

Awaiting = Literal["danger", "missing", "consent", "delete", "confirm"]
Setting = Literal["menu", "pin", "duress", "hours", "sure", "read", "new"]
HeldKind = Literal["reply", "confirm", "prompt"]

QUESTIONS_MAX = 3  # after the first text the hotline asks so often, at most
UNANSWERED_MAX = 3  # after so many notices without an answer we stop: chasing is dangerous
HELD_MAX = 12  # answers that may wait at once; keeps the record small


@dataclass(frozen=True, slots=True)
class Held:
    """An answer that waits in the outbox until the worker asks for it."""

    outbox_id: UUID
    kind: HeldKind


@dataclass(frozen=True, slots=True)
class Progress:
    """Where the dialogue stands. Immutable; `to_dict` keeps only what differs from a new one."""

    state: str = MACHINE.initial
    language: str | None = None
    asked: int = 0
    awaiting: Awaiting | None = None
    question: str | None = None  # phrase key of the question asked last
    asked_at: int | None = None  # when that was, unix seconds
    safe: bool | None = None
    first_said_on: str | None = None  # ISO date: the first answer goes once a number and day
    thanked_on: str | None = None  # ISO date: at most one thanks a day after the dialogue
    held: tuple[Held, ...] = ()
    notice_last: bool = False  # "You have a reply" was said after any question
    delete_digit: int | None = None
    came_from: str | None = None  # state to go back to from paused, lost_contact, withdrawn
    withdrawn_at: int | None = None
    unanswered: int = 0
    window_until: int | None = None  # end of WhatsApp's 24 hours, unix seconds
    heard_at: int | None = None  # the worker's last text, unix seconds
    released_at: int | None = None  # when the worker last asked for what waits, unix seconds
    case_open: bool = False
    stop_confirmed: bool = False
    offered: bool = False  # every language was offered, by its number
    pin: str | None = None  # keyed mark of what has to be sent before an answer is let go
    duress: str | None = None  # keyed mark of the word that freezes everything
    direct: bool = False  # answers go at once: nobody else uses the phone
    hours: tuple[int, int] | None = None  # of the line's day, in which we may write
    voice: bool = False  # voice messages may be listened to safely
    by_sms: bool = False  # an SMS may say that something waits, where WhatsApp takes no text
    setting: Setting | None = None  # what was asked last about safety
    setting_at: int | None = None  # when that was, unix seconds
    wanted: str | None = None  # what a PIN or a random digit was asked for
    sure: int | None = None  # the random digit
    tries: int = 0  # wrong PINs
    tried_on: str | None = None  # ISO date of them
    codes: int = 0  # codes of other phones that were tried from here
    codes_on: str | None = None  # ISO date of them

    def to_dict(self) -> dict[str, Any]:
        """A JSON-able record, short: fields as new are left out."""
        new = Progress()
        record = {
            field.name: getattr(self, field.name)
            for field in fields(self)
            if getattr(self, field.name) != getattr(new, field.name)
        }
        if self.hours:
            record["hours"] = list(self.hours)
        if self.held:
            record["held"] = [f"{held.kind[0]}{held.outbox_id.hex}" for held in self.held]
        return record

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> Progress:
        """Read what `to_dict` wrote. Raises `ValueError` or `TypeError` for anything else."""
        values = dict(record)
        if "held" in values:
            values["held"] = tuple(_held(text) for text in values["held"])
        if "hours" in values:
            begins, ends = map(int, values["hours"])
            values["hours"] = (begins, ends)
        progress = cls(**values)
        if progress.state not in MACHINE.states:
            raise ValueError("unknown conversation state")
        return progress


_KINDS: Mapping[str, HeldKind] = {"r": "reply", "c": "confirm", "p": "prompt"}


def _held(text: str) -> Held:
    if text[:1] not in _KINDS:
        raise ValueError("unknown kind of held message")
    return Held(UUID(hex=text[1:]), _KINDS[text[0]])


def moved(
    progress: Progress,
    move: str,
    *,
    role: Role = Role.WORKER,
    holds: Mapping[str, bool] = NOTHING_HOLDS,
) -> Progress:
    """Progress after this move of the conversation table; refusals are the table's own."""
    return replace(progress, state=MACHINE.advance(progress.state, move, role=role, holds=holds))


def left(
    progress: Progress,
    move: str,
    *,
    role: Role = Role.WORKER,
    holds: Mapping[str, bool] = NOTHING_HOLDS,
) -> Progress:
    """As `moved`, remembering where to come back to."""
    origin = progress.state if progress.state in TALKING else progress.came_from
    return replace(moved(progress, move, role=role, holds=holds), came_from=origin)


def came_back(progress: Progress, move: str) -> Progress:
    """As `moved`, to the state that was left; an old record without one goes to rest."""
    origin = progress.came_from or "resting"
    return replace(moved(progress, move, holds={f"came_from_{origin}": True}), came_from=None)


def may_notify(progress: Progress) -> bool:
    """True if a content-free notice ("You have a reply") may be sent unasked."""
    reachable = progress.state in TALKING and progress.awaiting != "delete"
    return reachable and progress.safe is not False and progress.unanswered < UNANSWERED_MAX


def hold(progress: Progress, outbox_id: UUID, kind: HeldKind) -> Progress:
    """Another answer waits. Says nothing: see `may_notify` and `noticed`.

    Raises `GuardFailed` when too many wait already: the worker has to ask for them first.
    """
    if len(progress.held) >= HELD_MAX:
        raise GuardFailed("too many answers wait for this worker")
    return replace(progress, held=(*progress.held, Held(outbox_id, kind)))


def noticed(progress: Progress) -> Progress:
    """A notice was sent: a lone 1 now means "send it", and the machine asks nothing more itself."""
    if progress.state == MACHINE.initial:  # they wrote, and automatic answers paused
        progress = moved(progress, "write")
    if progress.state in {"safety", "clarifying"}:
        progress = moved(progress, "hand_over", role=Role.HANDLER)
    awaiting = progress.awaiting if progress.awaiting in {"delete", "confirm"} else None
    return replace(
        progress,
        awaiting=awaiting,
        asked=QUESTIONS_MAX,
        notice_last=True,
        unanswered=progress.unanswered + 1,
    )


def goes_at_once(progress: Progress) -> bool:
    """True if an answer may be sent unasked: the worker chose that, and set no PIN."""
    return progress.direct and progress.pin is None and may_notify(progress)


def answered_at_once(progress: Progress) -> Progress:
    """As `noticed`, where the answer itself was sent: nothing waits for a 1."""
    return replace(noticed(progress), notice_last=False)


def lost(progress: Progress) -> Progress:
    """Three notices went unanswered: no more is sent. Raises `GuardFailed` before that."""
    holds = {"three_unanswered": progress.unanswered >= UNANSWERED_MAX}
    return left(progress, "lose_contact", role=Role.SYSTEM, holds=holds)


def again(progress: Progress, state: str, at: int) -> Progress:
    """Silent once more, in the state that is known from before a loss. The moves that led there are
    lost, so none is made. A worker who writes comes back to where this progress talked last.
    """
    origin = progress.state if progress.state in TALKING else progress.came_from or "resting"
    silent = replace(
        progress,
        state=state,
        came_from=origin,
        awaiting=None,
        delete_digit=progress.delete_digit if state == "withdrawn" else None,
        withdrawn_at=at if state == "withdrawn" else None,
        stop_confirmed=state == "paused",
    )
    return replace(silent, unanswered=UNANSWERED_MAX) if state == "lost_contact" else silent


def fresh(progress: Progress) -> Progress:
    """Ready for a new report: asks again from the start, keeps language, dates and what waits."""
    if progress.state not in TALKING:
        progress = replace(progress, came_from=MACHINE.initial)
    elif progress.state != MACHINE.initial:
        progress = moved(progress, "begin_again", role=Role.SYSTEM)
    return replace(
        progress, asked=0, awaiting=None, question=None, asked_at=None, safe=None, case_open=False
    )
