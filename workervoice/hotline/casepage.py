"""A case as its handlers see it: the thread with evidence marked in the worker's own words, the
facts, and machine and people's judgements side by side.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import chain, pairwise
from operator import itemgetter
from typing import Any
from uuid import UUID

from workervoice.errors import NotFound
from workervoice.hotline.complaints import note_first_look
from workervoice.hotline.guarding import Guarded, guarded
from workervoice.hotline.lending import Lent, loans, take_in
from workervoice.hotline.links import open_issue_link
from workervoice.hotline.opening import OpenCase, open_case
from workervoice.hotline.process import Process
from workervoice.hotline.reading import Actor, Opened
from workervoice.hotline.records import CaseRecord
from workervoice.hotline.redacting import may_be_redacted
from workervoice.hotline.registry import buyers_shown, sites
from workervoice.hotline.resembling import resembling
from workervoice.hotline.sameworker import Phones, phones
from workervoice.hotline.sidebyside import Judged, Second, judged, seconds
from workervoice.hotline.spoken import Read, read_in
from workervoice.hotline.translating import beside, translated
from workervoice.store import outbox, people, remedy
from workervoice.store.programme import Organisation, Site
from workervoice.store.readers import readers_since
from workervoice.workflow.commands import Command, command, digit
from workervoice.workflow.machine import Move
from workervoice.workflow.pace import Quiet
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
    removed: tuple[str, ...] = ()  # why passages or media were taken out of it for good
    removed_by: str = ""  # who signed what is left
    may_be_redacted: bool = False
    reads: tuple[Read, ...] = ()  # what packs read in it, and by which rules
    replies: tuple[str, ...] = ()  # what the hotline said to this text by itself, as phrase keys
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


@dataclass(frozen=True, slots=True)
class IssueOfCase:
    """A sensitive issue that was drafted from the case; `number` counts them as they were."""

    id: UUID
    number: int
    state: str
    drafted_at: datetime


@dataclass(frozen=True, slots=True)
class CasePage:
    """A case as its handlers see it."""

    id: UUID
    state: str
    record: CaseRecord
    site: Site | None
    sites: tuple[Site, ...]
    perhaps: tuple[Site, ...]  # while none is named: those that the words resemble
    thread: tuple[Said, ...]  # each translation behind its original
    translated: frozenset[UUID]  # entries that have one
    judged: tuple[Judged, ...]
    seconds: tuple[Second, ...]  # what a model on this machine suggested, newest first
    priorities: tuple[tuple[str, str, str, str], ...]  # was, now, reason, who
    issues: tuple[IssueOfCase, ...]  # in the order of their drafting
    buyers: tuple[Organisation, ...]
    moves: tuple[Move, ...]
    proposals: frozenset[str]  # moves that a colleague proposed
    conversation: str
    guarded: Guarded
    phones: Phones
    quiet: Quiet | None  # automatic answers to this number pause
    writes_in: tuple[str, str]  # the worker's language, or that of the line
    emergency: str  # the number that the hotline's own answers name on this line
    held: bool  # under legal hold
    may_override: tuple[str, ...]  # grounds on which this officer could refer without consent
    consents: tuple[tuple[datetime, int], ...]  # what the worker answered and when, oldest first
    named: tuple[str, ...]  # who alone may read a restricted case
    restricted_since: date | None
    lent: tuple[Lent, ...]  # what translators from outside have now

    def reads(self) -> Iterator[Read]:
        """All that packs read in the conversation."""
        return _reads(self.thread)


def case_page(process: Process, actor: Actor, case_id: UUID) -> CasePage:
    """A case, opened with the reader's key. Reading is an event of the log, once an hour."""
    with open_case(process, actor, case_id) as case:
        tx, directory, site_id = case.tx, case.pen.directory, case.record.facts.site_id
        if not note_first_look(case):
            case.pen.log_reading(tx, "case_read", case_id)
        take_in(case)
        known = sites(tx, case.pen.vault, directory)
        names = people.names(tx, case.pen.vault)
        buyers = buyers_shown(tx, case.pen, site_id, case.pen.now.date()) if site_id else ()
        deliveries = outbox.deliveries(tx, case.row.conversation_id)
        line, language = case.line_and_language()
        thread = tuple(_said(entry, names, deliveries) for entry in beside(case.thread))
        return CasePage(
            id=case_id,
            state=case.row.state,
            record=case.record,
            site=next((site for site in known if site.id == site_id), None),
            sites=tuple(known),
            perhaps=resembling(_worded(thread), known) if site_id is None else (),
            thread=thread,
            translated=translated(case.thread),
            judged=judged(case.record, case.assessments, _reads(thread), names),
            seconds=tuple(seconds(case.assessments)),
            priorities=_priorities(case, names),
            issues=_issues(case),
            buyers=tuple(buyers),
            moves=case.moves(),
            proposals=_proposals(case),
            conversation=case.talk.state,
            guarded=guarded(case),
            phones=phones(case),
            quiet=case.conversation.pace.quiet_at(int(case.pen.now.timestamp())),
            writes_in=(language, line.language),
            emergency=line.emergency_number,
            held=case.under_hold,
            may_override=case.may_override(),
            consents=tuple((s.at, s.consent) for s in thread if s.at and s.consent is not None),
            named=tuple(sorted(names.get(each, "?") for each in case.record.readers)),
            restricted_since=readers_since(tx, case_id)[1],
            lent=loans(case),
        )


def _worded(thread: Iterable[Said]) -> Iterator[str]:
    """What the worker wrote, and what a colleague says that it means."""
    for said in thread:
        if said.direction == "in" or said.kind == "translation":
            yield "".join(words for words, _, _ in said.passages)


def _reads(thread: Iterable[Said]) -> Iterator[Read]:
    return chain.from_iterable(said.reads for said in thread)


def entry_of_case(process: Process, actor: Actor, case_id: UUID, entry_id: UUID) -> Said:
    """One entry of a thread. Reading it is reading its case."""
    with open_case(process, actor, case_id) as case:
        entry = next((each for each in case.thread if each.id == entry_id), None)
        if entry is None:
            raise NotFound("no such entry in this case")
        names = people.names(case.tx, case.pen.vault)
        deliveries = outbox.deliveries(case.tx, case.row.conversation_id)
        case.pen.log_reading(case.tx, "case_read", case_id)
        return _said(entry, names, deliveries)


def _issues(case: OpenCase) -> tuple[IssueOfCase, ...]:
    """Moments are whole seconds: of those that share one, the thread knows the order."""
    entries = [entry.words for entry in case.thread if entry.words]
    told = [w["issue"] for w in entries if (w.get("kind"), w.get("move")) == ("issue", "draft")]
    turn = {issue_id: place for place, issue_id in enumerate(told)}
    states, drafted = dict(case.issues), []
    for row_id, _, blob in remedy.issue_links(case.tx):
        if row_id in states:
            at = open_issue_link(case.tx, case.pen.vault, row_id, blob).drafted_at
            drafted.append((at, turn.get(str(row_id), len(turn)), row_id))
    return tuple(
        IssueOfCase(row_id, number, states[row_id], datetime.fromtimestamp(at, tz=UTC))
        for number, (at, _, row_id) in enumerate(sorted(drafted), start=1)
    )


def _proposals(case: OpenCase) -> frozenset[str]:
    """Moves that somebody proposed since the last one that was made."""
    found: set[str] = set()
    for entry in case.thread:
        words = entry.words
        if words is None or words.get("kind") == "move":
            found.clear()
        elif words.get("kind") == "proposal":
            found.add(str(words["move"]))
    return frozenset(found)


def _said(entry: Opened, names: Mapping[UUID, str], deliveries: Mapping[UUID, str]) -> Said:
    by = names.get(entry.signer_id, "worker" if entry.direction == "in" else "hotline")
    if entry.words is None:
        kind = "gone" if entry.direction == "gone" else "broken"
        return Said(entry.id, entry.direction, kind, None, by, (), broken=True)
    words, text = entry.words, str(entry.words.get("text", ""))
    outbox_id, override = words.get("outbox"), words.get("override", {})
    written = words.get("by")
    shortened_by, author = by if words.get("removed") else "", words.get("author")
    if shortened_by and author and entry.direction != "in":
        by = names.get(UUID(author), "hotline")
    if "outside" in words:
        by = f"{names.get(UUID(words['outside']), '?')} (from outside)"
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
        kinds=tuple(_kind_of(str(each[1])) for each in words.get("media", [])),
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


def _priorities(case: OpenCase, names: Mapping[UUID, str]) -> tuple[tuple[str, str, str, str], ...]:
    return tuple(
        (
            str(entry.words["was"]),
            str(entry.words["priority"]),
            str(entry.words["reason"]),
            names.get(entry.signer_id, "?"),
        )
        for entry in case.assessments
        if entry.direction == "person" and entry.words and "was" in entry.words
    )
