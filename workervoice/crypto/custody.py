"""Custody: where a process keeps its own keys, and the few things it may do with them.

Only operations, so that another custody (systemd credentials, a transit service) can keep the bytes
out of the process. `FileCustody` keeps one file a key, `<key id>.key`, mode 0600, in a directory of
mode 0700 that belongs to one process: one line `workervoice-<use>-1 <hex>`, where use is mac, kem
or sign. It protects against a stolen database, not against a stolen disk.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol, TypeVar

from workervoice.crypto.seal import KEY_BYTES, SigningKey, generate_signing, mac
from workervoice.crypto.suite import KemKey, generate_kem, open_with
from workervoice.errors import CryptoError, SettingsError

_Key = TypeVar("_Key")

_SUFFIX = ".key"
_KEY_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_LINE = re.compile(r"workervoice-(mac|kem|sign)-1 ([0-9a-f]+)\n?")
_OTHERS = 0o077  # any right of group or world


class Custody(Protocol):
    """What a process asks of its keys. Raises `CryptoError` for an id it does not hold."""

    def mac(self, key_id: str, data: bytes) -> bytes:
        """HMAC-SHA256, 32 bytes. Over a `ctx(...)` it also makes keys for one purpose."""

    def unwrap(self, key_id: str, blob: bytes, info: bytes) -> bytes:
        """Open what was sealed to `public(key_id)`. Raises `SealBroken`."""

    def sign(self, key_id: str, data: bytes) -> bytes:
        """Ed25519 over a `ctx(...)`."""

    def public(self, key_id: str) -> bytes:
        """The public half of a kem or sign key."""

    def health(self) -> list[str]:
        """Problems in sentences; empty if all is well."""


class FileCustody:
    """Keys in files, read once. Refuses what others on the machine could read."""

    def __init__(self, directory: Path) -> None:
        """Raises `SettingsError` naming the path and what to do."""
        _refuse_if_open(directory)
        self._directory = directory
        self._macs: dict[str, bytes] = {}
        self._kems: dict[str, KemKey] = {}
        self._signs: dict[str, SigningKey] = {}
        for path in sorted(directory.glob(f"*{_SUFFIX}")):
            _refuse_if_open(path)
            self._read(path)

    @classmethod
    def create(
        cls,
        directory: Path,
        *,
        macs: Iterable[str] = (),
        kems: Iterable[str] = (),
        signs: Iterable[str] = (),
    ) -> FileCustody:
        """Make new keys, beside those already there; an existing key is never overwritten."""
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        _refuse_if_open(directory)
        for key_id in macs:
            _write(directory, key_id, "mac", secrets.token_bytes(KEY_BYTES))
        for key_id in kems:
            _write(directory, key_id, "kem", generate_kem().to_bytes())
        for key_id in signs:
            _write(directory, key_id, "sign", generate_signing().to_bytes())
        _flush(directory)
        return cls(directory)

    def share(self, key_id: str, directory: Path) -> None:
        """Give another process, which keeps its keys in `directory`, the same key."""
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        _refuse_if_open(directory)
        if key_id in self._macs:
            _write(directory, key_id, "mac", self._macs[key_id])
        elif key_id in self._kems:
            _write(directory, key_id, "kem", self._kems[key_id].to_bytes())
        else:
            _write(directory, key_id, "sign", _held(self._signs, key_id).to_bytes())
        _flush(directory)

    def mac(self, key_id: str, data: bytes) -> bytes:
        return mac(_held(self._macs, key_id), data)

    def unwrap(self, key_id: str, blob: bytes, info: bytes) -> bytes:
        return open_with(_held(self._kems, key_id), blob, info)

    def sign(self, key_id: str, data: bytes) -> bytes:
        return _held(self._signs, key_id).sign(data)

    def public(self, key_id: str) -> bytes:
        if key_id in self._kems:
            return self._kems[key_id].public
        return _held(self._signs, key_id).public

    def health(self) -> list[str]:
        problems = []
        for key_id in sorted({*self._macs, *self._kems, *self._signs}):
            if not (self._directory / (key_id + _SUFFIX)).is_file():
                problems.append(f"The file of key {key_id} is gone; put it back before a restart.")
        for path in (self._directory, *sorted(self._directory.glob(f"*{_SUFFIX}"))):
            try:
                _refuse_if_open(path)
            except SettingsError as problem:
                problems.append(str(problem))
        return problems

    def __repr__(self) -> str:
        return f"FileCustody({sorted({*self._macs, *self._kems, *self._signs})})"

    def _read(self, path: Path) -> None:
        key_id = path.name.removesuffix(_SUFFIX)
        try:
            line = _LINE.fullmatch(path.read_text("ascii", errors="replace"))
            use, data = line.groups() if line else ("", "")
            if use == "kem":
                self._kems[key_id] = KemKey.from_bytes(bytes.fromhex(data))
            elif use == "sign":
                self._signs[key_id] = SigningKey.from_bytes(bytes.fromhex(data))
            elif use == "mac" and len(data) == 2 * KEY_BYTES:
                self._macs[key_id] = bytes.fromhex(data)
            else:
                raise ValueError
        except (CryptoError, OSError, ValueError):
            raise SettingsError(f"{path} is not a key file: restore it from its copy") from None


def _write(directory: Path, key_id: str, use: str, data: bytes) -> None:
    if not _KEY_ID.fullmatch(key_id):
        raise ValueError(f"not a key id: {key_id!r}")
    path = directory / (key_id + _SUFFIX)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise SettingsError(f"{path} exists already and is kept as it is") from None
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(f"workervoice-{use}-1 {data.hex()}\n")
        file.flush()
        os.fsync(handle)


def _flush(directory: Path) -> None:
    """Let the names of new files survive a power cut too."""
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _refuse_if_open(path: Path) -> None:
    try:
        mode = path.stat().st_mode
    except OSError:
        raise SettingsError(f"{path} cannot be read: make it, or say where the keys are") from None
    if mode & _OTHERS:
        raise SettingsError(f"{path} is open to others on this machine: chmod go= it")


def _held(keys: dict[str, _Key], key_id: str) -> _Key:
    try:
        return keys[key_id]
    except KeyError:
        raise CryptoError(f"this process holds no such key: {key_id}") from None
