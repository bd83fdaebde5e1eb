"""Rotating: what is left at providers, sealed to the courier's key of now.

The courier opens each row, and signs what it seals: it may note leftovers itself.
"""

from __future__ import annotations

from uuid import UUID

from workervoice.errors import CryptoError
from workervoice.hotline import leftovers
from workervoice.hotline.process import Pen, Process, Signer
from workervoice.hotline.rotating_contacts import Renewed
from workervoice.store import leftovers as store
from workervoice.store.engine import Scope

BATCH = 50
_FIRST = UUID(int=0)


def reseal_leftovers(process: Process, programme: UUID) -> Renewed:
    """Go once through all rows. One that nobody of ours noted, or that opens under no key of ours,
    stays as it is, and is named."""
    done, after = 0, _FIRST
    broken: list[UUID] = []
    while True:
        with process.database.begin(Scope(programme)) as tx:
            now = process.clock()
            signer = Signer(process.id, process.sign)
            pen = Pen(process.vault, signer, process.directory(tx, now), now)
            found = store.after(tx, after, BATCH)
            for row in found:
                try:
                    left = leftovers.opened(tx, process.custody, pen.directory, row)
                except CryptoError:
                    broken.append(row.id)
                    continue
                leftovers.leave_less(tx, pen, row, left)
                done += 1
        if len(found) < BATCH:
            return Renewed(done, tuple(broken), 0)
        after = found[-1].id
