"""Rotating: every record under the service key is sealed under the new one, while both are live.

What is sealed says which key it is under, so nothing is tried and nothing is remembered: what is
left to do is what has another number. Facts and conversations become their next version, with a
leaf, because the log knows them as they lie; facts are signed by the gateway anew. Everything else
is only another seal around the same record, and what is hashed or signed of it is what it says.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from workervoice.errors import CryptoError, NotFound, SealBroken
from workervoice.hotline import newest
from workervoice.hotline.casefile import read_facts, write_facts
from workervoice.hotline.process import Pen, Process, Signer
from workervoice.store import records_reseal as store
from workervoice.store.cases import case_by_id
from workervoice.store.engine import Database, Scope, Tx
from workervoice.store.intake import lock_conversation, save_conversation
from workervoice.store.records_reseal import CONVERSATIONS, FACTS, PLAIN, Kind

BATCH = 20  # rows that the log names in one leaf, and locks
PLAIN_BATCH = 500
_FIRST = UUID(int=0)

Step = Callable[[Tx, Pen, UUID], None]


@dataclass(frozen=True, slots=True)
class Resealed:
    """How many records were sealed anew; `broken` ones are not as logged, and were left; `lost`
    ones opened under no key before, either."""

    done: int
    broken: tuple[UUID, ...]
    lost: tuple[UUID, ...]


def reseal_records(process: Process, owner: Database, programme: UUID) -> Resealed:
    """Go once through everything; `process` is the gateway, `owner` the owner's connection."""
    found: dict[str, list[UUID]] = {"done": [], "broken": [], "lost": []}
    steps: list[tuple[Kind, Step, int]] = [
        (CONVERSATIONS, _conversation, BATCH),
        (FACTS, _facts, BATCH),
        *((kind, _plain(kind), PLAIN_BATCH) for kind in PLAIN),
    ]
    for kind, step, most in steps:
        after: UUID | None = _FIRST
        while after is not None:
            with owner.begin(Scope(programme)) as tx:
                pen = _pen(tx, process)
                rows = store.older(tx, kind, process.vault.refresh().newest, after, most)
                for row_id in rows:
                    found[_alone(tx, pen, step, row_id)].append(row_id)
                if tx.stored:
                    pen.log(tx, "records_resealed", programme, kind.label)
            after = rows[-1] if len(rows) == most else None
    return Resealed(len(found["done"]), tuple(found["broken"]), tuple(found["lost"]))


def _alone(tx: Tx, pen: Pen, step: Step, row_id: UUID) -> str:
    """What became of one row; what fails is undone and the others go on."""
    try:
        with tx.attempt():
            step(tx, pen, row_id)
    except SealBroken:
        return "lost"
    except CryptoError:
        return "broken"
    except NotFound:  # erased meanwhile
        return "done"
    return "done"


def _plain(kind: Kind) -> Step:
    def step(tx: Tx, pen: Pen, row_id: UUID) -> None:
        store.reseal(tx, pen.vault, kind, row_id)

    return step


def _conversation(tx: Tx, pen: Pen, row_id: UUID) -> None:
    row = lock_conversation(tx, pen.vault, row_id)
    newest.check(tx, pen.vault, [row.logged()])
    save_conversation(tx, pen.vault, row, state=row.state, record=row.record)


def _facts(tx: Tx, pen: Pen, row_id: UUID) -> None:
    row = case_by_id(tx, row_id, lock=True)
    newest.check(tx, pen.vault, [row.logged()])
    write_facts(tx, pen, row, read_facts(tx, pen.vault, pen.directory, row), row.state)


def _pen(tx: Tx, process: Process) -> Pen:
    now, signer = process.clock(), Signer(process.id, process.sign)
    return Pen(process.vault, signer, process.directory(tx, now), now)
