"""The owner's hand on the database, for commands that are run beside the processes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from uuid import UUID

from pydantic import SecretStr

from workervoice.app.initiating import FOUNDING
from workervoice.app.keyfiles import has_key_files, keys_of, pinned_root
from workervoice.crypto.belonging import flush_names
from workervoice.embedded import EmbeddedServer
from workervoice.errors import ServerError, SettingsError
from workervoice.hotline.founding import Founding, store_founding
from workervoice.hotline.noting import log_recipients
from workervoice.settings import Settings
from workervoice.store import programme as store
from workervoice.store.engine import Database, Scope, Tx


@contextmanager
def owner_database(settings: Settings, *, snapshot: bool = False) -> Iterator[Database]:
    """The owner's connection. Raises `ServerError` or `Unavailable`. With `snapshot` a transaction
    sees everything as it was when it began."""
    with owner_url(settings, given=settings.database_url) as url:
        database = Database(url, pool_size=1, snapshot=snapshot)
        try:
            yield database
        finally:
            database.close()


@contextmanager
def owner_url(settings: Settings, *, given: SecretStr | None) -> Iterator[str]:
    """The address that is given, or the owner's of the embedded database: of the one that `up`
    runs, or of one started for this."""
    if given is not None:
        yield given.get_secret_value()
        return
    if not (settings.data_dir / "postgres").exists():
        raise SettingsError(
            f"There is no database in {settings.data_dir}, and WORKERVOICE_DATABASE_URL names none."
        )
    server = EmbeddedServer(settings.data_dir)
    try:
        server.start()
    except ServerError:
        yield server.owner_url_of_running()
        return
    try:
        server.ensure_database()
        yield server.owner_url()
    finally:
        server.stop()


@contextmanager
def programme_of_owner(settings: Settings) -> Iterator[tuple[Tx, bytes]]:
    """A transaction in the database's one programme, and its pinned root."""
    root_public = pinned_root(settings.data_dir, settings.root_public)
    with owner_database(settings) as database, database.begin(only_programme(database)) as tx:
        yield tx, root_public


def only_programme(database: Database) -> Scope:
    """Raises `SettingsError` unless there is exactly one."""
    with database.begin() as tx:
        found = store.programmes(tx)
    if len(found) != 1:
        raise SettingsError(f"The database has {len(found)} programmes: this command needs one.")
    return Scope(found[0])


def settle(owner: Database, settings: Settings, now: datetime) -> UUID | None:
    """Store the ceremony's founding document that lies beside the keys; the programme's id.

    None if there is no document. Raises `SettingsError` if it is damaged; nothing is stored then.
    Once it is stored the file goes: it has everybody's keys under the passphrases of the envelopes,
    which open it as long as it is there, whatever people choose later.
    """
    path = settings.data_dir / FOUNDING
    if not path.is_file() or not has_key_files(settings.data_dir):
        return None
    founding = Founding.from_json(path.read_text(encoding="utf-8"))
    with owner.begin(Scope(founding.programme_id)) as tx:
        store_founding(tx, founding)
        log_recipients(tx, keys_of(settings, "courier").vault(), now)
    _remove(path)
    return founding.programme_id


def _remove(path: Path) -> None:
    try:
        path.unlink()
    except OSError as exc:
        raise SettingsError(
            f"the programme is stored, but {path} cannot be removed ({exc.strerror}): remove it"
        ) from None
    flush_names(path.parent)
