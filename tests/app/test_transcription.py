"""Tests of the transcription program: real programs, which hear, hang, end, say too much and try to
reach the network."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.wash.files import picture, recording
from workervoice.app.programs import Program
from workervoice.app.second_hand import taken_apart
from workervoice.app.transcription import MOST_CHARACTERS, TranscriptionProgram, silence
from workervoice.app.washing import Washer
from workervoice.hotline.media import WASHED
from workervoice.message import Fetched

HEARS = """
import io, sys, wave
with wave.open(io.BytesIO(sys.stdin.buffer.read())) as given:
    said = given.getframerate(), given.getnchannels(), round(given.getnframes() / 16_000)
"""
WASHER = Washer(patience=60)
VOICE = Fetched(recording("ogg", "libopus"), "audio/ogg")


def a_program(tmp_path: Path, what: str) -> TranscriptionProgram:
    program = tmp_path / "hear"
    program.write_text(f"#!{sys.executable}\n{HEARS}{what}\n", encoding="utf-8")
    program.chmod(0o755)
    return TranscriptionProgram(Program(program), WASHER, patience=5)


def test_a_voice_note_is_heard_as_plain_sound_of_one_channel(tmp_path: Path) -> None:
    head, _ = taken_apart(VOICE, a_program(tmp_path, "print('they lock us in', *said)"))

    assert (head.state, head.heard) == (WASHED, "they lock us in 16000 1 2")


def test_the_sound_of_a_film_is_heard_and_a_picture_is_not(tmp_path: Path) -> None:
    program = a_program(tmp_path, "print('heard')")
    film = Fetched(recording("mp4", "aac", "libx264"), "video/mp4")

    heard = [taken_apart(each, program)[0].heard for each in (film, _picture())]

    assert heard == ["heard", ""]


def _picture() -> Fetched:
    return Fetched(picture("JPEG"), "image/jpeg")


@pytest.mark.parametrize(
    ("what", "why"),
    [
        ("import time; time.sleep(60)", "slow"),
        ("sys.exit(3)", "ended"),
        ("print('zebra'); sys.exit(1)", "ended"),
        ("print('x' * 1_000_000)", "too_much"),
        ("import socket; socket.socket()", "ended"),
        ("open('/tmp/heard', 'w').write('zebra')", "ended"),
    ],
)
def test_a_program_that_fails_costs_no_recording(
    tmp_path: Path, what: str, why: str, caplog: pytest.LogCaptureFixture
) -> None:
    head, content = taken_apart(VOICE, a_program(tmp_path, what))

    assert (head.state, head.heard) == (WASHED, "")
    assert len(content) == head.size
    assert f"failed ({why})" in caplog.text
    assert "zebra" not in caplog.text


def test_a_program_that_is_not_there_costs_no_recording(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    program = TranscriptionProgram(Program(tmp_path / "nothing"), WASHER, patience=5)

    head, _ = taken_apart(VOICE, program)

    assert (head.state, head.heard) == (WASHED, "")
    assert "failed (no_program)" in caplog.text


def test_whatever_it_says_is_cut_and_fits_into_the_head(tmp_path: Path) -> None:
    program = a_program(tmp_path, "print('\\u0995' * 12_000 + chr(0))")

    head, _ = taken_apart(VOICE, program)

    assert len(head.heard) == MOST_CHARACTERS
    assert "\0" not in head.heard
    assert len(head.to_bytes()) < 128 * 1024 - 100


def test_silence_is_a_recording(tmp_path: Path) -> None:
    assert a_program(tmp_path, "print(*said)").heard(silence()) == "16000 1 1"
