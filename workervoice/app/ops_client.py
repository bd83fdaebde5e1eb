"""Asks a process at its operations address: whether it lives, whether it is ready, its numbers."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from prometheus_client.parser import text_string_to_metric_families

ASK_SECONDS = 4.0  # more than a process waits for its database
MOST_BYTES = 1 << 20


@dataclass
class Heard:
    """What one process said."""

    address: str
    answers: bool = False
    alive: bool = False
    ready: bool = False
    problems: list[str] = field(default_factory=list)
    memory_bytes: int | None = None
    started_at: float | None = None
    numbers: list[tuple[str, dict[str, str], float]] = field(default_factory=list, repr=False)

    def samples(self, name: str) -> Iterator[tuple[Mapping[str, str], float]]:
        for known, labels, value in self.numbers:
            if known == name:
                yield labels, value

    def by(self, name: str, label: str) -> Iterator[tuple[str, float]]:
        for labels, value in self.samples(name):
            yield labels[label], value


def listen_to(address: str) -> Heard:
    """Ask for everything; a process that does not answer has said nothing."""
    heard = Heard(address)
    try:
        healthy, ill = _get(address + "/health")
        ready, missing = _get(address + "/ready")
        _, text = _get(address + "/metrics")
    except OSError:
        return heard
    heard.answers, heard.alive, heard.ready = True, healthy, healthy and ready
    said = ("" if healthy else ill) + ("" if ready else missing)
    heard.problems = list(dict.fromkeys(said.splitlines()))
    try:
        for family in text_string_to_metric_families(text):
            for sample in family.samples:
                heard.numbers.append((sample.name, dict(sample.labels), float(sample.value)))
    except ValueError:  # not one of ours: what it said means nothing
        return Heard(address)
    heard.memory_bytes = _whole(heard, "process_resident_memory_bytes")
    started = next(heard.samples("process_start_time_seconds"), None)
    heard.started_at = None if started is None else started[1]
    return heard


def _whole(heard: Heard, name: str) -> int | None:
    found = next(heard.samples(name), None)
    return None if found is None else int(found[1])


def _get(url: str) -> tuple[bool, str]:
    """Whether all is well there, and what it says. Raises `OSError`."""
    try:
        with urllib.request.urlopen(url, timeout=ASK_SECONDS) as answer:  # noqa: S310 - our own
            return True, answer.read(MOST_BYTES).decode("utf-8", "replace")
    except urllib.error.HTTPError as refused:
        with refused:
            return False, refused.read(MOST_BYTES).decode("utf-8", "replace")
