"""A backup put back: onto an empty database, whole or not at all, and ready before anything starts.

Load; say so in the log, with the log's own key; do again what the list beside the backups tells;
sign. Whatever goes wrong on the way, the database is empty again.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from workervoice.app.backups import Places, Sealed, found
from workervoice.app.begun import begin, finish, undone_if_refused
from workervoice.app.external import passwords_of
from workervoice.app.keyfiles import keys_of
from workervoice.app.loading import load
from workervoice.app.processes import check_keys, process_on
from workervoice.app.proofs import proof_by_keys
from workervoice.crypto.backup import Head, Writable
from workervoice.crypto.belonging import write_owned
from workervoice.crypto.custody import versions_of
from workervoice.crypto.keyedlist import Contents, ListFile, list_key
from workervoice.embedded import EmbeddedServer
from workervoice.embedded.places import make_data_directory
from workervoice.errors import (
    Contradicted,
    CryptoError,
    NotTrusted,
    SealBroken,
    SettingsError,
)
from workervoice.hotline.contacts import PEPPER
from workervoice.hotline.process import Process
from workervoice.hotline.restoring import note_restore
from workervoice.hotline.returning import Done, Remembered, Returning
from workervoice.hotline.sequencing import Memory, sequence
from workervoice.settings import Settings
from workervoice.store import logbook
from workervoice.store.engine import Database, Scope
from workervoice.store.listed import listed
from workervoice.store.migrate import (
    LOGIN_ROLES,
    current_revision,
    known_revisions,
    make_roles,
    upgrade,
)
from workervoice.store.programme import programmes
from workervoice.store.restored import Restored, has_other_indexes
from workervoice.store.unfinished import Emptied

_NO_LIST = (
    "There is no list {path}: name the one that lies beside the backups with --list. Without it, "
    "what was erased after the backup comes back; only if it is lost, say --without-list."
)


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be put back: the backup, its key's directory, and the list; None if it is lost."""

    backup: Path
    keys: Path
    listed: Path | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it for one programme."""

    restored: Restored
    made: datetime
    owed: int
    until: str
    done: Done


def put_back(
    settings: Settings,
    order: Order,
    now: datetime,
    tell: Callable[[list[Outcome]], None] = lambda outcomes: None,
) -> list[Outcome]:
    """Restore. Raises `SettingsError`, `ServerError` or `Unavailable` with a sentence, and then the
    database is as empty as before. `tell` is called before anybody is let in: whoever is killed
    before they were told can run it again."""
    for kind in ("gateway", "courier", "console"):
        keys_of(settings, kind)  # before anything is made
    data = settings.data_dir
    with found(order.backup, Places(order.keys, proof_by_keys(settings))) as backup:
        _open(order, backup, _Nowhere())  # whole, before a role or a file is made
        contents = _read_list(settings, order.listed)
        with undone_if_refused(data), _empty_database(settings) as (url, passwords):
            make_roles(url, passwords)
            load(url, lambda dump: _open(order, backup, dump))
            _upgrade(url, passwords)
            outcomes = _prepare(settings, url, _Said(backup.head, contents, order.listed), now)
            _keep_list(settings, order.listed)
            tell(outcomes)
            finish(data)
            Emptied(url).finish()
    return outcomes


@dataclass(frozen=True, slots=True)
class _Said:
    """What was given besides the backup's content."""

    head: Head
    contents: Contents
    listed: Path | None


class _Nowhere:
    """Where a backup goes that is only looked at."""

    def write(self, data: bytes, /) -> int:
        return len(data)


def _open(order: Order, backup: Sealed, sink: Writable) -> None:
    """What comes out of it was sealed by this hotline, byte by byte."""
    try:
        backup.write_to(sink)
    except CryptoError:
        raise SettingsError(
            f"{order.backup} was cut off or altered, or is another hotline's: take another backup "
            "(nothing was changed)"
        ) from None


def _read_list(settings: Settings, path: Path | None) -> Contents:
    if path is None:
        return Contents()
    if not path.is_file():
        raise SettingsError(_NO_LIST.format(path=path))
    key = list_key(keys_of(settings, "courier").vault().mac_key)
    try:
        contents = ListFile(path, key).read()
    except SealBroken:
        raise SettingsError(
            f"{path} is the list of another hotline, or was altered: take a copy of the one beside "
            "the backups (nothing was changed)"
        ) from None
    _refuse_older(contents, path, settings.list_file(), key)
    return contents


def _refuse_older(given: Contents, path: Path, ours: Path, key: bytes) -> None:
    """Raises `SettingsError` if the list that the courier kept here goes further."""
    if not ours.exists() or ours.samefile(path):
        return
    try:
        here = ListFile(ours, key).read()
    except SealBroken:
        return
    if here.reaches(given.tail) and here.tail.lines > given.tail.lines:
        raise SettingsError(f"{ours} is the same list and goes further: give it with --list")


@contextmanager
def _empty_database(settings: Settings) -> Iterator[tuple[str, dict[str, str]]]:
    """The owner's address of a database with nothing in it, and passwords for the login roles."""
    if settings.database_url is not None:
        url, passwords = settings.database_url.get_secret_value(), passwords_of(settings)
        with _filled(url, settings.data_dir):
            yield url, passwords
        return
    data, server = settings.data_dir, EmbeddedServer(settings.data_dir)
    fresh = not (data / "postgres").exists()
    if fresh:
        begin(make_data_directory(data))
    server.start()
    try:
        server.ensure_database()
        with _filled(server.owner_url(), data):
            yield server.owner_url(), {role: secrets.token_urlsafe(24) for role in LOGIN_ROLES}
    except BaseException:
        if fresh:
            server.erase()
        raise
    finally:
        server.stop()


@contextmanager
def _filled(url: str, data: Path) -> Iterator[None]:
    """Only what is empty is filled, and what fails on the way is taken out again."""
    database = Emptied(url)
    if database.was_interrupted():
        database.clear()
    if not database.is_empty():
        raise SettingsError(
            "The database is not empty, so nothing was put back: name an empty one, or another "
            "data directory."
        )
    begin(make_data_directory(data))
    try:
        yield
    except BaseException:
        database.clear()
        raise


def _upgrade(url: str, passwords: dict[str, str]) -> None:
    if current_revision(url) not in known_revisions():
        raise SettingsError(
            "The backup was made by a newer version of this program: restore with that one "
            "(nothing was changed)."
        )
    upgrade(url, passwords)


def _prepare(settings: Settings, url: str, said: _Said, now: datetime) -> list[Outcome]:
    owner = Database(url, pool_size=1)
    try:
        with owner.begin() as tx:
            known = programmes(tx)
        gateway = process_on(settings, "gateway", owner)
        courier = process_on(settings, "courier", owner)
        gateway, courier = (replace(each, clock=lambda: now) for each in (gateway, courier))
        _refuse_other_keys(settings, owner, gateway, known, now)
        return [_programme(gateway, courier, said, Scope(each), now) for each in known]
    except (Contradicted, NotTrusted) as refused:
        raise SettingsError(
            f"What is in the backup contradicts its own log ({refused}): take another backup "
            "(nothing was changed)."
        ) from None
    finally:
        owner.close()


def _refuse_other_keys(
    settings: Settings, owner: Database, gateway: Process, known: list[UUID], now: datetime
) -> None:
    """Raises `SettingsError` if a rotation since the backup took away what opens it."""
    try:
        for kind in ("gateway", "courier"):
            check_keys(settings, kind, owner, now)
        for programme in known:
            with owner.begin(Scope(programme)) as tx:
                logbook.read_head(tx, gateway.vault)
                if has_other_indexes(tx, versions_of(gateway.custody, PEPPER)):
                    raise SealBroken("a pepper is missing")
    except (SealBroken, SettingsError):
        raise SettingsError(
            f"The keys in {settings.data_dir} are not those of this backup: it is another "
            "hotline's, or a rotation destroyed since then what opens it. Put back the sealed copy "
            "of the process keys from that time, or take a younger backup (nothing was changed)."
        ) from None


def _programme(
    gateway: Process, courier: Process, said: _Said, scope: Scope, now: datetime
) -> Outcome:
    database = courier.database
    with database.begin(scope) as tx:
        before = listed(tx, courier.vault)
        if said.listed is not None and not said.contents.reaches(before.tail):
            raise SettingsError(
                f"{said.listed} ends before the backup, or is not the list that lay beside it "
                "then: it was cut off. Take a whole copy (nothing was changed)."
            )
        restored, owed = note_restore(tx, courier, said.head.id, now)
    memory = Memory()
    sequence(courier, scope, memory)
    told = Remembered.of(tx.programme, said.contents.entries, before.tail.lines)
    done = Returning(gateway, scope, now).apply(told)
    sequence(courier, scope, memory)
    made = datetime.fromtimestamp(said.head.made, UTC)
    return Outcome(restored, made, owed, told.until, done)


def _keep_list(settings: Settings, given: Path | None) -> None:
    """From now on the courier goes on with this copy: it belongs to whom its directory belongs."""
    path = settings.list_file()
    try:
        if given is None or (path.exists() and path.samefile(given)):
            return
        if path.exists():
            path.rename(path.with_name(f"{path.name}.{secrets.token_hex(4)}.aside"))
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        new = path.with_name(f"{path.name}.new")
        new.unlink(missing_ok=True)
        write_owned(new, given.read_bytes())
        new.replace(path)
    except OSError as exc:
        raise SettingsError(
            f"{path} cannot be written ({exc.strerror}): say in WORKERVOICE_KEYED_LIST where the "
            "courier can keep the list (nothing was changed)"
        ) from None
