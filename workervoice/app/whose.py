"""Whether a command is run by the user whose data directory and files it is to work with."""

from __future__ import annotations

import os
from pathlib import Path

from workervoice.crypto.belonging import name_of, unreadable
from workervoice.errors import SettingsError


def stop_if_of_another(data: Path, *, also_root: bool = False) -> None:
    """Raises `SettingsError` if this user may not write into `data`, or make it; with `also_root`
    if root would leave files in it that its owner may not read."""
    try:
        owner = data.stat().st_uid
    except FileNotFoundError:
        _stop_if_unmakable(data)
        return
    except PermissionError:
        raise unreadable(data) from None
    me, whose = os.geteuid(), name_of(owner)
    if me == 0 and owner != 0 and also_root:
        raise SettingsError(
            f"{data} belongs to {whose}, who may not read what root makes in it: run this as "
            f"{whose} (runuser -u {whose} -- …)"
        )
    if owner != me and not os.access(data, os.W_OK | os.X_OK, effective_ids=True):
        raise SettingsError(
            f"{data} belongs to {whose}, and user {name_of(me)} may not write into it: run this as "
            f"{whose}, or name another data directory"
        )


def _stop_if_unmakable(data: Path) -> None:
    there = next(each for each in data.absolute().parents if each.exists())
    if not os.access(there, os.W_OK | os.X_OK, effective_ids=True):
        me = name_of(os.geteuid())
        raise SettingsError(
            f"user {me} may not make {data}: as root, install -d -m 0700 -o {me} {data}"
        )


def stop_if_unreadable(path: Path) -> None:
    """Raises `SettingsError` about what is there and may not be read."""
    try:
        there = path.exists()
    except PermissionError:
        raise unreadable(path) from None
    if there and not os.access(path, os.R_OK, effective_ids=True):
        raise unreadable(path)
