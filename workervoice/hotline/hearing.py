"""What the dialogue hears of a message, and its turn on it: the part of receiving that touches no
table.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from workervoice.hotline.dossier import Arrival
from workervoice.message import AddressKind, Facts
from workervoice.triage import ilo
from workervoice.triage.language import detect
from workervoice.workflow.conversation import TALKING
from workervoice.workflow.dialogue import Heard, Progress, Turn, converse

WHATSAPP_WINDOW = timedelta(hours=24)
SHORT_TEXT = 100  # characters


@dataclass(frozen=True, slots=True)
class About:
    """Whose message it is, as far as the dialogue may know."""

    facts: Facts  # this message included
    known: bool  # they have reported something
    left: bool  # something about their case has left for a buyer
    language: str | None  # that they were last heard in


def heard(arrival: Arrival, about: About, now: datetime) -> Heard:
    """The message, as the dialogue takes it."""
    inbound = arrival.inbound
    return Heard(
        text=inbound.text,
        now=now,
        facts=about.facts,
        missing=ilo.missing(about.facts),
        site_known=about.facts.site_id is not None,
        left=about.left,
        random_digit=secrets.randbelow(6) + 4,  # 1 to 3 mean something of their own
        known=about.known,
        language=_language(arrival, about.language),
        media_only=bool(inbound.media) and not inbound.text.strip(),
    )


def turn(progress: Progress, message: Heard) -> Turn:
    """The dialogue's turn; before it goes what could not be sent in time and waits as a prompt."""
    late = tuple(held.outbox_id for held in progress.held if held.kind == "prompt")
    held = tuple(held for held in progress.held if held.kind != "prompt")
    taken = converse(replace(progress, held=held), message)
    talks = taken.progress.state in TALKING
    return replace(taken, release=(*late, *taken.release)) if talks else taken


def noted(progress: Progress, arrival: Arrival, now: datetime) -> Progress:
    """When this was. WhatsApp lets us write freely for a day after each text; SMS has no window."""
    sms = arrival.inbound.sender.kind is AddressKind.PHONE
    until = None if sms else int((now + WHATSAPP_WINDOW).timestamp())
    return replace(progress, heard_at=int(now.timestamp()), window_until=until)


def _language(arrival: Arrival, prior: str | None) -> str | None:
    """The language to answer in, or None to keep it. From somebody new, a short text is all that
    there is to go by; from somebody known it is read again with what they wrote before, because
    one word, such as "no" or "passport", belongs to nobody's language."""
    text, detected = arrival.inbound.text, arrival.reading.language
    if prior is not None and len(text) <= SHORT_TEXT:
        detected = detect(text, prior=prior)
    return None if detected.code == "und" else detected.code
