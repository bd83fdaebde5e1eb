"""Processes out of settings: a gateway, courier or console with its own keys and database role."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

from pydantic import SecretStr

from workervoice.app.begun import stop_if_begun
from workervoice.app.keyfiles import keys_of, pinned_root
from workervoice.channels.base import Receiver, Sender
from workervoice.channels.simulator import SimulatorReceiver, SimulatorSender
from workervoice.channels.twilio import TwilioReceiver, TwilioSender
from workervoice.crypto.keyedlist import ListFile, list_key
from workervoice.crypto.passkeys import Relying
from workervoice.crypto.suite import self_test
from workervoice.errors import SettingsError
from workervoice.hotline.act import Desk
from workervoice.hotline.doors import Door
from workervoice.hotline.ownkeys import refuse_foreign_keys
from workervoice.hotline.process import Process, Trust
from workervoice.hotline.receive import Reception
from workervoice.hotline.remembering import Remembering
from workervoice.hotline.tick import Courier
from workervoice.journal import Journal
from workervoice.settings import PREFIX, Settings
from workervoice.store.engine import Database, Scope, database_time
from workervoice.store.programme import Line, programmes
from workervoice.store.unfinished import stop_if_unfinished
from workervoice.triage.engine import Engine
from workervoice.workflow.phrasebook import PhraseBook
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


def build_reception(settings: Settings) -> Reception:
    return Reception(build_process(settings, "gateway"), Engine.load(), PhraseBook.load())


def build_receivers(settings: Settings) -> dict[str, Receiver]:
    """Who may call our webhooks. Without tokens the Twilio receiver refuses everything."""
    receivers: dict[str, Receiver] = {
        "twilio": TwilioReceiver(settings.twilio_account_sid or "", settings.tokens())
    }
    if settings.simulator_secret is not None:
        receivers["simulator"] = SimulatorReceiver(settings.simulator_secret.get_secret_value())
    return receivers


def public_url(settings: Settings) -> str:
    if settings.public_url is None:
        raise SettingsError(
            f"{PREFIX}PUBLIC_URL is missing: give the address under which providers reach the "
            "gateway, such as https://hotline.example.org"
        )
    return settings.public_url.rstrip("/")


def provider_of(settings: Settings) -> str:
    """Through whom texts go out."""
    return "twilio" if settings.sends_by_twilio() else "simulator"


def build_courier(settings: Settings) -> Courier:
    base, provider = public_url(settings), provider_of(settings)

    def callback(line: Line, outbox_id: UUID) -> str:
        return f"{base}/status/{provider}/{line.slug}?m={outbox_id}"

    process = build_process(settings, "courier")
    beside = ListFile(settings.list_file(), list_key(process.vault.mac_key))
    return Courier(process, _senders(settings), callback, remembering=Remembering(beside))


def _senders(settings: Settings) -> Callable[[Line], Sender]:
    if settings.sends_by_twilio():
        key, secret = settings.twilio_api_key, settings.twilio_api_secret
        numbers = {"sms": settings.twilio_sms_from, "whatsapp": settings.twilio_whatsapp_from}
        by_channel = {
            channel: TwilioSender(
                settings.twilio_account_sid or "",
                key.get_secret_value() if key else "",
                secret.get_secret_value() if secret else "",
                api_base=settings.twilio_api_base,
                timeout=settings.twilio_timeout_seconds,
                number=number if settings.demo else None,
            )
            for channel, number in numbers.items()
        }
        return lambda line: by_channel[line.channel]
    if settings.simulator_url is None or settings.simulator_secret is None:
        raise SettingsError(
            f"{PREFIX}TWILIO_API_KEY is missing: the courier needs Twilio's account, API key and "
            "secret to send with"
        )
    simulator = SimulatorSender(
        settings.simulator_url, settings.simulator_secret.get_secret_value()
    )
    return lambda line: simulator


def build_console(settings: Settings) -> tuple[Process, Door, Desk]:
    if settings.boot_secret is None:
        raise SettingsError(f"{PREFIX}BOOT_SECRET is missing.")
    process = build_process(settings, "console")
    boot_secret = bytes.fromhex(settings.boot_secret.get_secret_value())
    relying = Relying((settings.console_url or "").rstrip("/"))
    return process, Door(process, boot_secret, relying=relying), Desk(process, PhraseBook.load())
