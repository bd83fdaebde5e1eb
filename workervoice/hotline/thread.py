"""A thread: what was said in a case, entry by entry, ready to show."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import chain, pairwise
from operator import itemgetter
from typing import Any
from uuid import UUID

from workervoice.errors import NotFound
from workervoice.hotline.media import Shown
from workervoice.hotline.opening import OpenCase, open_case
from workervoice.hotline.process import Process
from workervoice.hotline.reading import Actor, Opened
from workervoice.hotline.redacting import may_be_redacted
from workervoice.hotline.showing import shown_in
from workervoice.hotline.spoken import Read, read_in
from workervoice.hotline.translating import beside
from workervoice.store import outbox, people
from workervoice.workflow.commands import Command, command, digit
from workervoice.workflow.secretwords import MASK


@dataclass(frozen=True, slots=True)
class Said:
    """One entry of a thread, ready to show: `passages` are (text, item or "", denied)."""

    id: UUID
    direction: str
    kind: str
    at: datetime | None
    by: str
    passages: tuple[tuple[str, str, bool], ...] = field(repr=False)
    language: str = ""
    delivery: str = ""
    media: int = 0
    kinds: tuple[str, ...] = ()  # what its media are: "image", "audio", "video" or "file"
    sent: str = ""  # what it is if neither words nor a medium: see `message.Sent`
    move: str = ""
    issue: str = ""  # id of the sensitive issue that an entry is about
    command: Command | None = None  # STOP, HELP… as the worker sent it
    asked_for_reply: bool = False
    consent: int | None = None  # whom the worker agreed to tell with this text
    override: tuple[str, str] = ("", "")  # ground and reason of a release without consent
    quiet: str = ""  # why it said nothing where it would have
    shown: tuple[Shown, ...] = field(default=(), repr=False)  # its media, as far as they are here
    removed: tuple[str, ...] = ()  # why passages or media were taken out of it for good
    removed_by: str = ""  # who signed what is left
    may_be_redacted: bool = False
    reads: tuple[Read, ...] = ()  # what packs read in it, and by which rules
    replies: tuple[str, ...] = ()  # what the hotline said to this text by itself, as `Say.kept`
    way: str = ""  # how it came, if an officer wrote it down
    written_by: str = ""
    practised: bool = False  # it began with the code of a practice
    broken: bool = False

    @property
    def hidden(self) -> bool:
        """True for a PIN or a word of the worker's own: nothing of it is kept."""
        words = "".join(words for words, _, _ in self.passages)
        return MASK in words and not words.strip(f"{MASK} ")

    @property
    def may_be_translated(self) -> bool:
        """True for words between the worker and us; a lone digit means itself."""
        words = "".join(words for words, _, _ in self.passages)
        spoken = self.direction in {"in", "out"} and not self.command and not self.hidden
        spoken = spoken and self.sent != "place"  # numbers
        return spoken and bool(words.strip()) and digit(words) is None


def thread_of(case: OpenCase, names: Mapping[UUID, str]) -> tuple[Said, ...]:
    """Every entry, each translation behind its original."""
    deliveries = outbox.deliveries(case.tx, case.row.conversation_id)
    shown = shown_in(case)
    return tuple(
        replace(said(entry, names, deliveries), shown=shown.get(entry.id, ()))
        for entry in beside(case.thread)
    )


def worded(thread: Iterable[Said]) -> Iterator[str]:
    """What the worker wrote, and what a colleague says that it means."""
    for each in thread:
        if each.direction == "in" or each.kind == "translation":
            yield "".join(words for words, _, _ in each.passages)


def reads_of(thread: Iterable[Said]) -> Iterator[Read]:
    """All that packs read in it."""
    return chain.from_iterable(each.reads for each in thread)


def entry_of_case(process: Process, actor: Actor, case_id: UUID, entry_id: UUID) -> Said:
    """One entry of a thread. Reading it is reading its case."""
    with open_case(process, actor, case_id) as case:
        entry = next((each for each in case.thread if each.id == entry_id), None)
        if entry is None:
            raise NotFound("no such entry in this case")
        names = people.names(case.tx, case.pen.vault)
        deliveries = outbox.deliveries(case.tx, case.row.conversation_id)
        case.pen.log_reading(case.tx, "case_read", case_id)
        return said(entry, names, deliveries)


def said(entry: Opened, names: Mapping[UUID, str], deliveries: Mapping[UUID, str]) -> Said:
    """An entry, with the names of people and what became of texts."""
    by = _by(entry, names)
    if entry.words is None:
        kind = "gone" if entry.direction == "gone" else "broken"
        return Said(entry.id, entry.direction, kind, None, by, (), broken=True)
    words, text = entry.words, str(entry.words.get("text", ""))
    outbox_id, override = words.get("outbox"), words.get("override", {})
    written = words.get("by")
    shortened_by = names.get(entry.signer_id, "hotline") if words.get("removed") else ""
    return Said(
        id=entry.id,
        direction=entry.direction,
        kind=str(words.get("kind", "")),
        at=datetime.fromtimestamp(words["at"], tz=UTC),
        by=by,
        passages=passages(text, words.get("evidence", [])),
        language=str(words.get("language", "")),
        reads=read_in(words),
        delivery=deliveries.get(UUID(outbox_id), "") if outbox_id else "",
        media=len(words.get("media", [])),
        kinds=tuple(_kind_of(str(each["type"])) for each in words.get("media", [])),
        sent=str(words.get("sent", "")),
        move=str(words.get("move", "")),
        issue=str(words.get("issue", "")),
        command=command(text) if entry.direction == "in" and not written else None,
        way=str(words.get("way", "")),
        written_by=names.get(UUID(written), "?") if written else "",
        asked_for_reply=bool(words.get("asked_for")) and digit(text) == 1,
        consent=words.get("consent"),
        replies=tuple(map(str, words.get("replies", []))),
        quiet=str(words.get("quiet", "")),
        removed=tuple(map(str, words.get("removed", []))),
        removed_by=shortened_by,
        may_be_redacted=may_be_redacted(entry),
        practised=bool(words.get("practice_code")),
        override=(str(override.get("ground", "")), str(override.get("reason", ""))),
    )


def _by(entry: Opened, names: Mapping[UUID, str]) -> str:
    """Who said it. Of what was shortened, who had written it; of what a translator from outside
    gave back, they."""
    words, signer = entry.words or {}, names.get(entry.signer_id, "hotline")
    if "outside" in words:
        return f"{names.get(UUID(words['outside']), '?')} (from outside)"
    if entry.direction == "in":
        return names.get(entry.signer_id, "worker")
    author = words.get("author") if words.get("removed") else None
    return names.get(UUID(author), "hotline") if author else signer


def _kind_of(content_type: str) -> str:
    kind = content_type.partition("/")[0]
    return kind if kind in {"image", "audio", "video"} else "file"


def passages(text: str, evidence: list[list[Any]]) -> tuple[tuple[str, str, bool], ...]:
    """Cut a text where evidence begins and ends; where two overlap, both names are given.

    In one walk: a text of millions of characters may be evidence from end to end.
    """
    spans = [(int(e[1]), int(e[2]), str(e[0]), bool(e[4])) for e in evidence]
    cuts = sorted({0, len(text), *(s for s, _, _, _ in spans), *(e for _, e, _, _ in spans)})
    ahead = deque(sorted(spans, key=itemgetter(0)))
    here: list[tuple[int, int, str, bool]] = []
    pieces = []
    for start, end in pairwise(cuts):
        while ahead and ahead[0][0] <= start:
            here.append(ahead.popleft())
        here = [span for span in here if span[1] >= end]
        label = ", ".join(dict.fromkeys(item for _, _, item, _ in here))
        pieces.append((text[start:end], label, bool(here) and all(d for _, _, _, d in here)))
    return tuple(pieces)
