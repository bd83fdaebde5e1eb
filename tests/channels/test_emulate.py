"""Against a Twilio that we did not write: the npm package `emulate`, run as a real peer.

Installs nothing. It looks for the package where `npm ci --prefix tests/peers` puts it, or below
the folder that WORKERVOICE_TEST_EMULATE names, and is skipped where it or Node 22 is missing.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.channels.contract import LINE, NUMBER, OUTBOX, WORDS, a_message
from tests.channels.emulator import ACCOUNT, API_KEY, API_SECRET, TOKEN, emulator, simulate
from tests.channels.provider import Provider, Seen, provider, says
from workervoice.channels.base import Webhook
from workervoice.channels.twilio import TwilioReceiver
from workervoice.channels.twilio_keeping import TwilioKeeper
from workervoice.channels.twilio_rest import Login
from workervoice.channels.twilio_sending import TwilioSender
from workervoice.message import (
    Accepted,
    Address,
    AddressKind,
    DeliveryReport,
    DeliveryStatus,
    Gone,
    Halt,
    Outbound,
    Rejected,
)


@dataclass(frozen=True)
class Peer:
    """The running emulator, and the gateway that it posts to."""

    url: str
    gateway: Provider

    def simulate(self, what: str, **fields: str) -> dict[str, object]:
        """Make the emulator act as a worker's phone or a carrier; it has posted when this ends."""
        return simulate(self.url, what, **fields)

    def sender(self, secret: str = API_SECRET) -> TwilioSender:
        """Ours, with its API base at the emulator."""
        return TwilioSender(Login(ACCOUNT, API_KEY, secret, self.url, 5))

    def message(self, text: str = WORDS) -> Outbound:
        """A reply whose callbacks come to the gateway."""
        callback = f"{self.gateway.url}/status/twilio/demo-sms?m={OUTBOX}"
        return replace(a_message(text=text), status_callback=callback)

    def last_webhook(self) -> Webhook:
        """What the emulator posted last, as a gateway would see it."""
        seen: Seen = self.gateway.seen[-1]
        return Webhook(self.gateway.url + seen.target, seen.headers, seen.body)


@pytest.fixture(scope="module")
def peer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Peer]:
    with provider(says(204, b"")) as gateway:
        webhook = f"{gateway.url}/in/twilio/demo-sms"
        with emulator(tmp_path_factory.mktemp("emulate"), LINE, webhook) as url:
            yield Peer(url, gateway)


def test_a_signed_webhook_of_the_peer_is_verified_and_read(peer: Peer) -> None:
    text = "मदद चाहिए & help = 100% +1 😀\nsecond line"

    made = peer.simulate("inbound-message", To=LINE, From=NUMBER, Body=text)

    webhook = peer.last_webhook()
    receiver = TwilioReceiver(ACCOUNT, ("the token of tomorrow", TOKEN))
    receiver.verify(webhook)
    (read,) = receiver.parse(webhook)
    assert read.external_id == made["sid"]
    assert (read.sender, read.text) == (Address(AddressKind.PHONE, NUMBER), text)


def test_a_reply_is_taken_by_the_peer_and_its_callbacks_are_read(peer: Peer) -> None:
    outcome = peer.sender().send(peer.message("A reply waits. Send 1 to read it."))

    assert isinstance(outcome, Accepted)
    made = peer.simulate("message-status", MessageSid=outcome.external_id, Status="delivered")
    assert (made["to"], made["body"]) == (NUMBER, "A reply waits. Send 1 to read it.")
    webhook = peer.last_webhook()
    assert webhook.url.endswith(f"?m={OUTBOX}")
    receiver = TwilioReceiver(ACCOUNT, (TOKEN,))
    receiver.verify(webhook)
    (report,) = receiver.parse_status(webhook, str(OUTBOX))
    assert report == DeliveryReport(
        OUTBOX, DeliveryStatus.DELIVERED, external_id=outcome.external_id
    )


def test_the_peer_is_asked_what_became_of_a_reply(peer: Peer) -> None:
    since = datetime.fromtimestamp(time.time(), UTC) - timedelta(seconds=5)
    sent = peer.sender().send(peer.message("the first"))

    found = peer.sender().find(peer.message("the first"), since)
    missing = peer.sender().find(peer.message("never sent"), since)

    assert isinstance(sent, Accepted)
    assert found == sent
    assert missing == Rejected("absent", permanent=False)


def test_the_peer_refuses_a_wrong_key_and_a_foreign_sender(peer: Peer) -> None:
    foreign = replace(peer.message(), sender="+15550100777")

    wrong, not_ours = peer.sender("wrong").send(peer.message()), peer.sender().send(foreign)

    assert wrong == Rejected("20003", permanent=False, halt=Halt.BROKEN)
    assert not_ours == Rejected("21606", permanent=False)


def test_the_peer_lists_what_came_and_deletes_it(peer: Peer) -> None:
    made = peer.simulate("inbound-message", To=LINE, From=NUMBER, Body="they locked the gate")
    keeper = TwilioKeeper(Login(ACCOUNT, API_KEY, API_SECRET, peer.url, 5))
    now = datetime.fromtimestamp(time.time(), UTC)
    around = (f"tel:{LINE}", now - timedelta(hours=1), now + timedelta(hours=1))

    before = keeper.listed(*around)
    outcome = keeper.purge(str(made["sid"]))
    after = keeper.listed(*around)

    assert before is not None
    assert after is not None
    (found,) = [each for each in before if each.inbound.external_id == made["sid"]]
    assert (found.inbound.text, found.inbound.sender.value) == ("they locked the gate", NUMBER)
    assert outcome == Gone()
    assert made["sid"] not in {each.inbound.external_id for each in after}


def test_the_peer_says_what_became_of_a_reply(peer: Peer) -> None:
    outcome = peer.sender().send(peer.message("You have a reply."))
    assert isinstance(outcome, Accepted)
    peer.simulate("message-status", MessageSid=outcome.external_id, Status="delivered")
    keeper = TwilioKeeper(Login(ACCOUNT, API_KEY, API_SECRET, peer.url, 5))

    report = keeper.look(outcome.external_id, OUTBOX)

    assert report == DeliveryReport(OUTBOX, DeliveryStatus.DELIVERED, "", outcome.external_id)


def test_a_voice_note_of_ours_is_taken_and_found_by_the_peer_and_deleted_there(peer: Peer) -> None:
    """The emulator simulates no inbound media; Twilio's other answers are in `test_twilio_*`."""
    note = replace(peer.message(), media=f"{peer.gateway.url}/media/note.ogg")
    since = datetime.fromtimestamp(time.time(), UTC) - timedelta(seconds=5)

    outcome = peer.sender().send(note)

    assert isinstance(outcome, Accepted)
    assert peer.sender().find(note, since) == outcome
    made = peer.simulate("message-status", MessageSid=outcome.external_id, Status="delivered")
    assert (made["num_media"], made["body"] or "") == ("1", "")
    keeper = TwilioKeeper(Login(ACCOUNT, API_KEY, API_SECRET, peer.url, 5))
    assert keeper.purge(outcome.external_id) == Gone()
    assert keeper.look(outcome.external_id, OUTBOX) is None
