"""The bill: what went out is counted once, alarms come once each, and what a spent budget stops."""

from __future__ import annotations

from dataclasses import replace

from tests.builders import a_case
from tests.house import House
from workervoice.hotline.metering import Metering, count_sent, spent_in_month, state_of
from workervoice.hotline.registering import change_place
from workervoice.hotline.tick import Courier
from workervoice.message import Outbound, SendOutcome, Unknown
from workervoice.store.counting import Counted
from workervoice.store.engine import Scope
from workervoice.store.programme import Line
from workervoice.workflow.pace import Why
from workervoice.workflow.quieting import LineState
from workervoice.workflow.segments import segments

KNOWN, STRANGER = "+15550100301", "+15550100302"


def with_budget(house: House, price: str, budget: str = "") -> None:
    changes = {"price": price, "budget": budget}
    change_place(house.console, house.actor("sam"), Line, "demo-sms", changes)


def spent(house: House) -> Counted:
    with house.courier_process.database.begin(Scope(house.programme)) as tx:
        return spent_in_month(tx, house.courier_process.vault, house.line(), house.now)


def state(house: House) -> LineState:
    with house.courier_process.database.begin(Scope(house.programme)) as tx:
        return state_of(tx, house.courier_process.vault, house.line().id)[1]


def later(house: House) -> None:
    """The courier looks at the lines again."""
    house.wait(minutes=2)
    house.deliver()


def alarms(house: House) -> list[str]:
    return [leaf["detail"] for leaf in house.leaves("budget_alarm")]


def other_courier(house: House) -> Courier:
    return replace(house.courier, metering=Metering())


def test_what_went_out_is_counted_in_segments_and_money(house: House) -> None:
    with_budget(house, "0.0475 EUR")
    house.say(KNOWN, "they took our passports")
    house.say(KNOWN, "1")

    sent = sum(segments(text) for text in house.phones.texts(KNOWN))
    assert spent(house) == Counted(sent, sent * 47_500)


def test_what_went_out_in_another_month_is_not_of_this(
    house: House,
) -> None:
    with_budget(house, "0.05 EUR")
    house.say(KNOWN, "they took our passports")
    house.wait(days=31)

    assert spent(house) == Counted(0, 0)


def test_a_text_that_was_looked_up_is_counted_once(house: House) -> None:
    with_budget(house, "0.05 EUR")

    def silent(message: Outbound) -> SendOutcome:
        house.phones.received.append(message)
        return Unknown("no answer")

    house.phones.answer = silent
    house.text(KNOWN, "they took our passports")
    house.courier.tick()
    assert spent(house) == Counted(0, 0)

    for courier in (other_courier(house), house.courier, other_courier(house)):
        house.wait(minutes=20)
        courier.tick()

    assert spent(house).amount == segments(house.phones.texts(KNOWN)[0])


def test_a_text_that_another_courier_found_while_it_was_sent_is_counted_once(house: House) -> None:
    with_budget(house, "0.05 EUR")
    house.text(KNOWN, "they took our passports")
    plain = house.phones.send

    def slow(message: Outbound) -> SendOutcome:
        house.phones.answer = None
        outcome = plain(message)
        for _ in range(3):  # its lease runs out, and somebody else looks
            house.wait(minutes=20)
            other_courier(house).tick()
        return outcome

    house.phones.answer = slow
    house.courier.tick()
    house.deliver()

    assert spent(house).amount == segments(house.phones.texts(KNOWN)[0])


def test_alarms_come_once_each_and_two_couriers_do_not_tell_twice(house: House) -> None:
    with_budget(house, "1 EUR", "100")
    second = other_courier(house)
    for step in range(110):
        with house.courier_process.database.begin(Scope(house.programme)) as tx:
            count_sent(tx, house.courier_process.vault, house.line(), "x", house.now.date())
        if step % 10 == 9:
            later(house)
            second.tick()

    assert alarms(house) == ["50", "80", "100"]
    assert state(house).spent.why == Why.BUDGET


def test_beyond_the_budget_strangers_wait_and_everybody_else_does_not(house: House) -> None:
    case_id = a_case(house, number=KNOWN)
    with_budget(house, "1 EUR", "1")
    house.say(KNOWN, "STATUS")
    later(house)
    assert alarms(house) == ["100"]

    assert house.say(STRANGER, "they took our passports") == []
    assert "999" in house.say("+15550100303", "they are beating us now, help")[0]
    assert len(house.say(KNOWN, "STATUS")) == 1
    house.desk.answer(house.actor("asha"), case_id, "We read it.")
    house.deliver()
    assert house.say(KNOWN, "1") == ["We read it."]
    assert len(house.say(KNOWN, "STOP")) == 1


def test_a_new_month_begins_with_nothing_spent(house: House) -> None:
    with_budget(house, "1 EUR", "1")
    house.say(KNOWN, "they took our passports")
    later(house)
    house.wait(days=10)

    assert len(house.say(STRANGER, "they took our passports")) == 1
    later(house)
    assert alarms(house) == ["100", "100"]


def test_a_budget_that_is_raised_lets_answers_go_on(house: House) -> None:
    with_budget(house, "1 EUR", "1")
    house.say(KNOWN, "they took our passports")
    later(house)
    assert house.say(STRANGER, "they took our passports") == []

    with_budget(house, "1 EUR", "1000")
    later(house)

    assert len(house.say(STRANGER, "and they lock the gate")) == 1


def test_what_was_counted_by_minute_is_gone_after_some_days(house: House) -> None:
    house.say(KNOWN, "they took our passports")
    house.wait(days=4)
    house.deliver()

    with house.owner.begin(Scope(house.programme)) as tx:
        kinds = tx.connection.exec_driver_sql("SELECT DISTINCT kind FROM counter").scalars()
        assert set(kinds) == {"sent_day", "segments_day"}
