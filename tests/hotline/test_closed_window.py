"""WhatsApp takes no text of ours any more: a template says that something waits, or an SMS does."""

from __future__ import annotations

import re
from datetime import datetime

import pytest

from tests.hotline.test_deliver_window import HELP, answer, rested
from tests.house import House
from tests.looking import Worker, a_worker, cases_of, outbox_state, phrase
from workervoice.hotline.callbacks import take_report
from workervoice.hotline.reaching import Way, way
from workervoice.message import (
    Accepted,
    Address,
    AddressKind,
    DeliveryReport,
    DeliveryStatus,
    Outbound,
    Rejected,
    SendOutcome,
    Unknown,
)
from workervoice.store.engine import Scope
from workervoice.store.lineruns import tried
from workervoice.workflow.progress import Progress

NOT_THERE = Rejected("63024", permanent=False, why=DeliveryStatus.ABSENT)
CLOSED = Rejected("63016", permanent=False, why=DeliveryStatus.WINDOW_CLOSED)
NO_TEMPLATE = Rejected("63027", permanent=True)


@pytest.fixture
def house(emptied_house: House) -> House:
    emptied_house.templates = frozenset()
    return emptied_house


def agree_to_sms(worker: Worker) -> None:
    worker.say("SAFETY")
    worker.say("0")
    digit = re.search(r"[4-9]", worker.texts[-1])
    assert digit
    assert worker.say(digit[0]) == [phrase(worker.house, "set_done")]


def last(house: House) -> Outbound:
    return house.phones.received[-1]


def refusing(house: House, outcome: SendOutcome, *, templates: bool = False) -> list[Outbound]:
    """Whatever goes to WhatsApp is refused so; or only templates are. Returns what will be."""
    refused: list[Outbound] = []

    def said(message: Outbound) -> SendOutcome | None:
        if not (message.template if templates else message.to.kind is AddressKind.WHATSAPP):
            return None
        refused.append(message)
        return outcome

    house.phones.answer = said
    return refused


def test_after_the_window_an_approved_template_says_that_a_reply_waits(house: House) -> None:
    worker = rested(house)
    house.templates = frozenset({"reply_waits:en"})
    house.wait(hours=25)

    assert answer(worker) == [phrase(house, "reply_waits")]
    assert last(house).template == "reply_waits:en"
    assert last(house).to.kind is AddressKind.WHATSAPP
    assert worker.say("1") == [HELP]


def test_within_the_window_no_template_is_used(house: House) -> None:
    worker = rested(house)
    house.templates = frozenset({"reply_waits:en"})

    answer(worker)

    assert last(house).template == ""


def test_a_template_of_another_language_or_of_something_else_is_not_sent(house: House) -> None:
    worker = rested(house)
    house.templates = frozenset({"reply_waits:bn", "question_waits:en"})
    house.wait(hours=25)

    assert answer(worker) == []


def test_what_tells_something_is_never_a_template(house: House) -> None:
    worker = rested(house)
    house.templates = frozenset({"reply_waits:en"})
    house.wait(hours=25)
    answer(worker)
    house.text(worker.number, "1", line=worker.line)
    house.wait(hours=25)  # the courier was away meanwhile

    house.deliver()

    assert HELP not in worker.texts
    assert len([each for each in house.phones.received if each.template]) == 1


@pytest.mark.parametrize("refused", [NO_TEMPLATE, CLOSED])
def test_a_template_that_is_refused_is_not_tried_again_and_nothing_is_lost(
    house: House, refused: Rejected
) -> None:
    worker = rested(house)
    house.templates = frozenset({"reply_waits:en"})
    house.wait(hours=25)
    tried = refusing(house, refused, templates=True)

    assert answer(worker) == []
    assert answer(worker, "another reply") == []
    house.wait(hours=5)
    house.deliver()
    assert len(tried) == 1

    house.phones.answer = None
    assert worker.say("hello")[0].endswith(phrase(house, "reply_waits"))
    assert worker.say("1") == [HELP, "another reply"]


def test_a_template_that_is_refused_afterwards_is_not_sent_round_and_round(house: House) -> None:
    worker = rested(house)
    house.templates = frozenset({"reply_waits:en"})
    house.wait(hours=25)
    answer(worker)
    sent, outbox_id = len(house.phones.received), last(house).outbox_id

    told = DeliveryReport(outbox_id, DeliveryStatus.WINDOW_CLOSED, "63016", "SM" + "1" * 32)
    take_report(house.gateway, house.line("demo-whatsapp"), told)
    house.deliver()

    assert len(house.phones.received) == sent
    assert outbox_state(house, outbox_id) == ("held", "63016")


def test_without_a_template_an_sms_says_it_only_to_those_who_said_that_it_may(
    house: House,
) -> None:
    agreed, silent = rested(house), rested(house)
    agree_to_sms(agreed)
    house.wait(hours=25)

    assert answer(silent) == []
    assert answer(agreed) == [phrase(house, "reply_waits")]
    assert last(house).to.kind is AddressKind.PHONE
    assert last(house).sender == house.line("demo-sms").sender


def test_whoever_was_told_by_sms_reads_the_reply_by_sms_or_by_whatsapp(house: House) -> None:
    here, there = rested(house), rested(house)
    for worker in (here, there):
        agree_to_sms(worker)
    house.wait(hours=25)
    for worker in (here, there):
        answer(worker)
    known = cases_of(house)

    assert house.say(here.number, "1", line="demo-sms") == [HELP]
    assert last(house).to.kind is AddressKind.PHONE
    assert house.say(there.number, "1", line="demo-whatsapp") == [HELP]
    assert last(house).to.kind is AddressKind.WHATSAPP
    assert cases_of(house) == known


def test_a_worker_who_is_not_on_whatsapp_any_more_is_told_by_sms(house: House) -> None:
    worker = rested(house)
    agree_to_sms(worker)
    refusing(house, NOT_THERE)

    assert answer(worker) == [phrase(house, "reply_waits")]
    assert last(house).to.kind is AddressKind.PHONE


def test_a_worker_who_is_not_on_whatsapp_any_more_is_told_nothing_without_permission(
    house: House,
) -> None:
    worker = rested(house)
    refusing(house, NOT_THERE)

    assert answer(worker) == []
    house.phones.answer = None
    house.wait(hours=2)
    house.deliver()
    assert worker.texts[-1] != HELP
    assert worker.say("1") == [HELP]


def test_what_whatsapp_says_only_later_has_the_same_end(house: House) -> None:
    worker = rested(house)
    agree_to_sms(worker)
    answer(worker)
    assert last(house).to.kind is AddressKind.WHATSAPP

    told = DeliveryReport(last(house).outbox_id, DeliveryStatus.ABSENT, "63024", "SM" + "2" * 32)
    take_report(house.gateway, house.line("demo-whatsapp"), told)
    house.deliver()

    assert last(house).to.kind is AddressKind.PHONE


def test_the_offer_is_made_only_where_it_can_be_kept(house: House) -> None:
    by_sms, by_whatsapp = a_worker(house), a_worker(house, "demo-whatsapp")
    offer = phrase(house, "safety_sms")
    for worker in (by_sms, by_whatsapp):
        worker.say("They took our passports")

    assert offer not in "\n".join(by_sms.say("SAFETY"))
    assert offer in "\n".join(by_whatsapp.say("SAFETY"))


def test_undoing_all_takes_the_permission_back(house: House) -> None:
    worker = rested(house)
    agree_to_sms(worker)
    worker.say("SAFETY")
    worker.say("9")
    digit = re.search(r"[4-9]", worker.texts[-1])
    assert digit
    worker.say(digit[0])
    house.wait(hours=25)

    assert answer(worker) == []


def test_telegram_has_no_window(house: House) -> None:
    direct = Way(house.line(), Address(AddressKind.TELEGRAM, "5550100"))

    assert way(direct, is_notice=False, progress=Progress(), known=(), now=house.now) == direct


@pytest.mark.parametrize("final", [False, True])
def test_a_line_whose_provider_says_nothing_later_is_tried_by_what_it_took(
    house: House, final: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(house.phones, "final", final, raising=False)
    a_worker(house).say("They took our passports")

    with house.owner.begin(Scope(house.programme)) as tx:
        reached = tried(tx)[house.line().id].reached_on if tried(tx) else None

    assert (reached is not None) is final


def test_a_notice_in_doubt_is_looked_up_where_it_went_though_the_window_has_closed_since(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = rested(house)
    agree_to_sms(worker)
    house.phones.answer = lambda message: Unknown("no answer")
    house.wait(hours=23, minutes=59)
    asked: list[AddressKind] = []

    def find(message: Outbound, since: datetime) -> SendOutcome:
        asked.append(message.to.kind)
        there = message.to.kind is AddressKind.WHATSAPP
        return Accepted("SM1") if there else Rejected("absent", permanent=False)

    answer(worker)
    monkeypatch.setattr(house.phones, "find", find)
    sent = len(house.phones.received)
    house.phones.answer = None
    house.wait(minutes=5)
    house.deliver()

    assert asked == [AddressKind.PHONE, AddressKind.WHATSAPP]
    assert len(house.phones.received) == sent
