"""`workervoice doctor`: what is wrong, and what to do about it, a sentence each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from workervoice.app.keyfiles import PROCESSES, has_key_files, load_key_files, pinned_root
from workervoice.crypto.directory import fingerprint
from workervoice.crypto.suite import self_test
from workervoice.embedded import EmbeddedServer
from workervoice.errors import ServerError, WorkervoiceError
from workervoice.settings import PREFIX, Settings
from workervoice.store.migrate import current_revision, newest_revision


@dataclass(frozen=True, slots=True)
class Finding:
    """One sentence, and whether all is well with what it is about."""

    well: bool
    sentence: str


def examine(settings: Settings) -> list[Finding]:
    """The cryptography, the keys and the database."""
    return [*_cryptography(), *_keys(settings), *_database(settings), *_twilio(settings)]


def _cryptography() -> Iterator[Finding]:
    try:
        self_test()
    except WorkervoiceError as exc:
        yield Finding(False, f"The cryptography library does not work ({exc}): reinstall it.")
    else:
        yield Finding(True, "Cryptography: every primitive in use works.")


def _keys(settings: Settings) -> Iterator[Finding]:
    data = settings.data_dir
    if not has_key_files(data) and settings.root_public is None:
        yield Finding(
            False,
            f"Keys: there is no programme in {data}: make one, or try `workervoice up --demo`.",
        )
        return
    try:
        root = pinned_root(data, settings.root_public)
        yield Finding(True, f"Root: {fingerprint(root)} (compare it with your printed copy).")
    except WorkervoiceError as exc:
        yield Finding(False, f"Root: {exc}")
    for process in PROCESSES:
        try:
            problems = load_key_files(data, process).custody.health()
        except WorkervoiceError as exc:
            problems = [str(exc)]
        yield from (Finding(False, f"Keys of the {process}: {problem}") for problem in problems)
        if not problems:
            yield Finding(True, f"Keys of the {process}: complete, and closed to others.")


def _database(settings: Settings) -> Iterator[Finding]:
    """The external database's revision, or the embedded server's, started for the question."""
    try:
        if settings.database_url is not None:
            yield _revision(settings.database_url.get_secret_value(), "database")
            return
        if not (settings.data_dir / "postgres").exists():
            yield Finding(False, f"Database: there is none in {settings.data_dir}, and no address.")
            return
        server = EmbeddedServer(settings.data_dir)
        try:
            server.start()
        except ServerError as exc:
            yield _running(server, exc)
            return
        try:
            server.ensure_database()
            yield _revision(server.owner_url(), "embedded database")
        finally:
            server.stop()
    except WorkervoiceError as exc:
        yield Finding(False, f"Database: {exc}")


def _revision(owner_url: str, what: str) -> Finding:
    have, want = current_revision(owner_url), newest_revision()
    if have == want:
        return Finding(True, f"Database: the {what} answers and is at revision {want}.")
    return Finding(
        False,
        f"Database: the {what} is at revision {have or 'none'}, but this version needs {want}: "
        "run `workervoice db upgrade`.",
    )


def _running(server: EmbeddedServer, why: ServerError) -> Finding:
    """The embedded server cannot be started by us: perhaps because `up` runs it already."""
    try:
        return _revision(server.owner_url_of_running(), "embedded database, run by `up`,")
    except WorkervoiceError:
        return Finding(False, f"Database: it does not answer, and cannot be started: {why}")


def _twilio(settings: Settings) -> Iterator[Finding]:
    if settings.tokens() and settings.twilio_api_key is None:
        yield Finding(
            True,
            f"Twilio: the courier sends with the account's own token; set {PREFIX}TWILIO_API_KEY "
            f"and {PREFIX}TWILIO_API_SECRET to give it less.",
        )
