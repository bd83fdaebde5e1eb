"""Custody by a Vault or OpenBao server: MAC keys never leave it, others are boxed under its key.

Transit does not speak X-Wing, and a signature a row would be a call a row. So at the start the
server opens one random 32-byte key (the box key), under which the private halves of kem and sign
keys lie boxed in a file; they then live in this process's memory, as in every custody. MAC keys
(the pepper) are the server's own: each use is a call, and a thief of disk or memory has none.

The file `keys.boxed` of a process is text:

    workervoice-boxed-1 <process> <the box key, as the server sealed it>
    <key id> mac
    <key id> kem|sign <its line, boxed, in hex>

In Transit the keys are called workervoice-<process>-<key id>, and the box key's key ...-box.
Source of the import: the API page of Transit, "Bring your own key" (RSA-OAEP and RFC 5649).
"""

from __future__ import annotations

import secrets
from pathlib import Path

from cryptography.hazmat.primitives import hashes, keywrap, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from workervoice.crypto.credential import keys_left_behind
from workervoice.crypto.custody import HeldKeys
from workervoice.crypto.seal import KEY_BYTES, box, ctx, unbox
from workervoice.crypto.transit import Transit
from workervoice.errors import CryptoError, KeysAway, SealBroken, SettingsError

BOXED_FILE = "keys.boxed"
_HEAD = "workervoice-boxed-1"
_BOX_KEY = "custody-box-key"
_BOXED = "custody-boxed"
_TRIAL = ctx("custody-trial")


class TransitCustody(HeldKeys):
    """Keys with a server, and keys that it opens for us."""

    def __init__(self, directory: Path, process: str, transit: Transit) -> None:
        """Raises `SettingsError` about the file, `KeysAway` about the server."""
        super().__init__()
        self._directory, self._process, self._transit = directory, process, transit
        try:
            sealed, self._with_server, boxed = _read(directory / BOXED_FILE, process)
            box_key = _open_box_key(transit, process, sealed)
            for key_id, blob in boxed.items():
                line = unbox(box_key, bytes.fromhex(blob), _boxed_place(process, key_id))
                self.take(key_id, line.decode("ascii"))
        except (OSError, ValueError, SealBroken):
            raise SettingsError(
                f"{directory / BOXED_FILE} cannot be opened here: run `workervoice keys store "
                f"{process}`, or put back your copy of it"
            ) from None
        finally:
            transit.close()  # a process without MAC keys does not call again

    def mac(self, key_id: str, data: bytes) -> bytes:
        if key_id not in self._with_server:
            raise CryptoError(f"this process holds no such key: {key_id}")
        try:
            made = self._transit.hmac(transit_name(self._process, key_id), data)
        except KeysAway as exc:
            self.reach.lost(exc)
            raise
        self.reach.had()
        return made

    def health(self) -> list[str]:
        problems = self._transit.problems()
        for key_id in () if problems else sorted(self._with_server):
            try:
                self.mac(key_id, _TRIAL)
            except KeysAway as exc:
                problems.append(str(exc))
        self._transit.close()
        return problems + keys_left_behind(self._directory)

    @property
    def ids(self) -> list[str]:
        return sorted({*super().ids, *getattr(self, "_with_server", ())})


def transit_name(process: str, key_id: str) -> str:
    return f"workervoice-{process}-{key_id}"


def store_keys(keys: HeldKeys, process: str, transit: Transit) -> str:
    """Bring keys to the server; returns what to write into `keys.boxed`.

    Can be run again after an interruption: a MAC key that is there already is compared, not
    replaced. Raises `KeysAway`; `SettingsError` if the server has another key of that name.
    """
    name = transit_name(process, "box")
    transit.create_key(name)
    box_key = secrets.token_bytes(KEY_BYTES)
    lines = [f"{_HEAD} {process} {transit.encrypt(name, box_key, ctx(_BOX_KEY, process))}\n"]
    for key_id, line in keys.lines().items():
        use = line.removeprefix("workervoice-").partition("-")[0]
        if use == "mac":
            _bring(transit, transit_name(process, key_id), keys, key_id)
            lines.append(f"{key_id} mac\n")
        else:
            blob = box(box_key, line.encode("ascii"), _boxed_place(process, key_id))
            lines.append(f"{key_id} {use} {blob.hex()}\n")
    return "".join(lines)


def _bring(transit: Transit, name: str, keys: HeldKeys, key_id: str) -> None:
    if not transit.has_key(name):
        secret = bytes.fromhex(keys.lines()[key_id].split()[1])
        transit.import_mac(name, _wrapped(transit.wrapping_key(), secret))
    if transit.hmac(name, _TRIAL) != keys.mac(key_id, _TRIAL):
        raise SettingsError(f"The key service has another key named {name}: it is left as it is")


def _wrapped(public_pem: bytes, secret: bytes) -> bytes:
    """A fresh AES key under the server's RSA key, and our key under the AES key."""
    try:
        public = serialization.load_pem_public_key(public_pem)
    except ValueError:
        public = None
    if not isinstance(public, rsa.RSAPublicKey):
        raise KeysAway("The key service shows no wrapping key: it may be too old to import keys.")
    once, sha256 = secrets.token_bytes(KEY_BYTES), hashes.SHA256()
    oaep = padding.OAEP(mgf=padding.MGF1(sha256), algorithm=sha256, label=None)
    return public.encrypt(once, oaep) + keywrap.aes_key_wrap_with_padding(once, secret)


def _read(path: Path, process: str) -> tuple[str, frozenset[str], dict[str, str]]:
    """The sealed box key, the ids of MAC keys, and the boxed keys in hex. Raises `ValueError`."""
    first, *lines = path.read_text("ascii").splitlines()
    head, whose, sealed = first.split(" ")
    if (head, whose) != (_HEAD, process):
        raise ValueError
    macs, boxed = set(), {}
    for line in lines:
        key_id, use, *blob = line.split(" ")
        if key_id in macs or key_id in boxed:
            raise ValueError
        if use == "mac" and not blob:
            macs.add(key_id)
        else:
            (boxed[key_id],) = blob
    return sealed, frozenset(macs), boxed


def _open_box_key(transit: Transit, process: str, sealed: str) -> bytes:
    key = transit.decrypt(transit_name(process, "box"), sealed, ctx(_BOX_KEY, process))
    if len(key) != KEY_BYTES:
        raise SealBroken("not a box key")
    return key


def _boxed_place(process: str, key_id: str) -> bytes:
    return ctx(_BOXED, process, key_id)
