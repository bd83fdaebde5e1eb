"""The process keys' spare: sealed to a recovery key that is kept with the root.

Whoever loses the server's disk would lose every return address with the courier's key. So each
time process keys are made, a copy is sealed to the recovery key's public half, and lies beside
them and in the backups; `workervoice restore` asks for the printed half.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from workervoice.app.keyfiles import has_key_files
from workervoice.crypto.paper import ROOT_BYTES, from_paper, pair_from_paper
from workervoice.crypto.seal import ctx
from workervoice.crypto.suite import open_with, seal_to
from workervoice.errors import CryptoError, SettingsError

PAPER = "recovery key"
SEALED, PUBLIC = "process-keys.sealed", "recovery.public"
_PLACE = ctx("process-keys")


def seal_process_keys(data: Path, seed: bytes | None = None) -> None:
    """Seal a copy of every process key in `data`, for a new recovery key or the one it has."""
    if seed is not None:
        _write(data / PUBLIC, pair_from_paper(seed).public.hex().encode())
    try:
        public = bytes.fromhex((data / PUBLIC).read_text().strip())
    except (OSError, ValueError):
        raise SettingsError(f"{data / PUBLIC} is missing: put back your copy of it") from None
    files = {
        str(path.relative_to(data)): path.read_bytes().hex()
        for path in sorted((data / "keys").rglob("*"))
        if path.is_file()
    }
    files["root.public"] = (data / "root.public").read_bytes().hex()
    sealed = seal_to(public, json.dumps(files).encode(), _PLACE)
    fresh = data / (SEALED + ".new")
    fresh.unlink(missing_ok=True)
    _write(fresh, sealed)
    fresh.replace(data / SEALED)


def restore_process_keys(sealed: Path, data: Path, typed: str) -> list[str]:
    """Write the keys back into `data`, which must have none; returns the files' names.

    Raises `Mistyped` for a typing error and `SettingsError` for anything else that is wrong, with
    nothing written.
    """
    if has_key_files(data) or (data / "keys").exists():
        raise SettingsError(f"{data} has keys already: restore into another directory")
    pair = pair_from_paper(from_paper(PAPER, typed, ROOT_BYTES))
    try:
        files = json.loads(open_with(pair, sealed.read_bytes(), _PLACE))
    except OSError:
        raise SettingsError(f"{sealed} cannot be read: name the sealed copy of the keys") from None
    except (CryptoError, ValueError):
        raise SettingsError(f"{sealed} does not open with this recovery key") from None
    for name, content in files.items():
        path = data / name
        for directory in reversed([path.parent, *path.parent.parents]):
            if not directory.exists():
                directory.mkdir(mode=0o700)
        _write(path, bytes.fromhex(content))
    _write(data / PUBLIC, pair.public.hex().encode())
    seal_process_keys(data)
    return sorted(files)


def _write(path: Path, content: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
