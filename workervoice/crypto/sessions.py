"""Split sessions: an officer's keys between two requests, openable by cookie and server together.

The row is named by the SHA-256 of the cookie and holds the bundle boxed under a key made of cookie
and boot secret. The boot secret (32 random bytes) is only in the memory of the parent process: a
copied database opens nothing, nor does a stolen cookie after a restart.

A session whose second factor is still missing is `HALF`. Its box is bound to that and to the second
in which it began, as the proof that a person was asked again is bound to its session and moment: a
row that was changed by hand opens no more than before, and no longer.
"""

from __future__ import annotations

import base64
import hmac
import secrets
from uuid import UUID

from workervoice.crypto.seal import KEY_BYTES, box, ctx, derive, digest, mac, unbox
from workervoice.crypto.slots import Bundle
from workervoice.errors import SealBroken

FULL = "full"
HALF = "half"  # the passphrase was right, the second factor is still missing

_STAGES = {FULL: "session", HALF: "session-half"}
_PROOF = "session-proof"
_MOMENT_BYTES = 8
_SESSION_KEY = "session-key"


def new_session(
    boot_secret: bytes, officer_id: UUID, bundle: Bundle, stage: str = FULL, *, at: int
) -> tuple[str, bytes, bytes]:
    """The cookie's token, the row's id and the boxed bundle of a session that begins `at` (unix
    seconds). The token is stored nowhere."""
    cookie = secrets.token_bytes(KEY_BYTES)
    token = base64.urlsafe_b64encode(cookie).decode().rstrip("=")
    row = digest(cookie)
    boxed = box(_key(boot_secret, cookie), bundle.to_bytes(), _place(row, officer_id, stage, at))
    return token, row, boxed


def open_session(
    boot_secret: bytes,
    cookie_token: str,
    officer_id: UUID,
    boxed: bytes,
    stage: str = FULL,
    *,
    at: int,
) -> Bundle:
    """The officer's keys. Raises `SealBroken` for another cookie, officer, row, stage, beginning or
    boot."""
    cookie = _cookie(cookie_token)
    try:
        place = _place(digest(cookie), officer_id, stage, at)
        return Bundle.from_bytes(unbox(_key(boot_secret, cookie), boxed, place))
    except SealBroken:
        raise SealBroken(f"session of officer {officer_id} does not open") from None


def session_id(cookie_token: str) -> bytes:
    """Which row a cookie asks for. Raises `SealBroken` if it is no token of ours."""
    return digest(_cookie(cookie_token))


def proof(boot_secret: bytes, row: bytes, at: int) -> bytes:
    """That whoever holds this session proved at this moment (unix seconds) who they are."""
    moment = at.to_bytes(_MOMENT_BYTES, "big")
    return moment + mac(boot_secret, ctx(_PROOF, row, moment))


def proved_at(boot_secret: bytes, row: bytes, stored: bytes) -> int:
    """When that was; 0 for a proof that is not of this session and boot."""
    at = int.from_bytes(stored[:_MOMENT_BYTES], "big")
    return at if hmac.compare_digest(proof(boot_secret, row, at), stored) else 0


def _place(row: bytes, officer_id: UUID, stage: str, at: int) -> bytes:
    if stage not in _STAGES:
        raise SealBroken("no such stage of a session")
    return ctx(_STAGES[stage], row, officer_id, at)


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
