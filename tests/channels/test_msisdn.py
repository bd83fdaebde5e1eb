"""Numbers in whatever form they come: one worker is one address, and nothing is guessed."""

from __future__ import annotations

import pytest

from workervoice.channels.msisdn import Numbering
from workervoice.errors import Malformed
from workervoice.message import Address, AddressKind

BANGLADESH = Numbering("880")
NEPAL = Numbering("977", "0", frozenset({10}))
ITALY = Numbering("39", "")


@pytest.mark.parametrize(
    "written",
    [
        *("+8801711000111", "8801711000111", "01711000111", "008801711000111"),
        *("+880 1711-000 111", " 8801711000111", "88001711000111", "+88001711000111"),
        *("+01711000111", "(880) 1711 000.111"),
    ],
)
def test_one_number_is_one_address_however_it_is_written(written: str) -> None:
    assert BANGLADESH.address(written) == Address(AddressKind.PHONE, "+8801711000111")


@pytest.mark.parametrize(
    ("numbering", "written", "value"),
    [
        (NEPAL, "9812345678", "+9779812345678"),
        (NEPAL, "09812345678", "+9779812345678"),
        (NEPAL, "9779812345678", "+9779812345678"),
        (NEPAL, "9771234567", "+9779771234567"),  # ten digits: national, whatever they begin with
        (NEPAL, "+447700900123", "+447700900123"),
        (ITALY, "390612345678", "+390612345678"),
        (ITALY, "+390612345678", "+390612345678"),
        (BANGLADESH, "00447700900123", "+447700900123"),
    ],
)
def test_a_number_is_read_by_its_country(numbering: Numbering, written: str, value: str) -> None:
    assert numbering.address(written) == Address(AddressKind.PHONE, value)


@pytest.mark.parametrize(
    ("numbering", "written"),
    [
        (BANGLADESH, "16247"),
        (BANGLADESH, "bKash"),
        (BANGLADESH, "1711000111"),  # national without its 0: it may be anybody's
        (BANGLADESH, "880"),
        (BANGLADESH, "+123"),
        (BANGLADESH, "+8801711000111222"),
        (BANGLADESH, "৮৮০১৭১১০০০১১১"),
        (NEPAL, "981234567"),
        (ITALY, "0612345678"),
    ],
)
def test_what_is_no_number_stays_as_it_came(numbering: Numbering, written: str) -> None:
    assert numbering.address(written) == Address(AddressKind.OTHER, written)


@pytest.mark.parametrize("written", ["", "a\nb", "9" * 300])
def test_what_no_text_may_hold_is_malformed(written: str) -> None:
    with pytest.raises(Malformed):
        BANGLADESH.address(written)


@pytest.mark.parametrize(
    ("number", "national"),
    [("+8801711000111", "01711000111"), ("+447700900123", "447700900123"), ("bKash", "bKash")],
)
def test_a_number_is_written_as_at_home(number: str, national: str) -> None:
    assert BANGLADESH.national(number) == national
