"""A provider that misbehaves for a simulated day, and clocks that jump.

A day is so many hours of a few workers each; between them the clock of all moves on. About half
of what is answered badly was taken all the same, so that a courier that simply tried again would
answer twice.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from tests.faults.ground import Ground
from tests.faults.load import new_worker
from tests.faults.peer import BAD_MANNERS, until

HOUR = 3600.0
TIMEOUT_SECONDS = "0.2"
MOST_CALLS_AN_HOUR = 200  # to a provider that answers nothing useful: nobody is hammered


def bad_day(
    manners: str, *, hours: int = 24, workers: int = 2, rounds: float = 0.4
) -> Callable[[Ground], None]:
    """The provider answers so for as many hours, then well again."""

    def act(ground: Ground) -> None:
        _impatient(ground, TIMEOUT_SECONDS)
        ground.peer.manners, asked = manners, ground.peer.asked
        try:
            for _ in range(hours):
                write_all(ground, workers)
                time.sleep(rounds)
                ground.pass_time(HOUR)
        finally:
            ground.peer.manners = "well"
        calls = ground.peer.asked - asked
        if not hours <= calls <= hours * MOST_CALLS_AN_HOUR:
            raise AssertionError(f"the provider was called {calls} times in {hours} hours")
        _impatient(ground, "2")

    return act


def all_manners(hours: int) -> dict[str, Callable[[Ground], None]]:
    return {manner: bad_day(manner, hours=hours) for manner in (*BAD_MANNERS, "mixed")}


def jump(seconds: float) -> Callable[[Ground], None]:
    """Our clock is wrong by so much for a while, and the provider's is not; some of its answers do
    not come, so that what was sent has to be looked up."""

    def act(ground: Ground) -> None:
        _impatient(ground, TIMEOUT_SECONDS)
        ground.peer.manners = "mixed"
        with ground.under(ground.load(connections=3)):
            time.sleep(1.0)
            ground.clock.advance(seconds)
            time.sleep(1.0)
            ground.pass_time(70)
            time.sleep(1.0)
            ground.clock.advance(-seconds)
            time.sleep(1.0)
        ground.pass_time(abs(seconds))
        ground.peer.manners = "well"
        _impatient(ground, "2")

    return act


def write_all(ground: Ground, workers: int) -> None:
    """So many workers write everything they have to say, one after the other."""
    load = ground.load()
    connection = load.connect()
    for _ in range(workers):
        worker = new_worker()
        ground.workers.append(worker)
        while not worker.finished:
            load.deliver(connection, worker.write())
    connection.close()


def _impatient(ground: Ground, seconds: str) -> None:
    """A courier that waits so long for an answer."""
    ground.settings["TWILIO_TIMEOUT_SECONDS"] = seconds
    ground.stop("courier")
    ground.start("courier")
    until(0.3, lambda: False)
