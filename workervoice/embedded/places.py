"""Where things lie: the cluster and its owner's password.

DATA/postgres names the cluster. Where the server's account cannot reach DATA, it is a link to a
directory of its own under `APART`. The socket lies elsewhere: see `sockets`.
"""

from __future__ import annotations

import os
import secrets
import shutil
from pathlib import Path

from workervoice.embedded.account import Account
from workervoice.errors import ServerError

APART = Path("/var/lib/workervoice")

_NOTE = "postgres.making"
_PASSWORD_BYTES = 32


def make_data_directory(data: Path) -> Path:
    """The data directory, made if need be; root's can be passed through, but not listed."""
    if os.geteuid() == 0:
        passable(data)
    else:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
    return data.resolve()


def passable(path: Path) -> None:
    """Make a directory that others may pass through but not list, whatever the umask says."""
    if not path.exists():
        path.mkdir(parents=True)
        path.chmod(0o711)


def cluster_of(data: Path) -> Path:
    """Where DATA/postgres really lies. It may not exist yet; a dangling link is an error."""
    named = data / "postgres"
    if named.is_symlink() and not named.exists():
        raise ServerError(
            f"{named} points at {named.readlink()}, which is gone: put it back from a backup, "
            f"or remove {named} to begin with an empty database"
        )
    return named.resolve()


def room_for_cluster(data: Path, account: Account) -> Path:
    """Where a new cluster can be made: DATA/postgres if the account can reach it, else apart.

    A place apart is noted at once, so that a first start that was killed leaves none behind.
    """
    if not account.switched or account.can_reach(data):
        return data / "postgres"
    note = data / _NOTE
    if not note.is_symlink():
        note.symlink_to(APART / secrets.token_hex(8) / "postgres")
    cluster = note.readlink()
    passable(APART)
    passable(cluster.parent)
    return cluster


def link_cluster(data: Path, cluster: Path) -> None:
    """Make DATA/postgres name a cluster that lies apart."""
    if cluster.parent != data:
        (data / _NOTE).rename(data / "postgres")


def erase_cluster(data: Path) -> None:
    """Remove the cluster, its place apart, and all that belongs to it in DATA."""
    for name in ("postgres", _NOTE):
        link = data / name
        if link.is_symlink():
            there = link.readlink()
            ours = there.parent.parent == APART  # else an operator moved it, to among other things
            shutil.rmtree(there.parent if ours else there, ignore_errors=True)
            link.unlink()
    shutil.rmtree(data / "postgres", ignore_errors=True)
    for left in data.glob("postgres.*"):
        shutil.rmtree(left) if left.is_dir() else left.unlink()


def owner_password(data: Path, *, new: bool) -> str:
    """The database owner's password, from a 0600 file in DATA; made when `new` and absent."""
    path = data / "postgres.password"
    if new and not path.exists():
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(_PASSWORD_BYTES))
    try:
        mode = path.stat().st_mode
        password = path.read_text()
    except FileNotFoundError:
        raise ServerError(
            f"{path} is missing: put it back from a backup, no one can log in without it"
        ) from None
    if mode & 0o077:
        raise ServerError(f"{path} can be read by others: chmod 600 {path}")
    if not password:
        raise ServerError(f"{path} is empty: put it back from a backup")
    return password
