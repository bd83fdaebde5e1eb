"""Is this the row that the log knows, and the newest of its kind? Asked before a row is believed.

A signature says who wrote a row, not that nothing was written since: a whole old row that somebody
put back is as well signed as on its first day. The log knows better, and one question finds out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from workervoice.errors import Contradicted
from workervoice.store.engine import Tx
from workervoice.store.log import mark_of, marks_at
from workervoice.store.rows import Place, Row
from workervoice.store.vault import Vault

_AHEAD = 4  # numbers after the last one that are asked about at once


def check(
    tx: Tx,
    vault: Vault,
    rows: Sequence[Row],
    last: Iterable[Place] = (),
    also: Iterable[Place] = (),
) -> frozenset[Place]:
    """Raises `Contradicted` unless each row is as it was logged, and nothing came after it.

    Of the places in `last`, whose content is checked elsewhere, only the latter is asked. Returns
    those of `also` that the log knows, found with the same question.
    """
    newest, others = [*(row.place for row in rows), *last], frozenset(also)
    places = [*(row.place for row in rows), *(place.next() for place in newest), *others]
    known = marks_at(tx, vault, places)
    for place in newest:
        if place.next() in known:
            raise Contradicted(f"{place}: an older row was put back")
    for row in rows:
        if known.get(row.place) != mark_of(vault, row):
            raise Contradicted(f"{row.place}: it is not what was logged")
    return others & known.keys()


@dataclass(frozen=True, slots=True)
class Series:
    """What the log says of all rows of a series: numbers of the altered ones, and of the gone."""

    altered: frozenset[int]
    gone: tuple[int, ...]

    @property
    def whole(self) -> bool:
        return not self.altered and not self.gone


def compare(tx: Tx, vault: Vault, kind: str, about: UUID, rows: Sequence[Row]) -> Series:
    """All rows of a series against the log: what was changed, left out or cut off its end."""
    present = {row.place.number for row in rows}
    first, ahead = 1, max(present, default=0) + _AHEAD
    known: dict[Place, bytes] = {}
    while first <= ahead:
        places = [Place(kind, (about,), number) for number in range(first, ahead + 1)]
        found = marks_at(tx, vault, places)
        known |= found
        first = ahead + 1
        ahead += _AHEAD if places[-1] in found else 0
    altered = {row.place.number for row in rows if known.get(row.place) != mark_of(vault, row)}
    gone = sorted({place.number for place in known} - present)
    return Series(frozenset(altered), tuple(gone))
