"""`workervoice doctor`: what is wrong, and what to do about it, a sentence each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from workervoice.app.comparing import own_fingerprints
from workervoice.app.custodies import FILE_WARNING, open_custody
from workervoice.app.keyfiles import PROCESSES, has_key_files, pinned_root, unseal_keys
from workervoice.app.processes import check_keys
from workervoice.crypto.directory import Directory, fingerprint
from workervoice.crypto.suite import self_test
from workervoice.embedded import EmbeddedServer
from workervoice.errors import ServerError, SettingsError, WorkervoiceError
from workervoice.hotline.renewing import ending
from workervoice.hotline.rotating_keys import unfinished
from workervoice.settings import PREFIX, Settings
from workervoice.store.backlog import Backlog, backlog
from workervoice.store.engine import Database, Scope, Tx
from workervoice.store.keys import directory_entries
from workervoice.store.migrate import current_revision, newest_revision
from workervoice.store.programme import programmes

_WHERE = {
    "file": f"complete, and closed to others. WARNING: {FILE_WARNING} (WORKERVOICE_CUSTODY)",
    "systemd": "complete, in a credential of systemd, and no longer in files",
    "vault": "complete; the key service answers, and no key is in a file",
}
WARN_BEFORE = timedelta(days=60)
_HALF = "a rotation was begun and not finished: run `workervoice rotate {key}` again."


@dataclass(frozen=True, slots=True)
class Finding:
    """One sentence, and whether all is well with what it is about."""

    well: bool
    sentence: str


def examine(settings: Settings, now: datetime) -> list[Finding]:
    """The cryptography, the keys, the database and what waits in it; each finding once."""
    found = (*_cryptography(), *_keys(settings), *_database(settings, now), *_twilio(settings))
    return list(dict.fromkeys(found))


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
        yield from _custody(settings, process)


def _custody(settings: Settings, process: str) -> Iterator[Finding]:
    told: dict[str, str] = {}
    try:
        custody = open_custody(settings, process)
        files = unseal_keys(settings.data_dir, process, custody)
        half = [*unfinished(custody), *(["service"] if len(files.service.keys) > 1 else [])]
        problems = [*custody.health(), *(_HALF.format(key=key) for key in half)]
        told = own_fingerprints(process, custody)
    except WorkervoiceError as exc:
        problems = [str(exc)]
    yield from (Finding(False, f"Keys of the {process}: {problem}") for problem in problems)
    for kind, digits in told.items():
        yield Finding(True, f"Fingerprint of the {kind}: {digits} (for `root sign`).")
    if not problems:
        yield Finding(True, f"Keys of the {process}: {_WHERE[settings.custody]}.")


def _database(settings: Settings, now: datetime) -> Iterator[Finding]:
    """The external database as its owner or as the courier, or else the embedded one."""
    try:
        if settings.database_url is not None:
            url = settings.database_url.get_secret_value()
            yield from _schema(settings, url, "database", now)
        elif settings.courier_database_url is not None:
            url = settings.courier_database_url.get_secret_value()
            yield from _contents(settings, url, now)
        elif not (settings.data_dir / "postgres").exists():
            yield Finding(False, f"Database: there is none in {settings.data_dir}, and no address.")
        else:
            with _embedded(settings) as (url, what):
                yield from _schema(settings, url, what, now)
    except WorkervoiceError as exc:
        yield Finding(False, f"Database: {exc}")


@contextmanager
def _embedded(settings: Settings) -> Iterator[tuple[str, str]]:
    """The embedded server's address, and what it is: run by `up`, or started for the question."""
    server = EmbeddedServer(settings.data_dir)
    try:
        server.start()
    except ServerError as exc:
        yield _address_of_running(server, exc), "embedded database, run by `up`,"
        return
    try:
        server.ensure_database()
        yield server.owner_url(), "embedded database"
    finally:
        server.stop()


def _address_of_running(server: EmbeddedServer, why: ServerError) -> str:
    try:
        url = server.owner_url_of_running()
        current_revision(url)
    except WorkervoiceError:
        raise ServerError(f"it does not answer, and cannot be started: {why}") from None
    return url


def _schema(settings: Settings, owner_url: str, what: str, now: datetime) -> Iterator[Finding]:
    have, want = current_revision(owner_url), newest_revision()
    if have != want:
        yield Finding(
            False,
            f"Database: the {what} is at revision {have or 'none'}, but this version needs {want}: "
            "run `workervoice db upgrade`.",
        )
        return
    yield Finding(True, f"Database: the {what} answers and is at revision {want}.")
    yield from _contents(settings, owner_url, now)


def _contents(settings: Settings, url: str, now: datetime) -> Iterator[Finding]:
    """Whose keys the directory names, and what waits, for every programme."""
    database = Database(url, pool_size=1)
    try:
        for kind in ("gateway", "courier"):
            try:
                check_keys(settings, kind, database, now)
            except SettingsError as exc:
                yield Finding(False, f"Keys of the {kind}: {exc}")
        with database.begin() as tx:
            known = programmes(tx)
        for programme in known:
            with database.begin(Scope(programme)) as tx:
                counted = backlog(tx, now)
                yield from _ending(settings, tx, now)
            yield from _waiting(counted)
    finally:
        database.close()


def _ending(settings: Settings, tx: Tx, now: datetime) -> Iterator[Finding]:
    """What the root and registrars said holds for two years."""
    root = pinned_root(settings.data_dir, settings.root_public)
    found = ending(Directory(root, directory_entries(tx), int(now.timestamp())), now, WARN_BEFORE)
    if found:
        day = datetime.fromtimestamp(found[0].not_after, tz=UTC).date().isoformat()
        what = ", ".join(sorted({entry.kind for entry in found}))
        yield Finding(
            False,
            f"Directory: {len(found)} signatures end, the first on {day} ({what}): renew them with "
            "`workervoice officers renew`, and with `workervoice root request` at the root.",
        )


def _waiting(counted: Backlog) -> Iterator[Finding]:
    told = tuple(_of_texts(counted))
    yield from (Finding(False, f"Outbox: {sentence}") for sentence in told)
    if not told:
        yield Finding(True, "Outbox: nothing waits longer than it should.")
    if counted.failed:
        failed = f"Outbox: {_texts(counted.failed)} failed for good in the last day"
        yield Finding(True, f"{failed}: the pages of their cases say so.")
    if counted.unwatched:
        sentence = "have not been looked at when they should: the courier does not run, or hangs."
        yield Finding(False, f"Clocks: {counted.unwatched} {sentence}")


def _of_texts(counted: Backlog) -> Iterator[str]:
    if counted.late:
        yield (
            f"{_texts(counted.late)} to workers should have gone out by now: the courier does "
            "not run, or the provider refuses; read the courier's log."
        )
    if counted.unopened:
        yield (
            f"{_texts(counted.unopened)} cannot be opened by the courier and stay owed: its keys "
            "may be of another time; its log names the rows."
        )
    if counted.unsure:
        yield (
            f"nobody knows whether {_texts(counted.unsure)} were sent, and the provider does not "
            "say: look at its console, and at the courier's log."
        )
    if counted.untrusted:
        yield (
            f"{_texts(counted.untrusted)} in the last day came from nobody whom the directory "
            "vouches for, and were not sent: somebody may be writing to your database."
        )


def _texts(count: int) -> str:
    return f"{count} text" if count == 1 else f"{count} texts"


def _twilio(settings: Settings) -> Iterator[Finding]:
    if settings.tokens() and settings.twilio_api_key is None:
        yield Finding(
            True,
            f"Twilio: the courier sends with the account's own token; set {PREFIX}TWILIO_API_KEY "
            f"and {PREFIX}TWILIO_API_SECRET to give it less.",
        )
