"""Who wrote: one conversation a worker, whatever address they use, and nobody else's in it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest

from tests.hotline.rotations import begun_pepper
from tests.house import House
from tests.looking import Worker, a_worker, asked, cases_of, phrase, read_by_a_handler, rows
from workervoice.errors import NotFound
from workervoice.hotline.dossier import Arrival
from workervoice.hotline.overview import monitor_lines
from workervoice.hotline.receive import Taken
from workervoice.message import Address, AddressKind, Inbound

REPORT = "They took our passports"
PHONE = Address(AddressKind.WHATSAPP, "+15550108001")
BSUID = Address(AddressKind.WHATSAPP_ID, "BD.1f00Abc")


@pytest.fixture
def house(emptied_house: House) -> House:
    return emptied_house


def arrives(house: House, text: str, sender: Address, *also: Address) -> Taken:
    """A WhatsApp text from one address, perhaps seen with a second one."""
    inbound = Inbound(f"SM{uuid4().hex}", sender, text, (), also)
    line = house.line("demo-whatsapp")
    return house.reception.receive(Arrival(line, inbound, house.reception.read(inbound)))


def conversations(house: House) -> int:
    return rows(house)["conversation"]


def test_two_numbers_never_share_a_conversation(house: House) -> None:
    one, other = a_worker(house), a_worker(house)
    for worker, text in ((one, "one"), (other, "other"), (one, "one again"), (other, "1")):
        worker.say(text)

    assert (conversations(house), len(cases_of(house))) == (2, 2)
    assert one.case_id != other.case_id
    assert read_by_a_handler(house, one.case.id) == ["one", "one again"]
    assert read_by_a_handler(house, other.case.id) == ["other", "1"]


def test_the_same_number_by_sms_and_by_whatsapp_is_two_conversations(house: House) -> None:
    sms = a_worker(house)
    whatsapp = Worker(house, sms.number, "demo-whatsapp")

    sms.say("by sms")
    whatsapp.say("by whatsapp")

    assert conversations(house) == 2
    assert sms.case_id != whatsapp.case_id


@pytest.mark.parametrize(
    "steps",
    [
        [(PHONE, BSUID), (BSUID,), (PHONE,)],
        [(PHONE,), (PHONE, BSUID), (BSUID,)],
        [(BSUID,), (PHONE, BSUID), (PHONE,)],
        [(PHONE, BSUID), (PHONE, BSUID)],
    ],
    ids=["both at first", "number, then both", "id, then both", "both twice"],
)
def test_a_number_and_an_id_that_were_seen_together_are_one_worker(
    house: House, steps: list[tuple[Address, ...]]
) -> None:
    for number, addresses in enumerate(steps):
        arrives(house, f"{REPORT} {number}", *addresses)

    (case_id,) = cases_of(house)
    assert rows(house)["contact"] == 2
    assert conversations(house) == 1
    assert read_by_a_handler(house, case_id) == [f"{REPORT} {n}" for n in range(len(steps))]


def test_the_answer_goes_to_the_address_that_wrote_last(house: House) -> None:
    arrives(house, REPORT, PHONE, BSUID)
    house.deliver()
    arrives(house, "1", BSUID)
    house.deliver()

    assert [message.to for message in house.phones.received] == [PHONE, BSUID]


def test_an_id_that_two_numbers_show_stays_with_the_first(house: House) -> None:
    other = Address(AddressKind.WHATSAPP, "+15550108002")
    arrives(house, "one", PHONE, BSUID)
    arrives(house, "other", other)
    before = rows(house)

    arrives(house, "other again", other, BSUID)
    arrives(house, "one again", BSUID)

    words = sorted(read_by_a_handler(house, case_id) for case_id in cases_of(house))
    assert words == [["one", "one again"], ["other", "other again"]]
    assert rows(house)["contact"] == before["contact"]


def test_in_a_rotation_too_an_id_that_two_numbers_show_stays_with_the_first(house: House) -> None:
    other = Address(AddressKind.WHATSAPP, "+15550108002")
    arrives(house, "one", PHONE, BSUID)
    arrives(house, "other", other)
    begun_pepper(house)

    arrives(house, "other again", other, BSUID)

    words = sorted(read_by_a_handler(house, case_id) for case_id in cases_of(house))
    assert words == [["one"], ["other", "other again"]]


def test_two_first_texts_at_the_same_moment_are_one_conversation(house: House) -> None:
    def write(sender: tuple[Address, ...]) -> Taken:
        return arrives(house, REPORT, *sender)

    with ThreadPoolExecutor(4) as four:
        taken = list(four.map(write, [(PHONE, BSUID), (BSUID, PHONE)] * 2))

    (case_id,) = cases_of(house)
    assert taken == [Taken.STORED] * 4
    assert (conversations(house), rows(house)["contact"]) == (1, 2)
    assert read_by_a_handler(house, case_id) == [REPORT] * 4


def closed(worker: Worker) -> None:
    """The case is closed, by the supervisor's word that the worker cannot be asked."""
    house = worker.house
    house.desk.move(house.actor("asha"), worker.case.id, "take_up", "")
    house.desk.move(house.actor("sam"), worker.case.id, "close_unconfirmed", "no answer")


def set_aside(worker: Worker) -> None:
    house = worker.house
    house.desk.move(house.actor("asha"), worker.case.id, "set_aside", "not about work")


@pytest.mark.parametrize(
    ("ended", "state"), [(closed, "in_progress"), (set_aside, "awaiting_review")]
)
def test_a_text_within_ninety_days_reopens_the_case(
    house: House, ended: Callable[[Worker], None], state: str
) -> None:
    worker = a_worker(house)
    worker.say("hello, is this the hotline")
    ended(worker)
    house.wait(days=90)

    worker.say("it is not fixed")

    assert cases_of(house) == {worker.case_id}
    assert worker.case.state == state
    assert read_by_a_handler(house, worker.case.id)[-1] == "it is not fixed"


def test_a_case_that_a_text_reopened_has_its_clocks_again(house: House) -> None:
    worker = a_worker(house)
    worker.say("hello, is this the hotline")
    set_aside(worker)
    house.wait(hours=2)
    house.deliver()
    stopped = asked(house, "SELECT id FROM clock")

    worker.say("nobody answers")
    house.wait(days=8)

    assert stopped == []
    assert monitor_lines(house.console, house.actor("mina"))[0].late


@pytest.mark.parametrize("ended", [closed, set_aside])
def test_a_text_after_ninety_days_is_a_new_case_that_starts_anew(
    house: House, ended: Callable[[Worker], None]
) -> None:
    worker = a_worker(house)
    worker.say("hello, is this the hotline")
    ended(worker)
    old = worker.case.state
    house.wait(days=90, minutes=1)

    said = worker.say(REPORT)

    (new,) = cases_of(house) - {worker.case_id}
    assert said == [phrase(house, "first_answer")]
    assert worker.case.state == old
    assert read_by_a_handler(house, new) == [REPORT]
    assert conversations(house) == 1


def test_a_command_after_closing_reopens_nothing(house: House) -> None:
    worker = a_worker(house)
    worker.say("hello, is this the hotline")
    closed(worker)

    for command in ("STATUS", "STOP", "START"):
        worker.say(command)

    assert worker.case.state == "closed"


def test_an_answer_that_waited_until_it_was_swept_away_costs_no_message(house: House) -> None:
    """The worker comes back after half a year and asks for what is no longer there."""
    worker = a_worker(house)
    worker.say(REPORT)
    house.desk.answer(house.actor("asha"), worker.case.id, "How can we help?")
    house.deliver()
    house.wait(days=190)
    house.deliver()

    worker.say("1")
    worker.say("are you still there?")

    assert read_by_a_handler(house, worker.case.id)[1:] == ["1", "are you still there?"]


def test_a_message_on_a_line_that_is_gone_is_nobodys(house: House) -> None:
    with pytest.raises(NotFound):
        house.line("demo-gone")
