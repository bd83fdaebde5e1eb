"""What an aggregator says, a form or JSON, asked by names that the providers' file gives.

A name goes down into JSON by dots: `smsinfo.0.status`. Numbers and yes or no come as texts. Nothing
but what is asked for is ever read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qsl

from workervoice.channels.section import Section
from workervoice.errors import Malformed
from workervoice.message import DeliveryStatus

_MOST_FIELDS = 1000
_MOST_RECORDS = 1000
_DEEPEST = 10
_CODE = re.compile(r"[A-Za-z0-9_.-]{1,32}", re.ASCII)
_LIKE_A_NUMBER = re.compile(r"[0-9]{7}", re.ASCII)
_WHATSAPPS = {DeliveryStatus.WINDOW_CLOSED, DeliveryStatus.ABSENT}
_STATUSES = tuple(str(each) for each in DeliveryStatus if each not in _WHATSAPPS)


@dataclass(frozen=True, slots=True)
class Record:
    """One form, or one table of JSON."""

    said: Any = field(repr=False)

    def get(self, path: str) -> str | None:
        """A value as a text; None if it is not there. Lone surrogates cannot be stored: "?"."""
        found = self._down(path)
        if isinstance(found, bool):
            return "true" if found else "false"
        if isinstance(found, str):
            return found.encode("utf-8", "replace").decode("utf-8")
        return str(found) if isinstance(found, int | float) else None

    def each(self, path: str) -> tuple[Record, ...]:
        """The tables of a list inside; "" is all of it, be it one table or a list. Raises
        `Malformed`."""
        found = self._down(path) if path else self.said
        records = found if isinstance(found, list) else [found]
        if len(records) > _MOST_RECORDS or not all(isinstance(one, dict) for one in records):
            raise Malformed("no table, or no list of tables")
        return tuple(Record(one) for one in records)

    def code(self, path: str) -> str:
        """What they call an error; "" for nothing, and for all in which a number could hide."""
        found = (self.get(path) if path else None) or ""
        return found if _CODE.fullmatch(found) and not _LIKE_A_NUMBER.search(found) else ""

    def one(self, path: str = "") -> Record:
        """A table inside; "" is all of it. Raises `Malformed` for anything else."""
        found = self._down(path) if path else self.said
        if not isinstance(found, dict):
            raise Malformed("no table")
        return Record(found)

    def rows(self) -> tuple[Record, ...]:
        """A list of tables, and nothing else. Raises `Malformed`."""
        if not isinstance(self.said, list):
            raise Malformed("no list")
        return self.each("")

    def _down(self, path: str) -> Any:
        found = self.said
        if isinstance(found, dict) and path in found:  # a form's names may have dots of their own
            return found[path]
        for name in path.split(".")[:_DEEPEST]:
            if isinstance(found, dict):
                found = found.get(name)
            elif isinstance(found, list) and name.isdecimal() and name.isascii():
                found = found[int(name)] if len(name) < 5 and int(name) < len(found) else None
            else:
                return None
        return found


def of_json(body: bytes) -> Record:
    """Raises `Malformed`."""
    try:
        return Record(json.loads(body))
    except (ValueError, RecursionError):
        raise Malformed("no JSON") from None


def of_form(text: str) -> Record:
    """Bytes that are no UTF-8 become U+FFFD. Raises `Malformed` for too many fields, and for one
    that is given twice in two ways."""
    try:
        pairs = parse_qsl(
            text, keep_blank_values=True, errors="replace", max_num_fields=_MOST_FIELDS
        )
    except ValueError:
        raise Malformed("too many fields") from None
    found: dict[str, str] = {}
    for name, value in pairs:
        if found.setdefault(name, value) != value:
            raise Malformed("a field is given twice")
    return Record(found)


@dataclass(frozen=True, slots=True)
class Condition:
    """Which values have to stand under which names. Without any it holds."""

    wanted: Mapping[str, frozenset[str]]

    @classmethod
    def read(cls, said: Section, name: str) -> Condition:
        """Raises `SettingsError`."""
        table = said.maybe(name)
        if table is None:
            return cls({})
        return cls(
            {
                path: frozenset(word.casefold() for word in table.listed(path, value))
                for path, value in table.items()
            }
        )

    def holds(self, record: Record) -> bool:
        return all(
            (record.get(path) or "").casefold() in words for path, words in self.wanted.items()
        )


@dataclass(frozen=True, slots=True)
class Fates:
    """Where a message's fate stands, and what their words for it mean."""

    status_at: str
    values: Mapping[str, DeliveryStatus]

    KEYS = ("status", "values")

    @classmethod
    def read(cls, said: Section) -> Fates:
        """Raises `SettingsError`."""
        status_at, table, values = said.text("status"), said.table("values"), {}
        for word, meaning in table.items():
            chosen = Section(table.place, {word: meaning}).choice(word, _STATUSES)
            values[word.casefold()] = DeliveryStatus(chosen)
        return cls(status_at, MappingProxyType(values))

    def of(self, record: Record) -> DeliveryStatus | None:
        """None for a word that the file does not know."""
        return self.values.get((record.get(self.status_at) or "").casefold())
