"""Other users of this machine, for a few lines of a test."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

GATEWAY, COURIER, CONSOLE = 64901, 64902, 64903  # uids that nobody has
OF = {"gateway": GATEWAY, "courier": COURIER, "console": CONSOLE}


@contextmanager
def acting_as(uid: int) -> Iterator[None]:
    """This process, as another user; where we are not root, as ourselves."""
    before = os.geteuid()
    if before == 0:
        os.seteuid(uid)
    try:
        yield
    finally:
        if before == 0:
            os.seteuid(before)


def give_away(directory: Path, uid: int) -> None:
    """As `chown -R` does, if we may."""
    if os.geteuid() == 0:
        for path in (directory, *directory.rglob("*")):
            os.chown(path, uid, uid)


def lock_up(path: Path) -> None:
    """A file that its process may not read: root's, or where we are not root, nobody's."""
    if os.geteuid() == 0:
        os.chown(path, 0, 0)
    else:
        path.chmod(0)


def unlock(path: Path, uid: int) -> None:
    if os.geteuid() == 0:
        os.chown(path, uid, uid)
    else:
        path.chmod(0o600)
