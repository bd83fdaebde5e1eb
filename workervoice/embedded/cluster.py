"""The database files: making them, clearing away what a crash left, and the server's settings."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from workervoice.embedded import places
from workervoice.embedded.account import Account, account_for, maker_for
from workervoice.embedded.binaries import binaries_for
from workervoice.embedded.child import Child
from workervoice.errors import ServerError

OWNER = "workervoice_owner"

_UNFINISHED = "postgres.new-"

# Held whatever postgresql.conf says. No statement, parameter or row may reach the server's log:
# even an error's own sentence can quote one, so errors go to the client alone.
_HELD = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "password_encryption": "scram-sha-256",
    "log_min_messages": "log",  # in the log's order LOG stands above ERROR: LOG, FATAL, PANIC
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_statement": "none",
    "log_min_duration_statement": "-1",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_lock_waits": "off",
    "log_checkpoints": "off",
    "logging_collector": "off",
    "log_destination": "stderr",
}
_DURABLE = {"fsync": "on", "full_page_writes": "on"}
_QUICK = {"fsync": "off", "full_page_writes": "off"}  # survives a kill, not a loss of power
# First values of what an operator may change in postgresql.conf.
_TUNED = {
    "max_connections": "60",
    "shared_buffers": "64MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
}

# What initdb's server or initdb itself calls the reason; its last line only says that it tidies up.
_REASON = re.compile(r"(?:FATAL|PANIC|ERROR|initdb: error): +(.+)")

_POLL_SECONDS = 0.01
_ORPHAN_SECONDS = 1.0  # a server's children end by themselves within milliseconds of its death


@dataclass(frozen=True, slots=True)
class Cluster:
    """One set of database files, who owns them, and the binaries that fit them."""

    path: Path
    account: Account
    binaries: Path

    @property
    def lock(self) -> Path:
        return self.path / "postmaster.pid"

    def command(self, sockets: Path, *, durable: bool) -> list[str]:
        """The command line of the server."""
        held = {**_HELD, "unix_socket_directories": str(sockets)}
        held |= _DURABLE if durable else _QUICK
        options = [part for name, value in held.items() for part in ("-c", f"{name}={value}")]
        return [str(self.binaries / "postgres"), "-D", str(self.path), *options]


def open_cluster(data: Path, *, durable: bool, say: Callable[[str], None]) -> Cluster:
    """The cluster of a data directory, made now if there is none. Only under DATA's lock."""
    path = places.cluster_of(data)
    account = account_for(path)
    if not path.exists():
        path = places.room_for_cluster(data, account)
        if not path.exists():  # or we were killed between making it and linking it
            _make(Cluster(path, account, binaries_for(path, account)), data, durable=durable)
        places.link_cluster(data, path)
        account = account_for(path)
    elif not (path / "PG_VERSION").exists():
        raise ServerError(f"{path} holds no database: remove it and start again")
    elif account.switched and not account.can_reach(path):
        raise ServerError(f"{account.name} cannot reach {path}: chmod o+x the directories above")
    if account.switched:
        say(f"PostgreSQL runs as {account.name}, with its files in {path}")
    return Cluster(path, account, binaries_for(path, account))


def clear_the_way(cluster: Cluster, patience_seconds: float) -> None:
    """Wait until nothing of an earlier server holds the files, and end what it left behind.

    An earlier server whose parent was killed shuts itself down; children of a killed server
    usually end at once, one that is busy computing does not.
    """
    begun = time.monotonic()
    while holders := _holders(cluster):
        waited = time.monotonic() - begun
        server = _locked_by(cluster)
        if waited > patience_seconds:
            raise ServerError(
                f"an earlier database server (process {server or holders[0]}) still uses "
                f"{cluster.path}: end it and start again"
            )
        if server not in holders and waited > _ORPHAN_SECONDS:
            for pid in holders:
                os.kill(pid, signal.SIGQUIT)
        time.sleep(_POLL_SECONDS)
    if Path("/proc/self/stat").exists() and not _may_be_server(_locked_by(cluster)):
        cluster.lock.unlink(missing_ok=True)  # its number may belong to another program by now


def _make(cluster: Cluster, data: Path, *, durable: bool) -> None:
    """initdb beside the place, then one rename: files are whole or not there."""
    password = places.owner_password(data, new=True)
    for left in cluster.path.parent.glob(f"{_UNFINISHED}*"):
        shutil.rmtree(left, ignore_errors=True)  # a killed initdb may still be writing there
    room = Path(tempfile.mkdtemp(prefix=_UNFINISHED, dir=cluster.path.parent))
    fresh, secret = room / "postgres", room / "password"
    fresh.mkdir(mode=0o700)
    secret.touch(mode=0o600)
    secret.write_text(password)
    maker = maker_for(cluster.account)
    for path in (room, fresh, secret):
        maker.own(path)
    try:
        _initdb(replace(cluster, account=maker), fresh, secret, durable=durable)
        if maker != cluster.account:
            os.chown(room, os.geteuid(), os.getegid())  # from here on the maker is shut out
            cluster.account.own_tree(fresh, maker)
        fresh.rename(cluster.path)
        _sync_directory(cluster.path.parent)
    finally:
        shutil.rmtree(room, ignore_errors=True)


def _initdb(cluster: Cluster, into: Path, secret: Path, *, durable: bool) -> None:
    tuned = [part for name, value in _TUNED.items() for part in ("-c", f"{name}={value}")]
    child = Child(
        [
            *(str(cluster.binaries / "initdb"), "-D", str(into)),
            *(f"--username={OWNER}", f"--pwfile={secret}", "--auth=scram-sha-256"),
            *("--encoding=UTF8", "--locale=C", "--locale-provider=builtin"),
            *("--builtin-locale=C.UTF-8", "--data-checksums", "--no-instructions"),
            *([] if durable else ["--no-sync"]),
            *tuned,
        ],
        cluster.account,
        end_with=signal.SIGKILL,
        output=subprocess.PIPE,
    )
    printed = child.output()
    if child.exit_code != 0:
        reason = _REASON.search(printed)
        last = (printed.strip().splitlines() or ["it said nothing"])[-1]
        said = reason[1] if reason else last
        raise ServerError(f"the database files could not be made in {into}: {said}")


def _sync_directory(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _locked_by(cluster: Cluster) -> int | None:
    try:
        return int(cluster.lock.read_text().split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return None


def _holders(cluster: Cluster) -> list[int]:
    """Processes of PostgreSQL that work in the cluster's directory; Linux only, else none."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        pid = int(entry.name)
        try:
            if _may_be_server(pid) and (entry / "cwd").samefile(cluster.path):
                found.append(pid)
        except OSError:  # it ended meanwhile, or is nobody's whom we may look at
            continue
    return found


def _may_be_server(pid: int | None) -> bool:
    """True for a living process called `postgres`; a zombie holds nothing any more."""
    try:
        name, _, rest = Path(f"/proc/{pid}/stat").read_text().partition("(")[2].rpartition(")")
    except OSError:
        return False
    return name == "postgres" and rest.split()[0] not in {"Z", "X"}
