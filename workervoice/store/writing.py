"""What a transaction will write: gathered row by row, and sent to the server in one statement.

A message makes a dozen rows. Sent one by one, each is a journey to the server and back, and most of
what a message costs. Gathered, they are the parts of one `WITH`: all see what was there before it,
keys between them are checked at its end, and each tells how many rows it wrote.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from sqlalchemy import Table

Refusal = Callable[[], Exception]


@dataclass(frozen=True, slots=True)
class Write:
    """One part: SQL with `%s` for each of its values, and what is raised if it does not write
    exactly `rows` rows."""

    sql: str
    values: Sequence[object] = field(repr=False)
    refusal: Refusal | None = None
    rows: int = 1


def inserted(table: Table, columns: Mapping[str, object], refusal: Refusal | None = None) -> Write:
    """A new row. With `refusal` one whose key is there already is not written, and that is
    refused; without, the database's own error is raised."""
    sql = _insert(table.name, tuple(columns), refusal is not None)
    return Write(sql, tuple(columns.values()), refusal)


def updated(
    table: Table, columns: Mapping[str, object], where: Mapping[str, object], refusal: Refusal
) -> Write:
    """The one row that has these values, changed; `refusal` if there is none."""
    sql = _update(table.name, tuple(columns), tuple(where))
    return Write(sql, (*columns.values(), *where.values()), refusal)


def one_statement(parts: Sequence[Write]) -> tuple[str, tuple[object, ...]]:
    """All parts as one statement, which returns how many rows each wrote; and their values."""
    values = tuple(value for part in parts for value in part.values)
    return _joined(tuple(part.sql for part in parts)), values


def check(parts: Sequence[Write], counts: Sequence[int]) -> None:
    """Raise the refusal of the first part that wrote more or less than it had to."""
    for part, count in zip(parts, counts, strict=True):
        if part.refusal is not None and count != part.rows:
            raise part.refusal()


# Texts of SQL are put together once for each shape: there are few.


@lru_cache(256)
def _insert(table: str, columns: tuple[str, ...], once: bool) -> str:
    names, places = ", ".join(map(_quoted, columns)), ", ".join(["%s"] * len(columns))
    conflict = " ON CONFLICT DO NOTHING" if once else ""
    return f"INSERT INTO {table} ({names}) VALUES ({places}){conflict}"  # noqa: S608 - our names


@lru_cache(256)
def _update(table: str, columns: tuple[str, ...], where: tuple[str, ...]) -> str:
    new = ", ".join(f"{_quoted(name)} = %s" for name in columns)
    found = " AND ".join(f"{_quoted(name)} = %s" for name in where)
    return f"UPDATE {table} SET {new} WHERE {found}"  # noqa: S608 - our names


@lru_cache(256)
def _joined(parts: tuple[str, ...]) -> str:
    named = ", ".join(f"w{place} AS ({sql} RETURNING 1)" for place, sql in enumerate(parts))
    counts = [f"(SELECT count(*) FROM w{place})" for place in range(len(parts))]  # noqa: S608
    return f"WITH {named} SELECT {', '.join(counts)}"


def _quoted(name: str) -> str:
    return f'"{name}"'
