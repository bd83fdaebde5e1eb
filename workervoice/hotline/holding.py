"""Legal holds: a supervisor forbids to erase a case, says why, and a supervisor lifts it again.

A hold stands in the case's signed record and, with its reason, in its thread. Whoever can write to
the database can put back or take away one row, and neither lifts a hold alone.
"""

from __future__ import annotations

from collections.abc import Iterable

from workervoice.hotline.reading import Opened
from workervoice.message import Role

SET, LIFTED = "legal_hold", "legal_hold_lifted"  # kinds of entries of a thread


def held_by_thread(newest_first: Iterable[Opened]) -> bool:
    """True if the newest word of a supervisor on a hold is that there is one. It outlives the
    supervisor's own time with us."""
    for entry in newest_first:
        kind = (entry.words or {}).get("kind")
        if kind in {SET, LIFTED} and entry.role == Role.SUPERVISOR:
            return bool(kind == SET)
    return False
