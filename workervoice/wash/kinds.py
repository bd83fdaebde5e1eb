"""What a file is, by its content. What was claimed counts for nothing."""

from __future__ import annotations

from workervoice.wash.outcome import NotWashed, Reason

IMAGES = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP", "image/gif": "GIF"}
CONTAINERS = {  # the only reader of the library that may touch it
    "audio/ogg": "ogg",
    "audio/amr": "amr",
    "audio/mpeg": "mp3",
    "audio/aac": "aac",
    "audio/wav": "wav",
    "video/mp4": "mov",
    "video/webm": "matroska",
}
_STARTS = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"OggS", "audio/ogg"),
    (b"#!AMR", "audio/amr"),
    (b"ID3", "audio/mpeg"),
    (b"\x1aE\xdf\xa3", "video/webm"),
)
_STILLS = frozenset(  # brands of pictures in the same boxes, which nothing here decodes
    {b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1", b"avif", b"avis", b"crx "}
)
_SAME = {
    "image/jpg": "image/jpeg",
    "audio/opus": "audio/ogg",
    "application/ogg": "audio/ogg",
    "audio/mp3": "audio/mpeg",
    "audio/mp4": "video/mp4",
    "audio/m4a": "video/mp4",
    "audio/x-m4a": "video/mp4",
    "video/3gpp": "video/mp4",
    "audio/3gpp": "video/mp4",
    "video/quicktime": "video/mp4",
    "audio/webm": "video/webm",
    "video/x-matroska": "video/webm",
}


def kind_of(content: bytes) -> str:
    """Raises `NotWashed`."""
    if not content:
        raise NotWashed(Reason.EMPTY)
    for start, kind in _STARTS:
        if content.startswith(start):
            return kind
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    if content[:4] == b"RIFF" and content[8:12] == b"WAVE":
        return "audio/wav"
    if content[4:8] == b"ftyp" and content[8:12] not in _STILLS:
        return "video/mp4"
    if len(content) > 1 and content[0] == 0xFF and content[1] & 0xE0 == 0xE0:
        return "audio/aac" if content[1] & 0xF6 == 0xF0 else "audio/mpeg"
    raise NotWashed(Reason.UNKNOWN_TYPE)


def lied(claimed: str, kind: str) -> bool:
    plain = claimed.split(";", maxsplit=1)[0].strip().lower()
    return _SAME.get(plain, plain) != kind
