"""What was kept long enough, for the command that lists it: by id and part, never by words."""

from __future__ import annotations

from collections.abc import Iterator

from workervoice.hotline.keeping import would_go
from workervoice.hotline.process import Process
from workervoice.store.engine import Scope
from workervoice.store.programme import programmes
from workervoice.workflow.retention import Part

_TOLD = {
    Part.CONTACT: "contact of conversation",
    Part.WORDS: "words of case",
    Part.RECORD: "record of case",
}


def dry_run(process: Process) -> Iterator[str]:
    """A line for each thing that would go or waits for a person, and the sum. Changes nothing."""
    going = waiting = 0
    with process.database.begin() as tx:
        known = programmes(tx)
    yield f"Kept for days: {process.retention}"
    for programme in known:
        for part, about in would_go(process, Scope(programme), process.clock()):
            by_person = part is Part.RECORD
            yield f"{_TOLD[part]} {about}{': a person may erase it' if by_person else ''}"
            going, waiting = going + (not by_person), waiting + by_person
    yield f"{going} would go, {waiting} wait for a person. Nothing was changed."
