"""`workervoice doctor`: what is wrong, and what to do about it, a sentence each.

findings   what it says, and the commonest mistakes by name
keys       cryptography, root, custody
addresses  what the settings say about the ways to us and to the database
database   revision, clock, durability, rights
programme  whose keys, people, what ends, what waits
languages  the packs with which texts are read
fallback   the fallback receiver, and what was refused
provider   Twilio, asked about our own account
machine    disks, open files, the data directory, the user
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import datetime

from workervoice.app.begun import stop_if_begun
from workervoice.app.doctor import (
    addresses,
    database,
    fallback,
    keys,
    languages,
    machine,
    programme,
    provider,
)
from workervoice.app.doctor.findings import MISTAKES, Finding, Look
from workervoice.app.doctor.programme import Programmes
from workervoice.errors import WorkervoiceError
from workervoice.settings import PREFIX, Settings
from workervoice.store.engine import Database
from workervoice.store.unfinished import stop_if_unfinished

__all__ = ["MISTAKES", "Finding", "examine"]


def examine(
    settings: Settings, now: datetime, clock: Callable[[], float] = time.time
) -> list[Finding]:
    """Everything that can be looked at from here; each finding once. `now` is the hotline's time,
    and `clock` this machine's."""
    look, known = Look(settings, now, clock), Programmes()
    found = [*keys.cryptography(), *keys.keys(settings), *_database(look, known)]
    found += [*_settings(look, known), *_machine(look, known), *_twilio(look, known)]
    return list({each.sentence: each for each in found}.values())


def _database(look: Look, known: Programmes) -> Iterator[Finding]:
    try:
        stop_if_begun(look.settings.data_dir)
        with database.database_of(look.settings) as (url, what):
            stop_if_unfinished(url)
            if what:
                at = database.revision(url, what)
                yield at
                if not at.well:
                    return
            opened = Database(url, pool_size=1)
            try:
                yield from database.itself(look, opened)
                yield from programme.inside(look, opened, known)
            finally:
                opened.close()
    except WorkervoiceError as exc:
        yield Finding(False, f"Database: {exc}")


def _settings(look: Look, known: Programmes) -> Iterator[Finding]:
    yield from addresses.public_url(look)
    yield from addresses.console_url(look)
    yield from addresses.behind_proxy(look)
    yield from addresses.plain_connection(look)
    yield from addresses.ports(look)
    yield from fallback.receiver(look)
    yield from programme.demo(look, known)
    yield from languages.packs(look)
    yield from languages.second_opinion(look)
    yield from languages.translate_command(look)
    yield from languages.transcribe_command(look)
    yield from languages.recordings(look)


def _machine(look: Look, known: Programmes) -> Iterator[Finding]:
    yield from machine.disk(look)
    yield from machine.backup(look)
    yield from machine.backup_keys(look)
    yield from machine.open_files(look)
    yield from machine.data_directory(look)
    yield from machine.root_user(look, demo=known.demo)


def _twilio(look: Look, known: Programmes) -> Iterator[Finding]:
    settings = look.settings
    yield from provider.tokens(look)
    yield from provider.at_twilio(look, known.lines)
    if settings.tokens() and settings.twilio_api_key is None:
        yield Finding(
            True,
            f"Twilio: the courier sends with the account's own token; set {PREFIX}TWILIO_API_KEY "
            f"and {PREFIX}TWILIO_API_SECRET to give it less.",
        )
