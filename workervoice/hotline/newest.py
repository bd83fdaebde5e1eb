"""Is this the row that the log knows, and the newest of its kind? Asked before a row is believed.

A signature says who wrote a row, not that nothing was written since: a whole old row that somebody
put back is as well signed as on its first day. The log knows better, and one question finds out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
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
    present = {row.place: row for row in rows}
    known = _known(tx, vault, Place(kind, (about,), 1), max((p.number for p in present), default=0))
    altered, gone = set(), []
    for place in sorted({*present, *known}, key=lambda each: each.number):
        row = present.get(place, Row.destroyed(place))
        version, mark = known.get(place, (0, b""))
        if mark != mark_of(vault, row.again(version) if version else row):
            altered.add(place.number) if place in present else gone.append(place.number)
    return Series(frozenset(altered), tuple(gone))


def _known(tx: Tx, vault: Vault, first: Place, last: int) -> dict[Place, tuple[int, bytes]]:
    """The newest version of each row of a series and its mark: 0 is as it was first stored."""
    newest: dict[Place, tuple[int, bytes]] = {}
    start, end = 1, last + _AHEAD
    while start <= end:
        places = [replace(first, number=number) for number in range(start, end + 1)]
        found = marks_at(tx, vault, [*places, *(place.again(1) for place in places)])
        newest |= {place: (0, found[place]) for place in places if place in found}
        newest |= {p: (1, found[p.again(1)]) for p in places if p.again(1) in found}
        start = end + 1
        end += _AHEAD if places[-1] in found else 0
    more = [place for place, (version, _) in newest.items() if version]
    while more:
        version = newest[more[0]][0] + 1
        found = marks_at(tx, vault, [place.again(version) for place in more])
        more = [place for place in more if place.again(version) in found]
        newest |= {place: (version, found[place.again(version)]) for place in more}
    return newest
