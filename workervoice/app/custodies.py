"""Which custody a process's keys are in: what the settings say, and no other."""

from __future__ import annotations

import os
from pathlib import Path

from workervoice.crypto.belonging import unreadable
from workervoice.crypto.boxed import TransitCustody
from workervoice.crypto.credential import CredentialCustody
from workervoice.crypto.custody import Custody, FileCustody
from workervoice.crypto.transit import Server, Transit
from workervoice.errors import SettingsError
from workervoice.settings import Settings

FILE_WARNING = "keys in files protect against a stolen database, not against a stolen disk"


def keys_directory(data: Path, process: str) -> Path:
    """What a process keeps on disk: identity, service key (sealed), and keys in some custodies."""
    return data / "keys" / process


def open_custody(settings: Settings, process: str) -> Custody:
    """Raises `SettingsError` about what is here, `KeysAway` about a key service."""
    directory = keys_directory(settings.data_dir, process)
    if not os.access(directory, os.X_OK) and _is_there(directory):
        raise unreadable(directory)
    if not directory.is_dir():
        raise SettingsError(
            f"WORKERVOICE_DATA_DIR: there are no keys in {directory}: run `workervoice up --demo`, "
            "or give the data directory of your programme"
        )
    if settings.custody == "systemd":
        return CredentialCustody(settings.credentials_directory, process, left_behind=directory)
    if settings.custody == "vault":
        return TransitCustody(directory, process, open_transit(settings, process))
    return FileCustody(directory)


def _is_there(directory: Path) -> bool:
    """Also if nobody lets us look."""
    try:
        return directory.exists()
    except PermissionError:
        return True


def open_transit(settings: Settings, process: str) -> Transit:
    """The key service, as this process may use it. Raises `SettingsError`."""
    if settings.vault_addr is None or settings.vault_token_file is None:
        missing = "ADDR" if settings.vault_addr is None else "TOKEN_FILE"
        raise SettingsError(f"WORKERVOICE_VAULT_{missing} is missing: custody by Vault needs it.")
    token_file = Path(str(settings.vault_token_file).replace("{process}", process))
    return Transit(
        Server(
            settings.vault_addr.rstrip("/"),
            token_file,
            settings.vault_mount,
            settings.vault_namespace,
            settings.vault_ca_file,
        )
    )
