"""What a transaction will write: gathered row by row, and sent to the server in one statement.

A message makes a dozen rows. Sent one by one, each is a journey to the server and back, and most of
what a message costs. Gathered, they are the parts of one `WITH`: all see what was there before it,
keys between them are checked at its end, and each tells how many rows it wrote.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import count

from sqlalchemy import Table

Refusal = Callable[[], Exception]


@dataclass(frozen=True, slots=True)
class Write:
    """One part: SQL with `%s` for each of its values, and what is raised if it does not write (or
    find) exactly `rows` rows. One that goes `after` is for a statement of its own if its table is
    written in this one: the parts of one statement do not see each other's rows."""

    table: str
    sql: str
    values: Sequence[object] = field(repr=False)
    refusal: Refusal | None = None
    rows: int = 1
    after: bool = False


def inserted(table: Table, columns: Mapping[str, object], refusal: Refusal | None = None) -> Write:
    """A new row. With `refusal` one whose key is there already is not written, and that is
    refused; without, the database's own error is raised."""
    sql = _insert(table.name, tuple(columns), refusal is not None)
    return Write(table.name, sql, tuple(columns.values()), refusal)


def none_there(table: Table, where: Mapping[str, object], refusal: Refusal) -> Write:
    """Nothing is written, but refused if there is a row that has these values."""
    sql = _look(table.name, tuple(where))
    return Write(table.name, sql, tuple(where.values()), refusal, rows=0)


def updated(
    table: Table, columns: Mapping[str, object], where: Mapping[str, object], refusal: Refusal
) -> Write:
    """The one row that has these values, changed; `refusal` if there is none."""
    sql = _update(table.name, tuple(columns), tuple(where))
    return Write(table.name, sql, (*columns.values(), *where.values()), refusal, after=True)


def one_statement(parts: Sequence[Write]) -> tuple[str, tuple[object, ...]]:
    """All parts as one statement, which returns how many rows each wrote; and their values, which
    it calls `$1` and so on."""
    values = tuple(value for part in parts for value in part.values)
    return _joined(tuple(part.sql for part in parts)), values


def check(parts: Sequence[Write], counts: Sequence[int]) -> None:
    """Raise the refusal of the first part that wrote more or less than it had to."""
    for part, rows in zip(parts, counts, strict=True):
        if part.refusal is not None and rows != part.rows:
            raise part.refusal()


# Texts of SQL are put together once for each shape: there are few.


@lru_cache(256)
def _insert(table: str, columns: tuple[str, ...], once: bool) -> str:
    names, places = ", ".join(map(_quoted, columns)), ", ".join(["%s"] * len(columns))
    conflict = " ON CONFLICT DO NOTHING" if once else ""
    return f"INSERT INTO {table} ({names}) VALUES ({places}){conflict} RETURNING 1"  # noqa: S608


@lru_cache(256)
def _update(table: str, columns: tuple[str, ...], where: tuple[str, ...]) -> str:
    new = ", ".join(f"{_quoted(name)} = %s" for name in columns)
    found = " AND ".join(f"{_quoted(name)} = %s" for name in where)
    return f"UPDATE {table} SET {new} WHERE {found} RETURNING 1"  # noqa: S608 - our names


@lru_cache(256)
def _look(table: str, where: tuple[str, ...]) -> str:
    found = " AND ".join(f"{_quoted(name)} = %s" for name in where)
    return f"SELECT 1 FROM {table} WHERE {found}"  # noqa: S608 - our names


@lru_cache(256)
def _joined(parts: tuple[str, ...]) -> str:
    named = ", ".join(f"w{place} AS ({sql})" for place, sql in enumerate(parts))
    counts = [f"(SELECT count(*) FROM w{place})" for place in range(len(parts))]  # noqa: S608
    places = count(1)
    whole = f"WITH {named} SELECT {', '.join(counts)}"
    return re.sub("%s", lambda found: f"${next(places)}", whole)


def _quoted(name: str) -> str:
    return f'"{name}"'
