"""What waits too long in the outbox and in the clocks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from workervoice.app.doctor.findings import Finding, ill
from workervoice.store.backlog import Backlog
from workervoice.store.restored import Restored


def of_restores(rows: Sequence[Restored]) -> Iterator[Finding]:
    """Nothing is sent after a restore until a supervisor says so: that is no mistake of ours."""
    last = max(rows, key=lambda row: row.number, default=None)
    if last is not None and last.waits:
        yield ill(
            "courier",
            "Restore: a backup was put back, and the courier sends nothing until a supervisor "
            "says so on the page /restored.",
        )


def of_backlog(counted: Backlog) -> Iterator[Finding]:
    told = tuple(_of_texts(counted))
    yield from (ill("courier", f"Outbox: {sentence}") for sentence in told)
    if not told:
        yield Finding(True, "Outbox: nothing waits longer than it should.")
    if counted.failed:
        failed = f"Outbox: {_texts(counted.failed)} failed for good in the last day"
        yield Finding(True, f"{failed}: the pages of their cases say so.")
    if counted.unwatched:
        sentence = "have not been looked at when they should: the courier does not run, or hangs."
        yield ill("courier", f"Clocks: {counted.unwatched} {sentence}")


def _of_texts(counted: Backlog) -> Iterator[str]:
    if counted.late:
        yield (
            f"{_texts(counted.late)} to workers should have gone out by now: the courier does "
            "not run, or the provider refuses; read the courier's log."
        )
    if counted.unopened:
        yield (
            f"{_texts(counted.unopened)} cannot be opened by the courier and stay owed: its keys "
            "may be of another time; its log names the rows."
        )
    if counted.unsure:
        yield (
            f"nobody knows whether {_texts(counted.unsure)} were sent, and the provider does not "
            "say: look at its console, and at the courier's log."
        )
    if counted.untrusted:
        yield (
            f"{_texts(counted.untrusted)} in the last day came from nobody whom the directory "
            "vouches for, and were not sent: somebody may be writing to your database."
        )


def _texts(count: int) -> str:
    return f"{count} text" if count == 1 else f"{count} texts"
