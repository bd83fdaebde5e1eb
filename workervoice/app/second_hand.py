"""The courier's second hand: it fetches, deletes and lists at providers, beside the sending, so
that a slow medium or a long list keeps no answer waiting."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from workervoice.app.transcription import Transcribe, nobody_hears
from workervoice.app.washing import Washer
from workervoice.channels.base import Keeper
from workervoice.channels.registry import keeper_of
from workervoice.channels.setup import Setups
from workervoice.errors import KeysAway, SettingsError, Unavailable
from workervoice.hotline.media import AS_IT_CAME, MISSING, WASHED, Head, washed_head
from workervoice.hotline.tick_leftovers import Collecting, Keepers
from workervoice.hotline.tick_lists import Lists
from workervoice.hotline.tick_spool import Draining
from workervoice.message import Fetched
from workervoice.store.elsewhere import Elsewhere, elsewhere, together
from workervoice.store.engine import Scope
from workervoice.store.programme import Line, programmes
from workervoice.wash.outcome import Washed

EVERY_SECONDS = 2.0
BETWEEN_SECONDS = 0.25  # between two batches
COUNT_SECONDS = 30.0
DONE = (WASHED, AS_IT_CAME, MISSING, "deleted", "kept", "refused")
CLOSE_SECONDS = 20.0


def _nobody() -> None:
    """Nobody waits for it."""


class SecondHand(Collector):
    """A thread. A database or keys that are away are waited for; the first hand says so. If it
    ends by itself, for whatever reason, `ended` is called: nobody works with one hand for long."""

    def __init__(
        self, collecting: Collecting, lists: Lists, draining: Draining | None = None
    ) -> None:
        self.collecting, self.lists, self.draining = collecting, lists, draining
        lists.stopping = collecting.stopping
        self.elsewhere: Elsewhere | None = None
        self.ended: Callable[[], None] = _nobody
        self._counted_at = -COUNT_SECONDS
        self._thread = threading.Thread(target=self._work, name="second-hand", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """Finish what was begun; what takes longer is taken up again when its lease is over."""
        self.collecting.stopping.set()
        if self._thread.is_alive():
            self._thread.join(CLOSE_SECONDS)

    def _work(self) -> None:
        try:
            self._run()
        finally:
            if not self.collecting.stopping.is_set():
                self.ended()

    def _run(self) -> None:
        stopping = self.collecting.stopping
        while not stopping.is_set():
            handled = 0
            try:
                handled = self.collecting.go_round()
                self.lists.go_round()
                self.count()
                if self.draining is not None:
                    self.draining.go_round()
            except (Unavailable, KeysAway):
                pass
            except SettingsError:  # keys that are not ours: the first hand ends for that
                return
            # never so busy that the first hand, which shares the processor, is kept from sending
            stopping.wait(BETWEEN_SECONDS if handled else EVERY_SECONDS)

    def count(self) -> None:
        """What is elsewhere, now and then, for whoever watches."""
        if time.monotonic() - self._counted_at < COUNT_SECONDS:
            return
        process, found = self.collecting.process, []
        with process.database.begin() as tx:
            known = programmes(tx)
        for programme in known:
            with process.database.begin(Scope(programme)) as tx:
                found.append(elsewhere(tx, process.clock()))
        self.elsewhere, self._counted_at = together(found), time.monotonic()

    def collect(self) -> Iterator[Metric]:
        """In Prometheus' words, read when somebody asks."""
        done = CounterMetricFamily(
            "workervoice_collected",
            "What the courier did about what is left at providers.",
            labels=["what"],
        )
        for what in DONE:
            done.add_metric([what], self.collecting.done[what])
        yield done
        yield CounterMetricFamily(
            "workervoice_listed", "Messages found in providers' lists.", self.lists.counts["listed"]
        )
        yield CounterMetricFamily(
            "workervoice_lists_failed",
            "Lists of providers that could not be read.",
            self.lists.counts["list_failed"],
        )
        if self.elsewhere is not None:
            yield from _gauges(self.elsewhere, self.collecting.process.clock())


def _gauges(found: Elsewhere, now: datetime) -> Iterator[Metric]:
    age = 0.0 if found.oldest is None else max((now - found.oldest).total_seconds(), 0.0)
    yield GaugeMetricFamily(
        "workervoice_leftovers", "Messages that are still at providers.", found.count
    )
    yield GaugeMetricFamily(
        "workervoice_leftovers_oldest_seconds", "Since when the oldest of them is there.", age
    )
    yield GaugeMetricFamily(
        "workervoice_brought_refused",
        "Messages that came by another way than a webhook and cannot be taken as things are.",
        found.refused,
    )


def keepers_of(setups: Setups) -> Keepers:
    """Made once for each line. Raises `SettingsError`."""
    keepers = {line: keeper_of(setups, line) for line in setups.lines()}

    def keeper(line: Line) -> Keeper | None:
        return keepers[line.slug] if line.slug in keepers else keepers.get("")

    return keeper


def taken_apart(fetched: Fetched, transcribe: Transcribe = nobody_hears) -> tuple[Head, bytes]:
    """By a child that has nothing: see `washing`. What it does not wash is kept as it came, for it
    may be evidence; a page shows nothing of it."""
    washed, size = Washer().wash(fetched.content, fetched.claimed), len(fetched.content)
    if isinstance(washed, Washed):
        return washed_head(washed, transcribe(washed)), washed.content
    if not size:
        return Head(MISSING, why=washed.reason), b""
    return Head(AS_IT_CAME, fetched.claimed[:100], size, washed.reason), fetched.content
