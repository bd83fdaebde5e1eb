"""The database's own limit for the same rows: pgbench writes what a report writes, and only that.

The statements are the product's own, caught while it stored one report; their ids and keyed hashes
are made new by the server for every transaction, everything else is written as it was.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from uuid import UUID

from benchmarks.intake import webhooks
from benchmarks.intake.site import Site
from workervoice.embedded.binaries import program
from workervoice.hotline.dossier import Arrival
from workervoice.message import Address, AddressKind, Inbound
from workervoice.store import engine
from workervoice.store.writing import Write, one_statement

_RATE = re.compile(r"tps = ([\d.]+)")
_AN_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_HASHES = frozenset({16, 32})  # bytes of a tag or of a keyed hash
_CLIENTS = (1, 8, 16)
SECONDS = 6


@dataclass
class _Caught:
    """What one report wrote."""

    parts: list[Write] = field(default_factory=list)


def rows_by_pgbench(site: Site, folder: Path) -> dict[int, float]:
    """Transactions a second, by how many clients pgbench had."""
    script = folder / "report.sql"
    script.write_text(_script(site))
    return {clients: _run(site, script, clients) for clients in _CLIENTS}


def _script(site: Site) -> str:
    with _caught() as caught:
        inbound = Inbound(
            "SMcaught", Address(AddressKind.PHONE, "+15550199999"), webhooks.texts()[0]
        )
        house = site.house
        house.reception.receive(Arrival(house.line(), inbound, house.reception.read(inbound)))
    known = {site.house.programme}
    sql, values = one_statement(caught.parts)
    for place in range(len(values), 0, -1):
        sql = sql.replace(f"${place}", _written(values[place - 1], place, known))
    scope = f"set_config('workervoice.programme', '{site.house.programme}', true)"
    return f"\\set n random(1, 9000000000000000)\nBEGIN;\nSELECT {scope};\n{sql};\nCOMMIT;\n"


@contextmanager
def _caught() -> Iterator[_Caught]:
    caught, real = _Caught(), engine.one_statement

    def catch(parts: Sequence[Write]) -> tuple[str, tuple[object, ...]]:
        caught.parts = list(parts)
        return real(parts)

    engine.one_statement = catch  # type: ignore[attr-defined]
    try:
        yield caught
    finally:
        engine.one_statement = real  # type: ignore[attr-defined]


def _written(value: object, place: int, known: set[UUID]) -> str:
    """A value as SQL: new for every transaction where rows are told apart by it."""
    if isinstance(value, list):
        each = (_written(one, place * 1000 + at, known) for at, one in enumerate(value))
        return f"ARRAY[{', '.join(each)}]"
    if isinstance(value, UUID):
        return f"'{value}'::uuid" if value in known else f"md5('{value}' || :n)::uuid"
    if isinstance(value, bytes):
        new = f"substr(sha256(('{place} ' || :n)::bytea), 1, {len(value)})"
        return new if len(value) in _HASHES else f"'\\x{value.hex()}'::bytea"
    if isinstance(value, datetime | date):
        return f"'{value.isoformat()}'::timestamptz"
    return _text(value)


def _text(value: object) -> str:
    """A number, a state, or an id that is kept as text, which is new for every transaction."""
    if value is None or isinstance(value, int):
        return "NULL" if value is None else str(value)
    text = str(value)
    if _AN_ID.fullmatch(text):
        return f"md5('{text}' || :n)::uuid::text"
    return "'" + text.replace("'", "''") + "'"


def _run(site: Site, script: Path, clients: int) -> float:
    url = site.house.owner_url.replace("postgresql+psycopg://", "postgresql://")
    how = f"-n -M prepared -T {SECONDS} -j 2 -c {clients} -f"
    done = subprocess.run(  # noqa: S603 - our own program and script
        [str(program("pgbench")), *how.split(), str(script), url],
        capture_output=True,
        text=True,
        check=False,
    )
    found = _RATE.search(done.stdout)
    if found is None:
        raise SystemExit(f"pgbench did not run: {done.stderr[-500:]}")
    return float(found[1])
