"""Tests of normalising: plain tokens that know where they stood in the original."""

from __future__ import annotations

from unicodedata import normalize

import pytest

from workervoice.triage.normalise import MOST_LETTERS, MOST_TOKENS, scripts_of, tokens_of


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("BOSS took My PassPort!!", ["boss", "took", "my", "passport"]),
        ("niño ñandú Łódź", ["nino", "nandu", "lodz"]),
        ("ＦＵＬＬ width", ["full", "width"]),
        ("ফোন ৩ মাস", [normalize("NFKD", "ফোন"), "3", "মাস"]),
        ("١٢ ساعة", ["12", "ساعه"]),
        ("أحمد إلى", ["احمد", "الي"]),
        ("pleaaaase helppp", ["pleaase", "helpp"]),
        ("15,000 and 1,20,000 and 6:30", ["15000", "and", "120000", "and", "6:30"]),
        ("6am-10pm 24/7", ["6am", "-", "10pm", "24/7"]),
        ("6 a.m. to 9 p.m.", ["6", "am", "to", "9", "pm"]),
        ("can't won’t", ["can't", "won't"]),
        ("z̵͇̑ą̷̛l̶̳͝g̸̥̈o̵͖͌", ["zalgo"]),
        ("ไทย", ["ไ", "ท", "ย"]),
        ("😀", []),
        ("", []),
        ("\x00\x00", []),
        ("\ud800", []),
    ],
)
def test_a_text_becomes_plain_words(text: str, words: list[str]) -> None:
    tokens = tokens_of(text)

    assert [token.text for token in tokens] == words


@pytest.mark.parametrize(
    "text",
    [
        "Ŧhey töök  my pässpört",
        "\u200fجواز\u200e سفري",
        "👩\u200d🔧 héé 👩\u200d🔧 bóss",
        "ﬁne oﬃce",
        "মালিক  নিয়ে",
    ],
)
def test_every_token_points_at_the_words_of_the_original(text: str) -> None:
    tokens = tokens_of(text)

    spans = [(token.start, token.end) for token in tokens]

    assert spans == sorted(spans)
    assert all(text[start:end].strip() for start, end in spans)
    assert {"".join(tokens_of(text[a:b])[0].text) for a, b in spans} == {t.text for t in tokens}


def test_sentences_and_clauses_part_where_the_writer_parted_them() -> None:
    tokens = tokens_of("no pay, no food. they hit us\nhelp")

    parted = [(token.text, token.sentence, token.clause) for token in tokens]

    assert parted == [
        ("no", 0, 0), ("pay", 0, 0), ("no", 0, 1), ("food", 0, 1),
        ("they", 1, 2), ("hit", 1, 2), ("us", 1, 2), ("help", 2, 3),
    ]  # fmt: skip


def test_every_script_in_a_text_is_seen() -> None:
    text = "boss বস مدير नमस्ते 老板 12 😀"

    scripts = scripts_of(text)

    assert scripts == {"latin", "bengali", "arabic", "devanagari", "han"}


def test_a_text_of_ligatures_is_opened_up_to_a_bound_and_no_further() -> None:
    one = len(normalize("NFKC", "\ufdfa"))
    text = "\ufdfa" * 100_000

    tokens = tokens_of(text)

    assert sum(len(token.text) for token in tokens) <= MOST_LETTERS + one
    assert tokens[-1].end <= MOST_LETTERS // one + 1


def test_every_word_that_is_read_of_a_long_text_still_points_at_its_place() -> None:
    text = "boss \ufdfa tóok " * 9_000

    tokens = tokens_of(text)

    assert len(tokens) == MOST_TOKENS
    assert {text[t.start : t.end] for t in tokens if t.text in ("boss", "took")} == {"boss", "tóok"}


def test_what_carries_nothing_uses_up_nothing_of_the_bound() -> None:
    text = "\u200b" * (2 * MOST_LETTERS) + "boss"

    (token,) = tokens_of(text)

    assert (token.text, text[token.start : token.end]) == ("boss", "boss")


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("사장이", "hangul"),
        ("ｂｏｓｓ", "latin"),
        ("𝐛𝐨𝐬𝐬", "latin"),
        ("ﺟﻮﺍﺯ", "arabic"),
        ("পাসপোর্ট", "bengali"),
        ("ฉัน", "thai"),
        ("ປຶ້ມ", "lao"),
        ("លិខិត", "khmer"),
        ("အလုပ်", "myanmar"),
        ("ደሞዝ", "ethiopic"),
        ("ගමන්", "sinhala"),
        ("சம்பளம்", "tamil"),
        ("पासपोर्ट", "devanagari"),
        ("护照", "han"),
        ("паспорт", "cyrillic"),
    ],
)
def test_a_script_is_known_by_a_word_however_it_is_typed(text: str, script: str) -> None:
    assert script in scripts_of(text)
