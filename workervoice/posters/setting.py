"""Setting: a text becomes lines of placed letters, as its script wants it.

Lines break where ICU's dictionaries find the ends of words: so also in Thai, Lao, Khmer and
Burmese, which have no spaces, and never inside a syllable. The bidirectional algorithm gives every
letter a level, runs of one level and one font are shaped by HarfBuzz, and L2 of the algorithm puts
the runs of a line in the order in which they are seen.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, groupby

import uharfbuzz as hb
from bidi import algorithm
from icu4py.breakers import LineBreaker, SentenceBreaker

from workervoice.message import RIGHT_TO_LEFT
from workervoice.posters.fonts import LATIN, Face, face, faces

_LEFT_MARK = "\u200e"
_TRIES = 20  # widths that are tried for equal lines
_FOREIGN = re.compile(r"[!-~]*[0-9A-Za-z][!-~]*")  # "SMS", "(999)", an address of the web


@dataclass(frozen=True, slots=True)
class Glyph:
    """One shape of a font, placed from the line's left end, in em."""

    face: Face
    number: int
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Line:
    """Shapes in one line of 1 em, and how far their ink reaches over and under the baseline."""

    glyphs: tuple[Glyph, ...]
    width: float
    above: float
    below: float


@dataclass(frozen=True, slots=True)
class _Run:
    face: Face
    level: int
    start: int
    end: int


def left_to_right(value: str) -> str:
    """A number or an address, so that it keeps its order in any text: "+880" stays "+880"."""
    kinds = [unicodedata.bidirectional(char) for char in value]
    return value if {"R", "AL"} & set(kinds) else f"{_LEFT_MARK}{value}{_LEFT_MARK}"


def sentences(text: str, language: str) -> list[str]:
    """A text at the ends of its sentences: in large letters, each begins a line of its own."""
    return [part.strip() for part in SentenceBreaker(text, language)]


def lines_of(text: str, language: str, weight: str, width: float) -> list[Line] | None:
    """The text in lines of at most so many em; None if a word is longer than a line."""
    setter = _setter(text, language, weight)
    lines: list[Line] = []
    start, best = 0, None
    for end in breaks_of(text, language):
        line = setter.line(start, end)
        if line.width > width and best is not None:
            lines.append(best[1])
            start, line = best[0], setter.line(best[0], end)
        if line.width > width:
            return None
        best = (end, line)
    return [*lines, best[1]] if best else lines


def balanced(text: str, language: str, weight: str, width: float) -> list[Line] | None:
    """The same in as many lines, that are as equally long as can be: no word stands alone."""
    lines = lines_of(text, language, weight, width)
    for part in range(_TRIES if lines and len(lines) > 1 else 0):
        tighter = lines_of(text, language, weight, width * (1 - (part + 1) / (2 * _TRIES)))
        if tighter is None or len(tighter) != len(lines or ()):
            break
        lines = tighter
    return lines


def breaks_of(text: str, language: str) -> list[int]:
    """Where a line may end: never inside an address of the web or a number."""
    inside = {at for word in _FOREIGN.finditer(text) for at in range(word.start() + 1, word.end())}
    ends = accumulate(len(part) for part in LineBreaker(text, language))
    return [end for end in ends if end not in inside]


class _Setter:
    """One paragraph: levels and fonts of all its letters, and any part of it as a line."""

    def __init__(self, text: str, language: str, weight: str) -> None:
        self._lines: dict[tuple[int, int], Line] = {}
        self._text, self._language = text, language
        self._levels = levels_of(text, language in RIGHT_TO_LEFT)
        self._faces = list(_faces_of(text, language, weight))

    def line(self, start: int, end: int) -> Line:
        """A part of the paragraph, without the spaces at its ends."""
        part = self._text[start:end]
        place = (start, end - len(part) + len(part.rstrip()))
        if place not in self._lines:
            self._lines[place] = self._made(*place)
        return self._lines[place]

    def _made(self, start: int, end: int) -> Line:
        runs = list(self._runs(start, end))
        glyphs: list[Glyph] = []
        x = 0.0
        for run in _as_seen(runs):
            for info, place in self._shaped(run):
                em = run.face.em
                at = (x + place.x_offset / em, place.y_offset / em)
                glyphs.append(Glyph(run.face, info.codepoint, *at))
                x += place.x_advance / em
        inks = [_ink(glyph) for glyph in glyphs]
        above, below = (max((ink[side] for ink in inks), default=0.0) for side in (0, 1))
        return Line(tuple(glyphs), x, above, below)

    def _runs(self, start: int, end: int) -> Iterator[_Run]:
        at = start
        for (level, used), letters in groupby(
            zip(self._levels[start:end], self._faces[start:end], strict=True)
        ):
            count = len(list(letters))
            yield _Run(used, level, at, at + count)
            at += count

    def _shaped(self, run: _Run) -> list[tuple[hb.GlyphInfo, hb.GlyphPosition]]:
        """The letters around a run are given too: an Arabic letter joins over its border."""
        buffer = hb.Buffer()
        points = [ord(char) for char in self._text]
        buffer.add_codepoints(points, run.start, run.end - run.start)
        buffer.guess_segment_properties()
        buffer.direction = "rtl" if run.level % 2 else "ltr"
        buffer.language = self._language
        hb.shape(run.face.font, buffer)
        return list(zip(buffer.glyph_infos, buffer.glyph_positions, strict=True))


@lru_cache(64)
def _setter(text: str, language: str, weight: str) -> _Setter:
    """The same text is tried in many widths."""
    return _Setter(text, language, weight)


def levels_of(text: str, right_to_left: bool) -> list[int]:
    """The bidirectional level of every letter. Joiners have none of their own (rule X9) and take
    that of the letter before. Our texts have no embeddings and no isolates."""
    weak = [unicodedata.bidirectional(char) == "BN" for char in text]
    storage = algorithm.get_empty_storage()
    storage["base_level"] = base = int(right_to_left)
    storage["base_dir"] = "R" if right_to_left else "L"
    bare = "".join(char for char, is_weak in zip(text, weak, strict=True) if not is_weak)
    algorithm.get_embedding_levels(bare, storage)
    algorithm.explicit_embed_and_overrides(storage)
    algorithm.resolve_weak_types(storage)
    algorithm.resolve_neutral_types(storage, False)
    algorithm.resolve_implicit_levels(storage, False)
    own = iter([int(each["level"]) for each in storage["chars"]])
    levels: list[int] = []
    for is_weak in weak:
        levels.append((levels[-1] if levels else base) if is_weak else next(own))
    return levels


def _ink(glyph: Glyph) -> tuple[float, float]:
    extents, em = glyph.face.font.get_glyph_extents(glyph.number), glyph.face.em
    top = extents.y_bearing / em + glyph.y
    return top, -top - extents.height / em


def _as_seen(runs: Sequence[_Run]) -> list[_Run]:
    """Rule L2: from the highest level down to the lowest odd one, turn what lies that high."""
    seen = list(runs)
    for level in range(max((run.level for run in seen), default=0), 0, -1):
        seen = _turned(seen, level)
    return seen


def _turned(runs: Sequence[_Run], level: int) -> list[_Run]:
    """Every stretch of runs of at least this level, the other way round."""
    stretch: list[_Run] = []
    turned: list[_Run] = []
    for run in runs:
        if run.level >= level:
            stretch.insert(0, run)
        else:
            turned += [*stretch, run]
            stretch = []
    return [*turned, *stretch]


def _faces_of(text: str, language: str, weight: str) -> Iterator[Face]:
    """Foreign words are set in the Latin font with all that sticks to them; a mark stays with its
    letter, any other letter takes the first font that has it."""
    latin, order = face(LATIN, weight), faces(language, weight)
    foreign = {at for word in _FOREIGN.finditer(text) for at in range(*word.span())}
    before = order[0]
    for at, char in enumerate(text):
        if at in foreign:
            before = latin
        elif not (_sticks(char) and ord(char) in before.letters):
            before = next((each for each in order if ord(char) in each.letters), order[0])
        yield before


def _sticks(char: str) -> bool:
    return (
        char.isspace() or unicodedata.category(char)[0] == "M" or unicodedata.category(char) == "Cf"
    )
