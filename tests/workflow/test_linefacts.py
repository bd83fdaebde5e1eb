"""The check-list of a line: its page says what the tables say, and each table is whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from workervoice.app.lines_page import written
from workervoice.channels.registry import CHANNELS
from workervoice.workflow.linefacts import (
    NO,
    UNKNOWN,
    YES,
    channels,
    countries,
    parts_of_report,
    two_way_by_twilio,
)
from workervoice.workflow.phrasebook import PhraseBook

PAGE = Path(__file__).resolve().parents[2] / "docs" / "lines.md"
BOOK = PhraseBook.load()


def test_the_page_says_what_the_tables_say() -> None:
    page = PAGE.read_text(encoding="utf-8")

    assert written(page) == page, "run python -m workervoice.app.lines_page"


def test_a_page_without_a_place_for_a_table_is_no_page() -> None:
    with pytest.raises(ValueError, match="no place for countries"):
        written("# Lines\n")


def test_every_channel_that_a_line_can_have_is_told_of() -> None:
    assert set(channels()) == set(CHANNELS)
    for known in channels().values():
        assert known.approvals
        assert known.sees


@pytest.mark.parametrize(
    ("country", "answer"),
    [("BD", NO), ("NP", NO), ("ET", NO), ("HT", NO), ("PH", YES), ("KH", UNKNOWN)],
)
def test_what_nobody_has_read_is_unknown_and_not_no(country: str, answer: str) -> None:
    assert two_way_by_twilio(country) == answer
    assert country in countries()


def test_a_country_that_is_in_no_table_is_unknown() -> None:
    assert two_way_by_twilio("ZZ") == UNKNOWN


def test_no_country_is_told_of_twice() -> None:
    assert len(set(countries())) == len(countries())
    assert all(len(country) == 2 and country.isupper() for country in countries())


@pytest.mark.parametrize("language", BOOK.files)
def test_a_report_costs_parts_by_sms_and_messages_elsewhere(language: str) -> None:
    assert parts_of_report(BOOK, language, "whatsapp") == (1, 1, 1, 1)
    assert parts_of_report(BOOK, language, "telegram") == (1, 1, 1, 1)
    assert sum(parts_of_report(BOOK, language, "sms")) >= 4
