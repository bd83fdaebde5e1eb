"""A worker's text through Twilio's webhook: stored once, answered with nothing, readable."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.channels.twilio_signing import NEXT_TOKEN, TOKEN
from tests.house import House
from tests.looking import cases_of, read_by_a_handler, rows
from tests.web.gateways import REPORT, SMS, WHATSAPP, Gateway, form, running, tokens
from workervoice.web.gateway.counts import BUCKETS, NAMES, PROVIDERS, STAGES

BSUID = "whatsapp:BD.1f00Abc-9"


@pytest.fixture(scope="module")
def gateway(shared_house: House) -> Iterator[Gateway]:
    with running(shared_house) as started:
        yield started


def grown(before: dict[str, int], after: dict[str, int]) -> dict[str, int]:
    return {table: after[table] - before[table] for table in after}


ONE_NEW_REPORT = {
    "seen": 1,
    "conversation": 1,
    "contact": 1,
    "cases": 1,
    "message": 1,
    "outbox": 1,
    "log_leaf": 2,  # the message, and the case that it opened
}


@pytest.mark.parametrize(
    ("path", "sender"),
    [
        (SMS, "+15550101001"),
        (WHATSAPP, "whatsapp:+15550101002"),
        (WHATSAPP, BSUID),
    ],
    ids=["sms", "whatsapp", "whatsapp without a number"],
)
def test_a_signed_text_is_one_case_that_a_handler_reads(
    gateway: Gateway, path: str, sender: str
) -> None:
    house = gateway.house
    before, known = rows(house), cases_of(house)

    answer = gateway.post(form(REPORT, sender), path)

    (case_id,) = cases_of(house) - known
    assert answer == (204, b"")
    assert grown(before, rows(house)) == ONE_NEW_REPORT
    assert read_by_a_handler(house, case_id) == [REPORT]


def test_a_text_may_be_signed_with_the_token_of_today_or_of_tomorrow(gateway: Gateway) -> None:
    before = gateway.counts()["stored"]

    answers = [
        gateway.post(form(REPORT, "+15550101010"), token=token)[0] for token in (TOKEN, NEXT_TOKEN)
    ]

    assert answers == [204, 204]
    assert gateway.counts()["stored"] == before + 2


def test_a_token_that_was_dropped_signs_nothing_any_more(shared_house: House) -> None:
    with running(shared_house, tokens(NEXT_TOKEN)) as gateway:
        old = gateway.post(form(REPORT, "+15550101011"), token=TOKEN)
        new = gateway.post(form(REPORT, "+15550101011"), token=NEXT_TOKEN)

    assert (old[0], new[0]) == (403, 204)


def test_the_same_message_again_changes_nothing(gateway: Gateway) -> None:
    house, fields = gateway.house, form(REPORT, "+15550101020")
    gateway.post(fields)
    before, counted = rows(house), gateway.counts()["duplicate"]

    answers = [gateway.post(fields) for _ in range(3)]

    assert answers == [(204, b"")] * 3
    assert rows(house) == before
    assert gateway.counts()["duplicate"] == counted + 3


def test_a_repeat_with_other_words_under_the_same_id_is_a_repeat(gateway: Gateway) -> None:
    house, fields = gateway.house, form(REPORT, "+15550101021")
    gateway.post(fields)
    before = rows(house)

    answer = gateway.post({**fields, "Body": "something else", "ErrorCode": "11200"})

    assert answer == (204, b"")
    assert rows(house) == before


def test_eight_copies_at_once_are_one_message(gateway: Gateway) -> None:
    house, fields = gateway.house, form(REPORT, "+15550101030")
    before, counted = rows(house), gateway.counts()

    with ThreadPoolExecutor(8) as eight:
        answers = list(eight.map(lambda _: gateway.post(fields), range(8)))

    after = gateway.counts()
    assert answers == [(204, b"")] * 8
    assert grown(before, rows(house)) == ONE_NEW_REPORT
    assert after["stored"] - counted["stored"] == 1
    assert after["duplicate"] - counted["duplicate"] == 7


def test_the_same_id_on_another_line_is_another_message(gateway: Gateway) -> None:
    fields = form(REPORT, "+15550101031")
    before = rows(gateway.house)

    gateway.post(fields)
    gateway.post({**fields, "From": "whatsapp:+15550101031"}, WHATSAPP)

    assert grown(before, rows(gateway.house))["message"] == 2


def test_eight_texts_of_one_new_number_at_once_are_one_conversation(gateway: Gateway) -> None:
    house, number = gateway.house, "+15550101040"
    before, known = rows(house), cases_of(house)
    texts = [f"{REPORT}, part {n}" for n in range(8)]

    with ThreadPoolExecutor(8) as eight:
        answers = list(eight.map(lambda text: gateway.post(form(text, number)), texts))

    (case_id,) = cases_of(house) - known
    new = grown(before, rows(house))
    assert answers == [(204, b"")] * 8
    assert sorted(read_by_a_handler(house, case_id)) == texts
    assert (new["conversation"], new["contact"], new["cases"], new["message"]) == (1, 1, 1, 8)


def test_eight_strangers_at_once_are_eight_cases(gateway: Gateway) -> None:
    before = rows(gateway.house)

    with ThreadPoolExecutor(8) as eight:
        numbers = [f"+1555010105{n}" for n in range(8)]
        answers = list(eight.map(lambda number: gateway.post(form(REPORT, number))[0], numbers))

    assert answers == [204] * 8
    assert grown(before, rows(gateway.house)) == {k: 8 * n for k, n in ONE_NEW_REPORT.items()}


def test_health_tells_nothing_and_metrics_are_not_on_the_public_port(gateway: Gateway) -> None:
    gateway.post(form("Riverside zebra", "+15550101060"))

    health, metrics = gateway.call("GET", "/health"), gateway.call("GET", "/metrics")

    assert health == (200, b"ok\n")
    assert metrics == (404, b"")


def test_measures_tell_numbers_and_labels_out_of_closed_lists(gateway: Gateway) -> None:
    gateway.post(form("Riverside zebra", "+15550101061"))
    gateway.post(form("Riverside zebra", "+15550101061"), "/in/zebra/riverside")

    samples = [s for metric in gateway.measures.registry.collect() for s in metric.samples]

    allowed = {*NAMES, *PROVIDERS, *STAGES, *map(str, BUCKETS), "+Inf"}
    assert {value for sample in samples for value in sample.labels.values()} <= allowed
    stages = {s.labels["stage"]: s.value for s in samples if s.name.endswith("seconds_count")}
    assert set(stages) == set(STAGES)
    assert min(stages.values()) >= 1
    assert [s.value for s in samples if s.name == "workervoice_store_waiting"] == [0]
    last = {s.labels["provider"]: s.value for s in samples if "last_webhook" in s.name}
    assert last["twilio"] > time.time() - 600
    assert last["simulator"] == 0
