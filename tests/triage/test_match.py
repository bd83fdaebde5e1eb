"""Tests of matching: slots, gaps, numbers, clocks, spelling, negation, safe and weak phrases."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.triage.builders import HEAD, a_matcher, denied, reported

PASSPORT = """
slots:
  boss: [boss, owner]
sms: {pp: passport}
common: interested hotel
negation: {words: [not, never, nobody], window: 3, stops: [but, they]}
idioms: ["passport photo"]
safe:
  - items: [P_documents]
    phrases: ["any time"]
items:
  P_documents:
    phrases:
      - "{boss} .. (took|keep*) [my] passport"
      - "passport & taken"
      - "? passport & office"
  P_physical_violence:
    phrases: ["{boss} hit* [me]", "(hit|beat) (me|us)"]
  X_long_hours:
    phrases: ["<12-20> (hour|hours)", "<shift 12-24>"]
  X_deductions:
    phrases: ["salary <n> .. get <less>"]
clock: {am: [am, in the morning], pm: [pm, at night], to: ["-", to, until], points: {midnight: 24}}
"""


@pytest.mark.parametrize(
    ("text", "item"),
    [
        ("Boss took my passport", "P_documents"),
        ("the owner he keeps passport", "P_documents"),
        ("BOSS TOOK PP", "P_documents"),
        ("boss took my pasport", "P_documents"),
        ("taken was the passport", "P_documents"),
        ("the boss hits me", "P_physical_violence"),
        ("we work 14 hours", "X_long_hours"),
        ("we work 14hours", "X_long_hours"),
        ("6am to 10pm", "X_long_hours"),
        ("6am-10pm", "X_long_hours"),
        ("5 in the morning until 11 at night", "X_long_hours"),
        ("7 to 7", "X_long_hours"),
        ("6 pm to 6 am", "X_long_hours"),
        ("05:00 to 22:00", "X_long_hours"),
        ("10 am until midnight", "X_long_hours"),
        ("salary 1200 but I get 400", "X_deductions"),
    ],
)
def test_a_phrase_is_found_in_the_ways_workers_write_it(
    tmp_path: Path, text: str, item: str
) -> None:
    matcher = a_matcher(tmp_path, PASSPORT)

    found = reported(matcher, text)

    assert item in found


@pytest.mark.parametrize(
    "text",
    [
        "bossy people took a passport",
        "boss asked why we really took my passport",
        "boss took my bag. my passport is here",
        "we work 8 hours",
        "9am to 5pm",
        "6 to 10 pm",
        "7am-3pm to 3pm-11pm",
        "salary 400 but I get 1200",
        "passport photo taken",
    ],
)
def test_what_only_looks_alike_is_not_found(tmp_path: Path, text: str) -> None:
    matcher = a_matcher(tmp_path, PASSPORT)

    found = matcher.read(text)

    assert found == ()


@pytest.mark.parametrize("word", ["interested", "hostel", "passports"])
def test_a_known_word_is_never_taken_for_a_misspelling(tmp_path: Path, word: str) -> None:
    body = "common: interested passport\nendings: [s]\n" + (
        'items: {X_ordinary: {phrases: ["interest", "hotel", "passport"]}}\n'
    )
    matcher = a_matcher(tmp_path, body + "sms: {hostel: hostel}\n")

    found = matcher.read(f"passport {word}")

    assert [(e.start, e.end) for e in found] == [(0, 8)]


def test_words_with_an_apostrophe_are_found_however_they_are_written(tmp_path: Path) -> None:
    body = """items: {P_documents: {phrases: ["l'employeur prend passeport"]}}"""
    matcher = a_matcher(tmp_path, body)

    for text in (
        "l'employeur prend passeport",
        "l’employeur prend passeport",
        "lemployeur prend passeport",
    ):
        assert reported(matcher, text) == {"P_documents"}


def test_a_denied_hit_stays_in_the_evidence(tmp_path: Path) -> None:
    matcher = a_matcher(tmp_path, PASSPORT)
    text = "the boss never took my passport"

    found = matcher.read(text)

    assert [(e.item, text[e.start : e.end], e.denied) for e in found] == [
        ("P_documents", "boss never took my passport", True)
    ]


@pytest.mark.parametrize(
    ("text", "is_denied"),
    [
        ("nobody hit us", True),
        ("they do not hit me", True),
        ("we are not paid but they hit us", False),
        ("no it is not good, they hit us", False),
    ],
)
def test_a_negator_denies_in_its_own_clause_only(
    tmp_path: Path, text: str, is_denied: bool
) -> None:
    matcher = a_matcher(tmp_path, PASSPORT.replace("hit|beat", "hit"))

    found = "P_physical_violence" in denied(matcher, text)

    assert found == is_denied


def test_a_safe_phrase_denies_what_it_names_and_never_violence(tmp_path: Path) -> None:
    matcher = a_matcher(tmp_path, PASSPORT)

    text = "boss took my passport any time he hit me many times"

    assert denied(matcher, text) == {"P_documents"}
    assert reported(matcher, text) == {"P_physical_violence", "imminent_danger"}


def test_a_negated_safe_phrase_makes_nothing_safe(tmp_path: Path) -> None:
    matcher = a_matcher(tmp_path, PASSPORT)

    found = reported(matcher, "boss took my passport and not any time back")

    assert found == {"P_documents"}


def test_a_weak_phrase_counts_only_where_nothing_else_does(tmp_path: Path) -> None:
    matcher = a_matcher(tmp_path, PASSPORT)

    alone = reported(matcher, "my passport is in the office")
    along = reported(matcher, "my passport is in the office and we work 14 hours")

    assert alone == {"P_documents"}
    assert along == {"X_long_hours"}


def test_violence_reported_means_danger_on_the_same_words(tmp_path: Path) -> None:
    matcher = a_matcher(tmp_path, PASSPORT)

    found = matcher.read("boss hit me")

    assert [(e.item, e.start, e.end, e.rule) for e in found] == [
        ("P_physical_violence", 0, 11, "xx/P_physical_violence#1"),
        ("imminent_danger", 0, 11, "xx/P_physical_violence#1"),
    ]


def test_a_negator_after_the_verb_denies_where_the_language_puts_it_there(tmp_path: Path) -> None:
    body = """
negation: {words: [na], scope: after, window: 2}
items:
  P_physical_violence:
    phrases: ["amake mare"]
"""
    matcher = a_matcher(tmp_path, body)

    assert denied(matcher, "amake mare na") == {"P_physical_violence", "imminent_danger"}
    assert reported(matcher, "na amake mare") == {"P_physical_violence", "imminent_danger"}


def test_unsegmented_scripts_match_inside_a_run_of_letters(tmp_path: Path) -> None:
    head = HEAD.replace("latin", "thai, latin")
    matcher = a_matcher(tmp_path, 'items: {P_documents: {phrases: ["ยึด .. พาสปอร์ต"]}}', head=head)
    text = "นายจ้างยึดพาสปอร์ตผมไป"

    (found,) = matcher.read(text)

    assert text[found.start : found.end] == "ยึดพาสปอร์ต"


def test_a_phrase_at_the_beginning_of_a_clause_is_found_there_only(tmp_path: Path) -> None:
    matcher = a_matcher(tmp_path, 'items: {X_question: {phrases: ["^ is there"]}}')

    assert len(matcher.read("Hello, is there a bus. Is there")) == 2
    assert matcher.read("what is there") == ()


def test_a_pack_reads_only_texts_of_its_scripts(tmp_path: Path) -> None:
    head = HEAD.replace("latin", "bengali")
    matcher = a_matcher(tmp_path, 'items: {P_documents: {phrases: ["passport"]}}', head=head)

    assert matcher.read("passport") == ()
    assert len(matcher.read("passport বস")) == 1


def test_letters_that_are_read_as_others_or_as_nothing_are_found_all_the_same(
    tmp_path: Path,
) -> None:
    head = HEAD.replace("latin", "han")
    body = 'sms: {讓: 让, 啊: ""}\nitems: {P_locked: {phrases: ["不让出去"]}}'
    matcher = a_matcher(tmp_path, body, head=head)

    for text in ("不让出去", "不讓出去", "不讓啊出去"):
        assert reported(matcher, text) == {"P_locked", "imminent_danger"}


@pytest.mark.parametrize(
    ("script", "mark"), [("myanmar", "။"), ("ethiopic", "።"), ("khmer", "។"), ("bengali", "।")]
)
def test_a_sentence_ends_with_the_mark_of_its_script(
    tmp_path: Path, script: str, mark: str
) -> None:
    matcher = a_matcher(
        tmp_path,
        "near: 20\nitems: {P_documents: {phrases: ['passport & keep']}}",
        head=HEAD.replace("latin", f"{script}, latin"),
    )

    assert reported(matcher, "passport keep") == {"P_documents"}
    assert reported(matcher, f"passport{mark} keep") == set()
