"""Rules that no sequence of texts may break, and the bytes that must not tell two workers apart."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.workflow.transcript import HEARD, Stage
from workervoice.message import Answer, Facts
from workervoice.workflow.dialogue import Effect, Progress, Turn, converse
from workervoice.workflow.phrasebook import KEYS, PhraseBook
from workervoice.workflow.progress import QUESTIONS_MAX

BOOK = PhraseBook.load()

QUIET = Facts()
GRAVE = Facts(
    items={"P_physical_violence": Answer.REPORTED},
    indicators=frozenset({"physical_sexual_violence"}),
    child=True,
    imminent_danger=True,
)

TEXTS = st.sampled_from(
    [
        *("0", "1", "2", "3", "4", "7", "8", "১", "yes", "no", "", "they hit us", "Blue Mill"),
        *("STOP", "START", "HELP", "DELETE", "STATUS", "<photo>", "stop hitting me"),
    ]
)
EVENTS = st.sampled_from(["hold reply", "hold confirm", "notice now", "day 1", "minutes 90"])
STEPS = st.lists(st.tuples(st.sampled_from(["text", "event"]), TEXTS, EVENTS), max_size=25)


def _bytes(turn: Turn, language: str) -> list[bytes]:
    return [
        BOOK.say(say.key, language, emergency="999", **say.params).encode() for say in turn.says
    ]


@pytest.mark.parametrize("language", ["en", "es", "bn"])
@pytest.mark.parametrize("answers", [(), ("2",), ("3",), ("3", "4"), ("more words", "2")])
def test_two_reports_get_the_same_bytes_at_every_step(
    language: str, answers: tuple[str, ...]
) -> None:
    quiet, grave = Stage(), Stage(heard=replace(HEARD, facts=GRAVE))

    for quiet_text, grave_text in (
        ("the canteen is bad", "they beat a boy of 12, fire"),
        *zip(answers, answers, strict=True),
    ):
        one, other = quiet.write(quiet_text), grave.write(grave_text)
        assert _bytes(one, language) == _bytes(other, language)
        assert one.says


def test_the_same_question_two_is_the_same_bytes_for_different_reports() -> None:
    one, other = Stage(), Stage(heard=replace(HEARD, facts=GRAVE))

    for texts in (("bad food", "they beat us"), ("1", "1"), ("Blue Mill", "Red Mill"), ("0", "7")):
        turns = one.write(texts[0]), other.write(texts[1])
        assert _bytes(turns[0], "bn") == _bytes(turns[1], "bn")


def test_a_stranger_and_a_worker_for_whom_nothing_waits_get_the_same_bytes() -> None:
    stranger = converse(Progress(), replace(HEARD, text="STATUS"))
    worker = converse(
        Progress(state="resting", asked=3), replace(HEARD, text="STATUS", known=True, facts=GRAVE)
    )

    assert _bytes(stranger, "en") == _bytes(worker, "en")


def test_the_same_text_gives_the_same_turn() -> None:
    heard = replace(HEARD, text="they hit us", facts=QUIET)

    assert converse(Progress(), heard) == converse(Progress(), heard)


def test_a_turn_does_not_show_the_workers_words() -> None:
    assert "hit" not in repr(replace(HEARD, text="they hit us"))


@settings(max_examples=400, deadline=None)
@given(STEPS)
def test_no_sequence_of_texts_breaks_the_rules(steps: list[tuple[str, str, str]]) -> None:
    stage = Stage()
    menus = 0

    for kind, text, event in steps:
        if kind == "event":
            _happen(stage, event)
            continue
        before = stage.progress
        turn = stage.write(text)
        menus += sum(say.key.startswith(("question_", "consent_menu")) for say in turn.says)
        _check(before, text, turn)

    assert menus <= QUESTIONS_MAX - 1
    assert sum(say.key == "first_answer" for turn in stage.turns for say in turn.says) <= 1


def _happen(stage: Stage, event: str) -> None:
    """Officers and time, within what the hotline may do in this state."""
    setting, _, value = event.partition(" ")
    talking = stage.progress.state in {"safety", "clarifying", "resting"}
    if setting in {"day", "minutes"} or (talking and len(stage.progress.held) < 12):
        stage.change(setting, value)


def _check(before: Progress, text: str, turn: Turn) -> None:
    says = [say.key for say in turn.says]
    withdrawing = before.awaiting == "delete" and text == "4"
    assert set(says) <= KEYS
    assert len(json.dumps(turn.progress.to_dict()).encode()) < 900
    assert (Effect.WITHDRAW in turn.effects) == (withdrawing and before.state != "paused")
    assert turn.answers.consent is None or before.awaiting == "consent"
    assert not turn.release or text in {"1", "১"}
    assert set(turn.release) == {h.outbox_id for h in before.held} - {
        h.outbox_id for h in turn.progress.held
    }
    if Effect.CONFIRMED in turn.effects or Effect.DISPUTED in turn.effects:
        assert before.awaiting == "confirm"
    if turn.progress.state == "paused":
        assert says in ([], ["stopped"])
    if any(key.startswith("question_") and key != "question_site" for key in says):
        assert turn.progress.safe
