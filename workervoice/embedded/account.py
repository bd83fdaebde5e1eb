"""As whom PostgreSQL runs, and what that account can reach.

PostgreSQL refuses to run as root, so a server started by root runs as `workervoice` if there is
such a user, else as `nobody`; a cluster that exists already keeps its owner.
"""

from __future__ import annotations

import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path

from workervoice.errors import ServerError

_UNPRIVILEGED = ("workervoice", "nobody")


@dataclass(frozen=True, slots=True)
class Account:
    """Who the server runs as. `switched` when that is somebody else than we are."""

    name: str
    uid: int
    gid: int
    switched: bool

    def can_reach(self, path: Path) -> bool:
        """True if this account may pass through `path` and every directory above it."""
        here = path.resolve()
        return all(self._may_pass(place) for place in (here, *here.parents))

    def own(self, path: Path) -> None:
        """Give `path` to this account; never follows a link."""
        if self.switched:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def _may_pass(self, directory: Path) -> bool:
        seen = directory.stat()
        if seen.st_uid == self.uid:
            return bool(seen.st_mode & stat.S_IXUSR)
        if seen.st_gid == self.gid:
            return bool(seen.st_mode & stat.S_IXGRP)
        return bool(seen.st_mode & stat.S_IXOTH)


def account_for(cluster: Path) -> Account:
    """The account for this cluster, which may not exist yet. Raises `ServerError`."""
    owner = cluster.stat() if cluster.exists() else None
    we = os.geteuid()
    if we != 0:
        if owner is not None and owner.st_uid != we:
            raise ServerError(
                f"the database files in {cluster} belong to {_name(owner.st_uid)}: "
                f"start as that user, or give them to {_name(we)} with chown -R"
            )
        return Account(_name(we), we, os.getegid(), switched=False)
    if owner is None:
        return _unprivileged()
    if owner.st_uid == 0:
        raise ServerError(
            f"the database files in {cluster} belong to root, and PostgreSQL does not run as "
            f"root: give them to {_unprivileged().name} with chown -R"
        )
    return Account(_name(owner.st_uid), owner.st_uid, owner.st_gid, switched=True)


def _unprivileged() -> Account:
    for name in _UNPRIVILEGED:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(name, entry.pw_uid, entry.pw_gid, switched=True)
    raise ServerError(
        "started as root, and PostgreSQL does not run as root: make a user named workervoice, "
        "or start as another user"
    )


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"
