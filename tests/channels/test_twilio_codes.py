"""Each of Twilio's errors, as a refusal and as the last word on a text: what it means for us."""

from __future__ import annotations

import json

import pytest

from workervoice.channels.twilio_codes import CODES, outcome, undelivered
from workervoice.message import DeliveryStatus, Halt, Rejected, Unknown

STOPPED, CLOSED = DeliveryStatus.STOPPED, DeliveryStatus.WINDOW_CLOSED
FAILED, UNREACHED = DeliveryStatus.FAILED, DeliveryStatus.UNREACHED
ABSENT = DeliveryStatus.ABSENT
GOOD, PASSES = True, False  # refused for good, or for now

EXPECTED = {  # the facts of each error's page: refused for good? why, what else, what became of it
    "20003": (PASSES, None, Halt.BROKEN, FAILED),
    "20429": (PASSES, None, Halt.SLOWER, FAILED),
    "21211": (GOOD, None, None, FAILED),
    "21603": (PASSES, None, Halt.BROKEN, FAILED),
    "21606": (PASSES, None, None, FAILED),
    "21608": (PASSES, None, None, FAILED),
    "21610": (GOOD, STOPPED, None, STOPPED),
    "21611": (PASSES, None, Halt.SLOWER, FAILED),
    "21612": (GOOD, None, None, FAILED),
    "21614": (GOOD, None, None, FAILED),
    "21617": (GOOD, None, None, FAILED),
    "21655": (GOOD, None, None, FAILED),
    "21635": (GOOD, None, None, FAILED),
    "30001": (PASSES, None, Halt.SLOWER, UNREACHED),
    "30002": (PASSES, None, Halt.BROKEN, FAILED),
    "30003": (PASSES, None, None, UNREACHED),
    "30004": (GOOD, None, None, FAILED),
    "30005": (GOOD, None, None, FAILED),
    "30006": (GOOD, None, None, FAILED),
    "30007": (GOOD, None, None, FAILED),
    "30008": (PASSES, None, None, UNREACHED),
    "30029": (PASSES, None, Halt.BROKEN, FAILED),
    "30030": (PASSES, None, Halt.BROKEN, FAILED),
    "63013": (GOOD, None, None, FAILED),
    "63014": (GOOD, STOPPED, None, STOPPED),
    "63016": (PASSES, CLOSED, None, CLOSED),
    "63017": (PASSES, None, Halt.SLOWER, UNREACHED),
    "63018": (PASSES, None, Halt.SLOWER, UNREACHED),
    "63021": (GOOD, None, None, FAILED),
    "63024": (PASSES, ABSENT, None, ABSENT),
    "63027": (GOOD, None, None, FAILED),
    "63028": (GOOD, None, None, FAILED),
    "63032": (GOOD, None, None, FAILED),
    "63038": (PASSES, None, Halt.SLOWER, FAILED),
}


def test_every_error_of_the_table_has_its_test() -> None:
    assert CODES.keys() == EXPECTED.keys()


@pytest.mark.parametrize("code", EXPECTED)
def test_an_error_means_what_its_page_says(code: str) -> None:
    permanent, why, halt, became = EXPECTED[code]

    refused = outcome(400, json.dumps({"code": int(code), "message": "of no interest"}).encode())

    assert refused == Rejected(code, permanent, why, halt)
    assert undelivered(code) == became
    assert CODES[code].said


@pytest.mark.parametrize("status", [500, 502, 503, 504, 408])
def test_what_is_no_refusal_leaves_the_outcome_unknown(status: int) -> None:
    assert outcome(status, b'{"code": 20500}') == Unknown("20500")


def test_an_error_that_nobody_knows_passes_and_a_text_that_met_it_has_failed() -> None:
    assert outcome(400, b'{"code": 29999}') == Rejected("29999", permanent=False)
    assert undelivered("29999") is FAILED
    assert undelivered("") is FAILED
