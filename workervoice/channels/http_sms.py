"""SMS through a national aggregator, whose HTTP interface the providers' file describes.

Twilio has no two-way SMS in many of the countries that workers come from and go to; aggregators
there have, each in its own way. What they differ in is data here: what is sent and how (`send`),
what an answer means (`answer`), how an uncertain sending is looked up (`look_up`), how they are
asked what became of one (`follow`), what their webhooks are called (`receive`, `reports`) and who
they come from (`proof`). docs/providers.md has the keys, and templates for some.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from workervoice.channels.base import Event, Webhook
from workervoice.channels.http_sms_answer import Finding, Following, Verdict
from workervoice.channels.http_sms_request import FOLLOW, LOOK_UP, SEND, Request
from workervoice.channels.http_sms_request import KEYS as REQUEST
from workervoice.channels.http_sms_webhook import QUERY, Messages, Reports, events
from workervoice.channels.msisdn import Numbering
from workervoice.channels.proof import Proof, proof, read_proof
from workervoice.channels.section import Section
from workervoice.channels.setup import Provider, Setup
from workervoice.channels.wire import NoAnswer, NotSent
from workervoice.errors import Malformed
from workervoice.message import (
    DeliveryReport,
    FetchOutcome,
    Kept,
    Listed,
    MediaHandle,
    Missing,
    Outbound,
    PurgeOutcome,
    Rejected,
    SendOutcome,
    Unknown,
)

MOST_TEXT = 1600
_KEYS = (
    *("send", "answer", "look_up", "follow", "receive", "reports", "proof"),
    *("max_text", "timeout_seconds"),
)


class HttpReceiver:
    """Reads one line's webhooks. It is `Particular` about how they come and are answered."""

    def __init__(self, told: _Told, known: Proof) -> None:
        self._told, self._proof = told, known
        self.by_get = told.messages.envelope.body == QUERY
        self.done = told.done

    def verify(self, webhook: Webhook) -> None:
        """Raises `Refused`."""
        self._proof.check(webhook)

    def parse(self, webhook: Webhook) -> tuple[Event, ...]:
        """Raises `Malformed`."""
        return events(self._told.messages, self._told.reports, webhook)

    def parse_status(self, webhook: Webhook, named: str) -> tuple[DeliveryReport, ...]:
        """Raises `Malformed`, also where the file says nothing of reports."""
        reports = self._told.reports
        if reports is None:
            raise Malformed("no reports are expected")
        records = reports.envelope.open(webhook)
        wanted = [each for each in records if reports.envelope.only.holds(each)]
        return tuple(reports.report(each, named) for each in wanted)


class HttpSender:
    """Sends one line's messages. Keeps no state."""

    def __init__(self, told: _Told, secret: Callable[[str], str]) -> None:
        self.max_text = told.max_text
        self._timeout, self._verdict, self._finding = told.timeout, told.verdict, told.finding
        self._request = told.sending(secret)
        self._look_up = told.request(LOOK_UP, secret)

    def send(self, message: Outbound) -> SendOutcome:
        """One request, whatever comes back."""
        if not message.text:  # a voice note
            return Rejected("no_text", permanent=True)
        try:
            return self._verdict.judge(self._request.send(message, self._timeout), message)
        except NotSent:
            return Rejected("unreachable", permanent=False)
        except NoAnswer:
            return Unknown("no answer")

    def find(self, message: Outbound, since: datetime) -> SendOutcome:
        """By the look-up that the file describes; where it has none, nobody can tell."""
        if self._look_up is None or self._finding is None:
            return Unknown("no lookup")
        try:
            return self._finding.judge(self._look_up.send(message, self._timeout), message)
        except (NotSent, NoAnswer):
            return Unknown("lookup failed")


class HttpKeeper:
    """An aggregator keeps what it keeps: we can delete nothing there, and ask for no list."""

    def __init__(self, told: _Told, secret: Callable[[str], str]) -> None:
        self._timeout, self._following = told.timeout, told.following
        self._follow = told.request(FOLLOW, secret)

    def fetch(self, handle: MediaHandle) -> FetchOutcome:
        """An SMS has no media."""
        return Missing("none")

    def purge(self, external_id: str) -> PurgeOutcome:
        return Kept()

    def look(self, external_id: str, outbox_id: UUID) -> DeliveryReport | None:
        """By the request that the file describes, if it does."""
        if self._follow is None or self._following is None:
            return None
        try:
            answer = self._follow.follow(outbox_id, external_id, self._timeout)
        except (NotSent, NoAnswer):
            return None
        return self._following.judge(answer, outbox_id, external_id)

    def listed(self, sender: str, since: datetime, until: datetime) -> tuple[Listed, ...] | None:
        """Not to be told."""
        return None


@dataclass(frozen=True, slots=True)
class _Told:
    """All that the file says of a line. Both processes read all of it, so that a mistake shows
    wherever it is looked for."""

    section: Section
    numbering: Numbering
    verdict: Verdict
    finding: Finding | None
    following: Following | None
    messages: Messages
    reports: Reports | None
    done: tuple[int, str]
    max_text: int
    timeout: int

    @classmethod
    def read(cls, setup: Setup) -> _Told:
        """Raises `SettingsError`."""
        said = Section.of(setup)
        said.only(*Numbering.KEYS, *_KEYS)
        receive, sent = said.table("receive"), said.table("send")
        sent.only(*REQUEST, "unicode")
        look_up, follow, reports = map(said.maybe, (LOOK_UP, FOLLOW, "reports"))
        for asking in (look_up, follow):
            if asking is not None:
                asking.only(*REQUEST, "answer")
        numbering = Numbering.read(said)
        told = cls(
            said,
            numbering,
            Verdict.read(said.table("answer")),
            Finding.read(look_up.table("answer")) if look_up else None,
            Following.read(follow.table("answer")) if follow else None,
            Messages.read(receive, numbering),
            Reports.read(reports) if reports else None,
            _done(receive),
            said.number("max_text", MOST_TEXT, 70, 10_000),
            said.number("timeout_seconds", 10, 1, 40),
        )
        told._agree()
        read_proof(said.table("proof"))
        told.sending(_no_secret)
        told.request(LOOK_UP, _no_secret)
        told.request(FOLLOW, _no_secret)
        return told

    def sending(self, secret: Callable[[str], str]) -> Request:
        return Request.read(self.section.table(SEND), self.numbering, secret)

    def request(self, use: str, secret: Callable[[str], str]) -> Request | None:
        """Another one, if the file describes it."""
        said = self.section.maybe(use)
        return Request.read(said, self.numbering, secret, use) if said else None

    def _agree(self) -> None:
        """Refuse what is right alone and wrong together."""
        said, by_get = self.section, self.messages.envelope.body == QUERY
        if self.reports is not None and (self.reports.envelope.body == QUERY) != by_get:
            raise said.wrong(
                "reports.body", "and receive.body have to be by query both, or neither"
            )
        if by_get and said.table("proof").text("by") == "hmac-sha256":
            raise said.wrong("proof.by", "cannot be hmac-sha256 where there is no body")


def _done(receive: Section) -> tuple[int, str]:
    """What an aggregator wants to hear: 204 and nothing, or what the file says."""
    said = receive.maybe("done")
    if said is None:
        return 204, ""
    said.only("status", "text")
    return said.number("status", 200, 200, 204), said.text("text", "")


def _no_secret(_name: str) -> str:
    """Stands for every secret where a process has none and only checks the rest."""
    return "x"


def _receiver(setup: Setup) -> HttpReceiver:
    told = _Told.read(setup)
    return HttpReceiver(told, proof(told.section.table("proof"), setup))


def _sender(setup: Setup) -> HttpSender:
    return HttpSender(_Told.read(setup), setup.secret)


def _keeper(setup: Setup) -> HttpKeeper:
    return HttpKeeper(_Told.read(setup), setup.secret)


PROVIDER = Provider("http", frozenset({"sms"}), _receiver, _sender, _keeper)
