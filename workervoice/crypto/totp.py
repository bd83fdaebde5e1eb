"""One-time codes from an authenticator app: TOTP with SHA-1, six digits, 30 seconds.

A code is right in its own step and in the one before and after, and only once: the caller keeps the
step that was used last. Source: RFC 6238, through `pyotp`; other digests or lengths are understood
by too few apps.
"""

from __future__ import annotations

import hmac
from base64 import b32encode

import pyotp

STEP_SECONDS = 30
DIGITS = 6
SECRET_BYTES = 20  # as long as SHA-1's block of state: RFC 4226 section 4, R6
_DRIFT = 1  # steps that a phone's clock may be off


def code_at(secret: bytes, step: int, digits: int = DIGITS) -> str:
    """The code of one step, counted from 1970."""
    return pyotp.HOTP(secret_text(secret), digits=digits).at(step)


def step_of(now: int) -> int:
    """Which step a moment (unix seconds) lies in."""
    return now // STEP_SECONDS


def matching_step(secret: bytes, code: str, *, now: int, after: int) -> int | None:
    """The step of a right code that is later than step `after`, or None.

    All steps are tried, so that the time taken does not tell which one it was.
    """
    typed = code.replace(" ", "").encode(errors="replace")
    found = None
    for step in range(step_of(now) - _DRIFT, step_of(now) + _DRIFT + 1):
        if hmac.compare_digest(code_at(secret, step).encode(), typed) and step > after:
            found = step
    return found


def secret_text(secret: bytes) -> str:
    """As people type it into their app: base32."""
    return b32encode(secret).decode()


def uri(secret: bytes, login: str, issuer: str = "Workervoice") -> str:
    """What an authenticator app understands when it is opened as a link."""
    return pyotp.TOTP(secret_text(secret)).provisioning_uri(name=login, issuer_name=issuer)
