"""Makes the fonts that posters are set in: Noto, cut down to the letters that posters use.

    python -m tests.posters.subsetting /usr/share/fonts

The directory holds the fonts of Debian's packages fonts-noto-core and fonts-noto-cjk. For alphabets
every letter of the script stays, so that an NGO may write its own words; of Chinese and Korean only
what our phrases say.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

from workervoice.posters.fonts import DIRECTORY, FONTS, WEIGHTS
from workervoice.workflow.phrasebook import PhraseBook

_EVERYWHERE = [*range(0x20, 0x7F), 0xA0, 0xAB, 0xBB, 0x2013, 0x2018, 0x2019, 0x201C, 0x201D]
_JOINERS = [0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0x25CC]
_RANGES: dict[str, Iterable[int]] = {
    "NotoSans": [*range(0xA1, 0x180), *range(0x1A0, 0x1B1), *range(0x1E00, 0x1F00), 0x2026],
    "NotoNaskhArabic": range(0x600, 0x700),
    "NotoNastaliqUrdu": [
        *(0x600, 0x60C, 0x61B, 0x61F, *range(0x621, 0x653), 0x654, 0x655, 0x670, 0x679, 0x67E),
        *(0x686, 0x688, 0x691, 0x698, 0x6A9, 0x6AF, 0x6BA, 0x6BE, *range(0x6C0, 0x6C4), 0x6CC),
        *(0x6D2, 0x6D3, 0x6D4, *range(0x6F0, 0x6FA)),
    ],
    "NotoSansDevanagari": range(0x900, 0x980),
    "NotoSansBengali": [0x964, 0x965, *range(0x980, 0xA00)],
    "NotoSansTamil": range(0xB80, 0xC00),
    "NotoSansSinhala": range(0xD80, 0xE00),
    "NotoSansThaiLooped": range(0xE00, 0xE80),
    "NotoSansLao": range(0xE80, 0xF00),
    "NotoSansMyanmar": range(0x1000, 0x10A0),
    "NotoSansEthiopic": range(0x1200, 0x1380),
    "NotoSansKhmer": range(0x1780, 0x1800),
}
_CJK = {  # in one collection: which face of it, and whose letters
    "NotoSansSC": ("NotoSansCJK", 2, "zh-cn"),
    "NotoSansTC": ("NotoSansCJK", 3, "zh-tw"),
    "NotoSansKR": ("NotoSansCJK", 1, "ko"),
}
_KEPT_NAMES = [0, 1, 2, 3, 4, 5, 6, 13, 14]  # with the copyright and the licence


def main(fonts: Path) -> None:
    book = PhraseBook.load()
    for name in FONTS:
        file, face, language = _CJK.get(name, (name, -1, ""))
        said = {
            ord(char)
            for texts in (book.files[language].parts.values() if language else ())
            for text in texts.values()
            for char in text
        }
        for weight in WEIGHTS:
            source = next(
                path for path in sorted(fonts.rglob(f"{file}-{weight}.*")) if path.suffix != ".gz"
            )
            font = TTFont(source, fontNumber=face, lazy=True)
            wanted = {*_EVERYWHERE, *_JOINERS, *_RANGES.get(name, ()), *said}
            _cut(font, wanted)
            font.save(DIRECTORY / f"{name}-{weight}.{'otf' if 'CFF ' in font else 'ttf'}")


def _cut(font: TTFont, letters: set[int]) -> None:
    options = subset.Options(
        hinting=False, notdef_outline=True, name_IDs=_KEPT_NAMES, desubroutinize=False
    )
    options.drop_tables += ["DSIG", "meta", "STAT", "vhea", "vmtx", "VORG"]
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=letters)
    cutter.subset(font)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
