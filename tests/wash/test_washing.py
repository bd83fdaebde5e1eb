"""What was planted does not come out, and what harms does no harm."""

from __future__ import annotations

import secrets
import time
from pathlib import Path

import pytest

from tests.wash.files import PLANTED, huge_png, picture, recording
from workervoice.app.washing import Washer
from workervoice.wash.outcome import MOST_IN, Kind, Reason, Unwashed, Washed
from workervoice.wash.wire import heard

LOCKED = (
    b"%%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Count 0/Kids[]>>"
    b"endobj\ntrailer<</Root 1 0 R/Encrypt<</Filter/Standard/V 1/R 2/O(%b)/U(%b)/P -1>>"
    b"/ID[(1)(1)]>>" % (b"a" * 32, b"b" * 32)
)
WASHER = Washer(patience=30)
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
