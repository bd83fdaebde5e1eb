"""A client of the Transit engine of Vault or OpenBao: keys that a server keeps and we only use.

Plain HTTP with the standard library, one kept connection a thread. Certificates are verified,
redirects and proxies are not followed, and every wait has an end. The token is read from its file
at each call, so that an agent may renew it. What the server answers besides the asked-for field is
never shown: an error here says what happened and what to do, in our words.

Source: the HTTP API pages of the Transit secrets engine, `/sys/health` and `/auth/token`.
"""

from __future__ import annotations

import base64
import binascii
import http.client
import json
import re
import ssl
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from workervoice.crypto.belonging import refuse_if_open
from workervoice.errors import KeysAway, SealBroken, SettingsError

SECONDS = 3.0  # for one answer; a message needs two, and the provider waits 15
_MOST_BYTES = 1 << 20
_WORLD = 0o007
_LEAST_TTL = 600  # seconds that a token should still be valid for

_TOKEN = re.compile(r"[!-~]{1,4096}")

_SAID: Mapping[int, str] = {
    400: "cannot do {path}: is that key there, and as `workervoice keys store` made it?",
    403: "refuses our token for {path}: give the token its policy, or put a new one in its file",
    404: "has no {path}: check WORKERVOICE_VAULT_MOUNT and WORKERVOICE_VAULT_NAMESPACE",
    429: "says that we ask too often",
    503: "is sealed or in maintenance: unseal it",
}


@dataclass(frozen=True, slots=True)
class Server:
    """Where the server is and how we prove who we are. Raises `SettingsError` if unusable."""

    address: str
    token_file: Path
    mount: str = "transit"
    namespace: str | None = None
    ca_file: Path | None = None

    @property
    def name(self) -> str:
        return f"The key service at {self.address}"

    def token(self) -> str:
        try:
            refuse_if_open(self.token_file, _WORLD)
            token = self.token_file.read_text("ascii").strip()
        except SettingsError as exc:
            raise KeysAway(f"WORKERVOICE_VAULT_TOKEN_FILE: {exc}") from None
        except (OSError, ValueError):
            token = ""
        if not _TOKEN.fullmatch(token):  # a header with anything else would be quoted in an error
            raise KeysAway(f"WORKERVOICE_VAULT_TOKEN_FILE: {self.token_file} holds no token")
        return token

    def context(self) -> ssl.SSLContext:
        try:
            return ssl.create_default_context(cafile=self.ca_file)
        except OSError:  # an ssl.SSLError is one
            raise SettingsError(
                f"WORKERVOICE_VAULT_CA_FILE: {self.ca_file} holds no certificate"
            ) from None


@dataclass(slots=True)
class Transit:
    """The operations that custody needs. Each raises `KeysAway` with one clear sentence."""

    server: Server
    _context: ssl.SSLContext | None = field(init=False, default=None, repr=False)
    _kept: threading.local = field(init=False, default_factory=threading.local, repr=False)

    def __post_init__(self) -> None:
        if self.server.address.startswith("https://"):
            self._context = self.server.context()

    def hmac(self, key: str, data: bytes) -> bytes:
        """HMAC-SHA256 under version 1 of the key: a rotation there must not change our indexes."""
        asked = {"input": _b64(data), "algorithm": "sha2-256", "key_version": 1}
        return self._versioned(self._post(f"hmac/{key}", asked), "hmac")

    def encrypt(self, key: str, plaintext: bytes, aad: bytes) -> str:
        """The server's own ciphertext, bound to `aad`."""
        asked = {"plaintext": _b64(plaintext), "associated_data": _b64(aad)}
        return str(self._post(f"encrypt/{key}", asked).get("ciphertext", ""))

    def decrypt(self, key: str, ciphertext: str, aad: bytes) -> bytes:
        """Raises `SealBroken` if it was not made there, under this key and with this `aad`."""
        asked = {"ciphertext": ciphertext, "associated_data": _b64(aad)}
        try:
            return self._bytes(self._post(f"decrypt/{key}", asked).get("plaintext"))
        except _BadRequest:
            raise SealBroken(f"what {key} sealed does not open") from None

    def has_key(self, key: str) -> bool:
        try:
            self._ask("GET", f"{self.server.mount}/keys/{key}")
        except _Missing:
            return False
        return True

    def create_key(self, key: str) -> None:
        """Make a key for `encrypt`; one that is there already stays as it is."""
        self._post(f"keys/{key}", {"type": "aes256-gcm96"})

    def wrapping_key(self) -> bytes:
        """The public key, in PEM, that keys are brought to the server under."""
        found = self._ask("GET", f"{self.server.mount}/wrapping_key")
        return str(found.get("public_key", "")).encode()

    def import_mac(self, key: str, wrapped: bytes) -> None:
        """Bring a key of ours to the server, never to leave it again."""
        asked = {"type": "hmac", "hash_function": "SHA256", "ciphertext": _b64(wrapped)}
        self._post(f"keys/{key}/import", {**asked, "exportable": False, "allow_rotation": False})

    def problems(self) -> list[str]:
        """What is wrong with the server or our token; empty if all is well."""
        try:
            token = self._ask("GET", "auth/token/lookup-self")
        except KeysAway as exc:
            return [str(exc)]
        left = token.get("ttl")
        if isinstance(left, int) and 0 < left < _LEAST_TTL:
            return [f"The token for the key service ends in {left} s: does its agent renew it?"]
        return []

    def close(self) -> None:
        """Let go of this thread's connection; the next call makes a new one."""
        kept, self._kept.connection = getattr(self._kept, "connection", None), None
        if kept is not None:
            kept.close()

    def _post(self, path: str, asked: Mapping[str, object]) -> dict[str, Any]:
        return self._ask("POST", f"{self.server.mount}/{path}", asked)

    def _ask(
        self, method: str, path: str, asked: Mapping[str, object] | None = None
    ) -> dict[str, Any]:
        """One call; the `data` of its answer."""
        body = b"" if asked is None else json.dumps(asked).encode()
        headers = {"X-Vault-Token": self.server.token(), "X-Vault-Request": "true"}
        if self.server.namespace:
            headers["X-Vault-Namespace"] = self.server.namespace
        status, answer = self._exchange(method, "/v1/" + quote(path), body, headers)
        if status == 204:
            return {}
        if status == 200:
            return self._data(answer)
        raise self._refusal(status, path)

    def _exchange(
        self, method: str, path: str, body: bytes, headers: Mapping[str, str]
    ) -> tuple[int, bytes]:
        """A kept connection may have been closed meanwhile: then once more, on a new one."""
        for kept in (getattr(self._kept, "connection", None), None):
            connection = kept or self._connect()
            try:
                connection.request(method, self._base + path, body, headers)
                answer = connection.getresponse()
                found = answer.status, answer.read(_MOST_BYTES)
            except ssl.SSLCertVerificationError:
                connection.close()
                raise self._away("shows a certificate that is not trusted: check "
                                 "WORKERVOICE_VAULT_CA_FILE and the address") from None  # fmt: skip
            except (OSError, http.client.HTTPException):
                connection.close()
                if kept is not None:
                    continue
                raise self._away("does not answer") from None
            self._kept.connection = connection
            return found
        raise self._away("does not answer")

    def _connect(self) -> http.client.HTTPConnection:
        parts = urlsplit(self.server.address)
        if self._context is None:
            return http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=SECONDS)
        return http.client.HTTPSConnection(
            parts.hostname or "", parts.port, timeout=SECONDS, context=self._context
        )

    @property
    def _base(self) -> str:
        return urlsplit(self.server.address).path.rstrip("/")

    def _refusal(self, status: int, path: str) -> KeysAway:
        said = _SAID.get(status, f"answers with an error ({status})").format(path=path)
        if status == 400:
            return _BadRequest(f"{self.server.name} {said}.")
        if status == 404:
            return _Missing(f"{self.server.name} {said}.")
        if 300 <= status < 400:
            return self._away("sends us elsewhere: give the active node's address")
        return self._away(said)

    def _data(self, answer: bytes) -> dict[str, Any]:
        try:
            data = json.loads(answer)["data"]
        except (ValueError, KeyError, TypeError, RecursionError):
            data = None
        if not isinstance(data, dict):
            raise self._away("answers with something else than its API")
        return data

    def _versioned(self, data: Mapping[str, Any], name: str) -> bytes:
        """The bytes of `vault:v1:<base64>`."""
        prefix, _, value = str(data.get(name, "")).rpartition(":")
        if prefix != "vault:v1":
            raise self._away("answers with something else than its API")
        return self._bytes(value)

    def _bytes(self, value: object) -> bytes:
        try:
            return base64.b64decode(str(value).encode("ascii"), validate=True)
        except (binascii.Error, ValueError):
            raise self._away("answers with something else than its API") from None

    def _away(self, what: str) -> KeysAway:
        return KeysAway(f"{self.server.name} {what}.")


class _BadRequest(KeysAway):
    """The server does not know the key, or cannot do this with it."""


class _Missing(KeysAway):
    """There is nothing at this path."""


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
