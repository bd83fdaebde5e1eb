"""The conversation: where the dialogue with one worker stands.

A worker's own texts move it, and time or a handler only where the worker's safety asks for it.
Whoever left (paused, lost, withdrawn) comes back to the state they left from.
"""

from __future__ import annotations

from workervoice.message import Role
from workervoice.workflow.machine import OFFICERS, Machine, Move

TALKING = ("greeting", "safety", "clarifying", "resting")

_WORKER = frozenset({Role.WORKER})
_SYSTEM = frozenset({Role.SYSTEM})


def _back(name: str, source: str, said: str) -> tuple[Move, ...]:
    """One row per state that `source` may have been entered from."""
    return tuple(
        Move(name, (source,), state, _WORKER, (f"came_from_{state}",), said=said)
        for state in TALKING
    )


MACHINE = Machine(
    name="conversation",
    states=(*TALKING, "paused", "frozen", "lost_contact", "withdrawn"),
    initial="greeting",
    moves=(
        Move("write", ("greeting",), "safety", _WORKER, said="wrote for the first time"),
        Move("go_on", ("safety", "resting"), "clarifying", _WORKER, said="may be asked more"),
        Move("finish", ("safety", "clarifying"), "resting", _WORKER, said="all that was asked"),
        Move(
            "hand_over",
            ("safety", "clarifying"),
            "resting",
            OFFICERS,
            said="a handler answered, so the machine asks no more",
        ),
        Move(
            "begin_again",
            ("safety", "clarifying", "resting"),
            "greeting",
            _SYSTEM,
            said="the old case is closed for good; the next text opens a new one",
        ),
        Move(
            "stop",
            (*TALKING, "lost_contact"),
            "paused",
            frozenset({Role.WORKER, Role.PROVIDER}),
            said="wants no messages",
        ),
        *_back("start", "paused", "wrote again"),
        Move(
            "lose_contact",
            ("safety", "clarifying", "resting"),
            "lost_contact",
            _SYSTEM,
            ("three_unanswered",),
            said="three messages unanswered: do not chase",
        ),
        *_back("write_again", "lost_contact", "wrote again"),
        Move("freeze", (*TALKING, "paused", "lost_contact"), "frozen", _WORKER, said="duress word"),
        Move(
            "freeze",
            (*TALKING, "paused", "lost_contact"),
            "frozen",
            OFFICERS,
            reason=True,
            said="Freeze: someone else may hold the phone",
        ),
        Move(
            "thaw",
            ("frozen",),
            "paused",
            OFFICERS,
            ("had_stopped",),
            reason=True,
            said="Thaw: safe again",
        ),
        Move("thaw", ("frozen",), "resting", OFFICERS, reason=True, said="Thaw: safe again"),
        Move("withdraw", TALKING, "withdrawn", _WORKER, ("digit_confirmed",), said="DELETE"),
        *_back("cancel_withdrawal", "withdrawn", "wrote within the 72 hours"),
    ),
)  # fmt: skip
