"""A process of ours without its work, for a command that runs beside the hotline: the same keys and
the same rights in the database, never the owner's.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from workervoice.app.ownership import owner_url
from workervoice.app.processes import process_on
from workervoice.hotline.process import Process
from workervoice.settings import Settings
from workervoice.store.engine import Database


@contextmanager
def process_beside(settings: Settings, kind: str) -> Iterator[Process]:
    """Over the process's own address where the settings give one, else over the owner's or the
    embedded database, wearing the process's role."""
    own = getattr(settings, f"{kind}_database_url")
    with owner_url(settings, given=own or settings.database_url) as url:
        database = Database(url, pool_size=1, wearing=None if own else f"workervoice_{kind}")
        try:
            yield process_on(settings, kind, database)
        finally:
            database.close()
