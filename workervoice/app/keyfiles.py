"""The key files of our processes: a directory each, so that each reads only its own.

DATA/root.public              the pinned root
DATA/keys/<process>/identity  the process's id in the directory
DATA/keys/<process>/*.key     its own keys, if custody is by files
DATA/keys/<process>/keys.boxed    its own keys, if custody is by a Vault or OpenBao server
DATA/keys/<process>/service.sealed   the service key, sealed to the process's own key
DATA/keys/backup/proof        proves that a backup is this hotline's; see proofs
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

from workervoice.app.custodies import keys_directory, open_custody
from workervoice.crypto.backup import proof_key
from workervoice.crypto.belonging import flush_names, unreadable, write_owned
from workervoice.crypto.custody import Custody, FileCustody
from workervoice.crypto.reach import Reach
from workervoice.crypto.seal import KEY_BYTES, ctx
from workervoice.crypto.suite import seal_to
from workervoice.errors import CryptoError, KeysAway, SettingsError
from workervoice.settings import Settings
from workervoice.store.servicekeys import ServiceKeys
from workervoice.store.vault import Vault

PROCESSES = ("gateway", "courier", "console")
_OWN: Mapping[str, dict[str, tuple[str, ...]]] = {
    "gateway": {"macs": ("pepper", "duplicates", "codes"), "signs": ("signing",), "kems": ("own",)},
    "courier": {"signs": ("signing", "log"), "kems": ("own", "courier")},
    "console": {"kems": ("own",)},
}


@dataclass(frozen=True, slots=True)
class KeyFiles:
    """One process's keys, as loaded."""

    process_id: UUID
    custody: Custody
    service: ServiceKeys
    data: Path
    process: str

    @property
    def service_key(self) -> bytes:
        """The newest."""
        return self.service.keys[self.service.newest]

    def vault(self) -> Vault:
        """What the service key seals; notices by itself when it is rotated."""
        return Vault(self.service, self._looker())

    def _looker(self) -> Callable[[], ServiceKeys]:
        path, known = _service_path(self.data, self.process), self.service
        stamp, reach = _stamp(path), Reach()

        def look() -> ServiceKeys:
            """Raises `KeysAway`: what is sealed under an old key meanwhile may open to nobody."""
            nonlocal known, stamp
            new = _stamp(path)
            if new == stamp or new is None:
                return known
            try:
                known, stamp = read_service(self.data, self.process, self.custody), new
            except OSError:
                raise reach.lost(KeysAway(str(unreadable(path)))) from None
            reach.had()
            return known

        return look

    def __repr__(self) -> str:
        return f"KeyFiles({self.process_id})"


def make_key_files(data: Path, root_public: bytes) -> None:
    """Make every process's keys and pin the root. Existing keys are never overwritten."""
    service_key = secrets.token_bytes(KEY_BYTES)
    for process in PROCESSES:
        directory = keys_directory(data, process)
        own = _OWN[process]
        custody = FileCustody.create(
            directory,
            macs=own.get("macs", ()),
            kems=own.get("kems", ()),
            signs=own.get("signs", ()),
        )
        sealed = seal_to(custody.public("own"), service_key, _service_place(process))
        write_owned(directory / "service.sealed", sealed)
        write_owned(directory / "identity", str(uuid4()).encode())
    (data / "keys" / "backup").mkdir(mode=0o700)
    proof = proof_key(ServiceKeys.from_bytes(service_key).mac_key)
    write_owned(data / "keys" / "backup" / "proof", proof.hex().encode())
    write_owned(data / "root.public", root_public.hex().encode())


def load_key_files(data: Path, process: str) -> KeyFiles:
    """Keys in files. Raises `SettingsError` naming what is missing and what to do."""
    return unseal_keys(data, process, FileCustody(keys_directory(data, process)))


def unseal_keys(data: Path, process: str, custody: Custody) -> KeyFiles:
    """What lies beside the keys, opened by them. Raises `SettingsError`."""
    directory = keys_directory(data, process)
    try:
        process_id = UUID((directory / "identity").read_text().strip())
        service = read_service(data, process, custody)
    except PermissionError as exc:
        raise unreadable(Path(exc.filename)) from None
    except (OSError, ValueError, CryptoError) as exc:
        raise SettingsError(
            f"WORKERVOICE_DATA_DIR: the keys in {directory} are damaged: put back your copy of them"
        ) from exc
    return KeyFiles(process_id, custody, service, data, process)


def read_service(data: Path, process: str, custody: Custody) -> ServiceKeys:
    """The service keys, as they lie sealed to this process. Raises `CryptoError`."""
    sealed = _service_path(data, process).read_bytes()
    return ServiceKeys.from_bytes(custody.unwrap("own", sealed, _service_place(process)))


def write_service(data: Path, process: str, own_public: bytes, keys: ServiceKeys) -> None:
    """Give a process these service keys instead of those it had: all of them or none."""
    path = _service_path(data, process)
    new = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    write_owned(new, seal_to(own_public, keys.to_bytes(), _service_place(process)))
    new.replace(path)
    flush_names(path.parent)


def _service_path(data: Path, process: str) -> Path:
    return keys_directory(data, process) / "service.sealed"


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns


def keys_of(settings: Settings, process: str) -> KeyFiles:
    """A process's keys in the custody of the settings. Raises `SettingsError`, `KeysAway`."""
    return unseal_keys(settings.data_dir, process, open_custody(settings, process))


def pinned_root(data: Path, setting: str | None) -> bytes:
    """The root that all trust starts from: the setting, or the file beside the keys."""
    try:
        return bytes.fromhex(setting or (data / "root.public").read_text().strip())
    except PermissionError as exc:
        raise unreadable(Path(exc.filename)) from None
    except (OSError, ValueError):
        raise SettingsError(
            "WORKERVOICE_ROOT_PUBLIC is missing, and so is the file root.public in the data "
            "directory: give the public root of your programme"
        ) from None


def has_key_files(data: Path) -> bool:
    """True once a programme's keys were made here."""
    return (data / "root.public").is_file()


def _service_place(process: str) -> bytes:
    return ctx("service-key", process)
