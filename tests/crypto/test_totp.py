"""One-time codes: RFC 6238's own vectors, the drift of a phone's clock, and one use only."""

from __future__ import annotations

import pytest

from workervoice.crypto.totp import (
    SECRET_BYTES,
    STEP_SECONDS,
    code_at,
    matching_step,
    secret_text,
    step_of,
    uri,
)

SECRET = b"12345678901234567890"  # RFC 6238, appendix B (SHA-1)
NOW = 1_111_111_109


@pytest.mark.parametrize(
    ("moment", "code"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_the_vectors_of_rfc_6238(moment: int, code: str) -> None:
    assert code_at(SECRET, step_of(moment), digits=8) == code
    assert code_at(SECRET, step_of(moment)) == code[2:]


@pytest.mark.parametrize(
    ("steps", "taken"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)]
)
def test_a_phones_clock_may_be_one_step_off(steps: int, taken: bool) -> None:
    code = code_at(SECRET, step_of(NOW) + steps)

    found = matching_step(SECRET, code, now=NOW, after=0)

    assert found == (step_of(NOW) + steps if taken else None)


def test_a_code_and_those_before_it_are_used_up() -> None:
    step = step_of(NOW)

    assert matching_step(SECRET, code_at(SECRET, step), now=NOW, after=step) is None
    assert matching_step(SECRET, code_at(SECRET, step - 1), now=NOW, after=step) is None
    assert matching_step(SECRET, code_at(SECRET, step + 1), now=NOW, after=step) == step + 1


@pytest.mark.parametrize("typed", ["", "0", "081804x", "0" * 600, "٠٨١٨٠٤", "\ud800"])
def test_anything_else_is_no_code(typed: str) -> None:
    assert matching_step(SECRET, typed, now=NOW, after=0) is None


def test_blanks_in_a_code_do_not_matter() -> None:
    assert matching_step(SECRET, " 081 804 ", now=NOW, after=0) == NOW // STEP_SECONDS


def test_an_app_is_told_the_secret_the_login_and_who_asks() -> None:
    assert len(SECRET) == SECRET_BYTES
    assert len(secret_text(SECRET)) == 32
    assert uri(SECRET, "sam") == (
        f"otpauth://totp/Workervoice:sam?secret={secret_text(SECRET)}&issuer=Workervoice"
    )
