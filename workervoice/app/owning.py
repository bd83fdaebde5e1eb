"""The database as its owner sees it, for commands: an external one, or the embedded one, started
for the command unless `up` runs it already.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from workervoice.embedded import EmbeddedServer
from workervoice.errors import ServerError, SettingsError
from workervoice.settings import Settings
from workervoice.store.engine import Database


@contextmanager
def owner_database(settings: Settings, *, snapshot: bool = False) -> Iterator[Database]:
    """Connected as the owner. Raises `SettingsError` or `ServerError` in one sentence."""
    with _owner_url(settings) as url:
        database = Database(url, pool_size=1, snapshot=snapshot)
        try:
            yield database
        finally:
            database.close()


@contextmanager
def _owner_url(settings: Settings) -> Iterator[str]:
    if settings.database_url is not None:
        yield settings.database_url.get_secret_value()
        return
    if not (settings.data_dir / "postgres").exists():
        raise SettingsError(
            f"There is no database in {settings.data_dir}: set WORKERVOICE_DATA_DIR, or "
            "WORKERVOICE_DATABASE_URL"
        )
    server = EmbeddedServer(settings.data_dir)
    try:
        server.start()
    except ServerError:
        yield server.owner_url_of_running()  # `up` runs it
        return
    try:
        server.ensure_database()
        yield server.owner_url()
    finally:
        server.stop()
