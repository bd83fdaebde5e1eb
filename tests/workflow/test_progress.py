"""The small record of a dialogue: short, whole again after JSON, and moved only by the table."""

from __future__ import annotations

import json
from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from workervoice.errors import GuardFailed, IllegalMove
from workervoice.workflow.progress import (
    HELD_MAX,
    HeldKind,
    Progress,
    fresh,
    hold,
    lost,
    may_notify,
    noticed,
)

TALK = Progress(state="resting", language="bn", asked=3, question="consent_menu", safe=True)

FULL = Progress(
    state="lost_contact",
    language="bn-latn",
    asked=3,
    awaiting="confirm",
    question="question_recruitment_only",
    asked_at=1_900_000_000,
    safe=False,
    first_said_on="2030-05-06",
    thanked_on="2030-05-06",
    notice_last=True,
    delete_digit=7,
    came_from="clarifying",
    withdrawn_at=1_900_000_000,
    unanswered=3,
    window_until=1_900_000_000,
    case_open=True,
    stop_confirmed=True,
)


def test_a_new_dialogue_is_an_empty_record() -> None:
    assert Progress().to_dict() == {}
    assert Progress.from_dict({}) == Progress()


def test_the_fullest_record_comes_back_whole_from_json_and_stays_under_900_bytes() -> None:
    full = FULL
    kinds: tuple[HeldKind, ...] = ("reply", "confirm", "prompt")
    for n in range(HELD_MAX):
        full = hold(full, uuid4(), kinds[n % 3])

    written = json.dumps(full.to_dict(), separators=(",", ":"))

    assert Progress.from_dict(json.loads(written)) == full
    assert len(written.encode()) < 900


@pytest.mark.parametrize(
    "record",
    [{"state": "nowhere"}, {"no_such_field": 1}, {"held": ["x" + "0" * 32]}, {"held": ["r12"]}],
)
def test_a_record_that_is_not_ours_is_refused(record: dict[str, object]) -> None:
    with pytest.raises((ValueError, TypeError)):
        Progress.from_dict(record)


def test_more_answers_than_a_worker_can_ask_for_are_refused() -> None:
    full = TALK
    for n in range(HELD_MAX):
        full = hold(full, UUID(int=n), "reply")

    with pytest.raises(GuardFailed):
        hold(full, UUID(int=99), "reply")


def test_a_notice_ends_the_machines_own_questions() -> None:
    asked = replace(TALK, state="clarifying", asked=1, awaiting="consent")

    after = noticed(hold(asked, UUID(int=1), "reply"))

    assert (after.state, after.awaiting, after.asked) == ("resting", None, 3)
    assert (after.notice_last, after.unanswered) == (True, 1)


def test_a_question_whether_it_is_fixed_outlives_a_notice() -> None:
    assert noticed(replace(TALK, awaiting="confirm")).awaiting == "confirm"


@pytest.mark.parametrize(
    "quiet",
    [
        replace(TALK, state="paused"),
        replace(TALK, state="frozen"),
        replace(TALK, state="lost_contact"),
        replace(TALK, state="withdrawn"),
        replace(TALK, awaiting="delete"),
        replace(TALK, safe=False),
        replace(TALK, unanswered=3),
    ],
    ids=["paused", "frozen", "lost", "withdrawn", "deleting", "not safe", "unanswered"],
)
def test_no_notice_goes_to_who_must_not_get_one(quiet: Progress) -> None:
    assert may_notify(TALK)
    assert not may_notify(quiet)


def test_contact_is_lost_after_three_unanswered_notices_and_not_before() -> None:
    twice = noticed(noticed(TALK))

    with pytest.raises(GuardFailed):
        lost(twice)
    gone = lost(noticed(twice))

    assert (gone.state, gone.came_from) == ("lost_contact", "resting")


def test_a_new_report_is_asked_from_the_start_and_keeps_what_waits() -> None:
    old = hold(replace(TALK, first_said_on="2030-05-06", case_open=True), UUID(int=1), "reply")

    new = fresh(old)

    assert (new.state, new.asked, new.question, new.safe) == ("greeting", 0, None, None)
    assert (new.language, new.first_said_on, new.held) == ("bn", "2030-05-06", old.held)
    assert not new.case_open
    assert fresh(Progress()) == Progress()


def test_a_new_report_of_a_paused_worker_stays_paused_until_the_worker_writes() -> None:
    new = fresh(replace(TALK, state="paused", came_from="resting"))

    assert (new.state, new.came_from) == ("paused", "greeting")


def test_only_the_table_moves_a_dialogue() -> None:
    with pytest.raises(IllegalMove):
        lost(replace(TALK, state="paused", unanswered=3))
