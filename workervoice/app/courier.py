"""The courier's process: it ticks until it is told to stop."""

from __future__ import annotations

import time
from collections.abc import Callable
from uuid import UUID

from prometheus_client import CollectorRegistry

from workervoice.app.leaving import Leaving
from workervoice.app.processes import build_process, probe_database, provider_of, public_url
from workervoice.app.serving import Seat, ops_of
from workervoice.app.watching import (
    IDLES,
    ROUND_SECONDS,
    CourierMetrics,
    Probe,
    QueueWatch,
    keys_away,
    stuck,
    without_round,
)
from workervoice.channels.base import Sender
from workervoice.channels.simulator import SimulatorSender
from workervoice.channels.twilio import TwilioSender
from workervoice.crypto.keyedlist import ListFile, list_key
from workervoice.errors import KeysAway, SettingsError, Unavailable
from workervoice.hotline.remembering import Remembering
from workervoice.hotline.tick import Courier
from workervoice.journal import Journal
from workervoice.settings import PREFIX, Settings
from workervoice.store.programme import Line

_JOURNAL = Journal("workervoice")


def run_courier(settings: Settings, seat: Seat) -> None:
    """Tick until told to stop; a database that is away is waited for."""
    courier = build_courier(settings)
    Leaving(courier.stopping.set).on_signals()
    registry = CollectorRegistry()
    registry.register(CourierMetrics(courier, provider_of(settings)))
    tally, started_at = courier.tally, time.monotonic()
    asked = Probe(probe_database(settings, "courier"))
    ops = ops_of(
        *(settings, seat, "courier", registry),
        alive=lambda: stuck(tally.beat_at, ROUND_SECONDS, IDLES),
        ready=lambda: (
            *asked.problems(),
            *keys_away(courier.process.custody, courier.process.vault),
            *without_round(tally.round_at, started_at),
        ),
    )
    _JOURNAL.note("started")
    _tick_until(courier, settings.courier_poll_seconds)
    if ops is not None:
        ops.close()
    _JOURNAL.note("stopped")


def _tick_until(courier: Courier, poll_seconds: float) -> None:
    away, watch = False, QueueWatch(courier)
    while not courier.stopping.is_set():
        try:
            handled = courier.tick()
            watch.look()
            if away:
                _JOURNAL.note("database_back")
            away = False
        except Unavailable:
            if not away:
                _JOURNAL.note("database_away")
            courier.tally.beat()
            handled, away = 0, True
        except KeysAway:  # said in the log by whoever holds the keys
            courier.tally.beat()
            handled = 0
        if not handled:
            courier.stopping.wait(poll_seconds)


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
