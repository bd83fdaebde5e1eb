"""What waits too long in the outbox and in the clocks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from workervoice.app.doctor.findings import Finding, ill
from workervoice.store.backlog import Backlog
from workervoice.store.elsewhere import Elsewhere
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


def of_elsewhere(found: Elsewhere, now: datetime) -> Iterator[Finding]:
    """What is left at providers for too long, and what came by another way and is not taken."""
    if found.stale(now):
        codes = ", ".join(f"{code} ({count})" for code, count in found.by_code.items() if code)
        yield ill(
            "courier",
            f"Providers still have messages of more than two days ago ({found.count} in all): "
            "they refuse to delete them, or the courier does not run. Last refusals: "
            f"{codes or 'none'}.",
        )
    if found.waiting_late:
        yield ill(
            "courier",
            f"{_texts(found.waiting_late)} of workers came by another way than a webhook and wait: "
            "the gateway does not run.",
        )
    if found.unlisted:
        yield ill(
            "courier",
            f"The provider's list of {found.unlisted} line(s) could not be read for two hours: "
            "what webhooks miss is not found. Look at the provider's login and at the courier's "
            "log.",
        )


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
