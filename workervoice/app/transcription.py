"""A transcription program of one's own: a recording on standard input, as WAV of 16 kHz in mono,
and what it hears on standard output. It is started for each recording, and has no network.

What it hears is a machine's guess, and is shown as such; a recording is kept whether or not it
hears anything.
"""

from __future__ import annotations

import io
import wave
from collections.abc import Callable

from workervoice.app.programs import Program, Unanswered, asked
from workervoice.app.washing import Washer
from workervoice.journal import Journal
from workervoice.wash.outcome import Kind, Washed

_JOURNAL = Journal(__name__)
PATIENCE_SECONDS = 120.0
MOST_SECONDS = 600  # of a recording
MOST_CHARACTERS = 8000  # of what is kept of it
SOUNDS = frozenset({Kind.SOUND, Kind.VIDEO})

_RATE = 16_000

Transcribe = Callable[[Washed], str]


def nobody_hears(washed: Washed) -> str:
    """Without a program."""
    return ""


def silence(seconds: int = 1) -> bytes:
    """A recording in which nothing is to be heard."""
    out = io.BytesIO()
    with wave.open(out, "wb") as wav:
        wav.setnchannels(1)
        wav.setsampwidth(2)
        wav.setframerate(_RATE)
        wav.writeframes(bytes(2 * _RATE * seconds))
    return out.getvalue()


class TranscriptionProgram:
    """One program, which hears one recording at a time."""

    def __init__(
        self, program: Program, washer: Washer | None = None, patience: float = PATIENCE_SECONDS
    ) -> None:
        self._program, self._washer, self._patience = program, washer or Washer(), patience

    def __call__(self, washed: Washed) -> str:
        """What it hears; "" for what has no sound or is too long, and when it fails."""
        if washed.kind not in SOUNDS or washed.seconds > MOST_SECONDS:
            return ""
        sound = self._washer.to_wav(washed.content)
        if not isinstance(sound, Washed):
            return ""
        try:
            return self.heard(sound.content)
        except (Unanswered, OSError) as failed:
            why = failed.why if isinstance(failed, Unanswered) else "no_program"
            _JOURNAL.note("transcription_failed", what=why)
            return ""

    def heard(self, wav: bytes) -> str:
        """Raises `Unanswered`, or `OSError` where it cannot be started."""
        said = asked(self._program.given(wav), self._patience)
        return said.replace("\0", "")[:MOST_CHARACTERS]
