"""Hours: when people read, and when a worker may be written to."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from workervoice.workflow.hours import read_hours


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_a_line_tells_its_hours() -> None:
    said = read_hours("8:00-20:30 Asia/Dhaka").said()

    assert (said.key, dict(said.params)) == ("hours", {"from": "8:00", "to": "20:30"})
    assert read_hours("always Asia/Dhaka").said().key == "hours_always"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "8-20 Asia/Dhaka",
        "8:00-25:00 Asia/Dhaka",
        "8:00-20:00",
        "8:00-20:00 Dhaka",
        "always ../x",
    ],
)
def test_what_tells_no_hours_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="8:00-20:00 Asia/Dhaka"):
        read_hours(text)


@pytest.mark.parametrize(
    ("now", "then"),
    [
        ("2030-05-06T13:00", "2030-05-06T13:00"),  # 19:00 in Dhaka
        ("2030-05-06T11:30", "2030-05-06T12:00"),
        ("2030-05-06T16:00", "2030-05-07T12:00"),
        ("2030-05-06T19:00", "2030-05-07T12:00"),  # one o'clock at night there
    ],
)
def test_outside_a_workers_hours_a_text_waits_until_they_begin(now: str, then: str) -> None:
    hours = read_hours("always Asia/Dhaka")

    assert hours.soonest(at(now), (18, 22)) == at(then)


def test_without_hours_nothing_waits() -> None:
    now = at("2030-05-06T03:00")

    assert read_hours("always Asia/Dhaka").soonest(now, None) == now


def test_hours_hold_where_the_clocks_change() -> None:
    hours = read_hours("always America/New_York")

    assert hours.soonest(at("2030-03-09T23:30"), (6, 12)) == at("2030-03-10T10:00")
