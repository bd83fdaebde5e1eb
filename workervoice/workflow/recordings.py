"""Recordings of phrases by native speakers: which are there, which still say what the phrase says,
and which may go before a text.

A directory has `<language>/<phrase>.ogg`, and beside each `<phrase>.yaml`: who spoke, on which day,
that they agreed, and the hash of the wording that they read. A phrase that was changed since makes
its recording stale. Only phrases that say the same to everybody of a language are spoken: command
words are part of them, and what differs from worker to worker cannot be recorded.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from workervoice.workflow.conversation import TALKING
from workervoice.workflow.phrasebook import PhraseBook
from workervoice.workflow.progress import Progress

BYTES_MAX = 1024 * 1024
SECONDS_MAX = 60
WHATSAPP = "whatsapp"
_RATE = 48_000  # granules a second, whatever was recorded: RFC 7845 section 4
_HEAD = b"OpusHead"
_PAGE, _FIRST_PACKET, _PRE_SKIP = b"OggS", 28, 10  # RFC 3533 section 6; RFC 7845 section 5.1
_FIELDS = frozenset({"speaker", "spoken_on", "agreed", "wording"})


@dataclass(frozen=True, slots=True)
class Recording:
    """One phrase as a file; `name` is the hash of its content."""

    language: str
    key: str
    name: str
    path: Path


@dataclass(frozen=True, slots=True)
class Recordings:
    """What can be sent: whole, short enough, and of the wording that the phrase has now."""

    spoken: Mapping[tuple[str, str], Recording] = field(
        default_factory=lambda: MappingProxyType({})
    )

    def named(self, name: str) -> Recording | None:
        """The one of this name, if there is one."""
        return next((each for each in self.spoken.values() if each.name == name), None)

    def before(
        self, keys: Sequence[str], language: str, progress: Progress, channel: str
    ) -> tuple[Recording, ...]:
        """The voice notes that go before a text of these phrases: all of them or none, on WhatsApp,
        to a worker who said that listening is safe and who is not silenced."""
        wanted = [self.spoken.get((language, key)) for key in keys]
        allowed = progress.voice and channel == WHATSAPP and progress.state in TALKING
        found = tuple(each for each in wanted if each is not None)
        return found if allowed and len(found) == len(wanted) else ()


def wording(text: str) -> str:
    """The hash of what a speaker reads."""
    return hashlib.sha256(" ".join(text.split()).encode()).hexdigest()


def speakable(book: PhraseBook, language: str) -> dict[str, str]:
    """The phrases of a language that can be recorded."""
    file, found = book.files[language], {}
    for key, text in file.phrases.items():
        with suppress(KeyError):
            found[key] = text.format_map(file.words.named())
    return found


def load_recordings(directory: Path | None, book: PhraseBook) -> Recordings:
    """What of a directory can be sent; the rest is passed over, and `faults` tells of it."""
    if directory is None:
        return Recordings()
    found = {}
    for language in book.files:
        for key, text in speakable(book, language).items():
            path = directory / language / f"{key}.ogg"
            if path.is_file() and not fault_of(path, text):
                name = hashlib.sha256(path.read_bytes()).hexdigest()
                found[language, key] = Recording(language, key, name, path)
    return Recordings(MappingProxyType(found))


def content_of(recording: Recording) -> bytes:
    """Its bytes; b"" if they are not what they were when it was loaded."""
    try:
        content = recording.path.read_bytes()
    except OSError:
        return b""
    return content if hashlib.sha256(content).hexdigest() == recording.name else b""


def faults(directory: Path, book: PhraseBook) -> Iterator[str]:
    """What is missing, stale, too long or no recording, for whoever has them made. A language of
    which there is nothing is not asked for."""
    for folder in sorted(each for each in directory.iterdir() if each.is_dir()):
        language = folder.name
        if language not in book.files:
            yield f"{language}: no such language"
            continue
        wanted = speakable(book, language)
        for key, text in wanted.items():
            path = folder / f"{key}.ogg"
            why = fault_of(path, text) if path.is_file() else f"missing; wording: {wording(text)}"
            if why:
                yield f"{language}/{key}.ogg: {why}"
        for path in sorted(folder.glob("*.ogg")):
            if path.stem not in wanted:
                yield f"{language}/{path.name}: no phrase that can be recorded"


def fault_of(path: Path, text: str) -> str:
    """Why this file cannot be sent for this phrase; "" if it can."""
    try:
        if path.stat().st_size > BYTES_MAX:
            return f"larger than {BYTES_MAX // 1024} kB"
        heard = _not_heard(path.read_bytes())
        return heard or _not_said(_told(path.with_suffix(".yaml")), text)
    except (OSError, ValueError, yaml.YAMLError):
        return "cannot be read, or the file beside it is missing or broken"


def _not_heard(data: bytes) -> str:
    seconds = _seconds(data)
    if seconds is None:
        return "not Ogg Opus"
    return "" if 0 < seconds <= SECONDS_MAX else f"longer than {SECONDS_MAX} seconds, or empty"


def _not_said(told: Mapping[str, Any] | None, text: str) -> str:
    if told is None:
        return f"the file beside it needs {', '.join(sorted(_FIELDS))}, and agreed: true"
    if told["wording"] != wording(text):
        return f"stale: the phrase says something else now; wording: {wording(text)}"
    return ""


def _told(path: Path) -> Mapping[str, Any] | None:
    """Who spoke, when, that they agreed, and of which wording."""
    record = yaml.safe_load(path.read_text(encoding="utf-8"))
    if not isinstance(record, dict) or set(record) != _FIELDS or record["agreed"] is not True:
        return None
    named = isinstance(record["speaker"], str) and record["speaker"].strip()
    return record if named and isinstance(record["spoken_on"], date) else None


def _seconds(data: bytes) -> float | None:
    """How long it is, by its last page; None for what is no Ogg Opus."""
    if not data.startswith(_PAGE) or data[_FIRST_PACKET:][: len(_HEAD)] != _HEAD:
        return None
    head, last = _FIRST_PACKET + _PRE_SKIP, data.rfind(_PAGE)
    skipped = int.from_bytes(data[head : head + 2], "little")
    granules = int.from_bytes(data[last + 6 : last + 14], "little", signed=True)
    return (granules - skipped) / _RATE
