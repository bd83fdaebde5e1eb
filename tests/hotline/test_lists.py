"""What webhooks missed is found in the provider's own list, and comes once, in order."""

from __future__ import annotations

import secrets
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode
from uuid import uuid4

import pytest

from tests.channels.twilio_signing import ACCOUNT, TOKEN, signed
from tests.hotline.test_collecting import collect, left
from tests.house import House
from tests.looking import cases_of
from workervoice.channels.twilio import TwilioReceiver
from workervoice.hotline.bringing import bring_spooled, spool
from workervoice.hotline.casepage import case_page
from workervoice.hotline.tick_brought import TakingBrought
from workervoice.hotline.tick_lists import Lists
from workervoice.message import Address, AddressKind, Inbound, Listed, MediaHandle
from workervoice.store import brought as store
from workervoice.store.engine import Scope

PHONES = tuple(f"+155501007{number:02}" for number in range(80, 88))
FALLBACK = "https://fallback.example"


def came(house: House, number: str, text: str, **at: float) -> Listed:
    """A message that the provider has, and of which no webhook told us."""
    sender = Address(AddressKind.PHONE, number)
    inbound = Inbound(f"SM{secrets.token_hex(16)}", sender, text)
    listed = Listed(inbound, house.now + timedelta(**at))
    house.shelf.came = [*(house.shelf.came or []), listed]
    return listed


def catch_up(house: House, lists: Lists | None = None) -> None:
    """The courier reads the lists, and the gateway takes what it brings."""
    (lists or house.lists).go_round()
    while house.taking.take_waiting():
        pass


def fresh_lists(house: House) -> Lists:
    """Of a courier that has just started."""
    return Lists(house.courier_process, lambda line: house.shelf if "sms" in line.slug else None)


def threads(house: House) -> list[list[str]]:
    """What a handler reads, case by case, each in order."""
    return sorted(
        [
            "".join(words for words, _, _ in entry.passages)
            for entry in case_page(house.console, house.actor("sam"), case_id).thread
            if entry.direction == "in"
        ]
        for case_id in cases_of(house)
    )


LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def waiting(house: House) -> dict[str, int]:
    with house.gateway.database.begin(Scope(house.programme)) as tx:
        rows = [*store.waiting(tx), *store.waiting(tx, refused_since=LONG_AGO)]
    return {str(row.code): sum(each.code == row.code for each in rows) for row in rows}


def test_a_day_without_webhooks_brings_every_message_once_and_in_order(
    emptied_house: House,
) -> None:
    house, lists = emptied_house, fresh_lists(emptied_house)
    said: dict[str, list[str]] = {phone: [] for phone in PHONES}
    for hour in range(24):
        for phone in PHONES[hour % 2 :: 2]:
            text = f"worker {phone[-1]}, hour {hour}: they locked the gate"
            came(house, phone, text, minutes=PHONES.index(phone))
            said[phone].append(text)
        house.wait(hours=1)
        catch_up(house, lists)

    house.wait(hours=1)
    catch_up(house, lists)

    assert threads(house) == sorted(said.values())
    assert len(house.leaves("message_received")) == sum(map(len, said.values())) == 96


def test_a_list_that_skips_and_repeats_loses_nothing(emptied_house: House) -> None:
    house, lists = emptied_house, fresh_lists(emptied_house)
    hidden = came(house, PHONES[0], "the first text, which the list skips")
    shown = came(house, PHONES[1], "they locked the gate")
    house.shelf.came = [shown, shown]
    house.wait(hours=1)
    catch_up(house, lists)
    assert threads(house) == [[shown.inbound.text]]

    house.shelf.came = [hidden, shown]
    house.wait(hours=25)
    catch_up(house, lists)

    assert threads(house) == sorted([[hidden.inbound.text], [shown.inbound.text]])


def test_what_a_webhook_brought_is_not_stored_again(emptied_house: House) -> None:
    house = emptied_house
    listed = came(house, PHONES[0], "they locked the gate")
    house.text(PHONES[0], listed.inbound.text, external_id=listed.inbound.external_id)

    house.wait(hours=1)
    catch_up(house, fresh_lists(house))

    assert threads(house) == [[listed.inbound.text]]
    assert waiting(house) == {}


def test_a_list_that_cannot_be_had_whole_is_asked_for_again(emptied_house: House) -> None:
    house, lists = emptied_house, fresh_lists(emptied_house)
    listed = came(house, PHONES[0], "they locked the gate")
    house.shelf.came = None
    house.wait(hours=1)
    catch_up(house, lists)
    assert lists.counts["list_failed"] == 1

    house.shelf.came = [listed]
    house.wait(days=20)
    catch_up(house, lists)

    assert threads(house) == [[listed.inbound.text]]


def test_a_message_of_a_month_ago_is_still_found_and_an_older_one_is_not(
    emptied_house: House,
) -> None:
    house = emptied_house
    came(house, PHONES[0], "of 31 days ago", days=-31)
    came(house, PHONES[0], "of 29 days ago", days=-29)

    catch_up(house, fresh_lists(house))

    assert threads(house) == [["of 29 days ago"]]


def test_the_list_is_read_every_five_minutes_and_not_more_often(emptied_house: House) -> None:
    house, lists = emptied_house, fresh_lists(emptied_house)
    catch_up(house, lists)
    came(house, PHONES[0], "they locked the gate")
    house.wait(minutes=4)
    catch_up(house, lists)
    assert threads(house) == []

    house.wait(minutes=2)
    catch_up(house, lists)
    assert threads(house) == [["they locked the gate"]]


def test_media_of_a_listed_message_are_fetched_too(emptied_house: House) -> None:
    house = emptied_house
    picture = MediaHandle("https://api.twilio.com/media/ME7", "image/jpeg")
    sender = Address(AddressKind.PHONE, PHONES[0])
    inbound = Inbound("SM" + "7" * 32, sender, "see this", (picture,))
    house.shelf.came = [Listed(inbound, house.now)]

    house.wait(hours=1)
    catch_up(house, fresh_lists(house))
    collect(house)

    assert house.shelf.fetched == [picture.url]


def test_what_is_listed_a_day_after_it_was_taken_is_deleted_there_again(
    emptied_house: House,
) -> None:
    house, lists = emptied_house, fresh_lists(emptied_house)
    listed = came(house, PHONES[0], "they locked the gate")
    house.wait(hours=1)
    catch_up(house, lists)
    collect(house, hours=30)
    assert house.shelf.deleted.count(listed.inbound.external_id) == 1
    assert left(house).count == 0

    house.wait(hours=1)
    catch_up(house, lists)
    collect(house, hours=1)

    assert house.shelf.deleted.count(listed.inbound.external_id) == 2


def test_a_list_that_no_courier_signed_is_refused(emptied_house: House) -> None:
    house = emptied_house
    came(house, PHONES[0], "they locked the gate")
    house.wait(hours=1)
    fresh_lists(house).go_round()
    with house.owner.begin(Scope(house.programme)) as tx:
        flip = "UPDATE brought SET id = gen_random_uuid()"
        tx.connection.exec_driver_sql(flip)

    house.taking.take_waiting()

    assert threads(house) == []
    assert waiting(house) == {"SealBroken": 1}


# --- the fallback receiver's spool ----------------------------------------------------------------


def spooled(house: House, text: str, *, token: str = TOKEN, base: str = FALLBACK) -> None:
    """A webhook that the fallback receiver took, and that somebody carried here."""
    fields = {"MessageSid": f"SM{secrets.token_hex(16)}", "AccountSid": ACCOUNT, "Body": text}
    body = urlencode({**fields, "From": PHONES[0], "To": "+15550100000"}).encode()
    webhook = signed(body, token=token, url=f"{base}/in/twilio/demo-sms")
    with house.courier_process.database.begin(Scope(house.programme)) as tx:
        name, public = uuid4(), house.gateway.custody.public("own")
        assert bring_spooled(tx, name, spool(public, name, webhook), house.now)


def taking(house: House, *tokens: str) -> TakingBrought:
    receivers = {"twilio": TwilioReceiver(ACCOUNT, tokens)}
    return TakingBrought(house.reception, receivers, FALLBACK)


def test_a_spooled_webhook_is_checked_again_and_taken(emptied_house: House) -> None:
    house = emptied_house
    spooled(house, "they locked the gate")

    assert taking(house, TOKEN).take_waiting() == 1

    assert threads(house) == [["they locked the gate"]]
    assert waiting(house) == {}


@pytest.mark.parametrize("base", ["https://elsewhere.example", "https://fallback.example.evil"])
def test_what_was_not_signed_for_the_fallback_receiver_is_refused(
    emptied_house: House, base: str
) -> None:
    house = emptied_house
    spooled(house, "they locked the gate", base=base)

    taking(house, TOKEN).take_waiting()

    assert threads(house) == []
    assert waiting(house) == {"Refused": 1}


def test_a_token_that_is_put_back_lets_in_what_was_refused(emptied_house: House) -> None:
    house = emptied_house
    spooled(house, "they locked the gate")
    without = taking(house, "another token")
    without.take_waiting()
    assert waiting(house) == {"Refused": 1}

    taking(house, "another token", TOKEN).take_waiting()

    assert threads(house) == [["they locked the gate"]]
    assert waiting(house) == {}


def test_one_that_is_refused_keeps_no_other_waiting(emptied_house: House) -> None:
    house = emptied_house
    spooled(house, "forged", token="no token of ours")
    spooled(house, "they locked the gate")

    taking(house, TOKEN).take_waiting()

    assert threads(house) == [["they locked the gate"]]


def test_nothing_of_what_waits_can_be_read_from_the_database(emptied_house: House) -> None:
    house = emptied_house
    spooled(house, "they locked the gate")
    came(house, PHONES[1], "they took my passport")
    house.wait(hours=1)
    fresh_lists(house).go_round()

    with house.owner.begin(Scope(house.programme)) as tx:
        rows = tx.connection.exec_driver_sql("SELECT envelope FROM brought").scalars().all()

    assert len(rows) == 2
    for planted in (b"locked", b"passport", PHONES[0].encode(), b64encode(b"they locked")):
        assert not any(planted in bytes(row) for row in rows)
