"""How long things are kept: the table of cases in docs/retention.md, and what it cannot say."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from workervoice.errors import SettingsError
from workervoice.settings import Settings
from workervoice.workflow.retention import Due, Kept, Part, Policy, due, ends, log_ends

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "retention.md").read_text("utf-8")
CASE, OTHER = UUID(int=1), UUID(int=2)
REPORT = datetime(2026, 1, 1, 9, 0, tzinfo=UTC)
LATE = REPORT + timedelta(days=9000)


def table(title: str) -> list[list[str]]:
    """The cells of the first table under a heading, without its head."""
    part = PAGE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]
    lines = re.findall(r"^\| (.*) \|$", part, flags=re.M)
    return [[cell.strip() for cell in line.split("|")] for line in lines[2:]]


def on_day(cell: str) -> datetime | None:
    return REPORT + timedelta(days=int(cell)) if cell else None


def closed(days: int = 0, *, held: bool = False) -> Kept:
    return Kept("closed", on_day(str(days)), held=held)


CASES = table("Cases")


@pytest.mark.parametrize("row", CASES, ids=[row[0] for row in CASES])
def test_the_table_of_cases_is_what_the_function_says(row: list[str]) -> None:
    _, state, closed_on, check_in_on, wrote_on, held, today, goes = row
    case = Kept(
        state, on_day(closed_on), on_day(check_in_on), held == "yes", heard_at=on_day(wrote_on)
    )
    now = on_day(today)

    assert now is not None
    found = due(Policy(), {CASE: case}, now)

    parts = {"contact": found.contact, "words": bool(found.words), "record": bool(found.record)}
    assert [name for name, gone in parts.items() if gone] == re.findall(r"\w+", goes)


def test_the_page_tells_the_defaults() -> None:
    told = {
        row[0].strip("`"): re.findall(r"(\d+) days", row[2])
        for row in table("The parts and their clocks")
    }

    policy = Policy()

    assert set(told) == set(Part)
    assert told["contact"] == [str(policy.contact), str(policy.check_in)]
    assert told["words"] == [str(policy.words)]
    assert told["record"] == [str(policy.record)]
    assert told["log"] == [str(policy.log)]


def test_the_setting_has_the_defaults_of_the_policy() -> None:
    assert Settings.model_fields["retention_days"].default == str(Policy())


def test_a_policy_is_read_as_it_is_written() -> None:
    policy = Policy(contact=120, check_in=7, words=60, record=1826, log=4000)

    assert Policy.parse(str(policy)) == policy
    assert Policy.parse("words=60") == Policy(words=60)
    assert Policy.parse("") == Policy()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("contact=89", "reopen"),
        ("words=0", "1 to"),
        ("check_in=0", "1 to"),
        ("record=60", "shorter"),
        ("words=2000 log=3000", "record"),
        ("log=100", "log"),
        ("log=99999", "1 to"),
        ("number=4", "write it like"),
        ("words=4 words=5", "write it like"),
        ("words=-4", "write it like"),
        ("words: 4", "write it like"),
    ],
)
def test_times_that_break_a_promise_are_refused(text: str, why: str) -> None:
    with pytest.raises(SettingsError, match=why):
        Policy.parse(text)


def test_a_hold_on_one_case_keeps_everything_of_this_worker() -> None:
    both = {CASE: closed(), OTHER: closed(held=True)}

    assert not due(Policy(), both, LATE)
    assert due(Policy(), {CASE: closed()}, LATE) == Due(True, frozenset({CASE}), frozenset({CASE}))


def test_the_contact_stays_while_any_case_of_the_conversation_is_open() -> None:
    both = {CASE: closed(), OTHER: Kept("in_progress", None)}

    found = due(Policy(), both, LATE)

    assert found == Due(False, frozenset({CASE}), frozenset({CASE}))


def test_the_contact_goes_with_the_case_that_was_closed_last() -> None:
    both = {CASE: closed(0), OTHER: closed(50)}

    assert not due(Policy(), both, REPORT + timedelta(days=139)).contact
    assert due(Policy(), both, REPORT + timedelta(days=140)).contact


def test_a_conversation_without_a_case_is_not_judged() -> None:
    assert not due(Policy(), {}, LATE)


@pytest.mark.parametrize("part", list(Part))
def test_no_clock_runs_for_an_open_case(part: Part) -> None:
    assert ends(Policy(), part, Kept("in_progress", None)) is None


def test_the_log_outlives_what_it_is_about() -> None:
    policy = Policy()

    assert log_ends(policy, REPORT) == REPORT + timedelta(days=policy.log)
    assert log_ends(policy, REPORT) > (ends(policy, Part.RECORD, closed()) or LATE)
