"""The sensitive issue: a minimised text about a case, made for buyers and followed to its end.

Two different people stand behind every release, and behind every rejection where danger, a child
or violence is reported. The case itself never leaves. Nothing goes to buyers, for the first time or
again, once the worker has asked to delete the report (`may_leave`); what has not left by the time
that the case is erased is cancelled with it, and what has left lives on without the case.
"""

from __future__ import annotations

from workervoice.message import Role
from workervoice.workflow.machine import OFFICERS, Machine, Move

_BUYER = frozenset({Role.BUYER})
_PARTIES = OFFICERS | _BUYER
_SUPERVISOR = frozenset({Role.SUPERVISOR})
_REJECTORS = ("not_zero_tolerance", "two_people")  # either guard is enough


MACHINE = Machine(
    name="issue",
    states=(
        "draft",
        "approved",
        "released",
        "deciding",
        "acting",
        "verifying",
        "resolved",
        "cancelled",
        "unresolved",
    ),
    initial="draft",
    moves=(
        Move(
            "approve",
            ("draft",),
            "approved",
            OFFICERS,
            ("packet_clean", "may_leave"),
            said="Approve",
        ),
        Move("send_back", ("approved",), "draft", OFFICERS, reason=True, said="Send back"),
        Move(
            "release",
            ("approved",),
            "released",
            OFFICERS,
            ("two_people", "consent_or_override", "packet_clean", "may_leave"),
            said="Release to buyers",
        ),
        *(
            Move(
                "reject",
                ("draft", "approved"),
                "cancelled",
                OFFICERS,
                (guard,),
                reason=True,
                said="Reject",
            )
            for guard in _REJECTORS
        ),
        Move(
            "drop",
            ("draft", "approved"),
            "cancelled",
            OFFICERS | {Role.SYSTEM},
            ("case_erased",),
            said="Cancelled with its case, which was erased",
        ),
        *(
            Move(
                "recall",
                ("released", "deciding", "acting", "verifying"),
                "cancelled",
                _SUPERVISOR,
                (guard,),
                reason=True,
                said="Recall from the buyers",
            )
            for guard in _REJECTORS
        ),
        Move(
            "take_up",
            ("released",),
            "deciding",
            _BUYER,
            ("acknowledged",),
            said="The first buyer acknowledged",
        ),
        Move("act", ("deciding",), "acting", _PARTIES, ("action_agreed",), said="Act on the plan"),
        Move(
            "ask_verification",
            ("acting",),
            "verifying",
            _PARTIES,
            ("evidence_submitted",),
            said="Ask for verification",
        ),
        Move(
            "find_lacking",
            ("verifying",),
            "acting",
            _PARTIES,
            reason=True,
            said="Not enough: act further",
        ),
        Move(
            "resolve",
            ("verifying",),
            "resolved",
            OFFICERS,
            ("actions_closed",),
            reason=True,
            said="Resolve",
        ),
        Move(
            "dispute",
            ("verifying", "resolved"),
            "acting",
            frozenset({Role.WORKER}),
            said="the worker says that it is not fixed",
        ),
        *(
            Move(
                "give_up",
                ("released", "deciding", "acting", "verifying"),
                "unresolved",
                _SUPERVISOR,
                (guard,),
                reason=True,
                said="Record as unresolved",
            )
            for guard in _REJECTORS
        ),
        Move(
            "take_up_again",
            ("unresolved",),
            "deciding",
            OFFICERS,
            ("may_leave",),
            reason=True,
            said="Take up again with the buyers",
        ),
    ),
)
