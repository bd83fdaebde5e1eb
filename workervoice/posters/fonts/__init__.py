"""Fonts that come along: Noto, cut down to what posters need; see README.md beside them.

Each letter is set in the language's own font if that has it, in `NotoSans` if not, and else in
whatever font has it: an NGO's name may stand in any script.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

import uharfbuzz as hb

DIRECTORY = Path(__file__).parent
REGULAR, BOLD = WEIGHTS = ("Regular", "Bold")
LATIN = "NotoSans"
FONTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        LATIN: (),
        "NotoNaskhArabic": ("ar", "ug"),
        "NotoNastaliqUrdu": ("ur",),
        "NotoSansDevanagari": ("hi", "ne"),
        "NotoSansBengali": ("bn",),
        "NotoSansTamil": ("ta",),
        "NotoSansSinhala": ("si",),
        "NotoSansThaiLooped": ("th",),
        "NotoSansLao": ("lo",),
        "NotoSansMyanmar": ("my",),
        "NotoSansEthiopic": ("am",),
        "NotoSansKhmer": ("km",),
        "NotoSansSC": ("zh-cn",),
        "NotoSansTC": ("zh-tw",),
        "NotoSansKR": ("ko",),
    }
)


@dataclass(frozen=True, slots=True, eq=False)
class Face:
    """One font in one weight; its units are parts of an em."""

    name: str
    font: hb.Font
    letters: frozenset[int]

    @property
    def em(self) -> int:
        return int(self.font.face.upem)


@cache
def face(name: str, weight: str) -> Face:
    path = next(DIRECTORY.glob(f"{name}-{weight}.*"))
    font = hb.Font(hb.Face(hb.Blob.from_file_path(str(path))))
    return Face(name, font, frozenset(font.face.unicodes))


@cache
def faces(language: str, weight: str) -> tuple[Face, ...]:
    """Every font, in the order in which a text of this language asks them."""
    own = [name for name, languages in FONTS.items() if language in languages]
    names = dict.fromkeys((*own, LATIN, *FONTS))
    return tuple(face(name, weight) for name in names)


def without_font(text: str) -> list[str]:
    """The letters of a text that no font has."""
    known = frozenset().union(*(each.letters for each in faces("", REGULAR)))
    seen = {char for char in text if not char.isspace() and unicodedata.category(char) != "Cf"}
    return sorted(char for char in seen if ord(char) not in known)
