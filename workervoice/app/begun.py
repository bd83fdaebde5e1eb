"""A restore that was begun and not finished, as a file in the data directory says.

The database has a mark of its own as soon as something is in it (`store.unfinished`). This one is
there before: from the first key's file on, or the first file of an embedded database, so that
whoever starts the hotline in between is told, and no other command makes tables meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from workervoice.crypto.belonging import write_owned
from workervoice.errors import SettingsError

FILE = "restore.unfinished"


def is_begun(data: Path) -> bool:
    try:
        return (data / FILE).exists()
    except OSError:
        return False  # who may not look in here is not the one who restores


def stop_if_begun(data: Path) -> None:
    """Raises `SettingsError` on a data directory whose restore is not finished."""
    if is_begun(data):
        raise SettingsError(
            f"A restore into {data} was not finished: run the same `workervoice restore` again "
            "before anything is started."
        )


def begin(data: Path) -> None:
    """From now on nobody else starts here."""
    if not is_begun(data):
        write_owned(data / FILE, b"")


def finish(data: Path) -> None:
    (data / FILE).unlink(missing_ok=True)


@contextmanager
def undone_if_refused(data: Path) -> Iterator[None]:
    """What is refused changes nothing, so it leaves no sign either; a run before may have."""
    before = is_begun(data)
    try:
        yield
    except BaseException:
        if not before:
            finish(data)
        raise
