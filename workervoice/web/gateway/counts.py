"""What was taken and refused since the start, and how long that took: no words, no addresses.

A label has one of a few values that stand here; nothing that a caller says can become one.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from workervoice.channels.registry import PROVIDERS as REGISTERED

NAMES = (
    *("stored", "duplicate", "refused", "malformed", "too_large", "unknown_line", "unknown_path"),
    *("unavailable", "keys_away", "untrusted", "broken", "late"),
    *("status_moved", "status_ignored", "status_unnamed", "nothing"),
)
TAKEN = ("stored", "duplicate", "status_moved", "status_ignored", "nothing")
FAILED = ("unavailable", "keys_away", "untrusted", "broken")  # signed, and not stored
PROVIDERS = (*REGISTERED, "none")  # none: nobody whom we know
STAGES = ("verify", "read", "store")
MINUTE = 60  # nobody needs to know to the second when somebody wrote
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)


class Counts:
    """The gateway's measures, in a registry of their own; every label is there from the start."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        webhooks = Counter(
            "workervoice_webhooks_total",
            "Requests to the gateway by provider and outcome.",
            ("provider", "outcome"),
            registry=self.registry,
        )
        self._webhooks = {
            (provider, name): webhooks.labels(provider, name)
            for provider in PROVIDERS
            for name in NAMES
        }
        stages = Histogram(
            "workervoice_webhook_stage_seconds",
            "Time of the stages: verify the signature, read the text, store it.",
            ("stage",),
            buckets=BUCKETS,
            registry=self.registry,
        )
        self._stages = {stage: stages.labels(stage) for stage in STAGES}
        last = Gauge(
            "workervoice_last_webhook_timestamp_seconds",
            "In which minute a webhook was last taken; 0: none since the start.",
            ("provider",),
            registry=self.registry,
        )
        self._last = {provider: last.labels(provider) for provider in PROVIDERS[:-1]}
        self._failed = Gauge(
            "workervoice_last_failure_timestamp_seconds",
            "In which minute a webhook could last not be stored; 0: none since the start.",
            registry=self.registry,
        )
        self.waiting = Gauge(
            "workervoice_store_waiting",
            "Webhooks that wait for the database now.",
            registry=self.registry,
        )

    def add(self, name: str, provider: str = "none") -> None:
        """Count one. Raises `ValueError` for a name that is not in `NAMES`; a provider that we do
        not know is none."""
        known = provider if provider in PROVIDERS else "none"
        counter = self._webhooks.get((known, name))
        if counter is None:
            raise ValueError(f"no such counter: {name}")
        counter.inc()
        if name in FAILED:
            self._failed.set(time.time() // MINUTE * MINUTE)
        if name in TAKEN and known in self._last:
            self._last[known].set(time.time() // MINUTE * MINUTE)

    @contextmanager
    def timed(self, stage: str) -> Iterator[None]:
        """Note how long this took, however it ended."""
        began = time.perf_counter()
        try:
            yield
        finally:
            self._stages[stage].observe(time.perf_counter() - began)
