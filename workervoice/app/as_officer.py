"""Commands that need a person's keys: unlocked here as at the console's door, and used with the
console's rights in the database, never with the owner's.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from workervoice.app.asking import ask_secret
from workervoice.app.beside import process_beside
from workervoice.errors import SettingsError
from workervoice.hotline.doors import Door
from workervoice.hotline.factors import TOTP, required
from workervoice.hotline.process import Process
from workervoice.hotline.reading import Actor
from workervoice.hotline.registering import settle_organisation
from workervoice.settings import Settings


@contextmanager
def as_officer(settings: Settings, login: str) -> Iterator[tuple[Process, Actor]]:
    """This person, after they gave their passphrase and, if they have or need one, their second
    factor. Raises `WrongPassphrase`, `WrongCode`, and `SettingsError` for a missing app."""
    with process_beside(settings, "console") as process:
        door = Door(process, secrets.token_bytes(32))
        actor = door.unlock(login, ask_secret(f"Passphrase of {login}"))
        _second_factor(door, actor)
        door.note_command(actor)
        settle_organisation(process, actor)
        yield process, actor


def _second_factor(door: Door, actor: Actor) -> None:
    """A terminal cannot use a passkey, so it takes the code of an app."""
    known = door.factors(actor)
    if any(factor.kind == TOTP for factor in known):
        door.prove_code(actor, ask_secret("Code from your app"))
    elif known or required(actor.officer):
        raise SettingsError(
            f"{actor.officer.login} needs an app that shows codes for this: set one up in the "
            "console, on the page of the own account"
        )
