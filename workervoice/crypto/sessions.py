"""Split sessions: an officer's keys between two requests, openable by cookie and server together.

The row is named by the SHA-256 of the cookie and holds the bundle boxed under a key made of cookie
and boot secret. The boot secret (32 random bytes) is only in the memory of the parent process: a
copied database opens nothing, nor does a stolen cookie after a restart.
"""

from __future__ import annotations

import base64
import secrets
from uuid import UUID

from workervoice.crypto.seal import KEY_BYTES, box, ctx, derive, digest, mac, unbox
from workervoice.crypto.slots import Bundle
from workervoice.errors import SealBroken

_SESSION = "session"
_SESSION_KEY = "session-key"


def new_session(boot_secret: bytes, officer_id: UUID, bundle: Bundle) -> tuple[str, bytes, bytes]:
    """The cookie's token, the row's id and the boxed bundle. The token is stored nowhere."""
    cookie = secrets.token_bytes(KEY_BYTES)
    token = base64.urlsafe_b64encode(cookie).decode().rstrip("=")
    row = digest(cookie)
    boxed = box(_key(boot_secret, cookie), bundle.to_bytes(), ctx(_SESSION, row, officer_id))
    return token, row, boxed


def open_session(boot_secret: bytes, cookie_token: str, officer_id: UUID, boxed: bytes) -> Bundle:
    """The officer's keys. Raises `SealBroken` for another cookie, officer, row or boot."""
    cookie = _cookie(cookie_token)
    try:
        place = ctx(_SESSION, digest(cookie), officer_id)
        return Bundle.from_bytes(unbox(_key(boot_secret, cookie), boxed, place))
    except SealBroken:
        raise SealBroken(f"session of officer {officer_id} does not open") from None


def session_id(cookie_token: str) -> bytes:
    """Which row a cookie asks for. Raises `SealBroken` if it is no token of ours."""
    return digest(_cookie(cookie_token))


def _cookie(token: str) -> bytes:
    try:
        cookie = base64.b64decode(token + "=", altchars=b"-_", validate=True)
    except ValueError:
        cookie = b""
    if len(cookie) != KEY_BYTES:
        raise SealBroken("not a session token")
    return cookie


def _key(boot_secret: bytes, cookie: bytes) -> bytes:
    if len(boot_secret) != KEY_BYTES:
        raise ValueError("the boot secret is 32 bytes")
    return derive(mac(boot_secret, cookie), ctx(_SESSION_KEY, digest(cookie)))
