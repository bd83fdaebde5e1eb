"""Lists that one broken row does not hide: what could be read, and which rows could not.

A row may be swapped, cut, or sealed under an old key. It is named by its id and left out; the
others are shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar
from uuid import UUID

from workervoice.errors import CryptoError

Line = TypeVar("Line")


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A row that does not open where it lies. `kind` is a field word: "case", "clock"…"""

    kind: str
    id: UUID


class Listing(list[Line]):
    """The lines of a page, in its order, and the rows behind it that could not be read."""

    def __init__(self, lines: Iterable[Line] = (), unreadable: Iterable[Unreadable] = ()) -> None:
        super().__init__(lines)
        self.unreadable = tuple(unreadable)


@dataclass(slots=True)
class SetAside:
    """Gathers the rows that could not be read while the others are."""

    rows: list[Unreadable] = field(default_factory=list)

    @contextmanager
    def if_broken(self, kind: str, row_id: UUID) -> Iterator[None]:
        """What fails in here because of the row is remembered, and the next row is read."""
        try:
            yield
        except (CryptoError, ValueError, KeyError, TypeError):  # sealed otherwise, or shaped so
            self.rows.append(Unreadable(kind, row_id))
