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
