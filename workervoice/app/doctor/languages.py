"""What reads the texts: language packs, which no native speaker may have reviewed yet, and the
program that gives a second opinion, if there is one."""

from __future__ import annotations

from collections.abc import Iterator

from workervoice.app.doctor.findings import Finding, Look, ill
from workervoice.app.programs import Program, Unanswered, Why
from workervoice.app.second_opinion import started
from workervoice.app.transcription import TranscriptionProgram, silence
from workervoice.app.translation import TranslationProgram
from workervoice.errors import Declined, PackError, WorkervoiceError
from workervoice.triage.engine import Engine
from workervoice.triage.packheads import Head, heads
from workervoice.workflow.phrasebook import PhraseBook
from workervoice.workflow.recordings import faults

_FAILED = {
    Why.NO_WALL: "this system does not let us shut it in",
    Why.NO_PROGRAM: "it cannot be started",
    Why.TOO_MUCH: "it said far too much",
    Why.ENDED: "it did not end well",
    Why.SLOW: "a second of silence took it far too long",
}
_GOES_ON = "mend it; until then the hotline goes on with the last packs that were whole."


def packs(look: Look) -> Iterator[Finding]:
    """Raises nothing: a broken pack is a finding."""
    try:
        engine = Engine.load(look.settings.packs_dir)
    except PackError as exc:
        yield ill("packs", f"Packs: {exc}: mend it; nothing can read texts without.")
        return
    if engine.fault:
        yield ill("packs", f"Packs: {engine.fault}: {_GOES_ON}")
        return
    drafts = [
        head
        for head in heads(look.settings.packs_dir)
        if isinstance(head, Head) and not head.reviewed
    ]
    told = f", of which no native speaker has reviewed {len(drafts)}" if drafts else ""
    yield Finding(True, f"Packs: {len(engine.packs)} are whole{told}.")


def second_opinion(look: Look) -> Iterator[Finding]:
    """Starts the program once, and ends it."""
    program = look.settings.second_opinion
    if program is None:
        return
    try:
        started(Program.beside(look.settings, program)).end()
    except WorkervoiceError as exc:
        yield ill("second_opinion", f"Second opinion: {exc}")
    else:
        yield Finding(True, "Second opinion: the program answers, and has no network.")


def translate_command(look: Look) -> Iterator[Finding]:
    """Whether the translation program can be run, without a network."""
    program = look.settings.translate_command
    if program is None:
        return
    try:
        TranslationProgram(Program.beside(look.settings, program))("hola", "es")
    except (Declined, OSError) as exc:
        why = str(exc) if isinstance(exc, Declined) else "it cannot be started"
        yield ill("translate_command", f"Translation program: {why}.")
    else:
        yield Finding(True, "Translation program: it translates, and has no network.")


def transcribe_command(look: Look) -> Iterator[Finding]:
    """Whether the transcription program can be run, without a network."""
    program = look.settings.transcribe_command
    if program is None:
        return
    try:
        TranscriptionProgram(Program.beside(look.settings, program)).heard(silence())
    except (Unanswered, OSError) as exc:
        why = exc.why if isinstance(exc, Unanswered) else Why.NO_PROGRAM
        yield ill("transcribe_command", f"Transcription program: {_FAILED[why]}.")
    else:
        yield Finding(True, "Transcription program: it hears silence out, and has no network.")


def recordings(look: Look) -> Iterator[Finding]:
    """Whether the recordings of phrases can be sent."""
    directory = look.settings.recordings_dir
    if directory is None:
        return
    try:
        found = [each for each in faults(directory, PhraseBook.load()) if "missing" not in each]
    except OSError:
        found = ["the directory cannot be read"]
    if found:
        yield ill("recordings", f"Recordings: {len(found)} cannot be sent, the first: {found[0]}.")
    else:
        yield Finding(True, "Recordings: what is there can be sent.")
