"""What a process's operations address measures and asks: its memory, its database, its rounds."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import prometheus_client
from prometheus_client import CollectorRegistry, Info, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from workervoice import __version__
from workervoice.crypto.custody import Custody
from workervoice.errors import KeysAway, NotUpgraded, Unavailable
from workervoice.hotline.metering import LineNow
from workervoice.hotline.tally import OUTCOMES, Tally
from workervoice.hotline.tick_spool import COUNTED, STATES, Draining
from workervoice.store.backlog import WAITING, Queue
from workervoice.store.engine import Database
from workervoice.store.revision import check_revision
from workervoice.store.vault import Vault
from workervoice.workflow.pace import Why

if TYPE_CHECKING:
    from workervoice.hotline.tick import Courier

PROBE_SECONDS = 2.0  # in which a database answers
AT_ONCE_SECONDS = 1.0  # a refusal comes sooner, silence later
ROUND_SECONDS = 120.0  # in which a courier finishes a round, or at least begins the next step
BEAT_SECONDS = 10.0  # in which a loop comes round
QUEUE_SECONDS = 10.0  # between two counts of the queue
DATABASE = f"the database does not answer within {PROBE_SECONDS:.0f} s"
REFUSED = "the database is not there, or does not let us in: look at its address and password"
KEYS = "the service that holds the keys does not answer"
IDLES = f"no round was finished in the last {ROUND_SECONDS:.0f} s"
NEW = "it has just started, and no round is finished yet"
WINDOWS = {"hour": 60, "day": 24 * 60}

prometheus_client.disable_created_metrics()  # type: ignore[no-untyped-call]


class _OwnProcess(ProcessCollector):
    """Memory, descriptors and processor time; also where /proc shows processes only."""

    def _boot_time(self) -> float:
        return time.time() - time.clock_gettime(time.CLOCK_BOOTTIME)


def add_process(registry: CollectorRegistry, process: str) -> None:
    """What every process says of itself."""
    _OwnProcess(registry=registry)
    about = Info("workervoice_process", "Which process this is.", registry=registry)
    about.info({"process": process, "version": __version__})


@dataclass
class _Question:
    """One question to the database, and what came of it."""

    answered: threading.Event = field(default_factory=threading.Event)
    over: bool = False
    ill: str = ""

    def answer(self, ill: str) -> None:
        self.ill = ill
        self.answered.set()


class Probe:
    """Whether the database answers and has our tables. Asks on a connection of its own, never
    twice at once, and waits for an answer no longer than `PROBE_SECONDS`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._asked = _Question(over=True)

    def problems(self) -> Iterator[str]:
        """A sentence if it does not answer, or cannot be used."""
        with self._lock:  # whoever comes meanwhile waits for the same answer, and for no older one
            if self._asked.over or self._asked.answered.is_set():
                self._asked = _Question()
                ask = threading.Thread(target=self._ask, args=(self._asked,), name="probe")
                ask.daemon = True
                ask.start()
            asked = self._asked
        if not asked.answered.wait(PROBE_SECONDS):
            yield DATABASE
        elif asked.ill:
            yield asked.ill

    def _ask(self, asked: _Question) -> None:
        began = time.monotonic()
        try:
            with self._database.begin() as tx:
                check_revision(tx)
            asked.answer("")
        except NotUpgraded as exc:
            asked.answer(str(exc))
        except Unavailable:
            if time.monotonic() - began < AT_ONCE_SECONDS:
                asked.answer(REFUSED)
        finally:
            asked.over = True


def keys_away(custody: Custody, vault: Vault) -> Iterator[str]:
    """A sentence while a key cannot be had; new files are looked for, also if nothing comes in."""
    try:
        custody.refresh()
        vault.refresh()
    except KeysAway as exc:
        yield str(exc)
    else:
        if custody.away:
            yield KEYS


def stuck(beat_at: float | None, seconds: float, what: str) -> Iterator[str]:
    """A sentence if somebody's last sign of life is too old."""
    if beat_at is None or time.monotonic() - beat_at > seconds:
        yield what


def without_round(round_at: float | None, started_at: float) -> Iterator[str]:
    """A sentence if no round was finished lately; a courier that has just started says that."""
    if round_at is None and time.monotonic() - started_at <= ROUND_SECONDS:
        yield NEW
    else:
        yield from stuck(round_at, ROUND_SECONDS, IDLES)


class QueueWatch:
    """Lets the courier count what waits, now and then."""

    def __init__(self, courier: Courier) -> None:
        self._courier, self._counted_at = courier, -QUEUE_SECONDS

    def look(self) -> None:
        """Count, if it is time. Raises `Unavailable`."""
        if time.monotonic() - self._counted_at >= QUEUE_SECONDS:
            self._courier.count_queue()
            self._counted_at = time.monotonic()


class CourierMetrics:
    """A courier's tally in Prometheus' words, read when somebody asks."""

    def __init__(self, courier: Courier, providers: Sequence[str]) -> None:
        self._courier, self._providers = courier, providers

    def collect(self) -> Iterator[Metric]:
        tally = self._courier.tally
        yield self._sendings(tally)
        yield self._errors(tally)
        failures = CounterMetricFamily(
            "workervoice_courier_failures", "Items that failed, by kind.", labels=["kind"]
        )
        for kind, count in list(self._courier.failures.items()):
            failures.add_metric([kind], count)
        yield failures
        yield CounterMetricFamily("workervoice_courier_rounds", "Rounds finished.", tally.rounds)
        age = -1.0 if tally.round_at is None else time.monotonic() - tally.round_at
        yield GaugeMetricFamily(
            "workervoice_courier_round_age_seconds", "Since the last round; -1: none yet.", age
        )
        yield from _of_lines(list(self._courier.metering.lines.values()))
        if tally.queue is not None:
            yield from _waiting(tally.queue)

    def _sendings(self, tally: Tally) -> Metric:
        told = CounterMetricFamily(
            "workervoice_deliveries",
            "Sendings by outcome and the provider's code.",
            labels=["provider", "outcome", "code"],
        )
        for provider in self._providers:
            for outcome in OUTCOMES:
                named = (provider, outcome, "")
                told.add_metric(named, tally.sendings[named])
        for named, count in list(tally.sendings.items()):
            if named[2]:
                told.add_metric(named, count)
        return told

    def _errors(self, tally: Tally) -> Metric:
        told = GaugeMetricFamily(
            "workervoice_provider_errors",
            "The provider's errors of the last hour and day, by code.",
            labels=["provider", "window", "code"],
        )
        for window, minutes in WINDOWS.items():
            found = tally.errors(minutes)
            for (provider, code), count in sorted(found.items()):
                told.add_metric([provider, window, code], count)
            for provider in self._providers:
                every = sum(count for named, count in found.items() if named[0] == provider)
                told.add_metric([provider, window, "any"], every)
        return told


class SpoolMetrics:
    """What the courier knows of the fallback receiver."""

    def __init__(self, draining: Draining) -> None:
        self._draining = draining

    def collect(self) -> Iterator[Metric]:
        draining = self._draining
        files = GaugeMetricFamily(
            "workervoice_spool_files", "Files at the fallback receiver.", labels=["state"]
        )
        for state in STATES:
            files.add_metric([state], draining.states[state])
        yield files
        now, oldest = draining.process.clock(), draining.oldest
        yield GaugeMetricFamily(
            "workervoice_spool_oldest_seconds",
            "Since when the oldest lies there.",
            0 if oldest is None else max(0.0, (now - oldest).total_seconds()),
        )
        drained = draining.drained_at
        yield GaugeMetricFamily(
            "workervoice_spool_drained_timestamp_seconds",
            "When its list was last gone through; 0: not since the start.",
            0 if drained is None else drained.timestamp(),
        )
        rounds = CounterMetricFamily(
            "workervoice_spool", "What was done there, by outcome.", labels=["outcome"]
        )
        for outcome in COUNTED:
            rounds.add_metric([outcome], draining.counts[outcome])
        yield rounds


def _of_lines(known: list[LineNow]) -> Iterator[Metric]:
    """How many lines, and the worst of them: which one it is, the page and the log tell."""
    quiet = GaugeMetricFamily(
        "workervoice_lines_quiet",
        "Lines on which strangers get no automatic answer, by reason.",
        labels=["why"],
    )
    for why in (Why.FLOOD, Why.BUDGET):
        quiet.add_metric([why], sum(line.quiet == why for line in known))
    yield quiet
    yield GaugeMetricFamily(
        "workervoice_budget_spent_ratio",
        "Of the line that spent most of its month's budget.",
        max((line.share for line in known), default=0) / 100,
    )


def _waiting(found: Queue) -> Iterator[Metric]:
    texts = GaugeMetricFamily(
        "workervoice_queue_texts", "Texts that the courier has to see to.", labels=["state"]
    )
    for state in WAITING:
        texts.add_metric([state], found.count(state))
    yield texts
    yield GaugeMetricFamily(
        "workervoice_queue_oldest_seconds", "Since when the oldest is owed.", found.oldest_seconds
    )
    yield GaugeMetricFamily(
        "workervoice_log_unsequenced", "Leaves of the log without a place.", found.unsequenced
    )
