"""The case: one report, from the first text to a remedy that the worker confirmed.

Nothing closes by itself. `close` follows the worker's word, which a handler writes down only where
no phone leads to the worker; `close_unconfirmed` is a supervisor's
and says why the worker could not be asked. A DELETE takes the case out of routine work, and its
cancelling puts it back where it was. Erasing is a handler's act, never a clock's; only a case that
a handler had erased, and that a restore brought back, is erased again by itself.
"""

from __future__ import annotations

from workervoice.message import Role
from workervoice.workflow.machine import OFFICERS, Machine, Move

REOPEN_DAYS = 90  # a text within so many days after closing reopens the case

_OPEN = (
    "received",
    "clarifying",
    "awaiting_review",
    "in_progress",
    "escalated",
    "referred",
    "remedy_reported",
    "confirmed",
)
_LIVING = (*_OPEN, "closed", "out_of_scope")

_WORKER = frozenset({Role.WORKER})
_SYSTEM = frozenset({Role.SYSTEM})
_SUPERVISOR = frozenset({Role.SUPERVISOR})


def _set_aside(guard: str) -> Move:
    """For danger, a child or violence two people reject; for anything else one may."""
    return Move(
        "set_aside",
        ("received", "clarifying", "awaiting_review", "in_progress"),
        "out_of_scope",
        OFFICERS,
        (guard,),
        reason=True,
        said="Set aside as out of scope",
    )


MACHINE = Machine(
    name="case",
    states=(*_OPEN, "closed", "out_of_scope", "withdrawn", "erased"),
    initial="received",
    moves=(
        Move("clarify", ("received",), "clarifying", _SYSTEM, said="the hotline asks"),
        Move("finish_clarifying", ("clarifying",), "awaiting_review", _SYSTEM, said="asked enough"),
        Move(
            "take_up",
            ("received", "clarifying", "awaiting_review"),
            "in_progress",
            OFFICERS,
            said="Take up",
        ),
        _set_aside("not_zero_tolerance"),
        _set_aside("two_people"),
        Move(
            "escalate",
            ("in_progress", "referred"),
            "escalated",
            OFFICERS,
            ("issue_released",),
            said="A sensitive issue went to buyers",
        ),
        Move(
            "refer",
            ("in_progress", "escalated"),
            "referred",
            OFFICERS,
            ("consent_or_override", "may_leave"),
            reason=True,
            said="Refer to someone else who can help",
        ),
        Move(
            "take_back",
            ("escalated", "referred"),
            "in_progress",
            OFFICERS,
            reason=True,
            said="Take back: buyers or referral did not help",
        ),
        Move(
            "report_remedy",
            ("in_progress", "escalated", "referred"),
            "remedy_reported",
            OFFICERS,
            ("has_remedy",),
            said="Report a remedy and ask the worker",
        ),
        Move(
            "doubt_remedy",
            ("remedy_reported",),
            "in_progress",
            OFFICERS,
            reason=True,
            said="The remedy does not stand",
        ),
        Move("confirm", ("remedy_reported",), "confirmed", _WORKER, said="says that it is fixed"),
        Move(
            "confirm_in_person",
            ("remedy_reported",),
            "confirmed",
            OFFICERS,
            ("no_phone",),
            reason=True,
            said="The worker says in person that it is fixed",
        ),
        Move(
            "dispute",
            ("remedy_reported", "confirmed"),
            "in_progress",
            _WORKER,
            said="says that it is not fixed",
        ),
        Move("close", ("confirmed",), "closed", OFFICERS, reason=True, said="Close"),
        Move(
            "close_unconfirmed",
            ("in_progress", "remedy_reported"),
            "closed",
            _SUPERVISOR,
            reason=True,
            said="Close; say why the worker could not be asked",
        ),
        Move(
            "reopen",
            ("closed",),
            "in_progress",
            _WORKER,
            ("within_90_days",),
            said="wrote again after closing",
        ),
        Move("reopen", ("closed",), "in_progress", OFFICERS, reason=True, said="Reopen"),
        Move(
            "reopen",
            ("out_of_scope",),
            "awaiting_review",
            _WORKER,
            ("within_90_days",),
            said="wrote again after it was set aside",
        ),
        Move("reopen", ("out_of_scope",), "awaiting_review", OFFICERS, reason=True, said="Reopen"),
        Move(
            "withdraw",
            _LIVING,
            "withdrawn",
            _WORKER,
            ("digit_confirmed",),
            said="DELETE, confirmed with its digit",
        ),
        *(
            Move(
                "cancel_withdrawal",
                ("withdrawn",),
                state,
                _WORKER,
                (f"came_from_{state}",),
                said="wrote within the 72 hours",
            )
            for state in _LIVING
        ),
        Move(
            "erase",
            ("withdrawn",),
            "erased",
            OFFICERS,
            ("waited_72_hours", "no_legal_hold"),
            reason=True,
            said="Erase, as the worker asked",
        ),
        Move(
            "erase",
            ("closed", "out_of_scope"),
            "erased",
            OFFICERS,
            ("retention_over", "no_legal_hold"),
            reason=True,
            said="Erase: kept long enough",
        ),
        Move(
            "erase",
            (*_LIVING, "withdrawn"),
            "erased",
            _SYSTEM,
            ("erased_before",),
            said="came back with a backup: erased again",
        ),
    ),
)
