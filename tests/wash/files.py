"""Files with things planted in them."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import av
from PIL import Image, PngImagePlugin

PLANTED = "PLANTED-SECRET"


def picture(form: str) -> bytes:
    out, image, exif = io.BytesIO(), Image.linear_gradient("L").convert("RGB"), Image.Exif()
    exif[0x010F] = PLANTED  # the maker of the camera
    more: dict[str, Any] = {"exif": exif}
    if form in {"JPEG", "WEBP"}:
        more["xmp"] = f"<x>{PLANTED}</x>".encode()
    if form == "PNG":
        more["pnginfo"] = PngImagePlugin.PngInfo()
        more["pnginfo"].add_text("Comment", PLANTED)
    if form in {"GIF", "JPEG"}:
        more["comment"] = PLANTED.encode()
    if form == "PDF":
        more = {"title": PLANTED, "author": PLANTED}
    image.save(out, form, **more)
    return out.getvalue() + f"<script>{PLANTED}</script>".encode()


def recording(form: str, sound: str, video: str = "") -> bytes:
    out = io.BytesIO()
    with av.open(out, "w", format=form) as new:
        new.metadata["title"] = PLANTED
        pictures: Any = new.add_stream(video, rate=10) if video else None
        if video:
            pictures.width, pictures.height, pictures.pix_fmt = 176, 144, "yuv420p"
        heard: Any = new.add_stream(sound, rate=48_000, layout="mono")
        made: Any = av.VideoFrame
        for shade in range(20 if video else 0):
            image = Image.new("RGB", (176, 144), (shade * 10, 0, 0))
            new.mux(pictures.encode(made.from_image(image)))
        kind, size = heard.format.name, {"aac": 1024, "mp3": 1152}.get(sound, 960)
        for _ in range(100):
            silence = av.AudioFrame(format=kind, layout="mono", samples=size)
            silence.sample_rate = 48_000
            silence.planes[0].update(bytes(silence.planes[0].buffer_size))
            new.mux(heard.encode(silence))
        new.mux(heard.encode(None))
        if video:
            new.mux(pictures.encode(None))
    return out.getvalue()


def huge_png(edge: int) -> bytes:
    def chunk(name: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        )

    head = struct.pack(">IIBBBBB", edge, edge, 8, 2, 0, 0, 0)
    body = zlib.compress(bytes(1_000_000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def located_photo() -> bytes:
    """A photo that says where it was taken, lying on its side, as a phone held upright makes it."""
    out, exif = io.BytesIO(), Image.Exif()
    exif[0x0112] = 6  # turn it to the right to look at it
    place = exif.get_ifd(0x8825)  # GPS
    place[1], place[2] = "N", (23.0, 48.0, 37.0)
    place[3], place[4] = "E", (90.0, 24.0, 45.0)
    place[29] = PLANTED  # on which day
    exif.get_ifd(0x8769)[0x9286] = PLANTED  # what the user says
    Image.new("RGB", (60, 40), (200, 10, 10)).save(out, "JPEG", exif=exif)
    return out.getvalue()


def pdf(catalogue: bytes = b"", *more: bytes) -> bytes:
    """One empty page, with this in its catalogue and these objects after it, from number 4 on."""
    objects = (
        b"<</Type/Catalog/Pages 2 0 R" + catalogue + b">>",
        b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 100 100]>>",
        *more,
    )
    numbered = (b"%d 0 obj%b endobj\n" % each for each in enumerate(objects, start=1))
    return b"%PDF-1.4\n" + b"".join(numbered) + b"trailer<</Root 1 0 R>>\n%%EOF\n"


def stream(content: bytes, head: bytes = b"") -> bytes:
    return b"<<%b/Length %d>>stream\n%b\nendstream" % (head, len(content), content)


def busy_pdf() -> bytes:
    """Scripts that run when it is opened, a file within it, and an author."""
    secret = PLANTED.encode()
    return pdf(
        b"/OpenAction 4 0 R/Names<</EmbeddedFiles<</Names[(a) 5 0 R]>>>>/Info 7 0 R",
        b"<</S/JavaScript/JS(app.alert('%b'))>>" % secret,
        b"<</Type/Filespec/F(%b.exe)/EF<</F 6 0 R>>>>" % secret,
        stream(secret, b"/Type/EmbeddedFile"),
        b"<</Author(%b)>>" % secret,
    )


def pdf_bomb(size: int) -> bytes:
    """A page whose drawing is a few kB here, and `size` bytes when it is unpacked."""
    drawing = stream(
        zlib.compress(zlib.compress(bytes(size))), b"/Filter[/FlateDecode/FlateDecode]"
    )
    return pdf(b"", drawing).replace(b"/MediaBox", b"/Contents 4 0 R/MediaBox")


def tagged_mp3() -> bytes:
    """With a picture and a comment in front, as a recorder leaves them."""
    text = b"\x00" + PLANTED.encode()
    frame = b"COMM" + struct.pack(">I", len(text) + 4) + b"\0\0" + b"\x00eng" + text
    return b"ID3\x03\x00\x00" + bytes((0, 0, 0, len(frame))) + frame + recording("mp3", "mp3")


def amr(seconds: int) -> bytes:
    """Silence, in frames of a fiftieth of a second, as old phones record it."""
    frame = bytes([0x3C]) + bytes(31)
    return b"#!AMR\n" + frame * (50 * seconds)
