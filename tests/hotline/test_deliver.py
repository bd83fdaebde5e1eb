"""What is owed is sent once: whatever the provider answers, and whenever the courier dies."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from itertools import count
from uuid import UUID

import pytest

from tests.house import House
from tests.looking import Worker, a_worker, asked, outbox_state
from workervoice.hotline.owing import OWED_FOR
from workervoice.hotline.tick import Courier
from workervoice.message import Outbound, Rejected, SendOutcome, Unknown
from workervoice.store.outbox import LEASE

REPORT = "They took our passports"
Provider = Callable[[Outbound], SendOutcome]


@pytest.fixture
def house(emptied_house: House) -> House:
    return emptied_house


def owed(house: House) -> tuple[Worker, UUID]:
    """A worker to whom the first answer is owed and not sent yet."""
    worker = a_worker(house)
    house.text(worker.number, REPORT)
    ((outbox_id,),) = asked(house, "SELECT id FROM outbox WHERE state = 'owed'")
    return worker, outbox_id


def after(house: House, **duration: float) -> list[Outbound]:
    """Everything that has arrived after so much more time."""
    house.wait(**duration)
    house.deliver()
    return house.phones.received


def answers(house: House, answer: Provider | SendOutcome | None) -> None:
    house.phones.answer = answer if callable(answer) or answer is None else lambda message: answer


@pytest.fixture(autouse=True)
def asked_once(house: House, monkeypatch: pytest.MonkeyPatch) -> list[UUID]:
    """The outbox ids of every request to send, in order."""
    requests: list[UUID] = []
    send = house.phones.send

    def counted(message: Outbound) -> SendOutcome:
        requests.append(message.outbox_id)
        return send(message)

    monkeypatch.setattr(house.phones, "send", counted)
    return requests


def test_an_accepted_text_is_sent_once(house: House, asked_once: list[UUID]) -> None:
    worker, outbox_id = owed(house)

    handled = [house.courier.tick(), house.courier.tick()]
    later = after(house, days=1)

    assert handled == [1, 0]
    assert [message.to.value for message in later] == [worker.number]
    assert asked_once == [outbox_id]
    assert outbox_state(house, outbox_id) == ("accepted", None)


def test_a_text_refused_for_good_has_failed_with_the_providers_code(
    house: House, asked_once: list[UUID]
) -> None:
    _, outbox_id = owed(house)
    answers(house, Rejected("21610", permanent=True))

    house.deliver()
    answers(house, None)

    assert after(house, days=1) == []
    assert asked_once == [outbox_id]
    assert outbox_state(house, outbox_id) == ("failed", "21610")


def test_a_text_refused_for_now_is_tried_later_and_sent_once(
    house: House, asked_once: list[UUID]
) -> None:
    _, outbox_id = owed(house)
    answers(house, Rejected("20429", permanent=False))
    house.deliver()
    answers(house, None)
    too_soon = len(after(house, seconds=4))

    sent = after(house, seconds=2)

    assert too_soon == 0
    assert asked_once == [outbox_id] * 2
    assert [message.outbox_id for message in sent] == [outbox_id]
    assert outbox_state(house, outbox_id)[0] == "accepted"


def test_a_provider_that_is_down_for_hours_gets_the_text_once_when_it_is_back(
    house: House, asked_once: list[UUID]
) -> None:
    _, outbox_id = owed(house)
    answers(house, Rejected("unreachable", permanent=False))
    for _ in range(8 * 12):
        after(house, minutes=5)
    tries = len(asked_once)
    answers(house, None)

    for _ in range(10):
        after(house, minutes=5)

    assert 30 <= tries <= 40  # every quarter of an hour, in the end
    assert [message.outbox_id for message in house.phones.received] == [outbox_id]


def test_a_text_that_did_arrive_in_silence_is_found_and_not_sent_again(
    house: House, asked_once: list[UUID]
) -> None:
    """The provider took it, and its answer was lost."""
    _, outbox_id = owed(house)

    def takes_and_is_silent(message: Outbound) -> SendOutcome:
        house.phones.received.append(message)
        return Unknown("no answer")

    answers(house, takes_and_is_silent)
    house.deliver()
    unsure = outbox_state(house, outbox_id)
    after(house, seconds=61)

    assert unsure == ("unknown", "no answer")
    assert outbox_state(house, outbox_id)[0] == "accepted"
    assert asked_once == [outbox_id]


def test_a_lookup_knows_what_else_went_out_and_when_the_sending_was_tried(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The machine sleeps for hours while it waits for an answer; the clock goes on meanwhile."""
    worker, first = owed(house)
    house.deliver()
    house.text(worker.number, "1")
    tried_at = house.now

    def sleeps(message: Outbound) -> SendOutcome:
        house.wait(hours=5)
        return Unknown("no answer")

    answers(house, sleeps)
    looked_up: list[tuple[Outbound, datetime]] = []

    def find(message: Outbound, since: datetime) -> SendOutcome:
        looked_up.append((message, since))
        return Unknown("lookup failed")

    monkeypatch.setattr(house.phones, "find", find)
    house.deliver()
    after(house, seconds=61)

    ((message, since),) = looked_up
    assert message.others == {f"SIM{first.hex}"}
    assert since <= tried_at


def test_a_text_that_surely_never_arrived_is_sent_again_once(
    house: House, asked_once: list[UUID]
) -> None:
    _, outbox_id = owed(house)
    answers(house, Unknown("no answer"))
    house.deliver()
    answers(house, None)
    too_soon = list(after(house, seconds=30))

    sent = after(house, seconds=31)

    assert too_soon == []
    assert [message.outbox_id for message in sent] == [outbox_id]
    assert asked_once == [outbox_id] * 2


def test_what_cannot_be_looked_up_waits_and_is_never_sent_blindly(
    house: House, asked_once: list[UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, outbox_id = owed(house)
    answers(house, Unknown("no answer"))
    house.deliver()
    answers(house, None)
    monkeypatch.setattr(house.phones, "find", lambda message, since: Unknown("lookup failed"))

    for _ in range(60):
        after(house, minutes=10)

    assert asked_once == [outbox_id]
    assert outbox_state(house, outbox_id)[0] == "unknown"


@pytest.mark.parametrize(
    "outcome", [Rejected("unreachable", permanent=False), Unknown("no answer")]
)
def test_nothing_is_sent_after_its_validity(
    house: House, asked_once: list[UUID], outcome: SendOutcome
) -> None:
    _, outbox_id = owed(house)
    answers(house, outcome)
    house.deliver()
    answers(house, None)
    house.now += OWED_FOR

    sent = after(house, seconds=1)

    assert sent == []
    assert asked_once == [outbox_id]
    assert outbox_state(house, outbox_id)[0] == "expired"


def test_a_courier_that_wakes_up_too_late_sends_nothing(house: House) -> None:
    """Claimed in time, and sent when the text was not valid any more."""
    _, outbox_id = owed(house)

    def slow() -> None:
        house.now += OWED_FOR * 2

    late(house, slow).tick()

    assert house.phones.received == []
    assert outbox_state(house, outbox_id)[0] == "expired"


def late(house: House, meanwhile: Callable[[], None]) -> Courier:
    """A courier to whom something happens between claiming its batch and its first sending."""
    asked_the_time = count(1)

    def clock() -> datetime:
        if next(asked_the_time) == 2:  # the first time is that of the claim
            meanwhile()
        return house.now

    process = replace(house.courier_process, clock=clock)
    return replace(house.courier, process=process)


class _Killed(BaseException):
    """kill -9, as far as Python can tell it."""


@pytest.mark.parametrize("reached", [True, False], ids=["after sending", "before sending"])
def test_a_courier_that_dies_over_a_text_leaves_it_to_be_looked_up(
    house: House, asked_once: list[UUID], reached: bool
) -> None:
    _, outbox_id = owed(house)

    def dies(message: Outbound) -> SendOutcome:
        if reached:
            house.phones.received.append(message)
        raise _Killed

    answers(house, dies)
    with pytest.raises(_Killed):
        house.deliver()
    answers(house, None)
    held = list(after(house, seconds=LEASE.total_seconds() - 1))

    sent = after(house, seconds=2)

    assert len(held) == reached
    assert [message.outbox_id for message in sent] == [outbox_id]
    assert len(asked_once) == (1 if reached else 2)
    assert outbox_state(house, outbox_id)[0] == "accepted"


def test_a_slow_courier_does_not_send_what_another_has_taken_over(
    house: House, asked_once: list[UUID]
) -> None:
    """Its lease ran out between claiming and sending, and a second courier did the work."""
    _, outbox_id = owed(house)

    def second() -> None:
        house.now += LEASE * 2
        house.deliver()

    late(house, second).tick()
    after(house, days=1)

    assert asked_once == [outbox_id]
    assert outbox_state(house, outbox_id)[0] == "accepted"


def test_two_couriers_at_once_send_each_text_once(house: House, asked_once: list[UUID]) -> None:
    workers = [a_worker(house) for _ in range(12)]
    for worker in workers:
        house.text(worker.number, REPORT)

    with ThreadPoolExecutor(2) as two:
        list(two.map(lambda _: house.courier.tick(), range(6)))

    assert sorted(message.to.value for message in house.phones.received) == sorted(
        worker.number for worker in workers
    )
    assert len(asked_once) == 12
