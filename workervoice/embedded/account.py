"""As whom PostgreSQL runs, and what that account can reach.

PostgreSQL refuses to run as root. A server started by root runs as `workervoice` if there is such a
user; else under a number that is nobody's, so that no other program of the machine has any right to
its files; and as `nobody` only where numbers are rationed (a container without that range). A
cluster that exists already keeps its owner.
"""

from __future__ import annotations

import hashlib
import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path

from workervoice.errors import ServerError

NUMBERS = range(60706, 61184)  # given out neither by distributions nor by systemd

_NAMED = "workervoice"
_SHARED = "nobody"


@dataclass(frozen=True, slots=True)
class Account:
    """Who the server runs as. `switched` when that is somebody else than we are."""

    name: str
    uid: int
    gid: int
    switched: bool

    @property
    def nameless(self) -> bool:
        """True if the system has no such user; `initdb` then has to run as somebody else."""
        return self.switched and _user(self.uid) is None

    def can_reach(self, path: Path) -> bool:
        """True if this account may pass through `path` and every directory above it."""
        here = path.resolve()
        return all(self._may_pass(place) for place in (here, *here.parents))

    def own(self, path: Path) -> None:
        """Give `path` to this account; never follows a link."""
        if self.switched:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def own_tree(self, top: Path, maker: Account) -> None:
        """Give this account the files that `maker` has made, and nothing else.

        Other programs may run as the maker too: a link or a file of somebody else's among its
        files would give this account what is not ours to give. Raises `ServerError`.
        """
        self.own(top)  # a directory first, then what is in it: nothing can be added any more
        for _, directories, files, handle in os.fwalk(top, follow_symlinks=False):
            for name in (*directories, *files):
                seen = os.stat(name, dir_fd=handle, follow_symlinks=False)
                alone = stat.S_ISDIR(seen.st_mode) or (
                    stat.S_ISREG(seen.st_mode) and seen.st_nlink == 1
                )
                if seen.st_uid != maker.uid or not alone:
                    raise ServerError(f"somebody else put {name} into {top}: start again")
                os.chown(name, self.uid, self.gid, dir_fd=handle, follow_symlinks=False)

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
        return _unprivileged(cluster)
    if owner.st_uid == 0:
        raise ServerError(
            f"the database files in {cluster} belong to root, and PostgreSQL does not run as "
            f"root: give them to another user with chown -R, such as {_unprivileged(cluster).name}"
        )
    return Account(_name(owner.st_uid), owner.st_uid, owner.st_gid, switched=True)


def is_ours(uid: int) -> bool:
    """True for those as whom a server of ours may have run, whichever cluster it had."""
    we = os.geteuid()
    named = {account.uid for account in map(_named, (_NAMED, _SHARED)) if account is not None}
    return uid == we or (we == 0 and (uid in NUMBERS or uid in named))


def maker_for(account: Account) -> Account:
    """As whom to run `initdb`, which insists on a user with a name; the server itself does not."""
    if not account.nameless:
        return account
    maker = _named(_SHARED)
    if maker is None:
        raise ServerError(
            f"started as root, and there is neither a user {_NAMED} nor a user {_SHARED} to make "
            f"the database files as: make a user {_NAMED}"
        )
    return maker


def _unprivileged(cluster: Path) -> Account:
    named = _named(_NAMED)
    if named is not None:
        return named
    number = _unused_number(cluster)
    if number is not None and _named(_SHARED) is not None:
        return Account(_name(number), number, number, switched=True)
    shared = _named(_SHARED)
    if shared is not None:
        return shared
    raise ServerError(
        "started as root, and PostgreSQL does not run as root: make a user named workervoice, "
        "or start as another user"
    )


def _named(name: str) -> Account | None:
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        return None
    return Account(name, entry.pw_uid, entry.pw_gid, switched=True)


def _unused_number(cluster: Path) -> int | None:
    """A number for this cluster: no user's, no process's, and one that this machine has."""
    first = int.from_bytes(hashlib.sha256(os.fsencode(cluster)).digest()[:4], "big")
    in_use = _numbers_of_processes()
    for step in range(len(NUMBERS)):
        number = NUMBERS[(first + step) % len(NUMBERS)]
        if number not in in_use and _user(number) is None and _is_mapped(number):
            return number
    return None


def _numbers_of_processes() -> set[int]:
    found = set()
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            found.add(entry.stat().st_uid)
        except OSError:  # it has ended meanwhile
            continue
    return found


def _is_mapped(number: int) -> bool:
    """False where a container has fewer numbers than the kernel."""
    for name in ("uid_map", "gid_map"):
        try:
            lines = Path("/proc/self", name).read_text().splitlines()
        except OSError:  # not Linux: no such thing
            continue
        ranges = (tuple(map(int, line.split())) for line in lines)
        if not any(inside <= number < inside + count for inside, _, count in ranges):
            return False
    return True


def _user(uid: int) -> str | None:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return None


def _name(uid: int) -> str:
    return _user(uid) or f"user {uid}"
