"""Delivery callbacks: they move a message forward, never back, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from uuid import UUID, uuid4

import pytest

from tests.channels.twilio_signing import ACCOUNT
from tests.house import House
from tests.looking import asked, outbox_state, rows
from tests.web.gateways import REPORT, Gateway, running
from workervoice.message import Accepted, Outbound, SendOutcome, Unknown

STATUS = "/status/twilio/demo-sms"
WHATSAPP_LINE = "demo-whatsapp"
SID = "SM" + "1" * 32
_NUMBERS = count(15550105000)


@pytest.fixture(scope="module")
def gateway(shared_house: House) -> Iterator[Gateway]:
    with running(shared_house) as started:
        yield started


def tell(gateway: Gateway, query: str, status: str, **others: str) -> tuple[int, bytes]:
    """Twilio's callback on one of our messages. It names the number: nothing of it is kept."""
    fields = {"MessageSid": SID, "AccountSid": ACCOUNT, "To": "+15550105999", **others}
    return gateway.post({**fields, "MessageStatus": status}, STATUS + query)


def owed(house: House, line: str = "demo-sms") -> UUID:
    """A text that is owed to somebody and was not sent yet."""
    before = rows(house)["outbox"]
    house.text(f"+{next(_NUMBERS)}", REPORT, line=line)
    assert rows(house)["outbox"] == before + 1
    ((outbox_id,),) = asked(house, "SELECT id FROM outbox WHERE state = 'owed'")
    return UUID(str(outbox_id))


def sent(house: House, line: str = "demo-sms") -> UUID:
    """A text that the provider has taken."""
    outbox_id = owed(house, line)
    house.deliver()
    assert outbox_state(house, outbox_id) == ("accepted", None)
    return outbox_id


@pytest.mark.parametrize(
    ("told", "state"),
    [
        (["sent"], "accepted"),
        (["sent", "delivered"], "delivered"),
        (["delivered"], "delivered"),
        (["delivered", "sent"], "delivered"),
        (["delivered", "queued", "sending", "sent"], "delivered"),
        (["read"], "delivered"),
        (["read", "delivered"], "delivered"),
        (["undelivered"], "failed"),
        (["undelivered", "sent"], "failed"),
        (["failed", "delivered"], "failed"),
        (["delivered", "failed"], "delivered"),
        (["delivered", "delivered"], "delivered"),
        (["canceled"], "failed"),
    ],
    ids=" ".join,
)
def test_a_message_goes_forward_and_never_back(
    gateway: Gateway, told: list[str], state: str
) -> None:
    outbox_id = sent(gateway.house)

    answers = [tell(gateway, f"?m={outbox_id}", status) for status in told]

    assert answers == [(204, b"")] * len(told)
    assert outbox_state(gateway.house, outbox_id)[0] == state


def test_the_reason_of_a_failure_is_kept_as_its_code_alone(gateway: Gateway) -> None:
    outbox_id = sent(gateway.house)

    tell(gateway, f"?m={outbox_id}", "undelivered", ErrorCode="30005", ErrorMessage="+15550105999")

    assert outbox_state(gateway.house, outbox_id) == ("failed", "30005")


@pytest.mark.parametrize(
    ("code", "state"), [("63016", "held"), ("21610", "withheld"), ("63014", "withheld")]
)
@pytest.mark.parametrize("status", ["undelivered", "failed"])
def test_a_text_that_may_not_go_out_now_waits_for_the_worker(
    gateway: Gateway, code: str, state: str, status: str
) -> None:
    house, outbox_id = gateway.house, sent(gateway.house, WHATSAPP_LINE)

    answer = tell(gateway, f"?m={outbox_id}", status, ErrorCode=code)
    house.deliver()

    assert answer == (204, b"")
    assert outbox_state(house, outbox_id) == (state, code)


@pytest.mark.parametrize(
    ("query", "outcome"),
    [
        ("", "status_unnamed"),
        ("?m=", "status_unnamed"),
        ("?m=garbage", "status_unnamed"),
        ("?m=%00%ff", "status_unnamed"),
        ("?M=7d444840-9dc0-11d1-b245-5ffdce74fad2", "status_unnamed"),
        ("?m=7d444840-9dc0-11d1-b245-5ffdce74fad2", "status_ignored"),
    ],
)
def test_a_callback_that_names_no_message_of_ours_is_counted_and_dropped(
    gateway: Gateway, query: str, outcome: str
) -> None:
    outbox_id = sent(gateway.house)
    before, counted = rows(gateway.house), gateway.counts()[outcome]

    answer = tell(gateway, query, "failed")

    assert answer == (204, b"")
    assert gateway.counts()[outcome] == counted + 1
    assert rows(gateway.house) == before
    assert outbox_state(gateway.house, outbox_id) == ("accepted", None)


@pytest.mark.parametrize("status", ["", "receiving", "partially_delivered", "DROP", "\0"])
def test_a_status_that_we_do_not_know_is_dropped_and_not_refused(
    gateway: Gateway, status: str
) -> None:
    """A refusal would leave the worker's number in the provider's log of errors."""
    outbox_id, before = sent(gateway.house), gateway.counts()["status_ignored"]

    answer = tell(gateway, f"?m={outbox_id}", status)

    assert answer == (204, b"")
    assert gateway.counts()["status_ignored"] == before + 1
    assert outbox_state(gateway.house, outbox_id) == ("accepted", None)


def test_the_name_in_the_query_is_under_the_signature(gateway: Gateway) -> None:
    outbox_id, other = sent(gateway.house), uuid4()
    fields = {"MessageSid": SID, "AccountSid": ACCOUNT, "MessageStatus": "failed"}

    foreign = gateway.post(fields, f"{STATUS}?m={outbox_id}", token="somebody's")
    moved = gateway.post(fields, f"{STATUS}?m={outbox_id}", public=f"http://x{STATUS}?m={other}")

    assert (foreign, moved) == ((403, b""), (403, b""))
    assert outbox_state(gateway.house, outbox_id) == ("accepted", None)


def test_a_callback_before_anything_was_sent_moves_nothing(gateway: Gateway) -> None:
    outbox_id = owed(gateway.house)

    answer = tell(gateway, f"?m={outbox_id}", "delivered")

    assert answer == (204, b"")
    assert outbox_state(gateway.house, outbox_id) == ("owed", None)
    gateway.house.deliver()


@pytest.mark.parametrize(
    ("status", "state"), [("sent", "accepted"), ("delivered", "delivered"), ("failed", "failed")]
)
def test_a_callback_may_overtake_the_couriers_own_note(
    gateway: Gateway, status: str, state: str
) -> None:
    """The provider calls back while its answer to the courier is still on its way."""
    house, outbox_id = gateway.house, owed(gateway.house)

    def quick(message: Outbound) -> SendOutcome:
        assert tell(gateway, f"?m={message.outbox_id}", status) == (204, b"")
        return Accepted("SM2")

    house.phones.answer = quick
    house.deliver()
    house.phones.answer = None

    assert outbox_state(house, outbox_id)[0] == state
    assert reference_of(house, outbox_id) is not None


def reference_of(house: House, outbox_id: UUID) -> bytes | None:
    """The provider's id, sealed: without it the message could not be deleted there later."""
    ((found,),) = asked(house, "SELECT provider_ref FROM outbox WHERE id = :id", id=outbox_id)
    return None if found is None else bytes(found)


def test_a_callback_resolves_what_the_courier_could_not_know(gateway: Gateway) -> None:
    house, outbox_id = gateway.house, owed(gateway.house)
    house.phones.answer = lambda message: Unknown("no answer")
    house.deliver()
    house.phones.answer = None
    unsure = outbox_state(house, outbox_id)[0]

    tell(gateway, f"?m={outbox_id}", "sent")
    house.wait(minutes=5)
    house.deliver()

    assert unsure == "unknown"
    assert outbox_state(house, outbox_id)[0] == "accepted"
    assert reference_of(house, outbox_id) is not None
    assert all(message.outbox_id != outbox_id for message in house.phones.received)


def test_callbacks_at_once_end_at_the_furthest(gateway: Gateway) -> None:
    outbox_id = sent(gateway.house)
    told = ["queued", "sending", "sent", "delivered"] * 3

    with ThreadPoolExecutor(12) as twelve:
        answers = list(twelve.map(lambda each: tell(gateway, f"?m={outbox_id}", each), told))

    assert answers == [(204, b"")] * 12
    assert outbox_state(gateway.house, outbox_id)[0] == "delivered"
