"""Tests of the JSON lines: what is malformed is refused in one sentence that repeats nothing."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest

from tests.engines import the_engine
from workervoice.triage.engine import Engine
from workervoice.triage.lines import language_line, parse_line, triage_line


@cache
def engine() -> Engine:
    return the_engine()


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("", "not JSON"),
        ("secret words", "not JSON"),
        (b"\xff", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ('["secret"]', "not an object"),
        ('{"text": "secret"}', 'no "id"'),
        ('{"id": "secret"}', 'no "text"'),
        ('{"id": "a", "text": 7}', '"text" is not a string'),
        ('{"id": "a", "text": null}', '"text" is not a string'),
        ('{"id": ["secret"], "text": "x"}', '"id" is neither'),
    ],
)
def test_a_malformed_line_is_refused_without_repeating_it(raw: str | bytes, reason: str) -> None:
    with pytest.raises(ValueError, match=r"^[^\n]+$") as refused:
        parse_line(raw)

    assert reason in str(refused.value)
    assert "secret" not in str(refused.value)
    assert refused.value.__cause__ is None


@pytest.mark.parametrize("request_", [{"id": 1}, {"id": 1, "text": None}, {"text": "x"}])
def test_both_interfaces_refuse_a_malformed_request(request_: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"text|id"):
        triage_line(engine(), request_)
    with pytest.raises(ValueError, match=r"text|id"):
        language_line(request_)


def test_a_denied_hit_is_evidence_and_nothing_else() -> None:
    answer = triage_line(engine(), {"id": 1, "text": "nobody hits us here"})

    assert answer["items"] == answer["indicators"] == []
    assert answer["imminent_danger"] is False
    assert {(e["item"], e["denied"]) for e in answer["evidence"]} == {
        ("P_physical_violence", True),
        ("imminent_danger", True),
    }


def test_places_count_code_points_of_the_original() -> None:
    text = "😀😀 —  bóss   TOOK my pásspört 😀"

    answer = triage_line(engine(), {"id": 1, "text": text})

    place = next(e for e in answer["evidence"] if e["item"] == "P_documents")
    assert text[place["start"] : place["end"]] == "bóss   TOOK my pásspört"


def test_an_answer_is_one_line_of_json_whatever_the_text() -> None:
    request = parse_line(json.dumps({"id": "x", "text": "boss\nhit\u2028me \ud83d \x00"}))

    line = json.dumps(triage_line(engine(), request))

    assert "\n" not in line
    assert json.loads(line)["child"] is False


def test_a_language_line_names_code_and_step() -> None:
    answer = language_line({"id": 5, "text": "মালিক আমার পাসপোর্ট নিয়ে গেছে"})

    assert answer == {"id": 5, "language": "bn", "step": "script"}
