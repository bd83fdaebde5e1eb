"""The corrective action: one promised change at a site, verified by someone who did not do it.

`site_may_know` holds for an action that needs nothing from the site, or after the joint decision to
tell the site. A worker's dispute reopens even a closed action. What is not done when its issue is
recalled or given up ends with it.
"""

from __future__ import annotations

from workervoice.message import Role
from workervoice.workflow.machine import OFFICERS, Machine, Move

_BUYER = frozenset({Role.BUYER})
_PARTIES = OFFICERS | _BUYER

MACHINE = Machine(
    name="action",
    states=(
        "proposed",
        "agreed",
        "under_way",
        "evidence_submitted",
        "verified",
        "closed",
        "rejected",
        "disputed",
    ),
    initial="proposed",
    moves=(
        Move(
            "agree",
            ("proposed",),
            "agreed",
            _PARTIES,
            ("not_the_proposer", "site_may_know"),
            said="Agree",
        ),
        *(
            Move(
                "reject",
                ("proposed",),
                "rejected",
                _PARTIES,
                (guard,),
                reason=True,
                said="Reject",
            )
            for guard in ("not_zero_tolerance", "two_people")
        ),
        Move(
            "drop",
            ("proposed", "agreed", "under_way", "evidence_submitted", "disputed"),
            "rejected",
            frozenset({Role.SUPERVISOR}),
            ("issue_ended",),
            said="Ended with its issue",
        ),
        Move("start", ("agreed", "disputed"), "under_way", _BUYER, said="Start"),
        Move(
            "submit_evidence",
            ("under_way",),
            "evidence_submitted",
            _BUYER,
            said="Submit evidence",
        ),
        Move(
            "verify",
            ("evidence_submitted",),
            "verified",
            _PARTIES,
            ("not_the_doer",),
            reason=True,
            said="Verify; say how it was checked",
        ),
        Move(
            "find_lacking",
            ("evidence_submitted",),
            "under_way",
            _PARTIES,
            ("not_the_doer",),
            reason=True,
            said="Evidence is not enough",
        ),
        Move("close", ("verified",), "closed", OFFICERS, reason=True, said="Close"),
        Move(
            "dispute",
            ("evidence_submitted", "verified", "closed"),
            "disputed",
            frozenset({Role.WORKER}),
            said="the worker says that it is not so",
        ),
        Move(
            "dispute",
            ("evidence_submitted", "verified", "closed"),
            "disputed",
            OFFICERS,
            reason=True,
            said="Dispute",
        ),
        Move(
            "settle",
            ("disputed",),
            "verified",
            OFFICERS,
            ("not_the_doer",),
            reason=True,
            said="Settle the dispute: the action stands",
        ),
    ),
)
