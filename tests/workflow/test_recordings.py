"""Recordings of phrases: which can be sent, which are told of, and when one goes before a text."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from workervoice.workflow.phrasebook import PhraseBook
from workervoice.workflow.progress import Progress
from workervoice.workflow.recordings import (
    BYTES_MAX,
    Recordings,
    content_of,
    fault_of,
    faults,
    load_recordings,
    speakable,
    wording,
)

BOOK = PhraseBook.load()
WHATSAPP = "whatsapp"
LISTENS = Progress(state="resting", voice=True)


def opus(seconds: float = 3.0, *, head: bytes = b"OpusHead") -> bytes:
    """An Ogg Opus file of this length, with nothing in it."""
    first = b"OggS" + bytes(24) + head + b"\x01\x01" + (312).to_bytes(2, "little") + bytes(7)
    granules = int(seconds * 48_000) + 312
    return first + b"OggS\x00\x04" + granules.to_bytes(8, "little") + bytes(20)


def a_recording(
    directory: Path,
    key: str = "thanks",
    language: str = "bn",
    data: bytes | None = None,
    **told: str,
) -> Path:
    """A file as a speaker's, and who spoke beside it."""
    folder = directory / language
    folder.mkdir(exist_ok=True)
    path = folder / f"{key}.ogg"
    path.write_bytes(opus() if data is None else data)
    said = {
        "speaker": "a native speaker",
        "spoken_on": "2026-11-20",
        "agreed": "true",
        "wording": wording(speakable(BOOK, language)[key]),
        **told,
    }
    lines = [f"{name}: {value}" for name, value in said.items() if value]
    path.with_suffix(".yaml").write_text("\n".join(lines), encoding="utf-8")
    return path


def test_a_recording_goes_before_its_phrase_where_it_is_safe_to_listen(tmp_path: Path) -> None:
    a_recording(tmp_path)
    shelf = load_recordings(tmp_path, BOOK)

    (note,) = shelf.before(["thanks"], "bn", LISTENS, WHATSAPP)

    assert (note.language, note.key) == ("bn", "thanks")
    assert shelf.named(note.name) == note
    assert content_of(note) == opus()
    assert shelf.named("0" * 64) is None


@pytest.mark.parametrize(
    ("progress", "channel", "language", "keys"),
    [
        (replace(LISTENS, voice=False), WHATSAPP, "bn", ["thanks"]),
        (LISTENS, "sms", "bn", ["thanks"]),
        (LISTENS, WHATSAPP, "en", ["thanks"]),
        (LISTENS, WHATSAPP, "bn", ["thanks", "not_safe"]),
        (LISTENS, WHATSAPP, "bn", ["first_answer"]),
        (replace(LISTENS, state="frozen"), WHATSAPP, "bn", ["thanks"]),
        (replace(LISTENS, state="paused"), WHATSAPP, "bn", ["thanks"]),
    ],
)
def test_everywhere_else_a_text_goes_alone(
    tmp_path: Path, progress: Progress, channel: str, language: str, keys: list[str]
) -> None:
    a_recording(tmp_path)

    assert load_recordings(tmp_path, BOOK).before(keys, language, progress, channel) == ()


def test_without_a_directory_nothing_is_spoken() -> None:
    assert load_recordings(None, BOOK) == Recordings()


@pytest.mark.parametrize(
    ("data", "told", "why"),
    [
        (opus(61), {}, "longer than 60 seconds"),
        (opus(0), {}, "or empty"),
        (opus() + bytes(BYTES_MAX), {}, "larger than 1024 kB"),
        (opus(head=b"vorbis\0\0"), {}, "not Ogg Opus"),
        (b"ID3 an mp3", {}, "not Ogg Opus"),
        (b"", {}, "not Ogg Opus"),
        (None, {"wording": "0" * 64}, "stale"),
        (None, {"agreed": "no"}, "agreed: true"),
        (None, {"speaker": ""}, "speaker"),
        (None, {"spoken_on": "yesterday"}, "spoken_on"),
        (None, {"speaker": "[broken"}, "cannot be read"),
    ],
)
def test_a_file_that_cannot_be_sent_is_told_of_and_passed_over(
    tmp_path: Path, data: bytes | None, told: dict[str, str], why: str
) -> None:
    path = a_recording(tmp_path, data=data, **told)

    assert why in fault_of(path, BOOK.files["bn"].phrases["thanks"])
    assert load_recordings(tmp_path, BOOK).spoken == {}


def test_what_is_missing_and_what_is_no_phrase_is_named(tmp_path: Path) -> None:
    a_recording(tmp_path)
    (tmp_path / "bn" / "first_answer.ogg").write_bytes(opus())
    (tmp_path / "xx").mkdir()

    found = list(faults(tmp_path, BOOK))

    assert "xx: no such language" in found
    assert "bn/first_answer.ogg: no phrase that can be recorded" in found
    missing = [each for each in found if "missing" in each]
    assert len(missing) == len(speakable(BOOK, "bn")) - 1
    assert not any("bn/thanks.ogg" in each for each in found)


def test_a_changed_phrase_makes_its_recording_stale_and_spaces_do_not() -> None:
    assert wording("Thank  you.\n") == wording("Thank you.")
    assert wording("Thank you!") != wording("Thank you.")
