"""Rows that the log knows: each has a kind, a series, a number in it, and a hash of its content.

A series is what one thing goes through: the versions of a case's facts, the entries of its thread.
Numbers rise by one, so that whoever holds a row can ask whether there was a later one.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from uuid import UUID

from workervoice.crypto.seal import ctx, digest
from workervoice.errors import SealBroken

AHEAD = 4  # numbers asked about at once
_UUID_BYTES = 16
_AGAIN = "_again"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row belongs: the series' ids are of one object, or of two that it joins."""

    kind: str
    series: tuple[UUID, ...]
    number: int

    def next(self) -> Place:
        return Place(self.kind, self.series, self.number + 1)

    def ahead(self) -> list[Place]:
        """This place and the few after it, to be asked about at once."""
        numbers = range(self.number, self.number + AHEAD)
        return [Place(self.kind, self.series, number) for number in numbers]

    def again(self, version: int) -> Place:
        """Where the log tells what became of the row at this place: its later versions, from 1."""
        return Place(self.kind + _AGAIN, (*self.series, UUID(int=self.number)), version)

    def first(self) -> Place | None:
        """The place that this one tells more about, if it is such a one."""
        if not self.kind.endswith(_AGAIN):
            return None
        return Place(self.kind.removesuffix(_AGAIN), self.series[:-1], self.series[-1].int)

    def __str__(self) -> str:
        return f"{self.kind} {' '.join(map(str, self.series))}, number {self.number}"


@dataclass(frozen=True, slots=True)
class Row:
    """A stored row, as a leaf names it."""

    place: Place
    digest: bytes = field(repr=False)

    @classmethod
    def of(
        cls, kind: str, series: UUID | tuple[UUID, ...], number: int, *parts: bytes | str
    ) -> Row:
        """Of the row's parts as they lie there: ciphertext, and a state in clear if it has one."""
        ids = series if isinstance(series, tuple) else (series,)
        return cls(Place(kind, ids, number), digest(ctx("row", kind, number, *ids, *parts)))

    @classmethod
    def destroyed(cls, place: Place) -> Row:
        """What stands for a row that was destroyed on purpose."""
        return cls.of(place.kind, place.series, place.number, b"")

    def again(self, version: int) -> Row:
        """The same content as a later version of its place."""
        return Row(self.place.again(version), self.digest)

    def written(self) -> str:
        """As it stands in a leaf: kind:ids:number:hash, short, for a leaf has one size."""
        ids = _short(b"".join(each.bytes for each in self.place.series))
        return f"{self.place.kind}:{ids}:{self.place.number}:{_short(self.digest)}"

    @classmethod
    def read(cls, text: str) -> Row:
        """Read what `written()` wrote. Raises `SealBroken`."""
        try:
            kind, ids, number, hashed = text.split(":")
            data = _long(ids)
            series = tuple(
                UUID(bytes=data[at : at + _UUID_BYTES]) for at in range(0, len(data), _UUID_BYTES)
            )
            return cls(Place(kind, series, int(number)), _long(hashed))
        except ValueError:
            raise SealBroken("a leaf names a row that cannot be read") from None


def _short(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def _long(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
