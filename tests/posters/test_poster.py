"""Posters of every language: they fit, their codes can be read, their files are files."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

import pytest

from tests.posters.printed import BOOK, NUMBER, SITE, codes_on, some_words
from workervoice.errors import PosterError
from workervoice.posters.pdf import pdf
from workervoice.posters.poster import A4, A5, pages
from workervoice.posters.svg import svg

LANGUAGES = sorted(BOOK.files)


def greeting(language: str) -> str:
    return BOOK.files[language].parts["poster"]["p_greeting"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_camera_reads_our_number_and_a_greeting_from_the_poster_and_nothing_else(
    language: str,
) -> None:
    printed = pdf(pages(some_words(language), "a4"), language)

    ((by_sms, by_whatsapp),) = codes_on(printed)

    assert by_sms == f"SMSTO:{NUMBER}:{greeting(language)}"
    address = urlsplit(by_whatsapp)
    assert (address.scheme, address.netloc) == ("https", "wa.me")
    assert address.path == f"/{NUMBER[1:]}"
    assert parse_qs(address.query) == {"text": [greeting(language)]}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_greeting_names_no_site_and_no_matter(language: str) -> None:
    said = greeting(language)

    assert SITE.code.casefold() not in said.casefold()
    assert len(said.split()) <= 2
    assert not any(char.isdigit() or char in "{}" for char in said)


def test_a_card_can_be_scanned_too() -> None:
    fronts, backs = codes_on(pdf(pages(some_words("my"), "cards"), "my"), scale=4.0)

    assert len(fronts) == 20
    assert backs == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("size", ["a4", "cards"])
def test_nothing_of_a_poster_lies_outside_of_its_paper(language: str, size: str) -> None:
    for page in pages(some_words(language), size):
        for left, top, piece in page.pieces:
            for _, steps in piece.shapes:
                across = [left + value for _, points in steps for value in points[0::2]]
                down = [top + value for _, points in steps for value in points[1::2]]
                assert min(across) >= 0
                assert max(across) <= page.width
                assert min(down) >= 0
                assert max(down) <= page.height


def test_a5_is_a4_made_smaller() -> None:
    (small,) = pages(some_words("bn"), "a5")

    assert (small.width, small.height) == A5
    assert abs(A5[0] / A5[1] - A4[0] / A4[1]) < 0.001
    assert len(codes_on(pdf([small], "bn"))[0]) == 2


def test_a_poster_of_one_way_has_one_code() -> None:
    words = some_words("en")
    alone = replace(words, ways=words.ways[:1])

    assert [len(found) for found in codes_on(pdf(pages(alone, "a4"), "en"))] == [1]
    assert [len(found) for found in codes_on(pdf(pages(alone, "cards"), "en"), 3.0)] == [10, 0]


def test_a_poster_without_a_second_place_asks_no_question_about_it() -> None:
    with_place, without = (
        sum(len(piece.shapes) for _, _, piece in pages(some_words("en", place), "a4")[0].pieces)
        for place in ("https://ngo.example.org", "")
    )

    assert with_place > without


def test_a_place_that_is_too_long_for_a_card_is_refused_and_not_printed_too_small() -> None:
    with pytest.raises(PosterError, match="too long"):
        pages(some_words("en", "w" * 80), "cards")


def test_letters_that_we_have_no_font_for_are_refused_and_named() -> None:
    with pytest.raises(PosterError, match=r"Ꭰ \(U\+13A0\)"):
        pages(some_words("en", "see Ꭰ"), "a4")


def test_an_svg_holds_outlines_and_loads_nothing() -> None:
    (page,) = pages(some_words("ar"), "a4")

    drawn = ElementTree.fromstring(svg(page, "ar"))  # noqa: S314 - our own

    names = {element.tag.rpartition("}")[2] for element in drawn.iter()}
    assert names == {"svg", "title", "defs", "g", "path", "rect", "use"}
    targets = {element.get("href") for element in drawn.iter() if element.get("href")}
    assert all(target and target.startswith("#") for target in targets)


def test_equal_posters_make_equal_bytes() -> None:
    first, second = (pdf(pages(some_words("ta"), "a4"), "ta") for _ in range(2))

    assert first == second
    assert b"Producer" not in first
    assert b"CreationDate" not in first
