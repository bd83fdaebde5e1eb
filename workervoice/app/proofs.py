"""The proof of backups: a key that whoever makes backups has, and that opens nothing by itself.

DATA/keys/backup/proof. It is made of what every process has, so `restore` needs no copy of it; the
user that makes backups at night has only this.
"""

from __future__ import annotations

import os
from pathlib import Path

from workervoice.app.custodies import keys_directory
from workervoice.app.keyfiles import PROCESSES, keys_of
from workervoice.app.private_files import write_private
from workervoice.crypto.backup import proof_key
from workervoice.crypto.seal import KEY_BYTES
from workervoice.errors import SettingsError, WorkervoiceError
from workervoice.settings import Settings


def proof_of(settings: Settings) -> bytes:
    """From its file, or from a process's keys; then the file is made. Raises `SettingsError`."""
    path = proof_file(settings.data_dir)
    try:
        proof = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except FileNotFoundError:
        return write_proof(settings)
    except (OSError, ValueError):
        proof = b""
    if len(proof) != KEY_BYTES:
        raise SettingsError(
            f"{path} cannot be read, or is damaged: give it to the user that makes backups; "
            "where the process keys are, `workervoice backup` makes a new one if it is missing"
        )
    return proof


def proof_by_keys(settings: Settings) -> bytes:
    """From the courier's keys, whatever the file says. Raises `SettingsError`, `KeysAway`."""
    return proof_key(keys_of(settings, "courier").vault().mac_key)


def write_proof(settings: Settings) -> bytes:
    """Make the file anew from the keys of any process. Raises `SettingsError`."""
    path = proof_file(settings.data_dir)
    for process in PROCESSES:
        try:
            proof = proof_key(keys_of(settings, process).vault().mac_key)
        except WorkervoiceError:
            continue
        _write(path, proof)
        return proof
    raise SettingsError(
        f"{path} is missing, which proves that a backup is this hotline's, and no process's keys "
        "are here to make it of: give the data directory of your programme (WORKERVOICE_DATA_DIR)"
    )


def proof_file(data: Path) -> Path:
    return keys_directory(data, "backup") / "proof"


def _write(path: Path, proof: bytes) -> None:
    """For whom the keys belong to. Where nobody may write it is made of the keys every time."""
    try:
        path.parent.mkdir(mode=0o700, exist_ok=True)
    except OSError:
        return
    if not os.access(path.parent, os.W_OK):
        return
    path.unlink(missing_ok=True)
    write_private(path, proof.hex())
    if os.geteuid() == 0:
        there = path.parent.parent.stat()
        for made in (path.parent, path):
            os.chown(made, there.st_uid, there.st_gid)
