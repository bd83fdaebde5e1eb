"""Posters and cards: what stands where on A4, A5 and a card for the wallet.

Made for people who read slowly and from some steps away: the question first, one QR code a way with
our number under it in print, the site's code in a frame, then what protects the reader. A5 is A4 at
70.7 %. Cards lie on A4 sheets, fronts on the first page and backs on the second, to be cut at the
grey marks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from workervoice.errors import PosterError
from workervoice.posters.blocks import Box, Look, put, put_sentences
from workervoice.posters.drawing import BAND, CUT, INK, WHITE, Page, Piece
from workervoice.posters.fonts import BOLD, without_font
from workervoice.posters.links import code_shape
from workervoice.posters.words import Way, Words

A4 = (210.0, 297.0)
A5 = (148.5, 210.0)
CARD = (85.6, 54.0)  # ISO/IEC 7810 ID-1
_COLUMNS, _ROWS = 2, 5
_MARK, _THIN = 4.0, 0.15
_MARGIN = 14.0
_FIRST, _LAST = 90.0, 178.0  # between which the QR codes lie
NUMBER = "en"  # numbers run from left to right in every language


def pages(words: Words, size: str) -> list[Page]:
    """The pages of one poster or sheet of cards. Raises `PosterError` if a text does not fit or has
    letters that we have no font for."""
    unknown = sorted({letter for text in words.texts() for letter in without_font(text)})
    if unknown:
        told = " ".join(f"{letter} (U+{ord(letter):04X})" for letter in unknown[:5])
        raise PosterError(f"no font that comes along has {told}: write it in other letters")
    return SIZES[size](words)


def _a4(words: Words) -> list[Page]:
    return [Page(*A4, words.title, [(0, 0, _poster(words))])]


def _a5(words: Words) -> list[Page]:
    small = _poster(words).scaled(A5[1] / A4[1])
    return [Page(*A5, words.title, [((A5[0] - A4[0] * A5[1] / A4[1]) / 2, 0, small)])]


def _poster(words: Words) -> Piece:
    piece, language = Piece(), words.language
    width, height = A4
    inner = width - 2 * _MARGIN
    piece.box(0, 0, width, 62, BAND)
    head = Look(19, 8, BOLD, WHITE, centred=True)
    put_sentences(piece, words.title, language, Box(_MARGIN, 5, inner, 52), head)
    how = Look(9, 5, centred=True)
    put_sentences(piece, words.how, language, Box(_MARGIN, 64, inner, 24), how)
    for way, x in zip(words.ways, _places(len(words.ways), width), strict=True):
        _way(piece, way, language, Box(x, _FIRST, 84, _LAST - _FIRST))
    piece.frame(_MARGIN, 182, inner, 20, 1.2)
    code = Look(11, 5, BOLD, centred=True)
    put(piece, [words.code], language, Box(_MARGIN + 4, 183, inner - 8, 18), code)
    advice = [words.save, words.sim, words.seen, words.cost]
    put(piece, advice, language, Box(_MARGIN, 206, inner, 46), Look(6.4, 3.2, dotted=True))
    piece.box(_MARGIN, 255, inner, 17, INK)
    danger = Look(9, 4, BOLD, WHITE, centred=True)
    put(piece, [words.danger], language, Box(_MARGIN + 3, 256, inner - 6, 15), danger)
    if words.verify:
        look = Look(5.6, 2.8, centred=True)
        put(piece, [words.verify], language, Box(_MARGIN, 274, inner, height - 274 - 7), look)
    return piece


def _places(count: int, width: float) -> list[float]:
    """The left ends of so many blocks of 84 mm."""
    free = (width - count * 84) / (count + 1)
    return [free + at * (84 + free) for at in range(count)]


def _way(piece: Piece, way: Way, language: str, box: Box) -> None:
    """A label, a QR code, and the number for who cannot scan."""
    label, number = box.height * 0.13, box.height * 0.12
    side = min(box.width, box.height - label - number)
    named = Look(label * 0.62, label * 0.3, BOLD, centred=True)
    put(piece, [way.label], language, Box(box.x, box.y, box.width, label), named)
    x = box.x + (box.width - side) / 2
    piece.shapes.append((INK, code_shape(way.link, x, box.y + label, side)))
    typed = Look(number * 0.72, number * 0.3, BOLD, centred=True)
    below = Box(box.x, box.y + label + side, box.width, number)
    put(piece, [way.number], NUMBER, below, typed)


def _cards(words: Words) -> list[Page]:
    fronts, backs = (_sheet(card, words.title) for card in (_front(words), _back(words)))
    return [fronts, backs]


def _front(words: Words) -> Piece:
    piece, (width, height) = Piece(), CARD
    piece.box(0, 0, width, 13, BAND)
    head = Look(5.2, 2.2, BOLD, WHITE, centred=True)
    put_sentences(
        piece,
        words.title,
        words.language,
        Box(3, 1, width - 6, 11),
        head,
    )
    each = (width - 4) / len(words.ways)
    for at, way in enumerate(words.ways):
        _way(piece, way, words.language, Box(2 + at * each, 13.5, each, height - 14.5))
    return piece


def _back(words: Words) -> Piece:
    piece, (width, height) = Piece(), CARD
    put(
        piece,
        [words.code],
        words.language,
        Box(3, 2, width - 6, 7),
        Look(4.4, 2, BOLD, centred=True),
    )
    said = [words.how, words.save, words.sim, words.seen, words.cost]
    below = [words.verify] if words.verify else []
    middle = Box(4, 10, width - 8, height - 10 - 9.5)
    put(piece, [*said, *below], words.language, middle, Look(3, 1.8, dotted=True))
    piece.box(0, height - 9, width, 9, INK)
    danger = Look(4.2, 1.8, BOLD, WHITE, centred=True)
    put(piece, [words.danger], words.language, Box(3, height - 8.5, width - 6, 8), danger)
    return piece


def _sheet(card: Piece, title: str) -> Page:
    """Ten cards, and marks where to cut, outside of the cards."""
    page, marks = Page(*A4, title), Piece()
    left, top = (A4[0] - _COLUMNS * CARD[0]) / 2, (A4[1] - _ROWS * CARD[1]) / 2
    for column in range(_COLUMNS + 1):
        x = left + column * CARD[0] - _THIN / 2
        for y in (top - _MARK - 1, A4[1] - top + 1):
            marks.box(x, y, _THIN, _MARK, CUT)
    for row in range(_ROWS + 1):
        y = top + row * CARD[1] - _THIN / 2
        for x in (left - _MARK - 1, A4[0] - left + 1):
            marks.box(x, y, _MARK, _THIN, CUT)
    places = [
        (left + c * CARD[0], top + r * CARD[1]) for r in range(_ROWS) for c in range(_COLUMNS)
    ]
    page.pieces = [*((x, y, card) for x, y in places), (0, 0, marks)]
    return page


SIZES: Mapping[str, Callable[[Words], list[Page]]] = MappingProxyType(
    {"a4": _a4, "a5": _a5, "cards": _cards}
)
