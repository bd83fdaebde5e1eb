"""Drawing: shapes in millimetres from the upper left corner, in pieces that a page may repeat."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from workervoice.posters.fonts import Face
from workervoice.posters.setting import Line

Step = tuple[str, tuple[float, ...]]  # "M" x y, "L" x y, "C" with two handles, "Z"
INK, WHITE, BAND, CUT = "#000000", "#ffffff", "#17365c", "#8c8c8c"


@dataclass(slots=True)
class Piece:
    """Filled shapes, drawn one over the other."""

    shapes: list[tuple[str, list[Step]]] = field(default_factory=list)

    def box(self, x: float, y: float, width: float, height: float, colour: str = INK) -> None:
        self.shapes.append((colour, rectangle(x, y, width, height)))

    def frame(self, x: float, y: float, width: float, height: float, thick: float) -> None:
        self.box(x, y, width, thick)
        self.box(x, y + height - thick, width, thick)
        self.box(x, y, thick, height)
        self.box(x + width - thick, y, thick, height)

    def line(self, line: Line, x: float, y: float, size: float, colour: str = INK) -> None:
        """A line of text with its baseline at y; `size` is one em."""
        steps: list[Step] = []
        for glyph in line.glyphs:
            scale = size / glyph.face.em
            left, base = x + glyph.x * size, y - glyph.y * size
            for name, points in outline(glyph.face, glyph.number):
                steps.append((name, tuple(_placed(points, scale, left, base))))
        self.shapes.append((colour, steps))

    def scaled(self, factor: float) -> Piece:
        return Piece(
            [
                (
                    colour,
                    [(name, tuple(each * factor for each in points)) for name, points in steps],
                )
                for colour, steps in self.shapes
            ]
        )


@dataclass(slots=True)
class Page:
    """One side of paper, with pieces and where their corners lie."""

    width: float
    height: float
    title: str
    pieces: list[tuple[float, float, Piece]] = field(default_factory=list)

    def numbered(self) -> list[Piece]:
        """Each piece once, however often it lies there."""
        return list({id(piece): piece for _, _, piece in self.pieces}.values())


def rectangle(x: float, y: float, width: float, height: float) -> list[Step]:
    right, low = x + width, y + height
    return [("M", (x, y)), ("L", (right, y)), ("L", (right, low)), ("L", (x, low)), ("Z", ())]


def number(value: float) -> str:
    """As short as paper needs it: a hundredth of a millimetre."""
    return f"{value:.3f}".rstrip("0").rstrip(".") or "0"


def _placed(points: Iterable[float], scale: float, left: float, base: float) -> Iterable[float]:
    for at, value in enumerate(points):
        yield base - value * scale if at % 2 else left + value * scale


class _Pen:
    """What HarfBuzz tells about a shape, with every curve as a cubic one."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self._at = (0.0, 0.0)

    def _to(self, name: str, *points: tuple[float, float]) -> None:
        self.steps.append((name, tuple(value for point in points for value in point)))
        self._at = points[-1]

    def moveTo(self, to: tuple[float, float]) -> None:  # noqa: N802 - HarfBuzz calls it so
        self._to("M", to)

    def lineTo(self, to: tuple[float, float]) -> None:  # noqa: N802
        self._to("L", to)

    def curveTo(self, *points: tuple[float, float]) -> None:  # noqa: N802
        self._to("C", *points)

    def qCurveTo(self, handle: tuple[float, float], to: tuple[float, float]) -> None:  # noqa: N802
        first, second = (
            (end[0] + (handle[0] - end[0]) * 2 / 3, end[1] + (handle[1] - end[1]) * 2 / 3)
            for end in (self._at, to)
        )
        self._to("C", first, second, to)

    def closePath(self) -> None:  # noqa: N802
        self.steps.append(("Z", ()))


@lru_cache(4096)
def outline(face: Face, number: int) -> tuple[Step, ...]:
    """The shape of a glyph in the units of its font."""
    pen = _Pen()
    face.font.draw_glyph_with_pen(number, pen)
    return tuple(pen.steps)
