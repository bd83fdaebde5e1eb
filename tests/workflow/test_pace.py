"""How many answers one number gets, what is a robot, and what becomes of an answer not given."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from workervoice.workflow.echoes import known_by
from workervoice.workflow.pace import (
    DAY,
    HOUR,
    NEEDED_PER_HOUR,
    SKEW,
    UNCOUNTED,
    Limits,
    Pace,
    Text,
    Why,
    paced,
)
from workervoice.workflow.progress import Progress
from workervoice.workflow.quieting import AFTER_SECONDS, Flood, LineState, Strangers
from workervoice.workflow.turn import Effect, Say, Turn
from workervoice.workflow.unsaid import unsaid

NOW = 1_800_000_000
LIMITS = Limits()


def after(pace: Pace, count: int, *, every: int = 1, answered: bool = True) -> Pace:
    for place in range(count):
        pace, _ = paced(pace, text(NOW + place * every, answered=answered), LIMITS)
    return pace


def text(at: int, *, answered: bool = True, needed: bool = False, mark: str = "") -> Text:
    return Text(at, mark, answered=answered, needed=needed)


@given(st.lists(st.tuples(st.integers(0, 4000), st.booleans()), max_size=200))
def test_no_number_is_answered_more_often_than_the_limits_say(
    texts: list[tuple[int, bool]],
) -> None:
    pace, now, answered = UNCOUNTED, NOW, []
    for wait, needed in texts:
        now += wait
        pace, goes = paced(pace, text(now, needed=needed), LIMITS)
        answered += [now] if goes else []

    most = 2 * (LIMITS.answers_per_hour + NEEDED_PER_HOUR)  # two windows may touch
    assert all(sum(at <= each < at + HOUR for each in answered) <= most for at in answered)


@given(st.integers(1, 60), st.integers(SKEW + 1, 10 * DAY))
def test_a_clock_that_is_put_back_silences_nobody(count: int, back: int) -> None:
    pace = after(UNCOUNTED, count)

    _, answers = paced(pace, text(NOW - back), LIMITS)

    assert answers


def test_two_gateways_whose_clocks_differ_a_little_count_the_same() -> None:
    pace = after(UNCOUNTED, LIMITS.answers_per_hour)

    _, answers = paced(pace, text(NOW - SKEW // 2), LIMITS)

    assert not answers


def test_after_an_hour_a_number_is_answered_again_and_after_so_many_a_day_the_next_day() -> None:
    pace = after(UNCOUNTED, LIMITS.answers_per_hour)
    assert paced(pace, text(NOW + HOUR), LIMITS)[1]

    pace = after(UNCOUNTED, LIMITS.answers_per_day, every=DAY // 100)
    assert pace.quiet.why == Why.DAY
    assert not paced(pace, text(NOW + DAY - 1), LIMITS)[1]
    assert paced(pace, text(NOW + DAY), LIMITS)[1]


def test_what_has_to_be_said_is_said_so_often_an_hour_and_not_more() -> None:
    pace, said = after(UNCOUNTED, LIMITS.answers_per_hour), 0
    for second in range(60, 120):
        pace, answers = paced(pace, text(NOW + second, needed=True), LIMITS)
        said += answers

    assert said == NEEDED_PER_HOUR


def test_texts_without_an_answer_count_as_texts_only() -> None:
    pace = after(UNCOUNTED, LIMITS.texts_per_hour, answered=False)
    assert not pace.quiet.holds(NOW + 60)

    pace, _ = paced(pace, text(NOW + 60, answered=False), LIMITS)
    assert pace.quiet.why == Why.TEXTS


def test_the_third_of_the_same_text_is_a_robots_unless_it_comes_slowly() -> None:
    quick, slow = UNCOUNTED, UNCOUNTED
    for place in range(3):
        quick, answers = paced(quick, text(NOW + place * 60, mark="aa"), LIMITS)
        slow, slowly = paced(slow, text(NOW + place * 3600, mark="aa"), LIMITS)
        assert slowly
        assert answers is (place < 2)


def test_another_text_between_the_same_ends_the_row() -> None:
    pace = UNCOUNTED
    for place, mark in enumerate(("aa", "aa", "", "aa", "bb", "aa", "aa")):
        pace, answers = paced(pace, text(NOW + place, mark=mark), LIMITS)
        assert answers


def test_a_text_is_known_again_by_its_letters_and_a_short_one_by_nothing() -> None:
    assert known_by("I am out of the office!") == known_by("i am  out of the OFFICE")
    assert known_by("1") == known_by("STATUS") == known_by("•••• ••••") == ""


def test_a_pace_is_read_as_it_was_written() -> None:
    pace = after(UNCOUNTED, LIMITS.answers_per_hour)
    pace = replace(pace, echo=pace.echo.said_now("cd"))

    assert Pace.from_list(pace.to_list()) == pace


def test_a_question_that_was_not_asked_is_not_waited_for() -> None:
    before = Progress(state="safety", awaiting="danger", question="first_answer", asked=1)
    asked = replace(
        before, state="clarifying", awaiting="consent", question="consent_menu", asked=2, safe=True
    )

    told = unsaid(before, Turn(asked, (Say("consent_menu"),)), Why.HOUR)

    assert told.says == ()
    assert told.progress == replace(asked, awaiting=None, question="first_answer", asked=1)


def test_a_delete_whose_digit_is_not_told_holds_nothing_back() -> None:
    before = Progress(state="resting")
    asked = replace(before, awaiting="delete", delete_digit=7)
    turn = Turn(asked, (Say("delete_confirm_left"),), effects=frozenset({Effect.WITHHOLD}))

    told = unsaid(before, turn, Why.HOUR)

    assert told.progress == before
    assert told.report
    assert told.effects == {Effect.ASK_HUMAN}


def test_a_flood_begins_at_its_limit_and_ends_a_while_after_it_was_last_seen() -> None:
    flood = Flood(per_minute=10, per_hour=100)
    calm, full = Strangers(minute=9), Strangers(minute=10)
    start = NOW // 60 * 60 + 59  # of the minute before nearly nothing counts any more

    assert LineState().seen(calm, flood, start) == LineState()
    begun = LineState().seen(full, flood, start)
    later = begun.seen(full, flood, start + AFTER_SECONDS - 1)

    assert begun.quiet(start + AFTER_SECONDS) is None
    quiet = later.quiet(start + AFTER_SECONDS)
    assert quiet is not None
    assert (quiet.since, quiet.why) == (start, Why.FLOOD)
    assert LineState().seen(Strangers(hour=100), flood, start).quiet(start)


def test_a_flood_of_the_future_holds_nobody_and_a_person_can_let_answers_go_on() -> None:
    flood = Flood(per_minute=10)
    begun = LineState().seen(Strangers(minute=50), flood, NOW)
    opened = begun.let_go_on(NOW + 10, "sam", "a training")

    assert begun.quiet(NOW - HOUR) is None
    assert opened.seen(Strangers(minute=50), flood, NOW + 20) == opened
    assert opened.quiet(NOW + 20) is None
    assert opened.seen(Strangers(minute=50), flood, NOW + 3610).quiet(NOW + 3610)
    assert LineState.from_dict(opened.to_dict()) == opened
