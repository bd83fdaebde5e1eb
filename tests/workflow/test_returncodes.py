"""Return codes: the check digit, and finding them in what people paste."""

from __future__ import annotations

import pytest

from workervoice.workflow.returncodes import found, made_of, spaced, without

CODE = made_of(572_000_381_442_907)


def test_damms_own_example_checks() -> None:
    """572 has the check digit 4 (H. M. Damm, 2004)."""
    assert made_of(572)[-1] == "4"


def test_a_code_is_found_however_it_is_written() -> None:
    arabic = CODE.translate({ord(str(n)): chr(0x660 + n) for n in range(10)})

    for text in (CODE, spaced(CODE), f"my code: {spaced(CODE)}.", f"{CODE[:8]}-{CODE[8:]}", arabic):
        code = found(text)
        assert code is not None
        assert code.digits == CODE


@pytest.mark.parametrize("at", range(16))
def test_one_wrong_digit_is_no_code(at: int) -> None:
    wrong = {CODE[:at] + digit + CODE[at + 1 :] for digit in "0123456789"} - {CODE}

    assert [text for text in wrong if found(text)] == []


@pytest.mark.parametrize("at", range(15))
def test_two_digits_that_changed_places_are_no_code(at: int) -> None:
    swapped = CODE[:at] + CODE[at + 1] + CODE[at] + CODE[at + 2 :]

    assert swapped == CODE or found(swapped) is None


@pytest.mark.parametrize("text", ["", "1234", "call me on 15550100123", CODE + "1", "9" + CODE])
def test_other_numbers_are_no_codes(text: str) -> None:
    assert found(text) is None


def test_what_is_left_is_heard_without_it() -> None:
    text = f"it is me {spaced(CODE)} they moved us"

    assert without(text, found(text)) == "it is me   they moved us"
