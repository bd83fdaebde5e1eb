"""What the dialogue hears of a message, and its turn on it: the part of receiving that touches no
table.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from workervoice.hotline.dossier import Arrival
from workervoice.hotline.reaching import WINDOWED
from workervoice.hotline.returncodes import drawn
from workervoice.message import Answer, Facts
from workervoice.store.programme import Line
from workervoice.triage import ilo
from workervoice.triage.language import Detected, detect
from workervoice.workflow import returncodes
from workervoice.workflow.commands import Command, command
from workervoice.workflow.conversation import TALKING
from workervoice.workflow.dialogue import Heard, Progress, Say, Turn, converse
from workervoice.workflow.hours import read_hours
from workervoice.workflow.secretwords import masked, secrets_in
from workervoice.workflow.sharing import Talk, is_anothers
from workervoice.workflow.tongues import NO_LANGUAGE

WHATSAPP_WINDOW = timedelta(hours=24)
SHORT_TEXT = 100  # characters


@dataclass(frozen=True, slots=True)
class About:
    """Whose message it is, as far as the dialogue may know."""

    facts: Facts  # this message included
    known: bool  # they have reported something
    left: bool  # something about their case has left for a buyer
    progress: Progress  # where the dialogue with them stood
    phone: Sequence[Talk] = field(repr=False)  # all conversations of this phone
    own: int  # which of them it is
    room: bool = True  # for one more conversation on this phone
    may_text: bool = False  # the number of WhatsApp can be written to by SMS, too

    @property
    def mark(self) -> Callable[[str], str]:
        """Keyed, of a secret of theirs."""
        return self.phone[self.own].mark


def heard(arrival: Arrival, about: About, now: datetime, spoken: Collection[str]) -> Heard:
    """The message, as the dialogue takes it. `spoken` are the languages that we have phrases in:
    a line without a language of its own lets workers choose among them, once."""
    inbound, languages = arrival.inbound, tuple(sorted(spoken))
    secrets_said = secrets_in(inbound.text, about.progress, about.mark)
    code = returncodes.found(secrets_said.rest)
    tells = Answer.REPORTED in arrival.reading.facts.items.values()
    return Heard(
        text=_beside(secrets_said.rest, code),
        now=now,
        facts=about.facts,
        missing=ilo.missing(about.facts, arrival.reading.rule),
        site_known=about.facts.site_id is not None,
        left=about.left,
        random_digit=secrets.randbelow(6) + 4,  # 1 to 3 mean something of their own
        known=about.known,
        language=_language(arrival, about.progress.language),
        media_only=not inbound.text.strip(),  # a medium, a sticker, a place, a card: no words
        must_choose=arrival.line.language == NO_LANGUAGE,
        spoken=languages,
        hours=_hours(arrival.line),
        opened=secrets_said.opened,
        hidden=secrets_said.length if secrets_said.opened else 0,
        forced=secrets_said.forced,
        secret=None if tells else secrets_said.candidate,
        mark=about.mark,
        anothers=is_anothers(secrets_said.candidate, about.phone, about.own),
        room=about.room,
        may_text=about.may_text,
        code=drawn(),
        code_came=code is not None,
    )


def _beside(text: str, code: returncodes.Found | None) -> str:
    """What is heard beside a code. "My code" in front of one asks for no new one."""
    rest = returncodes.without(text, code)
    return "" if code is not None and command(rest) is Command.CODE else rest


def without_secrets(arrival: Arrival, message: Heard, turn: Turn) -> Arrival:
    """The message as it is kept: with a PIN, a word or a code not to be read by anybody."""
    text = arrival.inbound.text
    length = len(text) if turn.secret else message.hidden
    return _kept(arrival, masked(text, length))


def without_codes(arrival: Arrival) -> Arrival:
    """What a person wrote down, as it is kept: a code to go on with is nobody's to read."""
    return _kept(arrival, arrival.inbound.text)


def _kept(arrival: Arrival, text: str) -> Arrival:
    while (code := returncodes.found(text)) is not None:
        text = text[: code.start] + masked(text[code.start :], code.end - code.start)
    return replace(arrival, inbound=replace(arrival.inbound, text=text))


def turn(progress: Progress, message: Heard) -> Turn:
    """The dialogue's turn; before it goes what could not be sent in time and waits as a prompt."""
    late = tuple(held.outbox_id for held in progress.held if held.kind == "prompt")
    held = tuple(held for held in progress.held if held.kind != "prompt")
    taken = converse(replace(progress, held=held), message)
    talks = taken.progress.state in TALKING
    return replace(taken, release=(*late, *taken.release)) if talks else taken


def noted(progress: Progress, arrival: Arrival, now: datetime) -> Progress:
    """When this was. WhatsApp lets us write freely for a day after each text; nothing else has a
    window."""
    windowed = arrival.inbound.sender.kind in WINDOWED
    until = int((now + WHATSAPP_WINDOW).timestamp()) if windowed else None
    return replace(progress, heard_at=int(now.timestamp()), window_until=until)


def _hours(line: Line) -> Say | None:
    return read_hours(line.reading_hours).said() if line.reading_hours else None


def _language(arrival: Arrival, prior: str | None) -> str | None:
    """The language to answer in, or None to keep it. From somebody new, a short text is all that
    there is to go by; from somebody known it is read again with what they wrote before, because
    one word, such as "no" or "passport", belongs to nobody's language."""
    text, detected = arrival.inbound.text, arrival.reading.language
    if prior is not None and len(text) <= SHORT_TEXT:
        detected = detect(text, prior=prior)
    return None if detected.code == "und" or detected.step == "line" else detected.code


def with_language(arrival: Arrival, prior: str | None) -> Arrival:
    """The message, taken to be in the sender's language where it does not tell its own, else in
    that of its line."""
    reading = arrival.reading
    if reading.language.code != NO_LANGUAGE:
        return arrival
    known = Detected(prior, "prior") if prior else Detected(arrival.line.language, "line")
    return replace(arrival, reading=replace(reading, language=known))
