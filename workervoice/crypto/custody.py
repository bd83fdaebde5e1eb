"""Custody: where a process keeps its own keys, and the few things it may do with them.

Only operations, so that a custody can keep the bytes out of the process. There are three: files
(here), credentials of systemd (`credential.py`), and a Vault or OpenBao server (`boxed.py`).

`FileCustody` keeps one file a key, `<key id>.key`, mode 0600, in a directory of mode 0700 that
belongs to one process: one line `workervoice-<use>-1 <hex>`, where use is mac, kem or sign. It
protects against a stolen database, not against a stolen disk.

A key that is being rotated has several versions: the first is called by its id, the others
`<key id>-2`, `<key id>-3` and so on. `refresh()` finds them in a running process.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import threading
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Protocol, TypeVar

from workervoice.crypto.belonging import flush_names, refuse_if_open, unreadable, write_owned
from workervoice.crypto.reach import Reach
from workervoice.crypto.seal import KEY_BYTES, SigningKey, generate_signing, mac
from workervoice.crypto.suite import KemKey, generate_kem, open_with
from workervoice.errors import CryptoError, KeysAway, SealBroken, SettingsError

_Key = TypeVar("_Key")

KEY_SUFFIX = ".key"
_GONE = ".gone"  # on its way out, and no key's file any more
_KEY_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_LINE = re.compile(r"workervoice-(mac|kem|sign)-1 ([0-9a-f]+)\n?")


class Custody(Protocol):
    """What a process asks of its keys. Raises `CryptoError` for an id it does not hold, and
    `KeysAway` if they are with a service that cannot be asked now, or in a file that this process
    may not read."""

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

    @property
    def ids(self) -> list[str]:
        """The ids of all keys that it holds."""

    def refresh(self) -> None:
        """Take in what was added or destroyed since the start, where a custody can."""

    @property
    def away(self) -> bool:
        """True while keys are with a service that did not answer when it was last asked, or in a
        file that could not be read."""


def version_id(key_id: str, version: int) -> str:
    """What a version of a key is called."""
    return key_id if version == 1 else f"{key_id}-{version}"


def versions_of(custody: Custody, key_id: str) -> list[int]:
    """The versions that are held of a key, the newest first: more than one while it is rotated."""
    found = [1] if key_id in custody.ids else []
    for each in custody.ids:
        number = each.removeprefix(f"{key_id}-")
        if number != each and number.isdecimal():
            found.append(int(number))
    return sorted(found, reverse=True)


def unwrap_any(custody: Custody, key_id: str, blob: bytes, info: bytes) -> tuple[bytes, int]:
    """Open what was sealed to any held version of a key; also says which. Raises `SealBroken`."""
    for version in versions_of(custody, key_id):
        with contextlib.suppress(SealBroken):
            return custody.unwrap(version_id(key_id, version), blob, info), version
    raise SealBroken(f"no {key_id} key opens this")


class HeldKeys:
    """Keys in the memory of this process, by id: what every custody does with those it has."""

    def __init__(self) -> None:
        self.reach = Reach()
        self._macs: dict[str, bytes] = {}
        self._kems: dict[str, KemKey] = {}
        self._signs: dict[str, SigningKey] = {}

    @property
    def away(self) -> bool:
        return self.reach.away

    def take(self, key_id: str, line: str) -> None:
        """Read a key's line. Raises `ValueError`, which never quotes it."""
        found = _LINE.fullmatch(line)
        use, data = found.groups() if found else ("", "")
        if not _KEY_ID.fullmatch(key_id) or key_id in self.ids:
            raise ValueError("not a new key id")
        try:
            if use == "kem":
                self._kems[key_id] = KemKey.from_bytes(bytes.fromhex(data))
            elif use == "sign":
                self._signs[key_id] = SigningKey.from_bytes(bytes.fromhex(data))
            elif use == "mac" and len(data) == 2 * KEY_BYTES:
                self._macs[key_id] = bytes.fromhex(data)
            else:
                raise ValueError
        except (CryptoError, ValueError):
            raise ValueError("not a key's line") from None

    def lines(self) -> dict[str, str]:
        """Every key's line by its id: secrets, to be sealed or written to a private place."""
        uses: tuple[tuple[str, dict[str, bytes]], ...] = (
            ("mac", self._macs),
            ("kem", {key_id: key.to_bytes() for key_id, key in self._kems.items()}),
            ("sign", {key_id: key.to_bytes() for key_id, key in self._signs.items()}),
        )
        return {
            key_id: f"workervoice-{use}-1 {key.hex()}\n"
            for use, keys in uses
            for key_id, key in sorted(keys.items())
        }

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

    def refresh(self) -> None:
        """What was read at the start is all there is."""

    @property
    def ids(self) -> list[str]:
        return sorted({*self._macs, *self._kems, *self._signs})

    def _forget(self, key_id: str) -> None:
        for keys in (self._macs, self._kems, self._signs):
            keys.pop(key_id, None)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.ids})"


class FileCustody(HeldKeys):
    """Keys in files, read at the start and when asked to look again. Refuses what others on the
    machine could read."""

    def __init__(self, directory: Path) -> None:
        """Raises `SettingsError` naming the path and what to do."""
        super().__init__()
        refuse_if_open(directory)
        self._directory, self._lock = directory, threading.Lock()
        for path in sorted(directory.glob(f"*{KEY_SUFFIX}")):
            refuse_if_open(path)
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
        refuse_if_open(directory)
        for key_id in macs:
            _write(directory, key_id, f"workervoice-mac-1 {secrets.token_bytes(KEY_BYTES).hex()}\n")
        for key_id in kems:
            _write(directory, key_id, f"workervoice-kem-1 {generate_kem().to_bytes().hex()}\n")
        for key_id in signs:
            _write(directory, key_id, f"workervoice-sign-1 {generate_signing().to_bytes().hex()}\n")
        flush_names(directory)
        return cls(directory)

    def share(self, key_id: str, directory: Path) -> None:
        """Give another process, which keeps its keys in `directory`, the same key."""
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        refuse_if_open(directory)
        _write(directory, key_id, _held(self.lines(), key_id))
        flush_names(directory)

    def refresh(self) -> None:
        """A few microseconds if the files are the same ones. Raises `KeysAway`, until a new file
        can be read: under the old key alone a known worker would be a stranger."""
        if self.away or self._found() != set(self.ids):
            with self._lock:  # what another thread has just taken in is not forgotten again
                self._take_in(self._found())

    def _found(self) -> set[str]:
        try:
            return {
                name.removesuffix(KEY_SUFFIX)
                for name in os.listdir(self._directory)  # noqa: PTH208 - asked for each message
                if name.endswith(KEY_SUFFIX)
            }
        except OSError:
            return set()

    def _take_in(self, found: set[str]) -> None:
        if not found:
            return  # keys that vanished altogether are for `health` to tell
        held = set(self.ids)
        for key_id in held - found:
            self._forget(key_id)
        try:
            for key_id in sorted(found - held):
                path = self._directory / (key_id + KEY_SUFFIX)
                refuse_if_open(path)
                self._read(path)
        except SettingsError as exc:
            raise self.reach.lost(KeysAway(str(exc))) from None
        self.reach.had()

    def destroy(self, key_id: str) -> None:
        """Overwrite and remove a key's file. Can be run again after an interruption."""
        path = self._directory / (key_id + KEY_SUFFIX)
        if path.exists():
            path.rename(path.with_suffix(_GONE))  # nobody reads half a key
        for gone in self._directory.glob(f"*{_GONE}"):
            with gone.open("r+b") as file:
                file.write(b"0" * gone.stat().st_size)
                file.flush()
                os.fsync(file.fileno())
            gone.unlink()
        flush_names(self._directory)
        self._forget(key_id)

    def health(self) -> list[str]:
        problems = []
        for key_id in self.ids:
            if not (self._directory / (key_id + KEY_SUFFIX)).is_file():
                problems.append(f"The file of key {key_id} is gone; put it back before a restart.")
        for path in (self._directory, *sorted(self._directory.glob(f"*{KEY_SUFFIX}"))):
            try:
                refuse_if_open(path)
            except SettingsError as problem:
                problems.append(str(problem))
        return problems

    def _read(self, path: Path) -> None:
        try:
            line = path.read_text("ascii", errors="replace")
            self.take(path.name.removesuffix(KEY_SUFFIX), line)
        except PermissionError:
            raise unreadable(path) from None
        except (OSError, ValueError):
            raise SettingsError(f"{path} is not a key file: restore it from its copy") from None


def _write(directory: Path, key_id: str, line: str) -> None:
    if not _KEY_ID.fullmatch(key_id):
        raise ValueError(f"not a key id: {key_id!r}")
    path = directory / (key_id + KEY_SUFFIX)
    new = path.with_suffix(".new")  # all of it or nothing: running processes read what appears
    new.unlink(missing_ok=True)
    write_owned(new, line.encode("ascii"))
    try:
        path.hardlink_to(new)
    except FileExistsError:
        raise SettingsError(f"{path} exists already and is kept as it is") from None
    finally:
        new.unlink()


def _held(keys: Mapping[str, _Key], key_id: str) -> _Key:
    try:
        return keys[key_id]
    except KeyError:
        raise CryptoError(f"this process holds no such key: {key_id}") from None
