"""To whom a key's file belongs: to the owner of the directory in which it lies, whoever wrote it.

Each process reads its own directory as a user of its own. What root writes there, in a rotation,
has to be that user's, or the process stands without its keys while the old ones are destroyed.
"""

from __future__ import annotations

import os
import pwd
from collections.abc import Iterator
from pathlib import Path

from workervoice.errors import SettingsError

_OTHERS = 0o077  # any right of group or world


def write_owned(path: Path, content: bytes) -> None:
    """A new file, mode 0600, of its directory's owner and group; whole, or not there. Raises
    `FileExistsError`, and `SettingsError` if it cannot be given away."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            _give(file.fileno(), path)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _give(handle: int, path: Path) -> None:
    """Only root can; what another user writes is in a directory of that user."""
    if os.geteuid() != 0:
        return
    there = path.parent.stat()
    try:
        os.fchown(handle, there.st_uid, there.st_gid)
    except OSError as exc:
        raise SettingsError(
            f"{path} cannot be given to {name_of(there.st_uid)}, whose directory it is in "
            f"({exc.strerror}): run this as that user, or as root with all rights"
        ) from None


def flush_names(directory: Path) -> None:
    """Let the names of new files survive a power cut too."""
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def refuse_if_open(path: Path, others: int = _OTHERS) -> None:
    """Raise `SettingsError` if `path` is missing, or gives others one of these rights."""
    try:
        mode = path.stat().st_mode
    except PermissionError:
        raise unreadable(path) from None
    except OSError:
        raise SettingsError(f"{path} cannot be read: make it, or say where the keys are") from None
    if mode & others:
        raise SettingsError(f"{path} is open to others on this machine: chmod go= it")


def unreadable(path: Path) -> SettingsError:
    """Who may not read what, and what to do."""
    me, here = name_of(os.geteuid()), path
    while True:
        try:
            owner = name_of(here.stat().st_uid)
            break
        except OSError:
            here = here.parent
    if here != path:
        return SettingsError(
            f"user {me} may not pass through {here}, which belongs to {owner}, to {path}: as "
            f"{owner}, chmod go+x {here}"
        )
    return SettingsError(
        f"user {me} may not read {path}, which belongs to {owner}: as root, chown {me}: {path}"
    )


def of_others(directory: Path) -> Iterator[str]:
    """A problem for each file whose owner is not the directory's."""
    mine = directory.stat().st_uid
    for path in sorted(directory.iterdir()):
        found = path.lstat().st_uid
        if found != mine:
            who = name_of(mine)
            yield (
                f"{path} belongs to {name_of(found)}, so {who}, whose directory it is in, may not "
                f"read it: as root, chown {who}: {path}"
            )


def name_of(uid: int) -> str:
    """A user's name, or the number if the system knows none."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
