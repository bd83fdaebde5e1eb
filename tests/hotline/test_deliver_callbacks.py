"""A provider takes a text and says afterwards that it did not go out: it waits and is not lost."""

from __future__ import annotations

from email.utils import format_datetime
from itertools import count
from typing import Any
from uuid import UUID

import pytest

from tests.channels.provider import provider, says
from tests.channels.twilio_signing import ACCOUNT
from tests.house import House
from tests.looking import Worker, a_worker, asked, outbox_state, phrase
from workervoice.channels.twilio_rest import Login
from workervoice.channels.twilio_sending import TwilioSender
from workervoice.crypto.seal import ctx
from workervoice.hotline.callbacks import take_report
from workervoice.message import (
    Accepted,
    DeliveryReport,
    DeliveryStatus,
    Outbound,
    SendOutcome,
    Unknown,
)
from workervoice.store.taken import REFUSED_WITHIN

REPORT = "They took our passports"
HELP = "How can we help?"
WHOLE = (REPORT, "1", "they cut pay if we ask", "0")
SMS, WHATSAPP = "demo-sms", "demo-whatsapp"
CLOSED, STOPPED = DeliveryStatus.WINDOW_CLOSED, DeliveryStatus.STOPPED
CODES = {CLOSED: "63016", STOPPED: "21610"}


@pytest.fixture
def house(emptied_house: House) -> House:
    return emptied_house


def rested(house: House, line: str) -> Worker:
    """A worker who has answered all questions."""
    worker = a_worker(house, line)
    for text in WHOLE:
        worker.say(text)
    return worker


def last_sent(house: House) -> UUID:
    return house.phones.received[-1].outbox_id


def told(house: House, outbox_id: UUID, status: DeliveryStatus, sid: str = "") -> bool:
    """The provider's word on the text of this outbox id, in its latest sending."""
    report = DeliveryReport(outbox_id, status, CODES.get(status, ""), sid or f"SIM{outbox_id.hex}")
    return take_report(house.gateway, house.line(), report)


def answer(worker: Worker, text: str = HELP) -> list[str]:
    """A handler answers, and the courier works; returns what arrives."""
    house, before = worker.house, len(worker.texts)
    house.desk.answer(house.actor("asha"), worker.case.id, text)
    house.deliver()
    return worker.texts[before:]


def test_our_answer_outside_the_window_is_held_and_goes_out_with_the_next_text(
    house: House,
) -> None:
    worker = a_worker(house, WHATSAPP)
    (first,) = worker.say(REPORT)
    outbox_id = last_sent(house)

    moved = told(house, outbox_id, CLOSED)
    house.deliver()
    held, silent = outbox_state(house, outbox_id), worker.texts[1:]
    back = worker.say("is anybody there?")

    assert moved
    assert held == ("held", "63016")
    assert silent == []
    assert back[0] == first
    assert outbox_state(house, outbox_id) == ("accepted", None)


def test_after_such_a_refusal_nothing_is_sent_until_the_worker_writes(house: House) -> None:
    worker = rested(house, WHATSAPP)
    answer(worker)
    told(house, last_sent(house), CLOSED)

    silent = answer(worker, "Are you there?")
    back = worker.say("hello again")

    assert silent == []
    assert back[0].endswith(phrase(house, "reply_waits"))
    assert worker.say("1") == [HELP, "Are you there?"]


def test_a_reply_outside_the_window_is_announced_and_read_in_its_turn(house: House) -> None:
    worker = rested(house, WHATSAPP)
    answer(worker, "the first")
    answer(worker, "the second")
    worker.say("1")
    ids = [message.outbox_id for message in house.phones.received[-2:]]

    for outbox_id in reversed(ids):
        told(house, outbox_id, CLOSED)
    house.deliver()
    back = worker.say("hello again")

    assert back[0].endswith(phrase(house, "reply_waits"))
    assert worker.say("1") == ["the first", "the second"]
    assert worker.say("1") == [phrase(house, "nothing_waits")]


def test_a_question_outside_the_window_is_not_answered_unread(house: House) -> None:
    worker = rested(house, WHATSAPP)
    answer(worker)
    worker.say("1")
    house.desk.move(house.actor("asha"), worker.case.id, "report_remedy", "documents returned")
    house.deliver()
    worker.say("1")
    told(house, last_sent(house), CLOSED)
    house.deliver()

    worker.say("4")
    unread = worker.case.state
    asked_again = worker.say("1")
    worker.say("4")

    assert unread == "remedy_reported"
    assert asked_again == [phrase(house, "confirm_question")]
    assert worker.case.state == "confirmed"


def test_a_worker_who_told_the_provider_to_stop_gets_nothing_until_they_write(
    house: House,
) -> None:
    worker = rested(house, SMS)
    (notice,) = answer(worker)
    outbox_id = last_sent(house)
    house.desk.answer(house.actor("asha"), worker.case.id, "owed, and not sent yet")

    moved = told(house, outbox_id, STOPPED)
    owed = {state for _, state in worker.owed()}
    house.deliver()
    paused, state = worker.case.conversation, outbox_state(house, outbox_id)
    silent = answer(worker, "and one more")
    back = worker.say("START")

    assert moved
    assert "owed" not in owed
    assert (paused, state) == ("paused", ("withheld", "21610"))
    assert silent == []
    assert back.count(notice) >= 1
    assert worker.case.conversation == "resting"
    assert worker.say("1") == [HELP, "owed, and not sent yet", "and one more"]


def test_a_channel_without_a_window_has_none_to_wait_for(house: House) -> None:
    worker = a_worker(house, SMS)
    worker.say(REPORT)

    told(house, last_sent(house), CLOSED)
    house.deliver()

    assert outbox_state(house, last_sent(house)) == ("failed", "63016")
    assert len(worker.texts) == 1


def test_a_stop_told_to_the_provider_drops_a_delete_that_waits_for_its_digit(house: House) -> None:
    worker = rested(house, SMS)
    worker.say("DELETE")

    told(house, last_sent(house), STOPPED)

    assert worker.case.conversation == "paused"
    assert worker.say("START") == [phrase(house, "started")]
    assert answer(worker) == [phrase(house, "reply_waits")]
    assert worker.case.state != "withdrawn"


@pytest.mark.parametrize("status", [CLOSED, STOPPED])
@pytest.mark.parametrize("last", [DeliveryStatus.DELIVERED, DeliveryStatus.FAILED])
def test_a_text_whose_fate_is_known_does_not_come_back(
    house: House, status: DeliveryStatus, last: DeliveryStatus
) -> None:
    worker = a_worker(house, WHATSAPP)
    worker.say(REPORT)
    outbox_id = last_sent(house)
    told(house, outbox_id, last)

    moved = told(house, outbox_id, status)

    assert not moved
    assert outbox_state(house, outbox_id)[0] == last
    assert worker.case.conversation == "safety"


def test_a_refusal_that_is_told_again_after_the_text_went_out_counts_for_nothing(
    house: House,
) -> None:
    worker = a_worker(house, WHATSAPP)
    worker.say(REPORT)
    outbox_id = last_sent(house)
    told(house, outbox_id, CLOSED, "SM1")
    house.deliver()
    worker.say("is anybody there?")

    late = [told(house, outbox_id, CLOSED, "SM1"), told(house, outbox_id, CLOSED, "SM2")]

    assert late == [False, True]


@pytest.mark.parametrize("status", [CLOSED, STOPPED])
def test_a_refusal_that_comes_after_the_text_was_dropped_is_a_failure(
    house: House, status: DeliveryStatus
) -> None:
    worker = rested(house, WHATSAPP)
    answer(worker)
    outbox_id = last_sent(house)
    house.now += REFUSED_WITHIN
    house.deliver()

    moved = told(house, outbox_id, status)
    silent = answer(worker, "Are you there?")

    assert moved
    assert outbox_state(house, outbox_id) == ("failed", CODES[status])
    assert silent == []
    assert worker.say("hello again")


@pytest.mark.parametrize(("status", "state"), [(CLOSED, "held"), (STOPPED, "withheld")])
def test_a_refusal_that_overtakes_the_couriers_own_note_counts(
    house: House, status: DeliveryStatus, state: str
) -> None:
    """The provider calls back while its answer to the courier is still on its way."""
    worker = a_worker(house, WHATSAPP)
    house.text(worker.number, REPORT, line=WHATSAPP)

    def refuses(message: Outbound) -> SendOutcome:
        told(house, message.outbox_id, status, "SM1")
        return Accepted("SM1")

    house.phones.answer = refuses
    house.courier.tick()
    house.phones.answer = None
    ((outbox_id,),) = asked(house, "SELECT id FROM outbox")
    house.deliver()
    waits = outbox_state(house, outbox_id)[0]
    back = house.say(worker.number, "is anybody there?", line=WHATSAPP)

    assert waits == state
    assert (phrase(house, "first_answer") in back) == (status is CLOSED)


@pytest.mark.parametrize("status", [DeliveryStatus.ACCEPTED, DeliveryStatus.DELIVERED])
def test_a_text_that_only_its_callback_found_keeps_the_providers_id(
    house: House, status: DeliveryStatus
) -> None:
    """Without it the message could never be deleted there."""
    worker = a_worker(house)
    house.text(worker.number, REPORT)
    house.phones.answer = lambda message: Unknown("no answer")
    house.deliver()
    house.phones.answer = None
    ((outbox_id,),) = asked(house, "SELECT id FROM outbox WHERE state = 'unknown'")

    told(house, outbox_id, status, "SM0123")

    assert outbox_state(house, outbox_id)[0] == status
    assert opened_reference(house, outbox_id) == "SM0123"


def test_a_courier_that_dies_before_its_note_leaves_the_providers_id_to_the_callback(
    house: House,
) -> None:
    worker = a_worker(house)
    house.text(worker.number, REPORT)

    def dies(message: Outbound) -> SendOutcome:
        told(house, message.outbox_id, DeliveryStatus.ACCEPTED, "SM0456")
        raise KeyboardInterrupt

    house.phones.answer = dies
    with pytest.raises(KeyboardInterrupt):
        house.courier.tick()
    ((outbox_id,),) = asked(house, "SELECT id FROM outbox")

    assert outbox_state(house, outbox_id)[0] == "accepted"
    assert opened_reference(house, outbox_id) == "SM0456"


def test_a_callback_without_an_id_keeps_what_was_known(house: House) -> None:
    worker = a_worker(house)
    worker.say(REPORT)
    outbox_id = last_sent(house)
    report = DeliveryReport(outbox_id, DeliveryStatus.DELIVERED)

    take_report(house.gateway, house.line(), report)

    assert opened_reference(house, outbox_id) == f"SIM{outbox_id.hex}"


def test_a_refusal_without_an_id_counts_each_time(house: House) -> None:
    worker = a_worker(house, WHATSAPP)
    worker.say(REPORT)
    report = DeliveryReport(last_sent(house), CLOSED)
    moved = []

    for _ in range(2):
        moved.append(take_report(house.gateway, house.line(), report))
        house.deliver()
        worker.say("is anybody there?")

    assert moved == [True, True]


def opened_reference(house: House, outbox_id: UUID) -> str:
    """The provider's id as the courier will read it."""
    ((sealed,),) = asked(house, "SELECT provider_ref FROM outbox WHERE id = :id", id=outbox_id)
    place = ctx("provider-ref", house.programme, outbox_id)
    return house.courier_process.custody.unwrap("courier", bytes(sealed), place).decode()


def test_a_text_in_silence_is_not_taken_for_an_equal_one_that_failed_before(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That one was sent again under another id, and nobody knows its first one any more."""
    worker, numbers = rested(house, WHATSAPP), count(1)
    records: list[dict[str, Any]] = []

    def takes(message: Outbound) -> SendOutcome:
        house.phones.received.append(message)
        record = {"sid": f"SM{next(numbers):032}", "body": message.text, "status": "delivered"}
        records.append({**record, "date_created": format_datetime(house.now)})
        return Accepted(record["sid"])

    house.phones.answer = takes
    (nothing,) = worker.say("1")
    first = last_sent(house)
    told(house, first, CLOSED, records[-1]["sid"])
    records[-1].update(status="undelivered", error_code=63016)
    house.deliver()
    house.phones.answer = lambda message: (
        takes(message) if message.outbox_id == first else Unknown("no answer")
    )
    again = worker.say("1")
    house.phones.answer = None
    with provider(says(200, {"messages": records, "page": 0, "next_page_uri": None})) as peer:
        sender = TwilioSender(Login(ACCOUNT, "SK1", "secret", peer.url, 2.0))
        monkeypatch.setattr(house.phones, "find", sender.find)
        house.wait(seconds=61)
        house.deliver()

    assert again == [nothing]
    assert peer.seen
    assert worker.texts[-1] == nothing
    assert last_sent(house) != first
