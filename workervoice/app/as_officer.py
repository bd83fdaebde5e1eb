"""Commands that need a person's keys: unlocked here as at the console's door, and used with the
console's rights in the database, never with the owner's.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from workervoice.app.asking import ask_secret
from workervoice.app.keyfiles import load_key_files, pinned_root
from workervoice.app.ownership import owner_url
from workervoice.app.processes import wall_clock
from workervoice.hotline.doors import Door
from workervoice.hotline.process import Process, Trust
from workervoice.hotline.reading import Actor
from workervoice.hotline.registering import settle_organisation
from workervoice.settings import Settings
from workervoice.store.engine import Database
from workervoice.store.vault import Vault

CONSOLE = "workervoice_console"


@contextmanager
def console_process(settings: Settings) -> Iterator[Process]:
    """The console's process without its pages: over its own address where the settings give one,
    else over the embedded database, wearing the console's role."""
    own = settings.console_database_url
    with owner_url(settings, given=own) as url:
        database = Database(url, pool_size=1, wearing=None if own else CONSOLE)
        try:
            files = load_key_files(settings.data_dir, "console")
            yield Process(
                id=files.process_id,
                database=database,
                custody=files.custody,
                vault=Vault(files.service_key),
                trust=Trust(pinned_root(settings.data_dir, settings.root_public)),
                clock=wall_clock,
            )
        finally:
            database.close()


@contextmanager
def as_officer(settings: Settings, login: str) -> Iterator[tuple[Process, Actor]]:
    """This person, after they gave their passphrase. Raises `WrongPassphrase`."""
    with console_process(settings) as process:
        door = Door(process, secrets.token_bytes(32))
        actor = door.unlock(login, ask_secret(f"Passphrase of {login}"))
        settle_organisation(process, actor)
        yield process, actor
