"""Pages as one PDF (ISO 32000-1): filled outlines, no font, no date, no program's or person's name.

Equal pages make equal bytes.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence

from workervoice.posters.drawing import Page, Piece, number

_POINTS = 72 / 25.4  # in a millimetre
_OPERATORS = {"M": "m", "L": "l", "C": "c", "Z": "h"}


def pdf(pages: Sequence[Page], language: str) -> bytes:
    pieces = list({id(piece): piece for page in pages for piece in page.numbered()}.values())
    first = 3 + 2 * len(pages)  # catalogue, tree of pages, a page and its content each, pieces
    names = {id(piece): f"P{first + at}" for at, piece in enumerate(pieces)}
    shelf = " ".join(f"/P{first + at} {first + at} 0 R" for at in range(len(pieces)))
    kids = " ".join(f"{3 + 2 * at} 0 R" for at in range(len(pages)))
    objects = [
        f"<</Type/Catalog/Pages 2 0 R/Lang({language})>>".encode(),
        f"<</Type/Pages/Kids[{kids}]/Count {len(pages)}>>".encode(),
    ]
    for at, page in enumerate(pages):
        size = f"{number(page.width * _POINTS)} {number(page.height * _POINTS)}"
        about = f"/Type/Page/Parent 2 0 R/MediaBox[0 0 {size}]/Contents {4 + 2 * at} 0 R"
        objects.append(f"<<{about}/Resources<</XObject<<{shelf}>>>>>>".encode())
        objects.append(_stream("", _content(page, names)))
    size = f"{max(p.width for p in pages):.0f} {max(p.height for p in pages):.0f}"
    form = f"/Type/XObject/Subtype/Form/BBox[-9 -9 {size}]/Resources<<>>"
    objects += [_stream(form, _drawn(piece)) for piece in pieces]
    return _file(objects)


def _content(page: Page, names: dict[int, str]) -> str:
    """Our corner is the upper left one and our unit a millimetre."""
    scale = f"{_POINTS:.6f}"
    turned = f"{scale} 0 0 -{scale} 0 {number(page.height * _POINTS)} cm"
    placed = (
        f"q 1 0 0 1 {number(x)} {number(y)} cm /{names[id(piece)]} Do Q"
        for x, y, piece in page.pieces
    )
    return "\n".join([turned, *placed])


def _drawn(piece: Piece) -> str:
    said: list[str] = []
    for colour, steps in piece.shapes:
        parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
        said.append(f"{' '.join(map(number, parts))} rg")
        said += (f"{' '.join(map(number, p))} {_OPERATORS[name]}" for name, p in steps)
        said.append("f")
    return "\n".join(said)


def _stream(about: str, content: str) -> bytes:
    packed = zlib.compress(content.encode(), 9)
    head = f"<<{about}/Filter/FlateDecode/Length {len(packed)}>>\nstream\n"
    return head.encode() + packed + b"\nendstream"


def _file(objects: Sequence[bytes]) -> bytes:
    file = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    places: list[int] = []
    for at, each in enumerate(objects, start=1):
        places.append(len(file))
        file += b"%d 0 obj\n" % at + each + b"\nendobj\n"
    begins = len(file)
    file += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    file += b"".join(b"%010d 00000 n \n" % place for place in places)
    file += b"trailer\n<</Size %d/Root 1 0 R>>\n" % (len(objects) + 1)
    return bytes(file + b"startxref\n%d\n%%%%EOF\n" % begins)
