"""Writing to the database is not enough to text a worker, nor to send an answer elsewhere."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from tests.builders import a_case
from tests.house import House
from tests.security.thief import Thief
from workervoice.crypto.directory import sign_entry
from workervoice.crypto.seal import (
    MESSAGE_SIZES,
    ctx,
    digest,
    generate_signing,
    pad,
)
from workervoice.crypto.suite import seal_to
from workervoice.errors import NotTrusted
from workervoice.hotline.casepage import case_page
from workervoice.store.engine import Scope
from workervoice.store.log import Event, record_event
from workervoice.store.rows import Row

ELSEWHERE = "+15550100555"
LURE = "Come to the gate at nine."

Signs = Callable[[bytes], bytes]


def a_forged_row(
    thief: Thief,
    house: House,
    worker: str,
    signer_id: UUID,
    signature: bytes | Signs,
    *,
    logged: bool = True,
) -> UUID:
    """An owed text of the thief's own to the worker, in every respect like one of ours but one."""
    contact, conversation = thief.contact_of(house, worker)
    outbox_id, until = uuid4(), house.now + timedelta(hours=1)
    words = {
        "contact": str(contact),
        "line": str(house.line().id),
        "text": LURE,
        "held": False,
        "always": True,
        "asks": False,
        "since": int(house.now.timestamp()),
        "expires": int(until.timestamp()),
    }
    place = ctx("outbox", thief.programme, outbox_id)
    plain = pad(json.dumps(words).encode(), MESSAGE_SIZES)
    payload = seal_to(thief.public_of("courier"), plain, place)
    statement = ctx("sign-outbox", thief.programme, outbox_id, conversation, digest(payload))
    thief.change(
        "INSERT INTO outbox (programme_id, id, conversation_id, state, payload, signer_id,"
        " signature, run_at, expires_at, attempts, dedupe_key) VALUES (%(p)s, %(id)s, %(c)s,"
        " 'owed', %(payload)s, %(signer)s, %(signature)s, %(at)s, %(until)s, 0, %(id)s::text)",
        p=thief.programme,
        id=outbox_id,
        c=conversation,
        payload=payload,
        signer=signer_id,
        signature=signature if isinstance(signature, bytes) else signature(statement),
        at=house.now,
        until=until,
    )
    with house.owner.begin(Scope(thief.programme)) as tx:
        if logged:
            tx.stored.append(Row.of("outbox", outbox_id, 1, payload))
        event = Event("delivery", house.gateway.id, outbox_id)
        record_event(tx, house.gateway.vault, event, house.now)
    return outbox_id


def fate(thief: Thief, outbox_id: UUID) -> tuple[str, str | None]:
    row = thief.one("SELECT state, code FROM outbox WHERE id = %(id)s", id=outbox_id)
    return row.state, row.code


def answer(house: House, case_id: UUID, text: str = "We can help.") -> None:
    house.desk.answer(house.actor("asha"), case_id, text)
    house.deliver()


def test_a_row_that_the_gateway_signs_is_sent_so_the_forgeries_are_well_made(
    shared_house: House, thief: Thief, worker: str
) -> None:
    house, gateway = shared_house, shared_house.gateway
    house.say(worker, "our passports are with the boss")

    forged = a_forged_row(thief, house, worker, gateway.id, gateway.sign)
    house.deliver()

    assert house.phones.texts(worker)[-1] == LURE
    assert fate(thief, forged) == ("accepted", None)


def test_a_row_that_the_gateway_signs_and_the_log_does_not_know_is_not_sent(
    shared_house: House, thief: Thief, worker: str
) -> None:
    house, gateway = shared_house, shared_house.gateway
    house.say(worker, "our passports are with the boss")

    forged = a_forged_row(thief, house, worker, gateway.id, gateway.sign, logged=False)
    house.deliver()

    assert LURE not in house.phones.texts(worker)
    assert fate(thief, forged) == ("failed", "untrusted")
    assert str(forged) in {leaf["object"] for leaf in house.leaves("row_refused")}


@pytest.mark.parametrize(
    "signed", ["by nobody", "by an unknown key", "in the gateway's name", "in an officer's name"]
)
def test_an_outbox_row_that_a_database_writer_made_is_never_sent(
    shared_house: House, thief: Thief, worker: str, signed: str
) -> None:
    house, key = shared_house, generate_signing()
    house.say(worker, "our passports are with the boss")
    sent = len(house.phones.received)
    forgeries: dict[str, tuple[UUID, bytes | Signs]] = {
        "by nobody": (house.gateway.id, b""),
        "by an unknown key": (uuid4(), key.sign),
        "in the gateway's name": (house.gateway.id, key.sign),
        "in an officer's name": (house.actor("asha").id, key.sign),
    }

    forged = a_forged_row(thief, house, worker, *forgeries[signed])
    house.deliver()

    assert len(house.phones.received) == sent
    assert fate(thief, forged) == ("failed", "untrusted")


@pytest.mark.parametrize("signer", ["an officer", "the gateway"])
def test_a_signature_copied_from_another_row_sends_nothing(
    shared_house: House, thief: Thief, worker: str, signer: str
) -> None:
    house = shared_house
    answer(house, a_case(house, number=worker))
    sent = len(house.phones.received)
    signer_id = house.gateway.id if signer == "the gateway" else house.actor("asha").id
    (row, *_) = thief.rows("SELECT signature FROM outbox WHERE signer_id = %(s)s", s=signer_id)

    forged = a_forged_row(thief, house, worker, signer_id, bytes(row.signature))
    house.deliver()

    assert len(house.phones.received) == sent
    assert fate(thief, forged) == ("failed", "untrusted")


@pytest.mark.parametrize(("kind", "role"), [("gateway", "gateway"), ("officer", "handler")])
@pytest.mark.parametrize("vouched_by", ["the thief as root", "the thief as registrar"])
def test_a_thief_who_enters_the_directory_by_hand_still_sends_nothing(
    shared_house: House, thief: Thief, worker: str, kind: str, role: str, vouched_by: str
) -> None:
    house, key, myself, other = shared_house, generate_signing(), uuid4(), uuid4()
    house.say(worker, "our passports are with the boss")
    sent = len(house.phones.received)
    registrar = None if vouched_by == "the thief as root" else myself
    for entry_id, entry_kind in ((myself, "registrar"), (other, kind)):
        entry = thief.entry(entry_id, entry_kind, role, house.now, sign_public=key.public)
        thief.enter(sign_entry(entry, registrar, key))

    house.wait(minutes=1)
    forged = a_forged_row(thief, house, worker, other, key.sign)
    house.deliver()

    assert len(house.phones.received) == sent
    assert fate(thief, forged) == ("failed", "untrusted")


@pytest.mark.parametrize(
    "swapped",
    [
        ("address",),
        ("address", "signature"),
        ("address", "signature", "signer_id", "index"),
        ("conversation_id",),
        ("id",),
    ],
    ids="-".join,
)
def test_an_address_swapped_with_another_workers_is_not_written_to(
    shared_house: House, thief: Thief, worker: str, swapped: tuple[str, ...]
) -> None:
    house, other = shared_house, f"{worker[:-4]}9{worker[-3:]}"
    case_id = a_case(house, number=worker)
    house.say(other, "our passports are with the boss")
    sent, refused = len(house.phones.received), thief.refused()
    ours, theirs = (thief.contact_of(house, number)[0] for number in (worker, other))

    thief.swap("contact", swapped, ours, theirs)
    answer(house, case_id)

    assert len(house.phones.received) == sent
    assert thief.refused() == refused + 1


def test_an_address_of_the_thiefs_in_a_workers_place_gets_nothing(
    shared_house: House, thief: Thief, worker: str
) -> None:
    house, case_id = shared_house, a_case(shared_house, number=worker)
    sent, refused = len(house.phones.received), thief.refused()
    contact, _ = thief.contact_of(house, worker)
    place = ctx("address", thief.programme, contact)

    sealed = seal_to(thief.public_of("courier"), f"tel:{ELSEWHERE}".encode(), place)
    thief.change("UPDATE contact SET address = %(a)s WHERE id = %(c)s", a=sealed, c=contact)
    answer(house, case_id)

    assert len(house.phones.received) == sent
    assert thief.refused() == refused + 1


@pytest.mark.parametrize("turned", ["the thief's row", "the keyed hashes"])
def test_a_thief_with_a_phone_does_not_become_the_worker(
    shared_house: House, thief: Thief, worker: str, turned: str
) -> None:
    """Else one row would let the thief speak for the worker, and call for the answers held."""
    house, phone = shared_house, f"{worker[:-4]}7{worker[-3:]}"
    case_id = a_case(house, number=worker)
    answer(house, case_id, "not before you ask")
    house.say(phone, "good morning")
    (theirs, conversation), (mine, _) = (thief.contact_of(house, n) for n in (worker, phone))
    thread = len(case_page(house.console, house.actor("asha"), case_id).thread)

    if turned == "the keyed hashes":
        thief.swap("contact", ("index",), theirs, mine)
    else:
        thief.overwrite("contact", mine, {"conversation_id": conversation})
    for text in ("1", "all is well here"):
        with pytest.raises(NotTrusted):
            house.say(phone, text)

    assert "not before you ask" not in house.phones.texts(worker) + house.phones.texts(phone)
    assert len(case_page(house.console, house.actor("asha"), case_id).thread) == thread


@pytest.mark.parametrize("release", ["none", "of another row", "by the thief", "by an officer"])
def test_an_answer_that_waits_does_not_go_before_the_worker_asks(
    shared_house: House, thief: Thief, worker: str, release: str
) -> None:
    house, case_id = shared_house, a_case(shared_house, number=worker)
    answer(house, case_id, "the first answer")
    house.say(worker, "1")
    answer(house, case_id, "the second answer")
    rows = thief.outbox_of(house, worker)
    (released,) = [row for row in rows if row.release_id]
    (held,) = [row for row in rows if row.state == "held"]
    request, asha = uuid4(), house.actor("asha")
    asked = ctx("sign-release", thief.programme, held.id, digest(bytes(held.signature)), request)
    forged = {
        "none": (None, None, None),
        "of another row": (
            released.release_id,
            released.release_signer_id,
            bytes(released.release_signature),
        ),
        "by the thief": (request, house.gateway.id, generate_signing().sign(asked)),
        "by an officer": (request, asha.id, asha.bundle.sign.sign(asked)),
    }[release]

    thief.change(
        "UPDATE outbox SET state = 'owed', release_id = %(r)s, release_signer_id = %(s)s,"
        " release_signature = %(g)s WHERE id = %(id)s",
        **dict(zip("rsg", forged, strict=True)),
        id=held.id,
    )
    house.deliver()

    assert "the first answer" in house.phones.texts(worker)
    assert "the second answer" not in house.phones.texts(worker)
    assert fate(thief, held.id) == ("failed", "untrusted")


def test_a_text_withheld_by_stop_does_not_go_because_rows_say_that_it_may(
    shared_house: House, thief: Thief, worker: str
) -> None:
    house, case_id = shared_house, a_case(shared_house, number=worker)
    house.desk.answer(house.actor("asha"), case_id, "We can help.")
    house.say(worker, "STOP")
    texts = house.phones.texts(worker)
    _, conversation = thief.contact_of(house, worker)

    thief.change("UPDATE conversation SET state = 'resting' WHERE id = %(c)s", c=conversation)
    changed = thief.change(
        "UPDATE outbox SET state = 'owed' WHERE state = 'withheld' AND conversation_id = %(c)s",
        c=conversation,
    )
    house.deliver()

    assert changed == 1
    assert house.phones.texts(worker) == texts


def test_a_text_that_was_sent_is_not_sent_again_because_its_row_says_owed(
    shared_house: House, thief: Thief, worker: str
) -> None:
    house = shared_house
    answer(house, a_case(house, number=worker))
    house.say(worker, "1")
    texts = house.phones.texts(worker)
    _, conversation = thief.contact_of(house, worker)

    changed = thief.change(
        "UPDATE outbox SET state = 'owed' WHERE state = 'accepted' AND conversation_id = %(c)s",
        c=conversation,
    )
    house.deliver()

    assert changed == len(texts)
    assert house.phones.texts(worker) == texts
