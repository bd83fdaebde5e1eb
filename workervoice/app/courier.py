"""The courier's process: it ticks until it is told to stop."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from uuid import UUID

from prometheus_client import CollectorRegistry

from workervoice.app.leaving import Leaving
from workervoice.app.processes import build_process, probe_database, public_url
from workervoice.app.programs import Program
from workervoice.app.second_hand import SecondHand, keepers_of, taken_apart
from workervoice.app.serving import Seat, ops_of
from workervoice.app.transcription import Transcribe, TranscriptionProgram, nobody_hears
from workervoice.app.watching import (
    IDLES,
    ROUND_SECONDS,
    CourierMetrics,
    Probe,
    QueueWatch,
    SpoolMetrics,
    keys_away,
    stuck,
    without_round,
)
from workervoice.channels.base import Sender, Templated
from workervoice.channels.registry import Nobody, pace_of, sender_of
from workervoice.channels.registry import provider_of as provider_for
from workervoice.channels.setup import Setups
from workervoice.crypto.keyedlist import ListFile, list_key
from workervoice.errors import KeysAway, Unavailable
from workervoice.hotline.process import Process
from workervoice.hotline.reaching import Ways
from workervoice.hotline.remembering import Remembering
from workervoice.hotline.tick import Courier
from workervoice.hotline.tick_leftovers import Collecting
from workervoice.hotline.tick_lists import Lists
from workervoice.hotline.tick_spool import Draining, Remote
from workervoice.journal import Journal
from workervoice.settings import Settings
from workervoice.store.programme import Line

_JOURNAL = Journal("workervoice")


def run_courier(settings: Settings, seat: Seat) -> None:
    """Tick until told to stop; a database that is away is waited for."""
    setups = Setups.read(settings, "sending_secrets")
    courier = build_courier(settings, setups)
    second = build_second_hand(courier.process, setups, settings)
    second.draining = build_draining(courier.process, settings)
    Leaving(courier.stopping.set).on_signals()
    registry = CollectorRegistry()
    registry.register(CourierMetrics(courier, sorted({*map(setups.provider_of, setups.lines())})))
    registry.register(second)
    if second.draining is not None:
        registry.register(SpoolMetrics(second.draining))
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
    second.ended = courier.stopping.set  # and whoever watches over us starts another one
    second.start()
    _tick_until(courier, settings.courier_poll_seconds)
    second.close()
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


def build_second_hand(process: Process, setups: Setups, settings: Settings) -> SecondHand:
    keepers, command = keepers_of(setups), settings.transcribe_command
    hears: Transcribe = nobody_hears
    if command is not None:
        hears = TranscriptionProgram(Program.beside(settings, command))
    wash = partial(taken_apart, transcribe=hears)
    return SecondHand(Collecting(process, keepers, wash), Lists(process, keepers))


def build_draining(process: Process, settings: Settings) -> Draining | None:
    """None unless there is a fallback receiver, and we may take what it has."""
    if settings.fallback_url is None or settings.drain_secret is None:
        return None
    return Draining(
        process, Remote(settings.fallback_url, settings.drain_secret.get_secret_value())
    )


def build_courier(settings: Settings, setups: Setups) -> Courier:
    base = public_url(settings)

    def callback(line: Line, outbox_id: UUID) -> str:
        return f"{base}/status/{provider(line)}/{line.slug}?m={outbox_id}"

    def provider(line: Line) -> str:
        return setups.provider_of(line.slug)

    process = build_process(settings, "courier")
    beside = ListFile(settings.list_file(), list_key(process.vault.mac_key))
    senders = _senders(setups)

    def templates(line: Line) -> frozenset[str]:
        """WhatsApp's: nobody else wants any."""
        sender = senders(line)
        whatsapp = line.channel == "whatsapp"
        return sender.templates if whatsapp and isinstance(sender, Templated) else frozenset()

    return Courier(
        process,
        senders,
        Ways(callback, templates, provider),
        lambda line: pace_of(setups, line.slug, line.channel),
        remembering=Remembering(beside),
    )


def _senders(setups: Setups) -> Callable[[Line], Sender]:
    """Made once for each line. Raises `SettingsError` for one that cannot be, before anything is
    sent. On a line that nobody is set for, or one of another channel, nothing leaves."""
    senders = {line: sender_of(setups, line) for line in setups.lines()}
    nobody = Nobody()

    def sender(line: Line) -> Sender:
        found = senders.get(line.slug) or senders.get("")
        fits = found is not None and line.channel in provider_for(setups, line.slug).channels
        return found if fits and found is not None else nobody

    return sender
