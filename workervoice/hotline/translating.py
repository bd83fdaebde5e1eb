"""Translating: somebody who reads the worker's language says what an entry means, under their name
and sealed beside it.

The original stays what was said: triage, evidence and packets go by it alone. A passage that is
taken out of the one stays in the other until it is taken out there, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from hmac import compare_digest
from uuid import UUID

from workervoice.crypto.seal import ctx
from workervoice.errors import Declined, NotFound
from workervoice.hotline.opening import OpenCase, open_case
from workervoice.hotline.process import Process
from workervoice.hotline.reading import Actor, Opened

TRANSLATION = "translation"  # kinds of an entry of a thread
MACHINE = "machine_translation"  # by a program on this machine: nobody has read the text by it
MOST = 4000  # characters


@dataclass(frozen=True, slots=True)
class Meaning:
    """What an entry means, by a person or, kept by one, by a machine: then with the mark that its
    words were shown with."""

    entry: UUID
    text: str = field(repr=False)
    kind: str = TRANSLATION
    mark: str = ""


def translate(
    process: Process, actor: Actor, case_id: UUID, meaning: Meaning, once: UUID | None
) -> None:
    """Keep what an entry means; with the id `once`, only once. Raises `NotFound` for an entry that
    nobody could translate."""
    text = meaning.text
    if not text.strip() or len(text) > MOST:
        raise Declined(f"write what it means, in 1 to {MOST} characters")
    with open_case(process, actor, case_id) as file:
        entry = _entry(file, meaning.entry)
        if file.has_entry(once):
            return
        if meaning.kind == MACHINE:
            shown = machine_mark(process, actor, entry.id, text)
            if not compare_digest(meaning.mark.encode(), shown.encode()):
                raise Declined("this is not what the machine said: ask it again")
        file.note("note", {"kind": meaning.kind, "of": first_id(entry), "text": text}, once)
        file.save("translated" if meaning.kind == TRANSLATION else "machine_text_kept")


def text_to_translate(
    process: Process, actor: Actor, case_id: UUID, entry_id: UUID
) -> tuple[str, str]:
    """An entry's text and language, for a program on this machine. It is reading the case."""
    with open_case(process, actor, case_id) as file:
        entry = _entry(file, entry_id)
        file.pen.log_reading(file.tx, "case_read", case_id)
        return str((entry.words or {})["text"]), language_of(file, entry)


def machine_mark(process: Process, actor: Actor, entry_id: UUID, said: str) -> str:
    """By which it is known again that a machine said this of an entry, to this person."""
    lines = "\n".join(said.splitlines())  # a browser sends other ends of lines than it got
    place = ctx("machine-said", entry_id, actor.id, lines)
    return process.vault.mac(place).hex()


def language_of(file: OpenCase, entry: Opened) -> str:
    """The language of an entry, or of its case where it was too short to tell."""
    told = str((entry.words or {}).get("language", ""))
    return file.record.language if told in {"", "und"} else told


def _entry(file: OpenCase, entry_id: UUID) -> Opened:
    entry = next((each for each in file.thread if each.id == entry_id), None)
    if entry is None or not says(entry):
        raise NotFound("no such entry in this case")
    return entry


def says(entry: Opened) -> bool:
    """True for words between the worker and us."""
    return entry.direction in {"in", "out"} and bool((entry.words or {}).get("text"))


def first_id(entry: Opened) -> str:
    """The id that it had before anything was taken out of it."""
    return str((entry.words or {}).get("was", entry.id))


def beside(thread: Sequence[Opened]) -> list[Opened]:
    """The thread with each translation behind what it translates; one whose original is gone stays
    where it was written."""
    there = {first_id(entry) for entry in thread}
    found: dict[str, list[Opened]] = {}
    for entry in thread:
        if _of(entry) in there:
            found.setdefault(_of(entry), []).append(entry)
    return [
        one
        for entry in thread
        if _of(entry) not in there
        for one in (entry, *found.get(first_id(entry), ()))
    ]


def _of(entry: Opened) -> str:
    """Which entry this one translates; "" for none."""
    words = entry.words or {}
    return str(words["of"]) if words.get("kind") in {TRANSLATION, MACHINE} else ""


def translated(thread: Sequence[Opened], *, by_people: bool = True) -> frozenset[UUID]:
    """The entries that have a translation: by a person, or also by a machine."""
    kinds = {TRANSLATION} if by_people else {TRANSLATION, MACHINE}
    known = {_of(entry) for entry in thread if (entry.words or {}).get("kind") in kinds}
    return frozenset(entry.id for entry in thread if first_id(entry) in known)
