"""`workervoice backup`: make one, seal a dump to a key that expires, open one, destroy old keys."""

from __future__ import annotations

import argparse
import sys
from contextlib import nullcontext
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from workervoice.errors import SettingsError

if TYPE_CHECKING:
    from workervoice.settings import Settings


def declare(commands: Any) -> None:
    """Add these commands to the command line's parser."""
    about = "make a backup as the settings say, and destroy the keys of those older than 14 days"
    backup = commands.add_parser("backup", help=about, description=about)
    backup.set_defaults(run=_daily)
    parts = backup.add_subparsers(metavar="DO")
    for name, run, about in (
        ("seal", _seal, "seal a dump from standard input to a new key"),
        ("make", _make, "dump this hotline's database, and seal the dump to a new key"),
        ("open", _open, "write an opened backup to standard output"),
        ("expire", _expire, "destroy keys older than 14 days: their backups open no more"),
    ):
        part = parts.add_parser(name, help=about, description=about)
        part.set_defaults(run=run)
        part.add_argument("--keys", type=Path, required=True, help="directory of the backups' keys")
        if name in {"seal", "make"}:
            part.add_argument("--out", type=Path, required=True, help="a new file for the backup")
        if name == "open":
            part.add_argument("file", type=Path, help="the backup")


def _daily(parsed: argparse.Namespace) -> int:
    from workervoice.app.processes import wall_clock  # noqa: PLC0415 - `triage` must start fast
    from workervoice.settings import load  # noqa: PLC0415

    settings, now = load(), wall_clock()
    into, keys = settings.backup_dir, settings.backup_keys_dir
    if into is None or keys is None:
        raise SettingsError(
            "WORKERVOICE_BACKUP_DIR and WORKERVOICE_BACKUP_KEYS_DIR are missing: say where backups "
            "go, and where their keys, on another disk; or use `workervoice backup make`"
        )
    if keys.resolve().is_relative_to(into.resolve()):
        raise SettingsError(
            "WORKERVOICE_BACKUP_KEYS_DIR lies in WORKERVOICE_BACKUP_DIR: whoever takes the backups "
            "takes their keys. Give another directory, on another disk"
        )
    out = into / now.strftime("%Y-%m-%d-%H%M%S.backup")
    try:
        _make_directory(into, now)
        print(f"backup {_made(settings, out, keys, now)} is {out}; its key is in {keys}")
    finally:  # a backup that fails does not keep the old ones open
        ended = _expired(keys, now)
    if not settings.list_file().is_file():
        print(
            f"There is no list {settings.list_file()} yet: the courier begins it. Without it, what "
            "was erased after the backup would come back with it."
        )
    return ended


def _make_directory(into: Path, now: datetime) -> None:
    from workervoice.app.backups import clear  # noqa: PLC0415

    try:
        into.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as exc:
        raise SettingsError(f"{into} cannot be made ({exc.strerror}): give a directory") from None
    for path in clear(into, now):
        print(f"{path} was left by a backup that was killed: it is removed")


def _made(settings: Settings, out: Path, keys: Path, now: datetime) -> UUID:
    from workervoice.app.backups import Places, seal  # noqa: PLC0415
    from workervoice.app.dumping import dumped  # noqa: PLC0415
    from workervoice.app.proofs import proof_of  # noqa: PLC0415

    return seal(dumped(settings), out, Places(keys, proof_of(settings)), now)


def _seal(parsed: argparse.Namespace) -> int:
    from workervoice.app.backups import Places, seal  # noqa: PLC0415
    from workervoice.app.processes import wall_clock  # noqa: PLC0415
    from workervoice.app.proofs import proof_of  # noqa: PLC0415
    from workervoice.settings import load  # noqa: PLC0415

    source, places = nullcontext(sys.stdin.buffer), Places(parsed.keys, proof_of(load()))
    print(f"backup {seal(source, parsed.out, places, wall_clock())}")
    return 0


def _make(parsed: argparse.Namespace) -> int:
    from workervoice.app.processes import wall_clock  # noqa: PLC0415
    from workervoice.settings import load  # noqa: PLC0415

    print(f"backup {_made(load(), parsed.out, parsed.keys, wall_clock())}")
    return 0


def _open(parsed: argparse.Namespace) -> int:
    from workervoice.app.backups import Places, unseal  # noqa: PLC0415
    from workervoice.app.proofs import proof_of  # noqa: PLC0415
    from workervoice.settings import load  # noqa: PLC0415

    unseal(parsed.file, Places(parsed.keys, proof_of(load())), sys.stdout.buffer)
    return 0


def _expire(parsed: argparse.Namespace) -> int:
    from workervoice.app.processes import wall_clock  # noqa: PLC0415

    return _expired(parsed.keys, wall_clock())


def _expired(keys: Path, now: datetime) -> int:
    from workervoice.app.expiring import amiss, doubt, expire  # noqa: PLC0415

    for backup_id in expire(keys, now):
        print(f"backup {backup_id} opens no more")
    for told in amiss(keys, now):
        print(f"{told}: look at it.")
    doubted = doubt(keys, now)
    if doubted is not None:
        print(f"workervoice: {doubted}", file=sys.stderr)
    return 0 if doubted is None else 1
