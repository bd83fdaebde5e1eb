"""A demo that was begun once for all tests of a process, and copies of it: a hotline's first start,
with its database and its people to make, takes longer than most of what is tried on it."""

from __future__ import annotations

import atexit
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

from tests.app.running import TOLD, running
from workervoice.embedded import EmbeddedServer


def _remove(made: Path) -> None:
    EmbeddedServer(made / "data").erase()  # what it has elsewhere, too
    shutil.rmtree(made, ignore_errors=True)


@cache
def _demo() -> Path:
    """Its data directory, not running; beside it lies what its start printed."""
    made = Path(tempfile.mkdtemp(prefix="wv-begun-"))
    atexit.register(_remove, made)
    made.chmod(0o711)
    with running(made / "data", "--demo") as up:
        pass
    (made / TOLD).write_text(up.output)
    return made / "data"


def copy_demo(data: Path) -> None:
    """Begun in `data`, as by a start before."""
    begun = _demo()
    subprocess.run(["cp", "-a", str(begun), str(data)], check=True)
    shutil.copy(begun.parent / TOLD, data.parent)
