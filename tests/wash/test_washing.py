"""What was planted does not come out, and what harms does no harm."""

from __future__ import annotations

import io
import secrets
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.wash.files import (
    PLANTED,
    amr,
    busy_pdf,
    huge_png,
    located_photo,
    pdf_bomb,
    picture,
    recording,
    tagged_mp3,
)
from workervoice.app.washing import Washer
from workervoice.wash.outcome import MOST_IN, Kind, Reason, Unwashed, Washed
from workervoice.wash.washing import washed
from workervoice.wash.wire import heard

LOCKED = (
    b"%%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Count 0/Kids[]>>"
    b"endobj\ntrailer<</Root 1 0 R/Encrypt<</Filter/Standard/V 1/R 2/O(%b)/U(%b)/P -1>>"
    b"/ID[(1)(1)]>>" % (b"a" * 32, b"b" * 32)
)
WASHER = Washer(patience=30)
SOUND = (
    *(picture(form) for form in ("JPEG", "PNG", "GIF", "PDF")),
    *(recording("ogg", "libopus"), recording("mp4", "aac", "libx264"), amr(seconds=1)),
)
FILES = {
    "image/jpeg": lambda: picture("JPEG"),
    "image/png": lambda: picture("PNG"),
    "image/webp": lambda: picture("WEBP"),
    "image/gif": lambda: picture("GIF"),
    "application/pdf": lambda: picture("PDF"),
    "audio/ogg": lambda: recording("ogg", "libopus"),
    "audio/mpeg": lambda: recording("mp3", "mp3"),
    "video/mp4": lambda: recording("mp4", "aac", "libx264"),
    "video/3gpp": lambda: recording("3gp", "aac", "mpeg4"),
    "video/webm": lambda: recording("webm", "libopus", "libvpx"),
}


@pytest.mark.parametrize("claimed", FILES)
def test_nothing_that_was_planted_comes_out(claimed: str) -> None:
    content = FILES[claimed]()
    planted = [PLANTED.encode(each) for each in ("utf-8", "utf-16-le", "utf-16-be")]
    assert any(each in content for each in planted)

    washed = WASHER.wash(content, claimed)

    assert isinstance(washed, Washed)
    assert not washed.lied
    assert not any(each in washed.content + washed.thumbnail for each in planted)
    again = WASHER.wash(washed.content, washed.kind)
    assert isinstance(again, Washed)
    assert again.kind == washed.kind


def test_a_claim_that_differs_is_told() -> None:
    washed = WASHER.wash(picture("PNG"), "image/jpeg")

    assert isinstance(washed, Washed)
    assert washed.lied


def test_where_a_photo_was_taken_does_not_come_out_and_it_stands_upright() -> None:
    photo = located_photo()
    assert Image.open(io.BytesIO(photo)).getexif().get_ifd(0x8825)

    washed = WASHER.wash(photo, "image/jpeg")

    assert isinstance(washed, Washed)
    assert (washed.width, washed.height) == (40, 60)
    for each in (washed.content, washed.thumbnail):
        left = Image.open(io.BytesIO(each))
        assert dict(left.getexif()) == {}
        assert set(left.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


@pytest.mark.parametrize("content", [busy_pdf(), tagged_mp3()], ids=["scripts in a PDF", "ID3"])
def test_what_hangs_on_a_file_does_not_come_out(content: bytes) -> None:
    assert PLANTED.encode() in content

    washed = WASHER.wash(content, "")

    assert isinstance(washed, Washed)
    for word in (PLANTED.encode(), b"JavaScript", b"/JS", b"EmbeddedFile", b"ID3", b"Author"):
        assert word not in washed.content


def test_what_an_old_phone_records_is_heard() -> None:
    washed = WASHER.wash(amr(seconds=3), "audio/amr")

    assert isinstance(washed, Washed)
    assert (washed.kind, washed.seconds, washed.lied) == (Kind.SOUND, 3, False)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (picture("JPEG") + busy_pdf(), Kind.JPEG),
        (picture("GIF") + b"/*<html><script>PLANTED-SECRET</script>*/=1", Kind.PNG),
        (picture("PNG") + b"PK\x03\x04PLANTED-SECRET", Kind.PNG),
        (recording("mp4", "aac", "libx264") + picture("PDF"), Kind.VIDEO),
    ],
    ids=["JPEG and PDF", "GIF and script", "PNG and ZIP", "MP4 and PDF"],
)
def test_of_a_file_that_is_two_things_one_comes_out(content: bytes, kind: Kind) -> None:
    washed = WASHER.wash(content, "text/html")

    assert isinstance(washed, Washed)
    assert (washed.kind, washed.lied) == (kind, True)
    for word in (PLANTED.encode(), b"<script", b"PK\x03\x04"):
        assert word not in washed.content


@pytest.mark.parametrize("brand", [b"heic", b"mif1", b"avif", b"crx "])
def test_a_picture_of_a_kind_that_nobody_here_decodes_is_of_an_unknown_type(brand: bytes) -> None:
    content = b"\0\0\0\x18ftyp" + brand + b"\0\0\0\0mif1heic" + bytes(500)

    assert WASHER.wash(content, "image/heic") == Unwashed(Reason.UNKNOWN_TYPE)


def test_what_grows_without_end_when_it_is_unpacked_ends() -> None:
    begun = time.monotonic()

    outcome = Washer(patience=30, effort=20).wash(pdf_bomb(2**30), "application/pdf")

    assert isinstance(outcome, Washed | Unwashed)
    assert time.monotonic() - begun < 35


def test_without_a_wall_nothing_is_read() -> None:
    child = (
        "import os, workervoice.app.wash_child as c\n"
        "def refused():\n    raise c.NoWall('none')\n"
        "c.only_computing = refused\n"
        "c._given = lambda: os._exit(9)\n"
        "os._exit(c.main(['20']))\n"
    )

    assert Washer(child=("-c", child)).wash(picture("PNG"), "") == Unwashed(Reason.NO_WALL)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(data=st.data())
def test_a_file_that_was_damaged_anywhere_has_an_answer(data: st.DataObject) -> None:
    """In this very process, which says more than a child of what went wrong."""
    content = bytearray(data.draw(st.sampled_from(SOUND)))
    for _ in range(data.draw(st.integers(1, 8))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at : at + data.draw(st.integers(0, 9))] = data.draw(st.binary(max_size=9))

    assert isinstance(washed(bytes(content)), Washed | Unwashed)


def test_the_sound_of_a_voice_note_is_had_for_transcription() -> None:
    wav = WASHER.to_wav(recording("ogg", "libopus"))

    assert isinstance(wav, Washed)
    assert wav.kind is Kind.WAV


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", Reason.EMPTY),
        (bytes(MOST_IN + 1), Reason.TOO_LARGE),
        (huge_png(60_000), Reason.TOO_MANY_PIXELS),
        (b"<svg><script>alert(1)</script></svg>", Reason.UNKNOWN_TYPE),
        (LOCKED, Reason.ENCRYPTED),
        (b"<html>", Reason.UNKNOWN_TYPE),
        (b"PK\x03\x04" + bytes(100), Reason.UNKNOWN_TYPE),
        (b"%PDF-1.4\n" + bytes(100), Reason.BROKEN),
        (picture("PNG")[:100], Reason.BROKEN),
        (recording("mp4", "aac", "libx264")[:200], Reason.BROKEN),
    ],
)
def test_what_cannot_be_washed_is_refused_with_a_reason(content: bytes, reason: Reason) -> None:
    assert WASHER.wash(content, "image/png") == Unwashed(reason)


def test_whatever_comes_has_an_answer() -> None:
    starts = (b"\xff\xd8\xff", b"OggS", b"ID3", b"%PDF-", b"RIFF0000WEBP", b"0000ftyp", b"#!AMR\n")
    for start in starts:
        outcome = WASHER.wash(start + secrets.token_bytes(5000), "")
        assert isinstance(outcome, Washed | Unwashed)


@pytest.mark.parametrize(
    ("child", "reason"),
    [
        ("import time; time.sleep(60)", Reason.TOOK_TOO_LONG),
        ("import os\nwhile True: os.write(1, bytes(2**20))", Reason.BROKEN),
        (
            "from workervoice.app.wash_child import walled\nwalled(1)\nwhile True: pass",
            Reason.TOOK_TOO_LONG,
        ),
        ("raise SystemExit(3)", Reason.BROKEN),
        ('print(\'{"v": 1, "reason": "fine"}\')', Reason.BROKEN),
    ],
)
def test_a_child_that_hangs_babbles_or_dies_is_ended(child: str, reason: Reason) -> None:
    begun = time.monotonic()

    outcome = Washer(patience=4, child=("-c", child)).wash(b"a file", "")

    assert outcome == Unwashed(reason)
    assert time.monotonic() - begun < 10


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"[" * 400 + b"\n",
        b"{}\n",
        b'{"v": 2, "reason": "broken"}\n',
        b'{"v": 1, "reason": "empty"}\nmore',
        b'{"v": 1, "kind": "text/html", "was": "image/png", "content": 1, "thumbnail": 0, '
        b'"width": 1, "height": 1, "pages": 0, "seconds": 0}\nx',
        b'{"v": 1, "kind": "image/png", "was": "image/png", "content": 2, "thumbnail": 0, '
        b'"width": 1, "height": 1, "pages": 0, "seconds": 0}\nx',
    ],
)
def test_an_answer_that_is_not_exactly_one_is_broken(answer: bytes) -> None:
    assert heard(answer) == Unwashed(Reason.BROKEN)


TRIES = """
import json, os, signal, socket, sys, threading
from workervoice.app.wash_child import walled
walled(20)
def tried(what):
    try:
        what()
    except (OSError, RuntimeError) as exc:
        return type(exc).__name__
    return "DONE"
os.read(0, 10)
os.write(1, tried(lambda: {what}).encode())
os._exit(0)
"""


@pytest.mark.parametrize(
    "what",
    [
        "open('/etc/passwd')",
        "os.listdir('/')",
        "os.open('/tmp/words', os.O_CREAT | os.O_WRONLY)",
        "socket.socket()",
        "socket.socketpair()",
        "os.fork()",
        "os.execv('/bin/true', ['true'])",
        "os.posix_spawn('/bin/true', ['true'], {})",
        "os.kill(os.getppid(), 0)",
        "os.kill(os.getpid(), 0)",
        "os.unlink('/tmp/words')",
        "os.pipe()",
        "os.memfd_create('words')",
        "threading.Thread(target=print).start()",
    ],
)
def test_the_child_gets_nowhere(what: str, tmp_path: Path) -> None:
    process = Washer(child=("-c", TRIES.replace("{what}", what)))._started()  # noqa: SLF001

    said, _ = process.communicate(b"go")

    assert said in {b"PermissionError", b"RuntimeError"}
