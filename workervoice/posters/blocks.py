"""Blocks: texts in boxes of paper, as large as they fit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from workervoice.errors import PosterError
from workervoice.message import RIGHT_TO_LEFT
from workervoice.posters.drawing import INK, Piece
from workervoice.posters.fonts import REGULAR
from workervoice.posters.setting import Line, balanced, lines_of, sentences

_GENEROUS = 0.62  # of the largest size, under which sentences share their lines
_STEP = 0.95  # a size that does not fit is tried again so much smaller
_LEADING = 0.3  # between the ink of two lines, in em
_BETWEEN = 0.3  # more between two texts of a list
_MOST = (1.3, 0.6)  # what counts of them between lines: a few strokes of Nastaliq reach far
_LEAST = (0.76, 0.2)  # above and below the baseline, also where the letters are lower
_DOT, _INDENT = 0.28, 0.9  # the mark before a text of a list, in em


@dataclass(frozen=True, slots=True)
class Box:
    """Where a text may lie, in millimetres."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Look:
    """How a text is set: its sizes in millimetres, and where it stands in its box."""

    largest: float
    smallest: float
    weight: str = REGULAR
    colour: str = INK
    centred: bool = False
    dotted: bool = False


@dataclass(frozen=True, slots=True)
class _Set:
    """Texts in lines of 1 em; all lines are as high as the highest, so that they lie evenly."""

    texts: list[list[Line]]
    above: float
    below: float

    @classmethod
    def of(cls, texts: list[list[Line]]) -> _Set:
        lines = [line for text in texts for line in text]
        above = max(_LEAST[0], *(line.above for line in lines))
        return cls(texts, above, max(_LEAST[1], *(line.below for line in lines)))

    @property
    def pitch(self) -> float:
        """From one baseline to the next."""
        return min(self.above, _MOST[0]) + min(self.below, _MOST[1]) + _LEADING

    @property
    def height(self) -> float:
        further = sum(map(len, self.texts)) - 1
        between = (len(self.texts) - 1) * _BETWEEN
        return self.above + self.below + further * self.pitch + between


def put(piece: Piece, texts: Sequence[str], language: str, box: Box, look: Look) -> None:
    """Set these texts, one below the other, in the largest size that fits. Raises `PosterError`
    for a text that does not fit in the smallest."""
    size = look.largest
    while (found := _fitting(texts, language, box, size, look)) is None:
        size *= _STEP
        if size < look.smallest:
            raise PosterError(f"this text is too long for a poster: {max(texts, key=len)}")
    y = box.y + ((box.height - found.height * size) / 2 if look.centred else 0)
    for lines in found.texts:
        if look.dotted:
            _dot(piece, language, box, y + (found.above - 0.32) * size, size)
        for line in lines:
            x = _left(line, language, box, size, look)
            piece.line(line, x, y + found.above * size, size, look.colour)
            y += found.pitch * size
        y += _BETWEEN * size


def put_sentences(piece: Piece, text: str, language: str, box: Box, look: Look) -> None:
    """Set each sentence on a line of its own, unless the letters would become small for that."""
    apart = sentences(text, language)
    generous = replace(look, smallest=look.largest * _GENEROUS)
    try:
        put(piece, apart, language, box, generous)
    except PosterError:
        put(piece, [text], language, box, look)


def _fitting(texts: Sequence[str], language: str, box: Box, size: float, look: Look) -> _Set | None:
    width = box.width / size - (_INDENT if look.dotted else 0)
    broken = balanced if look.centred else lines_of
    lines = [broken(text, language, look.weight, width) for text in texts]
    if not all(lines):
        return None
    found = _Set.of([each for each in lines if each])
    return found if found.height * size <= box.height else None


def _left(line: Line, language: str, box: Box, size: float, look: Look) -> float:
    free = box.width - line.width * size
    if look.centred:
        return box.x + free / 2
    indent = _INDENT * size if look.dotted else 0
    return box.x + free - indent if language in RIGHT_TO_LEFT else box.x + indent


def _dot(piece: Piece, language: str, box: Box, y: float, size: float) -> None:
    side = _DOT * size
    x = box.x + box.width - side if language in RIGHT_TO_LEFT else box.x
    piece.box(x, y - side / 2, side, side)
