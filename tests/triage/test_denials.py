"""Tests of denials: what a worker says is not so is evidence, and hides nothing else."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.engines import the_engine
from tests.triage.builders import HEAD, a_matcher, a_pack, denied, reported
from workervoice.errors import PackError
from workervoice.message import INDICATORS
from workervoice.triage import ilo, packs
from workervoice.triage.engine import Engine
from workervoice.triage.lines import triage_line
from workervoice.triage.match import Matcher

SUBJECTS = {*INDICATORS, "child", "imminent_danger"}


@cache
def engine() -> Engine:
    return the_engine()


def answer(text: str) -> dict[str, Any]:
    return triage_line(engine(), {"id": 1, "text": text})


def subject(item: str) -> str:
    """The indicator of an item, or the flag that it is."""
    return ilo.ITEMS[item].indicator or item


DENIALS = [
    ("they gave my passport back", "retention_of_identity_documents"),
    ("my passport was returned to me", "retention_of_identity_documents"),
    ("we keep our own passports", "retention_of_identity_documents"),
    ("our passports are not taken", "retention_of_identity_documents"),
    ("I get my salary on time", "withholding_of_wages"),
    ("they always pay us", "withholding_of_wages"),
    ("the salary is never late", "withholding_of_wages"),
    ("I can leave whenever I want", "restriction_of_movement"),
    ("we are free to go out", "restriction_of_movement"),
    ("the gate is not locked", "restriction_of_movement"),
    ("I can call my family every day", "isolation"),
    ("they did not take our phones", "isolation"),
    ("we are not beaten", "physical_sexual_violence"),
    ("there is no harassment", "physical_sexual_violence"),
    ("nobody threatens us", "intimidation_threats"),
    ("we can complain freely", "intimidation_threats"),
    ("we have no debt to the agent", "debt_bondage"),
    ("we owe nothing to the company", "debt_bondage"),
    ("the food is good and the rooms are clean", "abusive_working_living_conditions"),
    ("we do not work 12 hours", "excessive_overtime"),
    ("overtime is voluntary", "excessive_overtime"),
    ("the job is what they promised", "deception"),
    ("my papers are in order", "abuse_of_vulnerability"),
    ("nobody discriminates us", "abuse_of_vulnerability"),
    ("no one is under 18", "child"),
    ("all workers are adults", "child"),
    ("I am not in danger", "imminent_danger"),
    ("we are safe now", "imminent_danger"),
    ("me devolvieron mi pasaporte", "retention_of_identity_documents"),
    ("nos pagan a tiempo", "withholding_of_wages"),
    ("podemos salir cuando queremos", "restriction_of_movement"),
    ("nadie nos amenaza", "intimidation_threats"),
    ("aquí no trabajan niños", "child"),
    ("estoy a salvo", "imminent_danger"),
    ("পাসপোর্ট আমার কাছে আছে", "retention_of_identity_documents"),
    ("মালিক পাসপোর্ট নেয় নাই", "retention_of_identity_documents"),
    ("beton baki nai", "withholding_of_wages"),
    ("এখানে কেউ মারে না", "physical_sexual_violence"),
    ("এখানে শিশু শ্রমিক নাই", "child"),
    ("ami nirapode achi", "imminent_danger"),
]


@pytest.mark.parametrize(("text", "about"), DENIALS)
def test_a_denial_is_evidence_and_stands_nowhere_else(text: str, about: str) -> None:
    found = answer(text)

    said = {subject(e["item"]) for e in found["evidence"] if e["denied"]}

    assert about in said
    assert all(e["denied"] for e in found["evidence"] if subject(e["item"]) in SUBJECTS)
    assert (found["indicators"], found["child"], found["imminent_danger"]) == ([], False, False)
    assert set(found["items"]) <= {"X_ordinary", "X_question"}
    assert found["grade"] == "FL_NONE"


@pytest.mark.parametrize("path", sorted(packs.DIRECTORY.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_shipped_pack_proves_a_denial_of_every_subject(path: Path) -> None:
    pack = packs.load(path)

    proven = {subject(example.item) for example in pack.examples if example.denied}

    assert proven >= SUBJECTS


def test_two_denials_in_one_text_are_both_evidence() -> None:
    found = answer("we are not beaten, no one is under 18")

    assert {e["item"] for e in found["evidence"]} >= {"P_physical_violence", "child"}
    assert all(e["denied"] for e in found["evidence"])


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("they gave my passport back but kept my friend's", "retention_of_identity_documents"),
        ("they returned my ID and kept my wife's passport", "retention_of_identity_documents"),
        ("my passport is with me but they have not paid us for 3 months", "withholding_of_wages"),
        ("salary is on time, food is good, but we work 16 hours a day", "excessive_overtime"),
        ("I have no debt to the bank but I owe the agent 5000 dollars", "debt_bondage"),
        ("I can call my family but I cannot leave the house", "restriction_of_movement"),
        ("we can go out any time but they took our phones", "isolation"),
        ("they kept their promise about the room but the salary is half of it", "deception"),
        ("me pagan a tiempo pero me quitaron el pasaporte", "retention_of_identity_documents"),
        ("পাসপোর্ট ফেরত দিয়েছে কিন্তু তিন মাস বেতন দেয় না", "withholding_of_wages"),
    ],
)
def test_a_denial_hides_no_report_in_the_same_text(text: str, about: str) -> None:
    found = answer(text)

    assert about in found["indicators"]


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("they gave my passport back, I am paid on time, the boss beat me", "P_physical_violence"),
        ("all is fine, paid on time, manager ask me to sleep with him", "P_sexual_violence"),
        ("nobody hits us but they threaten us every day", "X_threat"),
        ("no one is under 18 except two boys of 13", "child"),
        ("I am safe now but my friend is unconscious", "imminent_danger"),
        ("nadie nos pega pero nos amenazan todos los días", "X_threat"),
        ("পাসপোর্ট আমার কাছে কিন্তু মালিক আমাকে মারে", "P_physical_violence"),
    ],
)  # fmt: skip
def test_no_denial_cancels_violence_threats_a_child_or_danger(text: str, about: str) -> None:
    evidence = answer(text)["evidence"]

    assert any(e["item"] == about and not e["denied"] for e in evidence)


@pytest.mark.parametrize(
    "text",
    [
        "they told us to say that no one is under 18",
        "boss says I get my salary on time",
        "they will say they gave my passport back",
        "if I get my salary on time I stay",
        "I want my passport was returned to me",
    ],
)
def test_what_is_only_claimed_wished_or_supposed_denies_nothing(text: str) -> None:
    contrary = [e for e in engine().read(text).evidence if "#d" in e.rule]

    assert contrary == []


PACK = """
negation: {words: [not, never, nobody], window: 3, stops: [they], contrasts: [but], hedges: [says]}
safe:
  - items: [X_bad_food]
    phrases: ["all fine"]
  - items: [X_bad_water]
    reach: sentence
    phrases: ["all fine"]
  - items: []
    phrases: ["thank you"]
asides:
  - items: [X_bad_food, X_bad_water]
    reach: sentence
    phrases: ["in the film"]
items:
  P_documents:
    phrases: ["took passport", "they have [my] passport"]
    denies: ["gave [my] passport back", "have my passport"]
  P_physical_violence:
    phrases: ["are beaten", "beat us"]
    denies: ["kind to us"]
  X_bad_food: {phrases: ["bad food"]}
  X_bad_water: {phrases: ["bad water"]}
  X_long_hours: {phrases: ["? tired"]}
"""


def test_a_negator_between_two_words_of_a_phrase_denies_it(tmp_path: Path) -> None:
    matcher = a_matcher(tmp_path, PACK)

    assert denied(matcher, "we are not beaten") == {"P_physical_violence", "imminent_danger"}
    assert reported(matcher, "we are not beaten") == set()
    assert matcher.read("we are really beaten") == ()


def test_a_contrary_phrase_is_a_denied_hit_of_a_rule_of_its_own(tmp_path: Path) -> None:
    matcher = a_matcher(tmp_path, PACK)

    (found,) = matcher.read("They gave my passport back!")

    assert (found.item, found.start, found.end, found.denied) == ("P_documents", 5, 26, True)
    assert found.rule == "xx/P_documents#d1"


@pytest.mark.parametrize(
    "text", ["never gave my passport back", "boss says they gave passport back"]
)
def test_a_contrary_phrase_that_is_denied_or_claimed_says_nothing(
    tmp_path: Path, text: str
) -> None:
    matcher = a_matcher(tmp_path, PACK)

    assert denied(matcher, text) == set()


def test_a_contrary_phrase_denies_only_hits_among_its_own_words(tmp_path: Path) -> None:
    matcher = a_matcher(tmp_path, PACK)

    assert reported(matcher, "gave my passport back and took passport") == {"P_documents"}
    assert reported(matcher, "now they have my passport") == {"P_documents"}


def test_a_contrary_phrase_never_denies_what_is_protected(tmp_path: Path) -> None:
    matcher = a_matcher(tmp_path, PACK)

    text = "kind to us and beat us"

    assert "P_physical_violence" in reported(matcher, text)


def test_a_safe_phrase_reaches_no_further_than_the_next_but(tmp_path: Path) -> None:
    matcher = a_matcher(tmp_path, PACK)

    assert reported(matcher, "bad food and all fine") == set()
    assert reported(matcher, "all fine but bad food") == {"X_bad_food"}
    assert reported(matcher, "all fine but bad water") == set()
    assert reported(matcher, "all fine. bad water") == {"X_bad_water"}


def test_an_aside_takes_hits_out_and_denies_nothing(tmp_path: Path) -> None:
    matcher = a_matcher(tmp_path, PACK)

    assert matcher.read("bad food in the film") == ()
    assert reported(matcher, "bad food. in the film bad water") == {"X_bad_food"}
    assert "P_physical_violence" in reported(matcher, "in the film they beat us")


def test_a_safe_phrase_of_no_item_silences_weak_phrases_only(tmp_path: Path) -> None:
    matcher = a_matcher(tmp_path, PACK)

    assert reported(matcher, "so tired") == {"X_long_hours"}
    assert reported(matcher, "tired thank you") == set()
    assert reported(matcher, "bad food thank you") == {"X_bad_food"}


def test_a_pack_that_read_more_words_and_found_them_denied_is_believed(tmp_path: Path) -> None:
    body = 'items: {X_long_hours: {phrases: ["<12-20> hours"]}}\n'
    english = packs.load(
        a_pack(tmp_path, "negation: {words: [not]}\n" + body.replace("<", "work <"))
    )
    other = packs.load(a_pack(tmp_path, body, name="yy"))

    matcher = Matcher.of((english, other))

    assert reported(matcher, "we do not work 12 hours") == set()
    assert reported(matcher, "we work 12 hours") == {"X_long_hours"}


def test_a_check_asks_for_a_denied_hit_where_an_example_promises_one(tmp_path: Path) -> None:
    body = (
        "items:\n  P_documents:\n    phrases: [took it]\n    denies: [gave it back]\n"
        "    hits: [took it]\n    denied:\n      - they kept it\n"
    )

    problems = packs.check(packs.load(a_pack(tmp_path, body)))

    assert [(problem.line, problem.reason) for problem in problems] == [
        (11, '"they kept it" must deny P_documents')
    ]


def test_a_check_misses_no_denial_without_an_example(tmp_path: Path) -> None:
    body = "items:\n  P_documents: {denies: [gave it back]}\n"

    (problem,) = packs.check(packs.load(a_pack(tmp_path, body)))

    assert "no example in denied" in problem.reason


@pytest.mark.parametrize("section", ["safe", "asides"])
def test_neither_safe_phrases_nor_asides_may_name_what_is_protected(
    tmp_path: Path, section: str
) -> None:
    path = a_pack(tmp_path, f"{section}:\n  - items: [child]\n    phrases: [x]\nitems: {{}}\n")

    with pytest.raises(PackError, match="no safe phrase may cancel child"):
        packs.load(path)


def test_a_reach_is_one_of_three(tmp_path: Path) -> None:
    body = "safe:\n  - items: [all]\n    reach: page\n    phrases: [x]\nitems: {}\n"

    with pytest.raises(PackError, match='"page" is not one of message, sentence, side'):
        packs.load(a_pack(tmp_path, body, head=HEAD))
