"""This machine: disks, open files, who may look into the data directory, and as whom we run."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from workervoice.app import descriptors
from workervoice.app.disks import disks
from workervoice.app.doctor.findings import Finding, Look, ill
from workervoice.app.expiring import amiss, doubt, last_made
from workervoice.app.ops_addresses import FILE, addresses
from workervoice.app.ops_client import listen_to

BACKUP_EVERY = timedelta(days=1)
_OTHERS_WRITE, _OTHERS_ANYTHING = 0o022, 0o077
_SECRET = ("founding.json", "process-keys.sealed", "postgres.password", "postgres")


def disk(look: Look) -> Iterator[Finding]:
    """Something is left to write on."""
    for each in disks(look.settings):
        if each.full:
            yield ill("disk", f"Disk: {each.warning}")


def backup(look: Look) -> Iterator[Finding]:
    """Somebody set up backups, and the newest is of yesterday or today."""
    keys = look.settings.backup_keys_dir
    if keys is None:
        return
    last = last_made(keys, look.now)
    if last is None:
        told = "Backup: none was ever made"
    elif look.now.date() - last > BACKUP_EVERY:
        told = f"Backup: the last one is of {last.isoformat()}"
    else:
        return
    yield ill("backup", f"{told}: run `workervoice backup`, and see why nothing runs it daily.")


def backup_keys(look: Look) -> Iterator[Finding]:
    """Nothing opens longer than it should, and every key there is one."""
    keys = look.settings.backup_keys_dir
    if keys is None:
        return
    doubted = doubt(keys, look.now)
    for told in (*amiss(keys, look.now), *([doubted] if doubted else ())):
        yield ill(
            "backup_keys",
            f"Keys of backups: {told}: run `workervoice backup expire --keys {keys}`, and see what "
            "it says.",
        )


def open_files(look: Look) -> Iterator[Finding]:
    """As the running processes say, or else as this user may have."""
    found = {"a process of this user": float(descriptors.allowed())}
    for process, address in addresses(look.settings).items():
        for _, most in listen_to(address).samples("process_max_fds"):
            found.pop("a process of this user", None)
            found[f"the {process}"] = most
    for who, most in found.items():
        if most < descriptors.LEAST:
            yield ill(
                "open_files",
                f"Open files: {who} may have {most:.0f} open: raise the hard limit (LimitNOFILE= "
                f"of its unit, ulimit -Hn) to {descriptors.LEAST} or more.",
            )


def data_directory(look: Look) -> Iterator[Finding]:
    """Several users may share it, each with keys of its own: passing through is no mistake."""
    data = look.settings.data_dir
    closed = {
        **dict.fromkeys((data, data / "keys"), _OTHERS_WRITE),
        **{data / name: _OTHERS_ANYTHING for name in _SECRET},
    }
    for path, others in closed.items():
        try:
            mode = path.stat().st_mode
        except OSError:
            continue  # nothing is there, or nobody lets us in
        if mode & others:
            what, rights = ("change", "w") if others == _OTHERS_WRITE else ("look into", "rwx")
            yield ill(
                "data_directory",
                f"Data directory: others on this machine may {what} {path}: chmod go-{rights} it.",
            )


def root_user(look: Look, *, demo: bool) -> Iterator[Finding]:
    """`up` leaves a file behind it while it runs, which belongs to whoever runs it."""
    try:
        owner = (look.settings.data_dir / FILE).stat().st_uid
    except OSError:
        return
    if owner == 0 and not demo:
        yield ill(
            "root_user",
            "User: `workervoice up` runs as root: make a user for it (deploy/small.md), give it "
            f"{look.settings.data_dir}, and start it as that one.",
        )
