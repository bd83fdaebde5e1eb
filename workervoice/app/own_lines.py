"""The lines of every programme in a database, for whoever starts the hotline."""

from __future__ import annotations

from datetime import datetime

from workervoice.app.keyfiles import keys_of, pinned_root
from workervoice.hotline.process import Trust
from workervoice.hotline.registry import lines
from workervoice.settings import Settings
from workervoice.store.engine import Database, Scope
from workervoice.store.programme import Line, programmes


def own_lines(owner: Database, settings: Settings, now: datetime) -> tuple[Line, ...]:
    """Those that a registrar vouched for."""
    vault = keys_of(settings, "courier").vault()
    trust = Trust(pinned_root(settings.data_dir, settings.root_public))
    with owner.begin() as tx:
        known = programmes(tx)
    found: list[Line] = []
    for programme in known:
        with owner.begin(Scope(programme)) as tx:
            found += lines(tx, vault, trust.directory(tx, vault, now))
    return tuple(found)
