"""Pages are drawn, and a new document is made of the pictures: no text, script or attachment.

The new file is written here, so that it has no more in it than we write: no date, no maker.
"""

from __future__ import annotations

import pypdfium2
from PIL import Image

from workervoice.wash.images import bare, jpeg, thumbnail
from workervoice.wash.outcome import Kind, NotWashed, Reason, Washed

MOST_PAGES = 60
_EDGE = 1600  # pixels of a page's longer edge
_ENCRYPTED = ("password", "security")


def washed_document(content: bytes) -> Washed:
    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as exc:
        locked = any(word in str(exc).lower() for word in _ENCRYPTED)
        raise NotWashed(Reason.ENCRYPTED if locked else Reason.BROKEN) from None
    pages = len(document)
    if pages == 0:
        raise NotWashed(Reason.BROKEN)
    if pages > MOST_PAGES:
        raise NotWashed(Reason.TOO_MANY_PAGES)
    drawn, first = [], b""
    for number in range(pages):
        picture = _drawn(document[number])
        first = first or thumbnail(picture)
        drawn.append((picture.size, jpeg(picture, 80)))
    return Washed(Kind.PDF, "application/pdf", _of(drawn), first, pages=pages)


def _drawn(page: pypdfium2.PdfPage) -> Image.Image:
    width, height = page.get_size()
    if min(width, height) < 1 or max(width, height) > 20 * min(width, height):
        raise NotWashed(Reason.BROKEN)
    return bare(page.render(scale=_EDGE / max(width, height)).to_pil(), "RGB")


def _of(pages: list[tuple[tuple[int, int], bytes]]) -> bytes:
    """Objects: 1 the catalogue, 2 the pages, then of each page itself, its picture, its drawing."""
    kids = " ".join(f"{3 + 3 * n} 0 R" for n in range(len(pages)))
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Count {len(pages)}/Kids[{kids}]>>".encode(),
    ]
    for n, ((width, height), picture) in enumerate(pages):
        at, w, h = 3 + 3 * n, width // 2, height // 2
        page = (
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 {w} {h}]/Contents {at + 2} 0 R"
            f"/Resources<</XObject<</P {at + 1} 0 R>>>>>>"
        )
        head = (
            f"/Type/XObject/Subtype/Image/Width {width}/Height {height}"
            "/ColorSpace/DeviceRGB/BitsPerComponent 8/Filter/DCTDecode"
        )
        drawing = f"{w} 0 0 {h} 0 0 cm /P Do".encode()
        objects += [page.encode(), _stream(head, picture), _stream("", drawing)]
    return _file(objects)


def _stream(head: str, content: bytes) -> bytes:
    return f"<<{head}/Length {len(content)}>>stream\n".encode() + content + b"\nendstream"


def _file(objects: list[bytes]) -> bytes:
    out, places = bytearray(b"%PDF-1.4\n"), []
    for number, each in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n" % number + each + b"\nendobj\n"
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size, start = len(objects) + 1, len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % size + table
    out += b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (size, start)
    return bytes(out)
