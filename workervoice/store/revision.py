"""At which revision a database is, as our processes may ask: `migrate` asks as its owner."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from workervoice.errors import NotUpgraded
from workervoice.store.engine import Tx

REVISION = "0001"  # where migrations/versions end


def check_revision(tx: Tx) -> None:
    """Raises `NotUpgraded` unless the database is at this version's revision."""
    try:
        found = tx.connection.execute(text("SELECT version_num FROM alembic_version")).scalars()
        known = found.all()
    except ProgrammingError as exc:  # no such table, or no right to read it
        raise NotUpgraded(_NONE) from exc
    if known != [REVISION]:
        raise NotUpgraded(_OTHER)


_NONE = "the database has no tables of ours: run `workervoice db upgrade`"
_OTHER = "the database is at another version's revision: run `workervoice db upgrade`"
