"""The fonts that come along have every letter of the posters."""

from __future__ import annotations

import pytest
from fontTools.ttLib import TTFont

from tests.posters.printed import BOOK
from workervoice.posters.fonts import BOLD, DIRECTORY, FONTS, LATIN, WEIGHTS, faces, without_font


@pytest.mark.parametrize("language", sorted(BOOK.files))
@pytest.mark.parametrize("weight", WEIGHTS)
def test_every_letter_of_a_poster_is_in_the_languages_own_font_or_the_latin_one(
    language: str, weight: str
) -> None:
    own = [name for name, languages in FONTS.items() if language in languages]

    known = {
        letter
        for face in faces(language, weight)
        if face.name in {*own, LATIN}
        for letter in face.letters
    }

    said = "".join(BOOK.files[language].parts["poster"].values())
    missing = {char for char in said if ord(char) not in known and not char.isspace()}
    assert not missing, [f"U+{ord(char):04X}" for char in missing]


def test_a_letter_that_no_font_has_is_named() -> None:
    assert without_font("RIVER ᎠᎡ, here") == ["Ꭰ", "Ꭱ"]
    assert without_font("ක්\u200dරියා \u200e+880") == []


def test_every_language_is_set_in_a_font_of_its_own_script() -> None:
    latin = {"en", "es", "fr", "pt", "tr", "vi", "id", "ms", "tl", "sw", "ht"}
    named = {language for languages in FONTS.values() for language in languages}

    assert named | latin == set(BOOK.files)
    assert faces("bn", BOLD)[0].name == "NotoSansBengali"


def test_every_font_says_that_its_licence_is_open() -> None:
    fonts = sorted(DIRECTORY.glob("Noto*"))

    assert len(fonts) == len(FONTS) * len(WEIGHTS)
    for path in fonts:
        says = TTFont(path)["name"].getDebugName(13)
        assert "SIL Open Font License, Version 1.1" in says, path.name
