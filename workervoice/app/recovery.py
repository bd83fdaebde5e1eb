"""The process keys' spare: sealed to a recovery key that is kept with the root.

Whoever loses the server's disk would lose every return address with the courier's key. So each
time process keys are made, a copy is sealed to the recovery key's public half, and lies beside
them and in the backups; `workervoice restore` asks for the printed half.

Anybody can seal something to a public key, so the copy is signed by the courier, and has with it
what the root once said of the courier's key. Nobody who has only the backups can make one, and a
rotation, which has no root, can. An older copy of the same hotline cannot be told from the newest.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

from workervoice.app.begun import begin
from workervoice.app.custodies import keys_directory
from workervoice.app.keyfiles import PROCESSES
from workervoice.crypto.belonging import unreadable, write_owned
from workervoice.crypto.custody import FileCustody
from workervoice.crypto.directory import Signed, fingerprint, once_vouched
from workervoice.crypto.paper import ROOT_BYTES, from_paper, pair_from_paper
from workervoice.crypto.seal import ctx, verify
from workervoice.crypto.suite import KemKey, open_with, seal_to
from workervoice.embedded.places import make_data_directory
from workervoice.errors import CryptoError, NotTrusted, SettingsError
from workervoice.store.keys import entry_from_body, entry_to_body

PAPER = "recovery key"
SEALED, PUBLIC, VOUCHED = "process-keys.sealed", "recovery.public", "recovery.vouched"
_ROOT = "root.public"
WRITTEN = (SEALED, PUBLIC, VOUCHED, _ROOT)  # beside the directory of keys
_FORMAT = "workervoice-process-keys-1"
_PLACE = ctx("process-keys")
_NAME = re.compile(
    rf"{_ROOT}|keys/({'|'.join(PROCESSES)})/"
    r"(identity|service\.sealed|keys\.boxed|[a-z0-9][a-z0-9-]{0,62}\.key)"
)
_BAD = (ValueError, KeyError, TypeError, AttributeError, RecursionError)


def begin_copies(data: Path, seed: bytes, courier: Signed) -> None:
    """The first sealed copy, for a new recovery key. `courier` is what the root said of it."""
    write_owned(data / PUBLIC, pair_from_paper(seed).public.hex().encode())
    write_owned(data / VOUCHED, _voucher(courier).encode())
    seal_process_keys(data)


def seal_process_keys(data: Path) -> None:
    """Seal a copy of every process key in `data`, for the recovery key that it has."""
    public = _kept(data / PUBLIC)
    vouched = _kept(data / VOUCHED)
    found = [path for path in sorted((data / "keys").rglob("*")) if path.is_file()]
    names = {str(path.relative_to(data)): path for path in (*found, data / _ROOT)}
    files = {name: path.read_bytes().hex() for name, path in names.items() if _NAME.fullmatch(name)}
    try:
        sealed = seal_to(bytes.fromhex(public), json.dumps(files).encode(), _PLACE)
    except (CryptoError, ValueError):
        raise SettingsError(f"{data / PUBLIC} is damaged: put back your copy of it") from None
    signature = FileCustody(keys_directory(data, "courier")).sign("signing", _statement(sealed))
    document = {
        "format": _FORMAT,
        "sealed": sealed.hex(),
        "signature": signature.hex(),
        "vouched": vouched,
    }
    fresh = data / (SEALED + ".new")
    fresh.unlink(missing_ok=True)
    write_owned(fresh, json.dumps(document).encode())
    fresh.replace(data / SEALED)


def restore_process_keys(sealed: Path, data: Path, typed: str, root: str) -> list[str]:
    """Write the keys back into `data`, which must have no others; returns the files' names. May be
    run again if it was killed.

    `typed` is the recovery key; `root` the fingerprint of the root, or its public key in hex, from
    paper. Raises `Mistyped` for a typing error in the recovery key and `SettingsError` for anything
    else that is wrong, with nothing written.
    """
    pair = pair_from_paper(from_paper(PAPER, typed, ROOT_BYTES))
    try:
        text = sealed.read_text(encoding="utf-8", errors="replace")
    except OSError:
        raise SettingsError(f"{sealed} cannot be read: name the sealed copy of the keys") from None
    try:
        files, vouched = _opened(pair, text, root)
    except NotTrusted:
        raise SettingsError(
            f"{sealed} is not what a hotline of this root made: take another copy"
        ) from None
    except (CryptoError, *_BAD):
        raise SettingsError(f"{sealed} does not open with this recovery key") from None
    try:
        _put_back(data, {**files, PUBLIC: pair.public.hex().encode(), VOUCHED: vouched.encode()})
        seal_process_keys(data)
    except PermissionError as exc:
        raise unreadable(Path(exc.filename or data)) from None
    except OSError as exc:
        raise SettingsError(f"{data} cannot be written ({exc.strerror})") from None
    return sorted(files)


def _opened(pair: KemKey, text: str, root: str) -> tuple[dict[str, bytes], str]:
    """What the copy holds, by file, once it is known to be of this root's hotline."""
    document = json.loads(text)
    if document["format"] != _FORMAT:
        raise ValueError
    sealed, vouched = bytes.fromhex(document["sealed"]), document["vouched"]
    said: dict[str, str] = json.loads(open_with(pair, sealed, _PLACE))
    files = {name: bytes.fromhex(content) for name, content in said.items()}
    if not all(_NAME.fullmatch(name) for name in files):
        raise NotTrusted("a file of another name")
    root_public = bytes.fromhex(files[_ROOT].decode().strip())
    _refuse_other_root(root_public, root)
    _check(root_public, vouched, _statement(sealed), bytes.fromhex(document["signature"]))
    return files, vouched


def _refuse_other_root(root_public: bytes, typed: str) -> None:
    said, digits = "".join(typed.split()).lower(), fingerprint(root_public)
    if said not in {root_public.hex(), digits.replace(" ", "")}:
        raise SettingsError(
            f"the copy is of the root {digits}, which is not the one that you gave: nothing was "
            "written; compare it with your paper"
        )


def _check(root_public: bytes, vouched: str, statement: bytes, signature: bytes) -> None:
    """Raises `NotTrusted` unless a courier of this root signed."""
    said = json.loads(vouched)
    entry = entry_from_body(json.dumps(said["entry"]).encode())
    signed = Signed(entry, None, bytes.fromhex(said["signature"]))
    for courier in once_vouched(root_public, [signed], "courier", entry.programme_id):
        verify(courier.sign_public, statement, signature)
        return
    raise NotTrusted(str(entry.id))


def _voucher(courier: Signed) -> str:
    entry = json.loads(entry_to_body(courier.entry))
    return json.dumps({"entry": entry, "signature": courier.signature.hex()})


def _statement(sealed: bytes) -> bytes:
    return ctx("sign-process-keys", sealed)


def _kept(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except PermissionError:
        raise unreadable(path) from None
    except (OSError, ValueError):
        raise SettingsError(f"{path} is missing: put back your copy of it") from None


def _put_back(data: Path, files: dict[str, bytes]) -> None:
    """Each file whole or not at all; those that a run before has written stay. Raises
    `SettingsError`, with nothing written, if other keys are there."""
    missing = [name for name in files if not (data / name).exists()]
    there = [path for path in (data / "keys").rglob("*") if path.is_file()]
    known = {str(path.relative_to(data)) for path in there}
    others = {name for name in known - set(files) if _NAME.fullmatch(name)}
    if others or any((data / n).read_bytes() != files[n] for n in set(files) - set(missing)):
        raise SettingsError(f"{data} has other keys already: restore into another directory")
    make_data_directory(data)
    if missing:
        begin(data)
    for name in missing:
        path = data / name
        for directory in reversed([path.parent, *path.parent.parents]):
            if not directory.exists():
                directory.mkdir(mode=0o700)
        new = path.with_name(path.name + ".new")
        new.unlink(missing_ok=True)
        write_owned(new, files[name])
        new.replace(path)
