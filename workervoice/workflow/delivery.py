"""Delivery: one outgoing message, from held or owed to a provider's last word.

A provider's facts never skip a state, and go back by two rows only, which say that the text did not
go out: a late `accept` after `deliver` is simply not in the table. A result that nobody knows is
looked up before anything is sent again.
"""

from __future__ import annotations

from workervoice.message import Role
from workervoice.workflow.machine import OFFICERS, Machine, Move

STARTS = ("held", "owed")  # a handler's answer waits to be asked for; a fixed text is owed at once

_SYSTEM = frozenset({Role.SYSTEM})
_PROVIDER = frozenset({Role.PROVIDER})
_TOLD = frozenset({Role.PROVIDER, Role.SYSTEM})  # a callback, or the provider's answer to a call
_ASKED = frozenset({Role.WORKER, Role.SYSTEM})

MACHINE = Machine(
    name="delivery",
    states=(
        "held",
        "owed",
        "claimed",
        "accepted",
        "delivered",
        "failed",
        "unknown",
        "expired",
        "withheld",
    ),
    initial="held",
    moves=(
        Move("release", ("held",), "owed", _ASKED, said="the worker asked for it"),
        Move("claim", ("owed",), "claimed", _SYSTEM, said="the courier took it"),
        Move(
            "accept",
            ("claimed", "unknown"),
            "accepted",
            _TOLD,
            said="the provider has it (answered, called back, or found by look-up)",
        ),
        Move("deliver", ("accepted",), "delivered", _PROVIDER, said="reached the phone"),
        Move(
            "fail",
            ("claimed", "accepted"),
            "failed",
            _TOLD,
            said="refused for good, or not delivered",
        ),
        Move("lose", ("claimed",), "unknown", _SYSTEM, said="no answer: nobody can tell"),
        Move(
            "come_back",
            ("owed", "claimed"),
            "unknown",
            _SYSTEM,
            ("restored",),
            said="came back with a backup: nobody knows whether it went out since",
        ),
        Move(
            "find_unsent",
            ("unknown",),
            "owed",
            _SYSTEM,
            ("surely_not_sent",),
            said="looked up: the provider surely never had it",
        ),
        Move("put_back", ("claimed",), "owed", _SYSTEM, said="refused for now: try again later"),
        Move(
            "put_back",
            ("accepted",),
            "owed",
            _PROVIDER,
            said="it did not go out: WhatsApp's window was closed after all, or the phone was off",
        ),
        Move(
            "hold_again",
            ("claimed", "owed"),
            "held",
            _SYSTEM,
            said="too late for a phone in other hands, or the window is closed: until asked again",
        ),
        Move(
            "hold_again",
            ("owed", "withheld"),
            "held",
            OFFICERS,
            said="thawed: goes out when the worker asks for it again",
        ),
        Move(
            "expire",
            ("held", "owed", "unknown", "withheld"),
            "expired",
            _SYSTEM,
            ("validity_over",),
            said="too late to be of use, or a danger if late",
        ),
        Move("withhold", ("held", "owed"), "withheld", _ASKED, said="STOP, DELETE or duress"),
        Move("withhold", ("accepted",), "withheld", _PROVIDER, said="STOP, told to the provider"),
        Move(
            "withhold",
            ("held", "owed"),
            "withheld",
            OFFICERS,
            reason=True,
            said="Withhold",
        ),
        Move(
            "give_back",
            ("withheld",),
            "held",
            _ASKED,
            ("came_from_held",),
            said="may go out again, when asked for",
        ),
        Move(
            "give_back",
            ("withheld",),
            "owed",
            _ASKED,
            ("came_from_owed",),
            said="may go out again",
        ),
    ),
)
