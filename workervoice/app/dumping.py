"""A dump of the whole database, made by the `pg_dump` that came with the embedded server."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from psycopg.conninfo import conninfo_to_dict

from workervoice.app.ownership import owner_url
from workervoice.embedded.binaries import program
from workervoice.errors import SettingsError, Unavailable
from workervoice.settings import Settings
from workervoice.store.engine import Database
from workervoice.store.programme import is_founded

# What is unlogged waits for our own gateway only: a backup would keep it for longer than that.
_FORM = ("--format=plain", "--no-owner", "--no-unlogged-table-data")
_VARIABLES = {
    "host": "PGHOST",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "dbname": "PGDATABASE",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
}


@contextmanager
def dumped(settings: Settings) -> Iterator[IO[bytes]]:
    """The dump, as SQL. Raises `SettingsError` if there is nothing to dump, and at its end if
    `pg_dump` did not reach that."""
    with owner_url(settings, given=settings.database_url) as url, tempfile.TemporaryFile() as said:
        _refuse_empty(url)
        pg_dump = subprocess.Popen(  # noqa: S603 - our own program, nothing of a user's
            [str(program("pg_dump")), *_FORM],
            env=reaching(url),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=said,
        )
        if pg_dump.stdout is None:
            raise SettingsError("pg_dump could not be run")
        try:
            yield pg_dump.stdout
        finally:
            pg_dump.stdout.close()
            code = pg_dump.wait()
        if code:
            said.seek(0)
            last = (said.read().decode(errors="replace").strip().splitlines() or [""])[-1]
            raise SettingsError(f"pg_dump failed, so there is no backup: {last}")


def _refuse_empty(url: str) -> None:
    """A dump of the wrong database would count as tonight's backup."""
    database = Database(url, pool_size=1)
    try:
        with database.begin() as tx:
            founded = is_founded(tx)
    except Unavailable:
        return  # pg_dump says why
    finally:
        database.close()
    if not founded:
        raise SettingsError(
            "there is no programme in this database, so there is no backup: see "
            "WORKERVOICE_DATABASE_URL and WORKERVOICE_DATA_DIR"
        )


def reaching(url: str) -> dict[str, str]:
    """The address for libpq, password included, where no list of processes shows it."""
    parts = conninfo_to_dict(url.replace("postgresql+psycopg://", "postgresql://", 1))
    return {_VARIABLES[name]: str(value) for name, value in parts.items() if name in _VARIABLES}
