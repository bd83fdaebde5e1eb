"""Parting: texts in one case that are another person's begin a case of their own.

A phone may be several people's although nobody sent NEW. A handler marks what somebody else wrote;
it is handed over to the gateway like an entry by hand, and no phone leads to its worker. The texts
stay in the old thread, where they may be redacted, and what was learnt from them is for people to
overrule: nothing is undone by a guess.
"""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from workervoice.errors import Declined, GuardFailed
from workervoice.hotline.handover import TEXT_MAX, Entry, hand_over
from workervoice.hotline.opening import OpenCase, open_case
from workervoice.hotline.process import Process
from workervoice.hotline.reading import Actor, Opened
from workervoice.workflow.byhand import Way

PARTED: Way = "parted"  # a kind of entries of a thread; the way of the new case, too


def may_part(file: OpenCase) -> bool:
    """True where a worker wrote more than once, and the team reads it: a new case is the team's."""
    return not file.record.readers and sum(_is_theirs(each) for each in file.thread) > 1


def part(
    process: Process, actor: Actor, case_id: UUID, marked: tuple[Collection[UUID], str], once: UUID
) -> None:
    """Begin a case with the `marked` texts, for the reason that stands beside them; the same `once`
    twice is one case. Raises `Declined` without texts or a reason, or for a case of named people's,
    and `GuardFailed` for more than an entry may hold; then nothing is changed."""
    entries, reason = marked
    if not reason.strip():
        raise Declined("say how you know, in a few words")
    with open_case(process, actor, case_id) as file:
        entry = _entry(file, entries)
    hand_over(process, actor, entry, once)
    with open_case(process, actor, case_id) as file:
        file.note("note", {"kind": PARTED, "text": reason})
        file.save("case_parted")


def _entry(file: OpenCase, entries: Collection[UUID]) -> Entry:
    if not may_part(file):
        raise Declined("nothing of this case can be parted")
    theirs = [each for each in file.thread if _is_theirs(each)]
    chosen = [each for each in theirs if each.id in entries]
    if not chosen or len(chosen) == len(theirs):
        raise Declined("mark the texts that are another person's: some, and not all")
    text = "\n\n".join(str((each.words or {})["text"]) for each in chosen)
    if len(text) > TEXT_MAX:
        raise GuardFailed(f"write down what the worker said, in 1 to {TEXT_MAX} characters")
    return Entry(
        way=PARTED,
        text=text,
        line_id=file.conversation.line_id,
        language=file.record.language,
        site_id=file.record.facts.site_id,
    )


def _is_theirs(entry: Opened) -> bool:
    """A text of a worker's that can be read."""
    return entry.direction == "in" and bool((entry.words or {}).get("text", "").strip())
