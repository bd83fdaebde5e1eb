"""What a provider refuses is heeded: for the worker, and for everything else the sender sends."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from tests.house import House
from tests.looking import a_worker, asked, outbox_state
from workervoice.hotline.callbacks import take_report
from workervoice.hotline.tick import Courier
from workervoice.message import (
    DeliveryReport,
    DeliveryStatus,
    Halt,
    Rejected,
    SendOutcome,
)
from workervoice.store import lineruns
from workervoice.store.engine import Scope
from workervoice.workflow.meter import parts

REPORT = "They took our passports"
STOPPED = Rejected("21610", permanent=True, why=DeliveryStatus.STOPPED)
CLOSED = Rejected("63016", permanent=False, why=DeliveryStatus.WINDOW_CLOSED)


@pytest.fixture
def house(emptied_house: House) -> House:
    return emptied_house


def refuse(house: House, outcome: SendOutcome | None) -> None:
    house.phones.answer = None if outcome is None else lambda message: outcome


def owed(house: House) -> UUID:
    (row,) = asked(house, "SELECT id FROM outbox")
    return UUID(str(row.id))


def paced(house: House, per_second: float) -> Courier:
    old = house.courier
    return Courier(old.process, old.senders, old.ways, pace=lambda line: per_second)


def drain(house: House, *couriers: Courier, seconds: float = 0.0) -> int:
    """How many texts leave now, and in so many seconds."""
    before, ends = len(house.phones.received), house.now + timedelta(seconds=seconds)
    while True:
        for courier in couriers:
            while courier.tick():
                pass
        if house.now >= ends:
            return len(house.phones.received) - before
        house.wait(seconds=0.25)


def test_stop_told_to_the_provider_pauses_here_and_the_text_is_kept_from_going(
    house: House,
) -> None:
    worker = a_worker(house)
    refuse(house, STOPPED)
    worker.say(REPORT)

    assert outbox_state(house, owed(house)) == ("withheld", "21610")
    assert worker.case.conversation == "paused"


def test_whoever_stopped_at_the_provider_and_writes_again_is_answered(house: House) -> None:
    worker = a_worker(house)
    refuse(house, STOPPED)
    worker.say(REPORT)

    refuse(house, None)
    answered = worker.say("they still have my passport")

    assert answered
    assert worker.case.conversation != "paused"


def test_a_window_that_was_closed_holds_the_text_until_the_worker_writes(house: House) -> None:
    number = "+15550100741"
    house.text(number, REPORT, line="demo-whatsapp")
    refuse(house, CLOSED)
    house.deliver()
    assert outbox_state(house, owed(house)) == ("held", "63016")

    refuse(house, None)
    house.wait(hours=1)
    house.deliver()
    assert house.phones.texts(number) == []

    assert house.say(number, "1", line="demo-whatsapp")


@pytest.mark.parametrize(("halt", "seconds"), [(Halt.SLOWER, 2), (Halt.BROKEN, 300)])
def test_a_sender_that_is_told_to_halt_sends_nothing_else_for_a_while(
    house: House, halt: Halt, seconds: int
) -> None:
    house.text("+15550100742", REPORT)
    refuse(house, Rejected("20003", permanent=False, halt=halt))
    house.deliver()
    refuse(house, None)
    second = paced(house, 0)

    house.text("+15550100743", REPORT)
    house.wait(seconds=seconds * 0.8)
    drain(house, house.courier, second)
    assert house.phones.received == []

    house.wait(seconds=seconds * 0.2 + 10)
    assert drain(house, house.courier, second) == 2


def test_another_line_goes_on_while_one_is_halted(house: House) -> None:
    house.text("+15550100742", REPORT)
    refuse(house, Rejected("30002", permanent=False, halt=Halt.BROKEN))
    house.deliver()
    refuse(house, None)

    assert house.say("+15550100744", REPORT, line="demo-whatsapp")


@pytest.mark.parametrize("couriers", [1, 2])
def test_all_couriers_together_send_as_fast_as_a_sender_may(house: House, couriers: int) -> None:
    many = _segments(house)
    for number in range(12):
        house.text(f"+155501007{number:02}", REPORT)
    every = [paced(house, 2.0) for _ in range(couriers)]

    at_once = drain(house, *every)
    in_time = drain(house, *every, seconds=5)

    burst = lineruns.BURST.total_seconds()
    assert at_once * many <= max(2 * burst, many)
    assert in_time * many <= 2 * (5 + burst)
    assert drain(house, *every, seconds=12 * many / 2 + 5) + at_once + in_time == 12
    assert asked(house, "SELECT max(attempts) FROM outbox")[0][0] == 1


def _segments(house: House) -> int:
    """How many parts the first answer has, by one that leaves as fast as it likes."""
    house.say(a_worker(house).number, REPORT)
    return parts(house.phones.received[-1].text, "sms")


def test_a_phone_that_is_off_is_tried_again_and_not_for_ever(house: House) -> None:
    worker = a_worker(house)
    house.say(worker.number, REPORT)
    outbox_id, line = owed(house), house.line()
    for attempt in range(5):
        told = DeliveryReport(
            outbox_id, DeliveryStatus.UNREACHED, "30003", f"SM{attempt:032x}", again=3
        )
        take_report(house.gateway, line, told)
        house.wait(hours=3)
        house.deliver()

    assert len(house.phones.texts(worker.number)) == 4
    assert outbox_state(house, outbox_id) == ("failed", "30003")


def test_a_text_that_nobody_says_why_is_tried_once_more(house: House) -> None:
    worker = a_worker(house)
    house.say(worker.number, REPORT)
    outbox_id = owed(house)
    for attempt in range(3):
        told = DeliveryReport(
            outbox_id, DeliveryStatus.UNREACHED, "30008", f"SM{attempt:032x}", again=1
        )
        take_report(house.gateway, house.line(), told)
        house.wait(hours=3)
        house.deliver()

    assert len(house.phones.texts(worker.number)) == 2
    assert outbox_state(house, outbox_id) == ("failed", "30008")


def test_a_bucket_is_one_for_all_who_ask_and_fills_again(house: House) -> None:
    line_id, step = house.line().id, timedelta(seconds=1)

    def ask(after: float) -> timedelta:
        with house.courier_process.database.begin(Scope(house.programme)) as tx:
            return lineruns.reserve(tx, line_id, house.now + timedelta(seconds=after), step)

    assert [ask(0), ask(0)] == [timedelta(0)] * 2
    assert ask(0) == timedelta(seconds=1)
    assert ask(1) == timedelta(0)
    assert ask(1) > timedelta(0)
    assert [ask(60), ask(60)] == [timedelta(0)] * 2


def test_a_long_text_is_not_kept_waiting_by_short_ones(house: House) -> None:
    line_id = house.line().id

    def ask(after: float, parts: float) -> bool:
        now = house.now + timedelta(seconds=after)
        with house.courier_process.database.begin(Scope(house.programme)) as tx:
            return not lineruns.reserve(tx, line_id, now, timedelta(seconds=parts))

    short = [ask(second, 1) for second in range(20)]
    long = ask(20, 4)
    after = [ask(20 + second, 1) for second in range(8)]

    assert all(short)
    assert long
    assert after == [False, False, False, True, True, True, True, True]


@pytest.mark.parametrize("step", [0.0, 1.0])
def test_a_clock_that_is_set_back_halts_no_line(house: House, step: float) -> None:
    line_id, pause = house.line().id, timedelta(minutes=5)

    def ask(now: datetime) -> timedelta:
        with house.courier_process.database.begin(Scope(house.programme)) as tx:
            return lineruns.reserve(tx, line_id, now, timedelta(seconds=step))

    with house.courier_process.database.begin(Scope(house.programme)) as tx:
        lineruns.halt(tx, line_id, house.now, pause)

    assert ask(house.now) >= pause
    assert ask(house.now - timedelta(hours=1)) == timedelta(0)


def test_a_provider_cannot_halt_a_line_for_long(house: House) -> None:
    line_id = house.line().id
    with house.courier_process.database.begin(Scope(house.programme)) as tx:
        lineruns.halt(tx, line_id, house.now, timedelta(days=2))

    with house.courier_process.database.begin(Scope(house.programme)) as tx:
        assert lineruns.reserve(tx, line_id, house.now, timedelta(0)) == lineruns.LONGEST
