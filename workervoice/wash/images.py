"""Pictures are decoded, and encoded anew from their pixels alone: nothing else goes across."""

from __future__ import annotations

import io

from PIL import Image, ImageOps

from workervoice.wash.kinds import IMAGES
from workervoice.wash.outcome import Kind, NotWashed, Reason, Washed

MOST_PIXELS = 50_000_000
MOST_EDGE = 4096
THUMBNAIL_EDGE = 320
Image.MAX_IMAGE_PIXELS = None  # ours is looked at first


def loaded() -> None:
    """Nothing is looked for in a file once the wall stands."""
    Image.preinit()
    Image.init()


def washed_image(content: bytes, was: str) -> Washed:
    """Of an animation: its first picture."""
    with Image.open(io.BytesIO(content), formats=[IMAGES[was]]) as opened:
        within_pixels(*opened.size)
        upright = ImageOps.exif_transpose(opened)
        clear = was != "image/jpeg" and "A" in upright.convert("RGBA").getbands()
        picture = bare(upright, "RGBA" if clear and _is_clear(upright) else "RGB")
    picture.thumbnail((MOST_EDGE, MOST_EDGE))
    lossless = was in {"image/png", "image/gif"} or picture.mode == "RGBA"
    kind = Kind.PNG if lossless else Kind.JPEG
    return Washed(
        kind=kind,
        was=was,
        content=png(picture) if lossless else jpeg(picture, 88),
        thumbnail=thumbnail(picture),
        width=picture.width,
        height=picture.height,
    )


def within_pixels(width: int, height: int) -> None:
    if width * height > MOST_PIXELS:
        raise NotWashed(Reason.TOO_MANY_PIXELS)


def _is_clear(picture: Image.Image) -> bool:
    return picture.has_transparency_data


def bare(picture: Image.Image, mode: str) -> Image.Image:
    """A new picture of the same pixels, with none of what hung on the old one."""
    pixels = picture.convert(mode)
    new = Image.new(mode, pixels.size)
    new.paste(pixels)
    return new


def thumbnail(picture: Image.Image) -> bytes:
    small = bare(picture, "RGB")
    small.thumbnail((THUMBNAIL_EDGE, THUMBNAIL_EDGE))
    return jpeg(small, 70)


def jpeg(picture: Image.Image, quality: int) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality)
    return out.getvalue()


def png(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "PNG", compress_level=6)
    return out.getvalue()
