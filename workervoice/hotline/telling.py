"""Telling a worker what is stored about them: everything that one conversation left, readable.

Opened with an officer's key, in that officer's name, and noted in the thread and the log. People of
the hotline stand in it by their role: the paper may be found.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID

from workervoice.errors import GuardFailed
from workervoice.hotline.links import disclosures_of_issue
from workervoice.hotline.opening import OpenCase, open_case
from workervoice.hotline.process import Process
from workervoice.hotline.reading import Actor, Opened
from workervoice.hotline.redacting import SAID
from workervoice.hotline.registry import organisations, sites
from workervoice.message import Consent
from workervoice.workflow.retention import Part, ends

_AUDIENCES = ((Consent.BUYERS, "buyers"), (Consent.FACTORY, "factory"))
_AUDIENCE_WORDS = (*_AUDIENCES, (Consent.AUTHORITIES, "authorities"))
_PARTS = ((Part.CONTACT, "your number"), (Part.WORDS, "texts"), (Part.RECORD, "facts and dates"))
_HEAD = """\
# What is stored about you

You asked for it. This is all that the hotline keeps about you.

- Your number, or the name that your messenger gives us in its place, is stored sealed. Nobody who
  answers you can see it; a machine uses it to send you texts.
- The phone company and the message provider can see that your number wrote to us. They keep that by
  themselves, and we cannot tell you what.
- Every time that somebody opens what you wrote is noted, without words.
- You can have all of it erased: send DELETE from your phone. You can have what is wrong put right:
  write to us. You can complain to the data protection authority of your country.
"""


def tell_worker(process: Process, actor: Actor, case_id: UUID, checked: str) -> str:
    """The whole answer as a document. `checked` says how it is known that this worker asks.

    Raises `GuardFailed` without that, `NotFound` for a case that this officer may not read.
    """
    if not checked.strip():
        raise GuardFailed("say how you know that it is this worker who asks")
    with open_case(process, actor, case_id) as file:
        told = [line for case in (file, *file.siblings) for line in _case(case)]
        file.note("note", {"kind": "note", "text": f"Told the worker what is stored: {checked}"})
        file.save("access_given")
        return "\n".join([_HEAD, *told, ""])


def _case(case: OpenCase) -> Iterator[str]:
    record = case.record
    yield f"## Report of {_day(record.opened_at)}\n"
    yield f"- Stage: {case.row.state.replace('_', ' ')}; language: {record.language}"
    yield f"- Last text from you: {_day(record.last_in_at)}"
    yield from _facts(case)
    yield from _recipients(case)
    yield from _times(case)
    yield "\n### What was said\n"
    yield from (line for entry in case.thread for line in _said(entry))
    yield "\n### How it was judged\n"
    yield f"- Grade {record.grade}, priority {record.priority}"
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
    reported = ", ".join(sorted(facts.indicators)).replace("_", " ")
    yield f"- Understood as reported: {reported or 'nothing'}"
    for item, answer in sorted(facts.items.items()):
        yield f"- {item.replace('_', ' ')}: {answer}"
    yield from (
        line
        for line, holds in (
            ("- A person under 18 is concerned", facts.child),
            ("- Danger now was reported", facts.imminent_danger),
        )
        if holds
    )
    told = ", ".join(name for audience, name in _AUDIENCE_WORDS if facts.allows(audience))
    yield f"- You agreed that we tell: {told or 'nobody'}"


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
    if words is None or not (words.get("text") or words.get("media")):
        return
    who = {"in": "You", "out": "The hotline"}.get(entry.direction, "A note of the hotline")
    if words.get("kind") not in SAID:
        who = f"The hotline decided ({words.get('move') or words.get('kind')})"
    at = datetime.fromtimestamp(int(words["at"]), tz=UTC)
    media = f" ({len(words['media'])} media)" if words.get("media") else ""
    quoted = str(words.get("text", "")).replace("\n", "\n> ")
    yield f"{_moment(at)}, {who}{media}:\n\n> {quoted}\n"


def _judged(entry: Opened) -> Iterator[str]:
    words = entry.words or {}
    if entry.direction == "person" and "reason" in words:
        what = words.get("indicator") or f"priority {words.get('priority')}"
        verdict = str(words.get("verdict", "set"))
        yield f"- A person: {str(what).replace('_', ' ')} {verdict}, because: {words['reason']}"


def _day(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d")


def _moment(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M UTC")
