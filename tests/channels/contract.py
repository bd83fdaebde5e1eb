"""What every channel must do, whatever its provider. A channel brings a table, not tests.

`conftest.py` runs each test below once for every row of the part of the table that it names.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.channels.provider import Behaviour, closed_port, provider
from workervoice.channels.base import Event, Receiver, Sender, Webhook
from workervoice.errors import Malformed, Refused
from workervoice.message import (
    Address,
    AddressKind,
    Inbound,
    Outbound,
    Rejected,
    SendOutcome,
    Unknown,
)

NUMBER = "+15550100123"
WORDS = "They took my passport ফেরত দেয়নি"
LINE = "+15550100999"
OUTBOX = UUID("6a1c2a7e-7a4b-4b7e-9d52-2d1f0a9f3c11")
SINCE = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
TIMEOUT = 0.5


Said = Event | tuple[Event, ...]


@dataclass(frozen=True)
class Table:
    """One channel: how to build its halves and sign for it, and its rows by name."""

    receiver: Receiver
    sender: Callable[[str], Sender]  # of a base URL, with TIMEOUT
    sign: Callable[[bytes], Webhook]
    readable: Mapping[str, tuple[bytes, Said]]
    unreadable: Mapping[str, bytes]
    status: Mapping[str, tuple[bytes, Said]]
    bad_status: Mapping[str, bytes]
    refused: Mapping[str, Webhook]
    answer: Mapping[str, tuple[Behaviour, SendOutcome]]
    lookup: Mapping[str, tuple[Behaviour, SendOutcome]]
    signs_url: bool = True  # False: the address is under no signature


def _every(said: Said) -> tuple[Event, ...]:
    """What a webhook said: one thing, in most, or several."""
    return said if isinstance(said, tuple) else (said,)


def a_message(to: Address | None = None, text: str = WORDS) -> Outbound:
    """One message to a worker."""
    return Outbound(
        outbox_id=OUTBOX,
        sender=LINE,
        to=to or Address(AddressKind.PHONE, NUMBER),
        text=text,
        validity=timedelta(hours=2),
        status_callback=f"https://hotline.example/status?m={OUTBOX}",
    )


def is_silent_about_the_worker(*things: object) -> bool:
    """True if nothing of the planted number or words shows in any of these."""
    shown = " ".join(f"{thing} {thing!r}" for thing in things)
    secrets = (NUMBER, NUMBER[1:], NUMBER[5:], WORDS, WORDS[:12], "passport", "ফেরত")
    return not any(secret in shown for secret in secrets)


class Contract:
    """Subclass it in a test module with a `table`."""

    table: Table

    def test_a_signed_message_is_read(self, readable: tuple[bytes, Said]) -> None:
        body, expected = readable
        webhook = self.table.sign(body)

        self.table.receiver.verify(webhook)
        read = self.table.receiver.parse(webhook)

        assert read == _every(expected)
        assert is_silent_about_the_worker(read, webhook)

    def test_a_signed_message_without_sense_is_malformed(self, unreadable: bytes) -> None:
        webhook = self.table.sign(unreadable)

        with pytest.raises(Malformed) as caught:
            self.table.receiver.parse(webhook)

        assert is_silent_about_the_worker(caught.value)
        assert caught.value.__cause__ is None

    def test_a_delivery_callback_is_read(self, status: tuple[bytes, Said]) -> None:
        body, expected = status
        webhook = self.table.sign(body)

        self.table.receiver.verify(webhook)
        read = self.table.receiver.parse_status(webhook, str(OUTBOX))

        assert read == _every(expected)

    def test_an_unknown_delivery_status_is_malformed(self, bad_status: bytes) -> None:
        webhook = self.table.sign(bad_status)

        with pytest.raises(Malformed):
            self.table.receiver.parse_status(webhook, str(OUTBOX))

    def test_what_the_provider_did_not_sign_is_refused(self, refused: Webhook) -> None:
        with pytest.raises(Refused) as caught:
            self.table.receiver.verify(refused)

        assert is_silent_about_the_worker(caught.value)

    def test_the_urls_query_is_signed_and_the_callers_host_is_not_asked(self) -> None:
        body = next(iter(self.table.readable.values()))[0]
        signed = self.table.sign(body)
        foreign_host = {**signed.headers, "host": "evil.example", "x-forwarded-host": "evil"}

        self.table.receiver.verify(Webhook(signed.url, foreign_host, body))

        if not self.table.signs_url:
            return
        for url in (signed.url + "?m=1", signed.url.replace("/in/", "/status/")):
            with pytest.raises(Refused):
                self.table.receiver.verify(Webhook(url, signed.headers, body))

    def test_hostile_bytes_are_read_or_refused_and_nothing_else(self) -> None:
        known = [row[0] for row in self.table.readable.values()]
        starts = st.sampled_from([b"", *known, *self.table.unreadable.values()])

        @settings(max_examples=300, deadline=None, database=None)
        @given(start=starts, end=st.binary(max_size=400))
        def try_one(start: bytes, end: bytes) -> None:
            self._reads_or_refuses(self.table.sign(start + end))

        try_one()

    def test_hostile_urls_and_headers_are_refused_and_nothing_else(self) -> None:
        names = st.sampled_from(list(self.table.sign(b"").headers))
        values = st.text(max_size=30) | st.sampled_from(
            ["application/x-www-form-urlencoded", "application/json", "0", "99999999999999"]
        )

        @settings(max_examples=300, deadline=None, database=None)
        @given(
            url=st.sampled_from(["", "https://hotline.example"]).flatmap(
                lambda start: st.text(max_size=60).map(start.__add__)
            ),
            headers=st.dictionaries(names, values),
            body=st.binary(max_size=200),
        )
        def try_one(url: str, headers: dict[str, str], body: bytes) -> None:
            with pytest.raises(Refused):
                self.table.receiver.verify(Webhook(url, headers, body))

        try_one()

    def _reads_or_refuses(self, webhook: Webhook) -> None:
        receiver = self.table.receiver
        for act in (
            lambda: receiver.verify(webhook),
            lambda: receiver.parse(webhook),
            lambda: receiver.parse_status(webhook, str(OUTBOX)),
        ):
            try:
                read = act()
            except (Refused, Malformed):
                continue
            for each in read or ():
                if isinstance(each, Inbound):
                    each.text.encode("utf-8")  # whatever was taken can be stored

    def test_every_answer_has_one_meaning_and_took_one_request(
        self, answer: tuple[Behaviour, SendOutcome], caplog: pytest.LogCaptureFixture
    ) -> None:
        behaviour, expected = answer
        caplog.set_level(logging.DEBUG)

        with provider(behaviour) as peer:
            outcome = self.table.sender(peer.url).send(a_message())

        assert outcome == expected
        assert len(peer.seen) == 1
        assert is_silent_about_the_worker(outcome, caplog.text)

    def test_nothing_was_sent_where_nobody_listens(self, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(logging.DEBUG)

        outcome = self.table.sender(closed_port()).send(a_message())

        assert outcome == Rejected("unreachable", permanent=False)
        assert is_silent_about_the_worker(outcome, caplog.text)

    def test_a_lookup_tells_taken_from_absent_from_unknown(
        self, lookup: tuple[Behaviour, SendOutcome], caplog: pytest.LogCaptureFixture
    ) -> None:
        behaviour, expected = lookup
        caplog.set_level(logging.DEBUG)

        with provider(behaviour) as peer:
            outcome = self.table.sender(peer.url).find(a_message(), SINCE)

        assert outcome == expected
        assert len(peer.seen) == 1
        assert is_silent_about_the_worker(outcome, caplog.text)

    def test_a_lookup_where_nobody_listens_stays_unknown(self) -> None:
        outcome = self.table.sender(closed_port()).find(a_message(), SINCE)

        assert isinstance(outcome, Unknown)
