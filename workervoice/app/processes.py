"""What every process is made of: its keys, its database role and the clock, out of settings."""

from __future__ import annotations

from datetime import UTC, datetime

from pydantic import SecretStr

from workervoice.app.begun import stop_if_begun
from workervoice.app.keyfiles import keys_of, pinned_root
from workervoice.crypto.suite import self_test
from workervoice.errors import SettingsError
from workervoice.hotline.ownkeys import refuse_foreign_keys
from workervoice.hotline.process import Process, Trust
from workervoice.journal import Journal
from workervoice.settings import PREFIX, Settings
from workervoice.store.engine import Database, Scope, database_time
from workervoice.store.programme import programmes
from workervoice.store.unfinished import stop_if_unfinished
from workervoice.workflow.retention import Policy

_JOURNAL = Journal("workervoice")
POOL = {"gateway": 4, "courier": 2, "console": 6}


def wall_clock() -> datetime:
    """The only clock that the product reads."""
    return datetime.now(tz=UTC)  # noqa: TID251


shared_clock = database_time  # of all our processes; both clocks are moved by the fault runner


def build_process(settings: Settings, kind: str) -> Process:
    """Keys, database and trust of one of our processes; refuses to start on a broken library."""
    self_test()
    url = _database_url(settings, kind)
    stop_if_begun(settings.data_dir)
    stop_if_unfinished(url)
    database = Database(url, pool_size=POOL[kind])
    if settings.custody == "file":
        _JOURNAL.note("keys_in_files")
    return process_on(settings, kind, database)


def process_on(settings: Settings, kind: str, database: Database) -> Process:
    """The keys of one of our processes, on this database."""
    files = keys_of(settings, kind)
    return Process(
        id=files.process_id,
        database=database,
        custody=files.custody,
        vault=files.vault(),
        trust=Trust(pinned_root(settings.data_dir, settings.root_public)),
        clock=wall_clock,
        retention=Policy.parse(settings.retention_days),
        shared_clock=shared_clock,
    )


def probe_database(settings: Settings, kind: str) -> Database:
    """A connection for asking whether the database answers, beside those that work."""
    return Database(_database_url(settings, kind), pool_size=1)


def _database_url(settings: Settings, kind: str) -> str:
    url: SecretStr | None = getattr(settings, f"{kind}_database_url")
    if url is None:
        raise SettingsError(f"{PREFIX}{kind.upper()}_DATABASE_URL is missing.")
    return url.get_secret_value()


def check_keys(settings: Settings, kind: str, database: Database, now: datetime) -> None:
    """Raises `SettingsError` if the gateway's or courier's key files are not those that every
    programme's directory names."""
    files = keys_of(settings, kind)
    trust = Trust(pinned_root(settings.data_dir, settings.root_public))
    with database.begin() as tx:
        known = programmes(tx)
    for programme in known:
        with database.begin(Scope(programme)) as tx:
            directory = trust.directory(tx, files.vault(), now)
        refuse_foreign_keys(directory, kind, files.process_id, files.custody)


def public_url(settings: Settings) -> str:
    if settings.public_url is None:
        raise SettingsError(
            f"{PREFIX}PUBLIC_URL is missing: give the address under which providers reach the "
            "gateway, such as https://hotline.example.org"
        )
    return settings.public_url.rstrip("/")
