"""Legal holds: a supervisor forbids to erase a case, says why, and a supervisor lifts it again.

A hold stands in the case's signed record and, with its reason, in its thread. Whoever can write to
the database can put back or take away one row, and neither lifts a hold alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from workervoice.crypto.directory import Directory
from workervoice.errors import NotTrusted
from workervoice.hotline.reading import Opened
from workervoice.message import Role

SET, LIFTED = "legal_hold", "legal_hold_lifted"  # kinds of entries of a thread


def held_by_thread(directory: Directory, newest_first: Iterable[Opened]) -> bool:
    """True if the newest word of a supervisor on a hold is that there is one."""
    for entry in newest_first:
        kind = (entry.words or {}).get("kind")
        if kind in {SET, LIFTED} and _is_a_supervisor(directory, entry.signer_id):
            return bool(kind == SET)
    return False


def _is_a_supervisor(directory: Directory, signer_id: UUID) -> bool:
    try:
        return directory.trusted(signer_id, "officer", "registrar").role == Role.SUPERVISOR
    except NotTrusted:
        return False
