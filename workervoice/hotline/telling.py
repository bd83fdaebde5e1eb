"""Telling a worker what is stored about them: everything that one conversation left, readable.

Opened with an officer's key, in that officer's name, and noted in the thread and the log. People of
the hotline stand in it by their role: the paper may be found.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from textwrap import indent
from typing import Any
from uuid import UUID

from workervoice.errors import GuardFailed
from workervoice.hotline import wording
from workervoice.hotline.items import item
from workervoice.hotline.links import disclosures_of_issue
from workervoice.hotline.opening import OpenCase, open_case
from workervoice.hotline.process import Process
from workervoice.hotline.reading import Actor, Opened
from workervoice.hotline.redacting import SAID
from workervoice.hotline.registry import organisations, sites
from workervoice.message import Role
from workervoice.store.readers import restricted_of
from workervoice.workflow.retention import Part, ends

_PARTS = ((Part.CONTACT, "your number"), (Part.WORDS, "texts"), (Part.RECORD, "facts and dates"))
_HEAD = """\
WHAT IS STORED ABOUT YOU

You asked for it. {all}

- Your number, or the name that your messenger gives us in its place, is stored sealed. Nobody who
  answers you can see it; a machine uses it to send you texts.
- The phone company and the message provider can see that your number wrote to us. They keep that by
  themselves, and we cannot tell you what.
- Every time that somebody opens what you wrote is noted, without words.
- You can have all of it erased: send DELETE from your phone. You can have what is wrong put right:
  write to us. You can complain to the data protection authority of your country.
"""

_MAY_BE_MORE = (
    "If you wrote something that only a few people here may read, it is not in this: ask whoever "
    "leads the hotline."
)


def tell_worker(process: Process, actor: Actor, case_id: UUID, checked: str) -> str:
    """The whole answer as a document. `checked` says how it is known that this worker asks.

    Raises `GuardFailed` without that, `NotFound` for a case that this officer may not read.
    """
    if not checked.strip():
        raise GuardFailed("say how you know that it is this worker who asks")
    with open_case(process, actor, case_id) as file:
        cases = (file, *file.siblings)
        told = [line for case in cases for line in _case(case)]
        head = _HEAD.format(all=" ".join(_whole(file, cases)))
        file.note("note", {"kind": "note", "text": f"Told the worker what is stored: {checked}"})
        file.save("access_given")
        return "\n".join([head, *told, ""])


def _whole(file: OpenCase, cases: Sequence[OpenCase]) -> Iterator[str]:
    """Whether that is all: what cannot be read is counted, and to a supervisor what others read.
    A handler's paper says the same whether or not there is such a report."""
    entries = [entry for case in cases for entry in (*case.thread, *case.assessments)]
    unread = sum(entry.words is None for entry in entries)
    supervises = file.actor.role is Role.SUPERVISOR
    apart = len(restricted_of(file.tx, file.talk.id) - {case.row.id for case in cases})
    if supervises and not unread and not apart:
        yield "This is all that the hotline keeps about you."
        return
    yield "This is what the hotline keeps about you, as far as it can be read here."
    if unread:
        yield f"{_counted(unread, 'entry', 'entries')} cannot be read any more: damaged, or gone."
    if not supervises:
        yield _MAY_BE_MORE
    elif apart:
        reports = _counted(apart, "report", "reports")
        yield f"{reports} of yours can be opened by a few named people only: ask them, too."


def _counted(number: int, one: str, many: str) -> str:
    return f"1 {one}" if number == 1 else f"{number} {many}"


def _case(case: OpenCase) -> Iterator[str]:
    record = case.record
    yield f"\nREPORT OF {_day(record.opened_at)}\n"
    stage = wording.CASE.get(case.row.state, case.row.state)
    yield f"- Stage: {stage}. Language: {wording.language(record.language)}"
    yield f"- Last text from you: {_day(record.last_in_at)}"
    yield from _facts(case)
    yield from _recipients(case)
    yield from _times(case)
    yield "\nWhat was said\n"
    yield from (line for entry in case.thread for line in _said(entry))
    yield "How it was judged\n"
    yield f"- {wording.GRADES[record.grade]}"
    yield f"- How urgent: {wording.PRIORITIES[record.priority]}"
    yield from (line for entry in case.assessments for line in _judged(entry))
    yield ""


def _facts(case: OpenCase) -> Iterator[str]:
    facts = case.record.facts
    site = next(
        (
            s.name
            for s in sites(case.tx, case.pen.vault, case.pen.directory)
            if s.id == facts.site_id
        ),
        "not known",
    )
    yield f"- Place of work: {site}"
    reported = "; ".join(wording.INDICATORS.get(each, each) for each in sorted(facts.indicators))
    yield f"- Understood as reported: {reported or 'nothing'}"
    for code, answer in sorted(facts.items.items()):
        yield f"- You said: {item(code)}" if answer == "reported" else f"- Not so: {item(code)}"
    yield from (
        line
        for line, holds in (
            ("- A person under 18 is concerned", facts.child),
            ("- Danger now was reported", facts.imminent_danger),
        )
        if holds
    )
    yield f"- You agreed that we tell: {wording.audience(facts.consent or 0)}"


def _recipients(case: OpenCase) -> Iterator[str]:
    """Who was told something made from the report, and never the report itself."""
    names = {
        each.id: each.name
        for each in organisations(case.tx, case.pen.vault, case.pen.directory).values()
    }
    for issue_id, _ in case.issues:
        for _, organisation, _ in disclosures_of_issue(case.tx, case.pen.vault, issue_id):
            who = names.get(organisation, "an organisation that is no longer listed")
            yield f"- A text about the matter, without your words and number, went to: {who}"


def _times(case: OpenCase) -> Iterator[str]:
    kept = case.kept
    for part, name in _PARTS:
        end = ends(case.policy, part, kept)
        until = "under legal hold" if kept.held else "while the matter is open"
        yield f"- Kept, {name}: {f'until {_day(end)}' if end else until}"


def _said(entry: Opened) -> Iterator[str]:
    words = entry.words
    if words is None or not any(words.get(each) for each in ("text", "media", "sent")):
        return
    who = {"in": "You", "out": "The hotline"}.get(entry.direction, "A note of the hotline")
    if words.get("kind") not in SAID:
        what = str(words.get("move") or words.get("kind")).replace("_", " ")
        who = f"The hotline decided: {what}"
    at = datetime.fromtimestamp(int(words["at"]), tz=UTC)
    media = f" ({len(words['media'])} media)" if words.get("media") else ""
    media += f" ({words['sent']})" if words.get("sent") else ""
    quoted = indent(str(words.get("text", "")), "    ", lambda line: True)
    yield f"{_moment(at)}, {who}{media}:\n\n{quoted}\n"


def _judged(entry: Opened) -> Iterator[str]:
    words = entry.words or {}
    if entry.direction == "person" and "reason" in words:
        yield f"- A person decided: {_verdict(words)}, because: {words['reason']}"


def _verdict(words: Mapping[str, Any]) -> str:
    if "indicator" not in words:
        priority = str(words.get("priority"))
        return f"how urgent it is: {wording.PRIORITIES.get(priority, priority)}"
    indicator, verdict = str(words["indicator"]), str(words.get("verdict"))
    said = wording.VERDICTS.get(verdict, verdict)
    return f"{wording.INDICATORS.get(indicator, indicator)}: {said}"


def _day(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d")


def _moment(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M UTC")
