"""A Transit engine like Vault's and OpenBao's, for tests: made from their public API pages.

Paths, parameters, status codes and error texts are theirs; keys live in memory. What the product
does not use is not here. It is no reference: `transit_servers.py` runs the same tests against a
real server where there is one.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import secrets
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, keywrap, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

ROOT_TOKEN = "root"


@cache
def wrapping_key() -> rsa.RSAPrivateKey:
    """One for all peers of a test run: it takes a second to make."""
    return rsa.generate_private_key(public_exponent=65537, key_size=4096)


class Answered(Exception):
    """An answer that is not 200."""

    def __init__(self, status: int, *errors: str, location: str = "") -> None:
        super().__init__(status)
        self.status, self.errors, self.location = status, list(errors), location


@dataclass
class Key:
    """One named key and its versions, of which the first is number 1."""

    kind: str
    versions: list[bytes]
    imported: bool = False
    min_encryption_version: int = 0


@dataclass
class Engine:
    """What the server remembers. Tests turn its knobs."""

    mounts: set[str] = field(default_factory=set)
    keys: dict[str, Key] = field(default_factory=dict)
    policies: dict[str, set[str]] = field(default_factory=lambda: {ROOT_TOKEN: {".*"}})
    ttls: dict[str, int] = field(default_factory=dict)
    namespace: str = ""
    sealed: bool = False
    redirect: str = ""
    failing: int = 0
    garbage: bytes = b""
    hang_up_after: int = 0  # answers on one connection, 0: never
    calls: list[tuple[str, str]] = field(default_factory=list)
    connections: int = 0
    wrapping: rsa.RSAPrivateKey = field(default_factory=wrapping_key)

    def answer(self, method: str, path: str, token: str, namespace: str, body: Any) -> Any:
        """The `data` of an answer; raises `Answered` for another."""
        self.calls.append((method, path))
        self._refuse(path, token, namespace)
        if path == "auth/token/lookup-self":
            return {"ttl": self.ttls.get(token, 0), "policies": ["default"]}
        if path.startswith("sys/mounts/"):
            self.mounts.add(path.removeprefix("sys/mounts/"))
            raise Answered(204)
        for mount in self.mounts:
            if path.startswith(mount + "/"):
                return self._transit(method, path.removeprefix(mount + "/"), body)
        raise Answered(404, f'no handler for route "{path}". route entry not found.')

    def _refuse(self, path: str, token: str, namespace: str) -> None:
        if self.redirect:
            raise Answered(307, location=self.redirect)
        if self.failing:
            raise Answered(self.failing, "1 error occurred: internal detail of the server")
        if self.sealed:
            raise Answered(503, "Vault is sealed")
        if token not in self.policies or namespace.strip("/") != self.namespace:
            raise Answered(403, "permission denied")
        allowed = {"auth/token/lookup-self", *self.policies[token]}
        if not any(re.fullmatch(each, path) for each in allowed):
            raise Answered(403, "1 error occurred:\n\t* permission denied\n\n")

    def _transit(self, method: str, path: str, body: Any) -> Any:
        verb, _, rest = path.partition("/")
        name, _, more = rest.partition("/")
        if (method, verb, more) == ("GET", "keys", ""):
            return self._shown(name)
        if (method, path) == ("GET", "wrapping_key"):
            form = serialization.PublicFormat.SubjectPublicKeyInfo
            public = self.wrapping.public_key().public_bytes(serialization.Encoding.PEM, form)
            return {"public_key": public.decode()}
        if (method, verb, more) == ("POST", "keys", ""):
            self._create(name, body)
            raise Answered(204)
        if (method, verb, more) == ("POST", "keys", "import"):
            self._import(name, body)
            raise Answered(204)
        if (method, verb, more) == ("POST", "keys", "rotate"):
            self.keys[name].versions.append(secrets.token_bytes(32))
            raise Answered(204)
        if method != "POST" or verb not in {"hmac", "encrypt", "decrypt"}:
            raise Answered(405, "unsupported operation")
        return getattr(self, f"_{verb}")(self._key(name), body)

    def _key(self, name: str) -> Key:
        if name not in self.keys:
            raise Answered(400, "encryption key not found")
        return self.keys[name]

    def _shown(self, name: str) -> Any:
        if name not in self.keys:
            raise Answered(404)
        key = self.keys[name]
        times = {str(n): 1442851412 for n, _ in enumerate(key.versions, start=1)}
        return {"name": name, "type": key.kind, "imported": key.imported, "keys": times}

    def _create(self, name: str, body: Any) -> None:
        kind = body.get("type", "aes256-gcm96")
        if kind not in {"aes256-gcm96", "hmac"}:
            raise Answered(400, f"unknown key type {kind}")
        self.keys.setdefault(name, Key(kind, [secrets.token_bytes(32)]))

    def _import(self, name: str, body: Any) -> None:
        if name in self.keys:
            raise Answered(500, "the import path cannot be used with an existing key")
        wrapped = decoded(body["ciphertext"])
        if body.get("hash_function", "SHA256") != "SHA256":
            raise Answered(400, "this peer knows SHA256 only")
        sha256 = hashes.SHA256()
        oaep = padding.OAEP(mgf=padding.MGF1(sha256), algorithm=sha256, label=None)
        try:
            once = self.wrapping.decrypt(wrapped[:512], oaep)
            secret = keywrap.aes_key_unwrap_with_padding(once, wrapped[512:])
        except (ValueError, keywrap.InvalidUnwrap):
            raise Answered(500, "error importing key") from None
        if len(once) != 32 or not 32 <= len(secret) <= 512:
            raise Answered(500, "invalid key size")
        self.keys[name] = Key(body["type"], [secret], imported=True)

    def _hmac(self, key: Key, body: Any) -> Any:
        version = body.get("key_version", 0) or len(key.versions)
        if 0 < version < key.min_encryption_version or version > len(key.versions):
            raise Answered(400, "cannot generate HMAC: version is too old (disallowed by policy)")
        if key.kind != "hmac" or body.get("algorithm", "sha2-256") != "sha2-256":
            raise Answered(400, "this peer makes HMAC-SHA256 with keys of type hmac only")
        made = hmac.new(key.versions[version - 1], decoded(body["input"]), hashlib.sha256).digest()
        return {"hmac": f"vault:v{version}:{base64.b64encode(made).decode()}"}

    def _encrypt(self, key: Key, body: Any) -> Any:
        nonce, aad = secrets.token_bytes(12), decoded(body.get("associated_data", ""))
        sealed = AESGCM(key.versions[-1]).encrypt(nonce, decoded(body["plaintext"]), aad)
        text = base64.b64encode(nonce + sealed).decode()
        return {"ciphertext": f"vault:v{len(key.versions)}:{text}"}

    def _decrypt(self, key: Key, body: Any) -> Any:
        found = re.fullmatch(r"vault:v([0-9]+):(\S+)", body["ciphertext"])
        if found is None or int(found[1]) > len(key.versions):
            raise Answered(400, "invalid ciphertext: no prefix")
        blob, aad = decoded(found[2]), decoded(body.get("associated_data", ""))
        try:
            opened = AESGCM(key.versions[int(found[1]) - 1]).decrypt(blob[:12], blob[12:], aad)
        except InvalidTag:
            raise Answered(400, "cipher: message authentication failed") from None
        return {"plaintext": base64.b64encode(opened).decode()}


def decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        raise Answered(400, "failed to base64-decode plaintext") from None


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    engine: Engine
    answered = 0
    disable_nagle_algorithm = True  # head and body are written apart

    def setup(self) -> None:
        super().setup()
        self.engine.connections += 1

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""

    def do_GET(self) -> None:
        self._reply("GET", {})

    def do_POST(self) -> None:
        self._reply("POST", json.loads(self._body() or b"{}"))

    def _body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def _reply(self, method: str, body: Any) -> None:
        path = self.path.removeprefix("/v1/")
        named = (self.headers.get("X-Vault-Token", ""), self.headers.get("X-Vault-Namespace", ""))
        status, location, data = 200, "", b""
        try:
            data = json.dumps({"data": self.engine.answer(method, path, *named, body)}).encode()
        except Answered as other:
            status, location = other.status, other.location
            data = b"" if status == 204 else json.dumps({"errors": other.errors}).encode()
        self.send_response(status)
        if location:
            self.send_header("Location", location)
        data = self.engine.garbage or data
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)
        self.answered += 1
        if 0 < self.engine.hang_up_after <= self.answered:
            self.close_connection = True


@contextmanager
def transit_peer(engine: Engine, tls: ssl.SSLContext | None = None) -> Iterator[str]:
    """Serve `engine` on a free port; yields its address."""
    handler = type("Handler", (_Handler,), {"engine": engine})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        scheme = "http" if tls is None else "https"
        yield f"{scheme}://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
