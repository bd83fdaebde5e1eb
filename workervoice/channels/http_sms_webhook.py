"""What an aggregator's webhooks say, by the names that the providers' file gives its fields.

Where they have no id of their own, a message is known by a hash of sender, text and their time: a
repeat of the webhook is then the same message, and the same word a second later another one. Parts
of a longer text that come one by one are messages of their own, in the order in which they come.
"""

from __future__ import annotations

import json
import re
import secrets
from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import urlsplit

from workervoice.channels.base import Event, Webhook, outbox_id_of
from workervoice.channels.msisdn import Numbering
from workervoice.channels.record import Condition, Fates, Record, of_form, of_json
from workervoice.channels.section import Section
from workervoice.errors import Malformed
from workervoice.message import DeliveryReport, Inbound

QUERY = "query"
_BODIES = ("form", "json", QUERY)
_ID = re.compile(r"[^\x00-\x1f\x7f-\x9f]{1,256}")
_PART = re.compile(r"[0-9]{1,3}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Envelope:
    """How a webhook carries what it says."""

    body: str
    list_at: str  # where the messages stand in JSON; "": the whole is one, or a list of them
    only: Condition

    KEYS = ("body", "list", "only")

    @classmethod
    def read(cls, said: Section) -> Envelope:
        """Raises `SettingsError`."""
        list_at = said.text("list", "")
        body = said.choice("body", _BODIES)
        if list_at and body != "json":
            raise said.wrong("list", "is for JSON alone")
        return cls(body, list_at, Condition.read(said, "only"))

    def open(self, webhook: Webhook) -> tuple[Record, ...]:
        """All that it says, taken apart once. Raises `Malformed`."""
        if not webhook.read:
            webhook.read.append(self._opened(webhook))
        found: tuple[Record, ...] = webhook.read[0]
        return found

    def _opened(self, webhook: Webhook) -> tuple[Record, ...]:
        if self.body == "json":
            return of_json(webhook.body).each(self.list_at)
        if self.body == "form":
            return (of_form(webhook.body.decode("utf-8", "replace")),)
        try:
            return (of_form(urlsplit(webhook.url).query),)
        except ValueError:
            raise Malformed("unreadable address") from None


@dataclass(frozen=True, slots=True)
class Messages:
    """Where a worker's message stands. Of `id_at` and `time_at` one is said, or neither: then every
    webhook is a message of its own."""

    envelope: Envelope
    numbering: Numbering
    sender_at: str
    text_at: str
    id_at: str
    time_at: str
    part_at: str
    hexed: Condition | None

    @classmethod
    def read(cls, said: Section, numbering: Numbering) -> Messages:
        """Raises `SettingsError`."""
        said.only(*Envelope.KEYS, "sender", "text", "id", "time", "part", "utf16_if", "done")
        envelope, id_at = Envelope.read(said), said.text("id")
        if id_at == "time" and "time" not in said.said:
            raise said.wrong("time", "is missing: the id is to be made with it")
        return cls(
            envelope,
            numbering,
            said.text("sender"),
            said.text("text"),
            "" if id_at in ("none", "time") else id_at,
            said.text("time") if id_at == "time" else "",
            said.text("part", ""),
            Condition.read(said, "utf16_if") if "utf16_if" in said.said else None,
        )

    def inbound(self, record: Record) -> Inbound:
        """Raises `Malformed`."""
        written, text = record.get(self.sender_at) or "", record.get(self.text_at)
        if text is None:
            raise Malformed("no text")
        if self.hexed is not None and self.hexed.holds(record):
            text = _from_hex(text)
        sender = self.numbering.address(written)
        part = record.get(self.part_at) if self.part_at else None
        known = self._id(record, (sender.uri(), text))
        if part is not None and _PART.fullmatch(part):
            known = f"{known}#{part}"
        return Inbound(known, sender, text)

    def _id(self, record: Record, said: tuple[str, ...]) -> str:
        if self.id_at:
            found = record.get(self.id_at) or ""
            if not _ID.fullmatch(found):
                raise Malformed("no usable id")
            return found
        if not self.time_at:
            return secrets.token_hex(16)
        time = record.get(self.time_at)
        if not time:
            raise Malformed("no time")
        return sha256(json.dumps([*said, time]).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Reports:
    """Where a delivery report stands, and what its words mean."""

    envelope: Envelope
    fates: Fates
    reference_at: str  # where our own id stands; "": in the address alone
    id_at: str
    code_at: str

    @classmethod
    def read(cls, said: Section) -> Reports:
        """Raises `SettingsError`."""
        said.only(*Envelope.KEYS, *Fates.KEYS, "reference", "id", "code")
        return cls(
            Envelope.read(said),
            Fates.read(said),
            said.text("reference", ""),
            said.text("id", ""),
            said.text("code", ""),
        )

    def names(self, record: Record) -> bool:
        """True if its `only` says that this is a report, wherever it came to."""
        return bool(self.envelope.only.wanted) and self.envelope.only.holds(record)

    def report(self, record: Record, named: str) -> DeliveryReport:
        """`named` is the `m` of the address, which no signature of a body covers: where our id
        stands in the report itself, only that counts. Raises `Malformed`, and `Unnamed`."""
        own = (record.get(self.reference_at) or "") if self.reference_at else named
        outbox_id = outbox_id_of(own)
        status = self.fates.of(record)
        if status is None:
            raise Malformed("unknown status")
        external_id = (record.get(self.id_at) if self.id_at else None) or ""
        known = external_id if _ID.fullmatch(external_id) else ""
        return DeliveryReport(outbox_id, status, record.code(self.code_at), known)


def events(messages: Messages, reports: Reports | None, webhook: Webhook) -> tuple[Event, ...]:
    """What came to the address of messages. A report that comes there, too, is one by its `only`;
    what is neither says nothing to us. Raises `Malformed`."""
    found: list[Event] = []
    for record in messages.envelope.open(webhook):
        if reports is not None and reports.names(record):
            found += _reported(reports, record)
        elif messages.envelope.only.holds(record):
            found.append(messages.inbound(record))
    return tuple(found)


def _reported(reports: Reports, record: Record) -> tuple[DeliveryReport, ...]:
    """Nothing, if it names no message of ours or has a word that we do not know: a refusal would
    only make them ask again."""
    try:
        return (reports.report(record, ""),)
    except Malformed:
        return ()


def _from_hex(text: str) -> str:
    """What is none stays as it came: it must not be lost."""
    try:
        return bytes.fromhex(text).decode("utf-16-be", "replace")
    except ValueError:
        return text
