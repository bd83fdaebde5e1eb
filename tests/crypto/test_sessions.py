"""Sessions: cookie and boot secret together open the bundle, neither alone."""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64decode
from uuid import UUID

import pytest

from workervoice.crypto.seal import generate_signing
from workervoice.crypto.sessions import new_session, open_session, session_id
from workervoice.crypto.slots import Bundle
from workervoice.crypto.suite import generate_kem
from workervoice.errors import SealBroken

BOOT, OFFICER, AT = bytes(range(32)), UUID(int=5), 1795327194
BUNDLE = Bundle(generate_kem(), generate_signing())


def test_the_cookie_opens_the_session() -> None:
    token, row, boxed = new_session(BOOT, OFFICER, BUNDLE, at=AT)

    assert session_id(token) == row
    assert open_session(BOOT, token, OFFICER, boxed, at=AT) == BUNDLE


def test_the_row_is_named_by_the_hash_of_the_cookie() -> None:
    token, row, boxed = new_session(BOOT, OFFICER, BUNDLE, at=AT)
    cookie = urlsafe_b64decode(token + "=")

    assert row == hashlib.sha256(cookie).digest()
    assert len(cookie) == 32
    assert cookie not in row + boxed


def test_another_cookie_boot_secret_officer_row_or_beginning_does_not_open() -> None:
    token, _, boxed = new_session(BOOT, OFFICER, BUNDLE, at=AT)
    other_token, _, other_boxed = new_session(BOOT, OFFICER, BUNDLE, at=AT)

    with pytest.raises(SealBroken):
        open_session(BOOT, token, OFFICER, boxed, at=AT + 1)
    for boot, cookie, officer, row in [
        (BOOT, other_token, OFFICER, boxed),
        (BOOT[::-1], token, OFFICER, boxed),
        (BOOT, token, UUID(int=6), boxed),
        (BOOT, token, OFFICER, other_boxed),
        (BOOT, token, OFFICER, boxed[:-1] + bytes([boxed[-1] ^ 1])),
        (BOOT, token, OFFICER, b""),
    ]:
        with pytest.raises(SealBroken):
            open_session(boot, cookie, officer, row, at=AT)


@pytest.mark.parametrize("token", ["", "x", "\x00", "é" * 43, "A" * 42, "A" * 44, "A" * 42 + "!"])
def test_a_cookie_that_is_none_of_ours_is_refused(token: str) -> None:
    with pytest.raises(SealBroken):
        session_id(token)
    with pytest.raises(SealBroken):
        open_session(BOOT, token, OFFICER, b"", at=AT)


def test_an_error_does_not_quote_the_cookie() -> None:
    token, _, _ = new_session(BOOT, OFFICER, BUNDLE, at=AT)

    with pytest.raises(SealBroken) as refused:
        open_session(BOOT, token, OFFICER, b"junk", at=AT)

    assert str(refused.value) == f"session of officer {OFFICER} does not open"


@pytest.mark.parametrize("boot", [b"", bytes(16)])
def test_a_short_boot_secret_is_refused(boot: bytes) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        new_session(boot, OFFICER, BUNDLE, at=AT)
