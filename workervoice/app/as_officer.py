"""Commands that need a person's keys: unlocked here as at the console's door, and used with the
console's rights in the database, never with the owner's.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from workervoice.app.asking import ask_secret
from workervoice.app.beside import process_beside
from workervoice.hotline.doors import Door
from workervoice.hotline.process import Process
from workervoice.hotline.reading import Actor
from workervoice.hotline.registering import settle_organisation
from workervoice.settings import Settings


@contextmanager
def as_officer(settings: Settings, login: str) -> Iterator[tuple[Process, Actor]]:
    """This person, after they gave their passphrase. Raises `WrongPassphrase`."""
    with process_beside(settings, "console") as process:
        door = Door(process, secrets.token_bytes(32))
        actor = door.unlock(login, ask_secret(f"Passphrase of {login}"))
        settle_organisation(process, actor)
        yield process, actor
