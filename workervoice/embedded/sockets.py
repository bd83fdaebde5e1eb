"""Where the server's socket lies: a directory of its own, made at each start, removed at each stop.

It lies outside the data, under a short name: a socket's path holds 103 bytes at most on some
systems, and a backup has no use for it. A kill leaves it behind, so each start and each erasing
clears away what is ours and used by nobody.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import socket
import stat
import time
from pathlib import Path

from workervoice.embedded.account import Account, account_for, is_ours
from workervoice.errors import ServerError

SOCKET = ".s.PGSQL.5432"
# In it lies our unit's RuntimeDirectory: commands find a socket there, not in the unit's own /tmp.
_RUN = Path("/run")

_LEFT_BY_A_SERVER = frozenset({SOCKET, f"{SOCKET}.lock"})
_NAME = re.compile(r"workervoice-(\d+)-[0-9a-f]{12}")
_SOCKET_PATH_BYTES = 103
_MAKING_SECONDS = 60.0  # one that is younger may be of a server that starts right now


def socket_directory(cluster: Path, account: Account, runtime: Path | None) -> Path:
    """A 0700 directory of the account's for this cluster's socket; a foreign one is refused."""
    path = _place(cluster, account, runtime)
    if len(os.fsencode(path / SOCKET)) > _SOCKET_PATH_BYTES:
        raise ServerError(f"{path.parent} is too long a path for a socket: choose a shorter one")
    try:
        path.mkdir(mode=0o700)
    except FileExistsError:
        pass
    except OSError as exc:
        raise ServerError(
            f"no socket directory can be made in {path.parent}: {exc.strerror}"
        ) from exc
    _refuse_foreign(path, account)
    account.own(path)
    os.utime(path)  # young again, so that no other start takes it for left over
    if account.switched and not account.can_reach(path):
        raise ServerError(f"{account.name} cannot reach {path}: chmod o+x the directories above")
    for left in path.iterdir():  # of an earlier server of this cluster, which is gone
        left.unlink()
    return path


def clear_left_over(cluster: Path, account: Account, runtime: Path | None) -> None:
    """Remove the socket directories that killed servers of ours have left, but not this one."""
    own = _place(cluster, account, runtime)
    for path in own.parent.glob("workervoice-*"):
        if path != own and _NAME.fullmatch(path.name):
            _remove_if_unused(path)


def remove_of(cluster: Path, runtime: Path | None) -> None:
    """Remove this cluster's socket directory, which a killed server may have left."""
    path = _place(cluster, account_for(cluster), runtime)
    if _is_directory_of_ours(path):
        shutil.rmtree(path, ignore_errors=True)


def _place(cluster: Path, account: Account, runtime: Path | None) -> Path:
    base = runtime if runtime is not None else _runtime(account)
    mark = hashlib.sha256(os.fsencode(cluster)).hexdigest()[:12]
    return base / f"workervoice-{account.uid}-{mark}"


def _remove_if_unused(path: Path) -> None:
    """A directory that holds more than a server leaves, or is anything else, stays."""
    try:
        if not _is_directory_of_ours(path):
            return
        inside = {each.name for each in path.iterdir()}
        unused = time.time() - path.lstat().st_mtime > _MAKING_SECONDS
        if inside and unused:
            unused = inside <= _LEFT_BY_A_SERVER and _nobody_listens(path / SOCKET)
        if unused:
            for name in inside:
                (path / name).unlink()
            path.rmdir()
    except OSError:  # another start was faster
        return


def _is_directory_of_ours(path: Path) -> bool:
    """A link is not followed: what it points at may be anybody's."""
    try:
        seen = path.lstat()
    except FileNotFoundError:
        return False
    named = _NAME.fullmatch(path.name)
    private = stat.S_ISDIR(seen.st_mode) and stat.S_IMODE(seen.st_mode) == 0o700
    return private and named is not None and int(named[1]) == seen.st_uid and is_ours(seen.st_uid)


def _nobody_listens(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as caller:
        caller.setblocking(False)
        try:
            caller.connect(str(path))
        except (ConnectionRefusedError, FileNotFoundError):
            return True
        except OSError:  # too busy to answer
            return False
    return False


def _refuse_foreign(path: Path, account: Account) -> None:
    seen, base = path.lstat(), path.parent.stat()
    ours = seen.st_uid in {account.uid, os.geteuid()} and stat.S_ISDIR(seen.st_mode)
    if not ours or stat.S_IMODE(seen.st_mode) != 0o700:
        raise ServerError(
            f"{path} is not a directory of {account.name}'s alone: somebody else made it; "
            "remove it and start again"
        )
    if base.st_mode & stat.S_IWOTH and not base.st_mode & stat.S_ISVTX:
        raise ServerError(f"anybody can rename what lies in {path.parent}: chmod +t {path.parent}")


def _runtime(account: Account) -> Path:
    """A directory for sockets that nobody else can write, or /tmp."""
    run = _RUN if os.geteuid() == 0 else _RUN / "workervoice"
    for usual in (run, _RUN / "user" / str(account.uid)):
        if usual.is_dir() and os.access(usual, os.W_OK | os.X_OK):
            return usual
    return Path("/tmp")  # noqa: S108 - the directory made in it is checked to be ours and 0700
