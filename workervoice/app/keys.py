"""`workervoice keys`: from key files into the custody that will hold them."""

from __future__ import annotations

import argparse
import secrets
import sys
from pathlib import Path

from workervoice.app.custodies import keys_directory, open_custody, open_transit
from workervoice.app.keyfiles import unseal_keys
from workervoice.crypto.belonging import flush_names, write_owned
from workervoice.crypto.boxed import BOXED_FILE, TransitCustody, store_keys
from workervoice.crypto.credential import credential_name, pack
from workervoice.crypto.custody import FileCustody
from workervoice.errors import SettingsError
from workervoice.settings import Settings, load


def run_pack(parsed: argparse.Namespace) -> int:
    """Write one process's keys to standard output, which must lead into `systemd-creds encrypt`."""
    keys = _files(load(), parsed.process)
    if sys.stdout.isatty():
        raise SettingsError(
            "these are secret keys and this is a terminal: pipe them into `systemd-creds encrypt "
            f"--name={credential_name(parsed.process)} - FILE`"
        )
    sys.stdout.write(pack(parsed.process, keys))
    return 0


def run_store(parsed: argparse.Namespace) -> int:
    """Bring one process's keys to the key service, and say which files are now to be destroyed."""
    settings, process = load(), parsed.process
    files, directory = _files(settings, process), keys_directory(settings.data_dir, process)
    transit = open_transit(settings, process)
    _replace(directory / BOXED_FILE, store_keys(files, process, transit))
    unseal_keys(settings.data_dir, process, TransitCustody(directory, process, transit))
    sys.stdout.write(
        f"The key service has the keys of the {process}, and they open what they should. "
        f"Keep a copy of {directory} elsewhere, sealed; then destroy the *.key files in it.\n"
    )
    return 0


def run_intake() -> int:
    """What the fallback receiver seals to: no secret."""
    sys.stdout.write(open_custody(load(), "gateway").public("own").hex() + "\n")
    return 0


def _files(settings: Settings, process: str) -> FileCustody:
    directory = keys_directory(settings.data_dir, process)
    files = FileCustody(directory)
    if not files.ids:
        raise SettingsError(f"There are no key files in {directory}: put your copy of them there")
    return files


def _replace(path: Path, text: str) -> None:
    """All of it or nothing, also if the power fails."""
    new = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    write_owned(new, text.encode("ascii"))
    new.replace(path)
    flush_names(path.parent)
