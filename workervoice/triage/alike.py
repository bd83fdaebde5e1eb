"""Equal values of a set's tables as one value: thirty packs say the same things many times over,
and marshal keeps one value one.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from workervoice.triage.automaton import Row


class Alike:
    """Values met before. Tuples and frozensets are told by the identity of what they hold, which
    is one value already: so that 1, 1.0 and True stay what they are."""

    def __init__(self) -> None:
        self._known: dict[tuple[type, Hashable], Any] = {}

    def one(self, value: Any) -> Any:
        """The same value, with equal parts as one; dicts and lists are made anew and never shared,
        because they change."""
        if isinstance(value, tuple | frozenset):
            parts = [self.one(part) for part in value]
            ids = map(id, parts)
            key = tuple(ids) if isinstance(value, tuple) else frozenset(ids)
            made = tuple(parts) if isinstance(value, tuple) else frozenset(parts)
            return self._known.setdefault((type(value), key), made)
        if isinstance(value, dict):
            return {self.one(key): self.one(part) for key, part in value.items()}
        if isinstance(value, list):
            return [self.one(part) for part in value]
        return self._known.setdefault((type(value), value), value)

    def row(self, row: Row) -> Row:
        """A row of the automaton. The classes of words that belong to the same ones are one dict:
        what is worked out for one of them holds for all."""
        text, owners, told = row
        shared = self.one(owners)
        key = tuple((number, id(kinds)) for number, kinds in shared.items())
        return text, self._known.setdefault((dict, key), shared), self.one(told)
