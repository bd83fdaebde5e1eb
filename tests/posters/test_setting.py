"""Texts are set as their scripts want it: joined, in the right order, broken where words end."""

from __future__ import annotations

import re

import pytest
from bidi import get_display
from hypothesis import given
from hypothesis import strategies as st
from icu4py.breakers import CharacterBreaker

from tests.posters.printed import BOOK, some_words
from workervoice.message import RIGHT_TO_LEFT
from workervoice.posters.drawing import outline
from workervoice.posters.fonts import LATIN, REGULAR, face
from workervoice.posters.setting import (
    Line,
    balanced,
    breaks_of,
    left_to_right,
    levels_of,
    lines_of,
    sentences,
)

WIDE = 1000.0


def one_line(text: str, language: str) -> Line:
    lines = lines_of(text, language, REGULAR, WIDE)
    assert lines is not None
    assert len(lines) == 1
    return lines[0]


def latin(text: str) -> list[int]:
    font = face(LATIN, REGULAR).font
    return [font.get_nominal_glyph(ord(char)) or 0 for char in text]


def as_seen(text: str, levels: list[int]) -> str:
    """Rule L2, letter by letter."""
    seen = list(range(len(text)))
    for level in range(max(levels, default=0), 0, -1):
        parts = re.finditer("x+", "".join("x" if levels[at] >= level else "." for at in seen))
        for part in parts:
            seen[part.start() : part.end()] = reversed(seen[part.start() : part.end()])
    return "".join(text[at] for at in seen)


@pytest.mark.parametrize("language", sorted(RIGHT_TO_LEFT))
def test_the_order_of_our_own_texts_is_the_one_that_another_program_finds(language: str) -> None:
    for text in some_words(language).texts():
        seen = as_seen(text, levels_of(text, True))

        mirrored = str.maketrans("()", ")(")
        theirs = get_display(text, base_dir="R")
        assert sorted(seen) == sorted(text)
        assert seen.translate(mirrored) in {theirs, theirs.translate(mirrored)} or seen == theirs


@given(st.text("abAB 019+-./:,?!ابجد٣٤יש۔؟ا", max_size=40))
def test_the_order_of_any_mixture_is_the_one_that_another_program_finds(text: str) -> None:
    line = text.strip()

    assert as_seen(line, levels_of(line, True)) == get_display(line, base_dir="R")


@pytest.mark.parametrize("language", sorted(RIGHT_TO_LEFT))
def test_a_number_in_a_text_from_right_to_left_keeps_its_order(language: str) -> None:
    number = "+8801711"

    shown = one_line(f"هنا {left_to_right(number)} هنا", language)

    wanted, seen = latin(number), [glyph.number for glyph in shown.glyphs]
    assert any(seen[at : at + len(wanted)] == wanted for at in range(len(seen)))


def test_the_first_word_stands_on_the_right_of_an_arabic_line() -> None:
    shown = one_line("SMS هنا WhatsApp", "ar")

    space = latin(" ")[0]
    of_latin = [glyph.number for glyph in shown.glyphs if glyph.face.name == LATIN]
    seen = [number for number in of_latin if number != space]
    assert seen == [*latin("WhatsApp"), *latin("SMS")]


def test_arabic_letters_join() -> None:
    alone = {one_line(char, "ar").glyphs[0].number for char in "سلم"}
    word = one_line("سلم", "ar")

    assert not alone & {glyph.number for glyph in word.glyphs[1:]}


@pytest.mark.parametrize(("text", "language"), [("ที่", "th"), ("ນີ້", "lo"), ("ບີ່", "lo")])
def test_a_tone_mark_lies_over_the_vowel_mark_and_not_in_it(text: str, language: str) -> None:
    _, vowel, tone = one_line(text, language).glyphs

    def heights(number: int) -> list[float]:
        steps = outline(tone.face, number)
        return [value for _, points in steps for value in points[1::2]]

    em = tone.face.em
    lowest_of_tone = tone.y + min(heights(tone.number)) / em
    assert lowest_of_tone > vowel.y + max(heights(vowel.number)) / em - 0.06


def test_letters_that_change_places_and_forms_do_so() -> None:
    first = one_line("কি", "bn").glyphs[0].number
    assert first == one_line("ি", "bn").glyphs[0].number or len(one_line("কি", "bn").glyphs) == 2
    for text, language in [("ක්\u200dරි", "si"), ("ស្ត្រី", "km"), ("န္တ", "my"), ("ক্ষ", "bn")]:
        glyphs = one_line(text, language).glyphs
        apart = sum(len(one_line(char, language).glyphs) for char in text if char != "\u200d")
        assert len(glyphs) < apart, language


@pytest.mark.parametrize("language", sorted(BOOK.files))
def test_no_line_ends_inside_a_syllable_an_address_or_a_number(language: str) -> None:
    for text in some_words(language).texts():
        whole, at = set(), 0
        for part in CharacterBreaker(text, language):
            at += len(part)
            whole.add(at)
        for end in breaks_of(text, language):
            assert end in whole
            joined = text[end - 1] in "\u17d2\u1039\u0dca\u094d\u09cd\u200d"
            assert not joined or end == len(text), text
            around = text[max(0, end - 1) : end + 1]
            assert not re.fullmatch("[!-~]{2}", around) or end == len(text), text


@pytest.mark.parametrize("language", ["th", "km", "lo", "my", "zh-cn"])
def test_scripts_without_spaces_are_broken_between_words(language: str) -> None:
    text = some_words(language).seen

    lines = lines_of(text, language, REGULAR, 12.0)

    assert lines is not None
    assert len(lines) > 1
    assert all(line.width <= 12.0 for line in lines)


def test_a_word_that_is_longer_than_a_line_is_not_torn() -> None:
    assert lines_of("https://ngo.example.org/a/long/way", "en", REGULAR, 5.0) is None


def test_lines_in_large_letters_are_about_equally_long() -> None:
    text = "Is something wrong at work?"

    greedy, even = (break_it(text, "en", REGULAR, 10.5) for break_it in (lines_of, balanced))

    assert greedy is not None
    assert even is not None
    assert len(greedy) == len(even)
    assert max(line.width for line in even) < max(line.width for line in greedy)


def test_sentences_end_where_their_language_ends_them() -> None:
    assert sentences("ဒီလား။ ဒီကို ရေးပါ။", "my") == ["ဒီလား။", "ဒီကို ရေးပါ။"]
    assert sentences("کیا ہے؟ لکھیں۔", "ur") == ["کیا ہے؟", "لکھیں۔"]
