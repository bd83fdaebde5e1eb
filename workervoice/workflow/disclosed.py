"""The disclosure: one sensitive issue with one buyer, from sealing to done.

A buyer that lets the clock run out lapses: the ladder climbs, but the issue can still be opened and
acknowledged late. What a buyer once opened cannot be unread; revoking ends its access from now on.
Once the issue is over, a buyer may still read it, and has nothing left to take up or to decline.
"""

from __future__ import annotations

from workervoice.message import Role
from workervoice.workflow.machine import Machine, Move

_BUYER = frozenset({Role.BUYER})
_SYSTEM = frozenset({Role.SYSTEM})

_BEFORE_REVOKING = (
    "sealed",
    "notified",
    "opened",
    "acknowledged",
    "done",
    "declined",
    "lapsed",
)

MACHINE = Machine(
    name="disclosure",
    states=(
        "sealed",
        "notified",
        "opened",
        "acknowledged",
        "done",
        "declined",
        "revoked",
        "lapsed",
    ),
    initial="sealed",
    moves=(
        Move("notify", ("sealed",), "notified", _SYSTEM, said="the buyer was told that it waits"),
        Move("open", ("notified", "lapsed"), "opened", _BUYER, said="Open"),
        Move(
            "acknowledge",
            ("opened",),
            "acknowledged",
            _BUYER,
            ("issue_open",),
            said="Acknowledge",
        ),
        Move(
            "acknowledge",
            ("lapsed",),
            "acknowledged",
            _BUYER,
            ("was_opened", "issue_open"),
            said="Acknowledge, late",
        ),
        Move(
            "lapse",
            ("notified", "opened"),
            "lapsed",
            _SYSTEM,
            ("clock_ran_out",),
            said="not acknowledged in time: the ladder climbs",
        ),
        Move(
            "decline",
            ("opened", "acknowledged"),
            "declined",
            _BUYER,
            ("issue_open",),
            reason=True,
            said="Decline to act",
        ),
        Move(
            "reconsider",
            ("declined",),
            "acknowledged",
            _BUYER,
            ("issue_open",),
            said="Take up after all",
        ),
        Move(
            "finish",
            ("acknowledged",),
            "done",
            frozenset({Role.BUYER, Role.SYSTEM}),
            ("actions_closed",),
            said="Done",
        ),
        Move(
            "dispute",
            ("done",),
            "acknowledged",
            frozenset({Role.WORKER}),
            said="the worker says that it is not fixed",
        ),
        Move(
            "revoke",
            _BEFORE_REVOKING,
            "revoked",
            frozenset({Role.SUPERVISOR}),
            reason=True,
            said="Revoke",
        ),
    ),
)
