"""Processes that are told to end, as at an upgrade: what was begun is finished, and nothing is left
half done for others to look up."""

from __future__ import annotations

import time

from tests.faults.ground import NAMES, Ground
from workervoice.app.leaving import GONE_SECONDS, STOP_SECONDS
from workervoice.journal import EVENTS

OLD_SECONDS = GONE_SECONDS + 1.0  # a process is older than the time that it has to leave


def told_to_end(ground: Ground, times: int = 3) -> None:
    """Each in turn, while workers write, and started again."""
    with ground.under(ground.load()):
        for _ in range(times):
            time.sleep(OLD_SECONDS)
            for name in NAMES:
                _end(ground, name)
                ground.start(name)


def _end(ground: Ground, name: str) -> None:
    begun = ground.log.stat().st_size
    child = ground.running[name]
    child.ask_to_end()
    if not child.ended_within(STOP_SECONDS):
        raise AssertionError(f"{name} was told to end and did not")
    said = ground.log.read_bytes()[begun:].decode()
    if EVENTS["stopped_short"][1] in said:
        raise AssertionError(f"{name} was cut off in its work")
    if name == "courier" and "claimed" in ground.states().values():
        raise AssertionError("the courier left a text of which nobody knows whether it went out")
