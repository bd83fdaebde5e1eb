"""Tests of the engine: worked examples, hostile texts, determinism, speed."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from functools import cache
from pathlib import Path
from statistics import median

import pytest

from tests.engines import the_engine
from workervoice.message import Grade, Priority
from workervoice.triage import ilo
from workervoice.triage.engine import Engine
from workervoice.triage.lines import triage_line

ROOT = Path(__file__).parents[2]


@cache
def engine() -> Engine:
    return the_engine()


WORKED = [  # domain.md 2.7
    (
        "Agent said hotel job. Now fish factory. They have passport, not give back",
        "FL_POSITIVE",
        "P1",
    ),
    ("Boss keep our passports", "FL_ONE_SIDED_STRONG", "P2"),
    ("Salary less than promised, if we complain they fine us", "FL_LIKELY", "P2"),
    ("OT till 11 every day, refuse = no salary", "FL_POSITIVE", "P1"),
    ("I owe agent 300000, cut every month, cannot quit until finish", "FL_ONE_SIDED_STRONG", "P2"),
    ("30 in one room no water. Cannot quit before 2 years or pay 100000", "FL_POSITIVE", "P1"),
    ("Boys of 14 in night shift", "FL_NONE", "P1"),
    ("Supervisor touch girls and say he will fire them", "FL_ONE_SIDED_STRONG", "P1"),
    ("Passport in HR, I asked them, I take it any time", "FL_NONE", "P3"),
    ("Soldiers take us to harvest each year, who not go pay fine", "FL_POSITIVE", "P1s"),
    ("Overtime too much but paid", "FL_NONE", "P3"),
    ("Food in canteen is bad", "FL_NONE", "P3"),
]


@pytest.mark.parametrize(("text", "grade", "priority"), WORKED)
def test_a_worked_message_comes_out_as_tabled(text: str, grade: str, priority: str) -> None:
    judged = ilo.assess(engine().read(text).facts)

    assert (judged.grade, judged.priority) == (Grade(grade), Priority(priority))


def test_a_question_is_the_lowest_priority_and_what_is_not_read_is_not() -> None:
    question = ilo.assess(engine().read("What is the minimum wage").facts)
    unread = ilo.assess(engine().read("zxqv wqrt plmk").facts)

    assert question.priority is Priority.P4
    assert unread.priority is Priority.P3


@pytest.mark.parametrize(
    ("text", "indicator"),
    [
        ("el jefe me quitó el pasaporte", "retention_of_identity_documents"),
        ("malik passport rekhe diyeche", "retention_of_identity_documents"),
        ("মালিক পাসপোর্ট আটকে রেখেছে", "retention_of_identity_documents"),
        ("১৪ ঘণ্টা কাজ করি", "excessive_overtime"),
        ("trabajo de 5 de la mañana a 9 de la noche", "excessive_overtime"),
        ("ok ok. boss took my passport. মালিক বেতন দেয় না", "withholding_of_wages"),
    ],
)
def test_every_pack_of_a_script_reads_whatever_the_language_looks_like(
    text: str, indicator: str
) -> None:
    facts = engine().read(text).facts

    assert indicator in facts.indicators


HOSTILE = [
    "", " ", "\x00", "\x00" * 500, "😀", "👩‍👩‍👧‍👦" * 50, "\ud800\udfff", "a", "1", "-", "'", "...",
    "h̷̢̛͓e̵͎͘ ̸̧͝b̵̜̈e̴̤͝a̷̗͘t̶̡̓s̷̩̈́ ̵̨͠u̴̬͝s̴̭̽" * 40,
    "\u202e\u202dboss beat us\u202c", "boss老板بosসে took ไทย passport", "9" * 6000 + ":30",
    "1,000" * 3000,
    "ﷺ" * 2000, "\n" * 5000, "6am to " * 3000, "not " * 20000, "a\u0301" * 30000,
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_no_text_makes_the_engine_fail_or_point_outside_it(text: str) -> None:
    evidence = engine().read(text).evidence

    assert all(0 <= found.start < found.end <= len(text) for found in evidence)


LONG = [
    "they took my passport and hit me and no salary ",
    "boss ",
    "x" * 9 + " ",
    "1 12 6am ",
    "if they say no we not ",
    "কাজ বেতন দেয় না ",
]


@pytest.mark.parametrize("piece", LONG)
def test_work_grows_with_the_text_and_no_faster(piece: str) -> None:
    matcher_read = engine().read

    def seconds(length: int) -> float:
        text = (piece * length)[:length]
        started = time.process_time()
        matcher_read(text)
        return time.process_time() - started

    seconds(2_000)
    short, long = min(seconds(25_000) for _ in range(2)), min(seconds(100_000) for _ in range(2))

    assert long < 12 * short + 0.2  # four times the text
    assert long < 10


FRONT = "boss took my passport. "
ADVERSARIAL = {
    "ligatures": "\ufdfa",
    "one letter": "a",
    "alternating scripts": "aкকا中",
    "letters and marks": "a\u0301",
    "combining marks": "\u0301",
    "digits": "7",
    "numbers": "1 12 6am ",
    "spaces": " ",
    "zero width": "\u200b",
    "no": "no ",
    "but": "but not ",
    "unsegmented": "老",
    "a phrase": "they took my passport and hit me and no salary ",
    "denials": "nobody hits me, they gave my passport back, no one is under 18. ",
    "greetings": "hola ",
}


@pytest.mark.parametrize("piece", ADVERSARIAL.values(), ids=ADVERSARIAL.keys())
def test_the_longest_text_is_read_at_once_and_from_its_front(piece: str) -> None:
    text = FRONT + (piece * 100_000)[: 100_000 - len(FRONT)]
    engine()

    started = time.process_time()
    evidence = engine().read(text).evidence
    seconds = time.process_time() - started

    first = evidence[0]
    assert (first.item, text[first.start : first.end]) == ("P_documents", "boss took my passport")
    assert seconds < 1.5  # aimed at 0.2; CI machines are slow


def test_a_message_takes_about_a_millisecond() -> None:
    texts = [text for text, _, _ in WORKED] * 3
    matcher = engine()._matcher  # noqa: SLF001  # without language detection

    def seconds(text: str) -> float:
        started = time.process_time()
        matcher.read(text)
        return time.process_time() - started

    assert median(seconds(text) for text in texts) < 0.01  # aimed at 1 ms; CI machines are slow


SPAM = "FORWARD this to 10 friends!! You won 1,000,000 USD. Boss pays. http://x.example/?a=1 "
GROWING = {
    "a report over and over": " ".join(text for text, _, _ in WORKED) + ". ",
    "no sentence ends": "they not pay me boss took my passport and hit us ",
    "one word": "salary",
    "digits": "0123456789 ",
    "base64": "c2FsYXJ5IG5vdCBwYWlkIGJvc3MgdG9vayBwYXNzcG9ydA==" * 3,
    "forwarded spam": SPAM,
    "mixed scripts": "bоss маліk মালিক passport ไม่จ่าย 护照 ደሞዝ ",
    "marks upon marks": "s\u0336a\u0335l\u0334a\u0338r\u0337y\u0321 ",
}


@pytest.mark.parametrize("name", GROWING)
def test_twice_the_text_takes_no_more_than_about_twice_the_time(name: str) -> None:
    matcher = engine()._matcher  # noqa: SLF001  # without language detection

    def seconds(size: int) -> float:
        text = (GROWING[name] * (size // len(GROWING[name]) + 1))[:size]
        times = []
        for _ in range(3):
            started = time.process_time()
            matcher.read(text)
            times.append(time.process_time() - started)
        return min(times)

    seconds(1000)
    once, twice = seconds(5_000), seconds(10_000)

    assert twice < 3.5 * once + 0.02
    assert seconds(100_000) < 10


PROGRAM = """
import json, sys
from workervoice.triage.engine import Engine
from workervoice.triage.lines import triage_line
engine = Engine.load()
texts = json.loads(sys.stdin.read())
print(engine.set)
print(json.dumps([triage_line(engine, {"id": i, "text": t}) for i, t in enumerate(texts)]))
"""


def test_the_same_text_reads_the_same_in_every_process() -> None:
    texts = [text for text, _, _ in WORKED] + ["el jefe nos pega", "malik mare", "14 hrs no pay"]

    outputs = {
        subprocess.run(
            [sys.executable, "-c", PROGRAM],
            input=json.dumps(texts),
            capture_output=True,
            text=True,
            check=True,
            env={"PYTHONHASHSEED": seed, "PYTHONUTF8": "1", "PYTHONPATH": str(ROOT)},
        ).stdout
        for seed in ("0", "1", "4242")
    }

    assert len(outputs) == 1
    assert len(json.loads(outputs.pop().splitlines()[1])) == len(texts)


def test_the_answer_of_the_interface_is_kept_exactly() -> None:
    answer = triage_line(engine(), {"id": "m-1", "text": "Boss keep our passports"})

    assert answer == {
        "id": "m-1",
        "language": "en",
        "indicators": ["retention_of_identity_documents"],
        "items": ["P_documents"],
        "child": False,
        "imminent_danger": False,
        "grade": "FL_ONE_SIDED_STRONG",
        "priority": "P2",
        "evidence": [
            {"item": "P_documents", "start": 0, "end": 23, "rule": answer["evidence"][0]["rule"],
             "denied": False},
        ],
    }  # fmt: skip
