"""A new key pair of the courier while texts are owed: each goes out once, to whom it was owed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.builders import a_case
from tests.hotline.rotations import (
    begun_courier,
    ended_courier,
    keys_of,
    problems,
    renewed,
    resealed,
    rotated_pepper,
    signed_by_root,
)
from tests.house import House, build_house
from tests.security.thief import Thief
from workervoice.crypto.custody import FileCustody, unwrap_any
from workervoice.crypto.seal import SigningKey, ctx, generate_signing
from workervoice.embedded import EmbeddedServer
from workervoice.errors import Declined, SealBroken
from workervoice.hotline.ceremony import Root
from workervoice.hotline.contacts import address_info
from workervoice.hotline.owing import outbox_info
from workervoice.triage.engine import Engine

ONE, TWO = "+15550100911", "+15550100912"
ANSWER = "We wrote to them, come by on Monday."


@pytest.fixture
def root() -> SigningKey:
    return generate_signing()


@pytest.fixture
def house(
    server: EmbeddedServer,
    engine: Engine,
    root: SigningKey,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[House]:
    """A hotline whose root is known to the test."""
    monkeypatch.setattr(Root, "generate", staticmethod(lambda: Root(root)))
    built = build_house(server, tmp_path_factory.mktemp("house") / "data", engine)
    yield built
    built.close()


def opened_by(house: House, thief: Thief, custody: FileCustody) -> int:
    """How many stored things these keys open."""
    found = 0
    places = [
        *((row.address, address_info(house.programme, row.id)) for row in thief.rows_of("contact")),
        *((row.payload, outbox_info(house.programme, row.id)) for row in thief.rows_of("outbox")),
        *(
            (row.provider_ref, ctx("provider-ref", house.programme, row.id))
            for row in thief.rows_of("outbox")
        ),
    ]
    for blob, info in places:
        try:
            unwrap_any(custody, "courier", blob or b"", info)
        except SealBroken:
            continue
        found += 1
    return found


def test_what_was_held_before_goes_out_after_the_rotation_and_the_old_key_opens_nothing(
    house: House, root: SigningKey, thief_of_own: Thief
) -> None:
    case_id = a_case(house, number=ONE)
    house.desk.answer(house.actor("asha"), case_id, ANSWER)
    house.deliver()
    stolen = FileCustody(keys_of(house, "courier"))
    before = opened_by(house, thief_of_own, stolen)

    entry = begun_courier(house)
    assert entry is not None
    signed_by_root(house, root, entry)
    done = resealed(house)
    again = resealed(house)
    ended_courier(house)
    told = house.say(ONE, "1")

    assert before > 5
    assert opened_by(house, thief_of_own, stolen) == 0
    assert opened_by(house, thief_of_own, FileCustody(keys_of(house, "courier"))) >= before
    assert (done.broken, again.done) == ((), 0)
    assert ANSWER in told[-1]
    assert not list(keys_of(house, "courier").glob("courier.*"))
    assert problems(house) == []


def test_until_the_root_has_signed_everything_goes_on_as_before(
    house: House, root: SigningKey
) -> None:
    first = begun_courier(house)
    told = house.say(ONE, "They took our passports")
    again = begun_courier(house)
    with pytest.raises(Declined, match="does not name"):
        ended_courier(house)
    assert first is not None
    signed_by_root(house, root, first)
    named = begun_courier(house)

    assert told != []
    assert again is not None
    assert replace(again, not_after=0) == replace(first, not_after=0)
    assert named is None


def test_whoever_writes_and_is_answered_in_the_middle_gets_everything_once(
    house: House, root: SigningKey
) -> None:
    case_id = a_case(house, number=ONE)
    house.text(TWO, "They took our passports")  # its answer is owed under the old key
    entry = begun_courier(house)
    assert entry is not None
    signed_by_root(house, root, entry)
    house.desk.answer(house.actor("asha"), case_id, ANSWER)
    house.deliver()
    renewed(house, only_old=True)
    asked = house.say(ONE, "1")
    resealed(house)
    ended_courier(house)
    house.deliver()
    rest = house.say(TWO, "1")

    assert sum(ANSWER in text for text in asked) == 1
    assert sum(ANSWER in text for text in house.phones.texts(ONE)) == 1
    assert len(house.phones.texts(TWO)) == 1 + len(rest)
    assert problems(house) == []


def test_a_text_that_is_being_sent_is_left_for_the_next_pass(
    house: House, root: SigningKey, thief_of_own: Thief
) -> None:
    house.text(TWO, "They took our passports")
    entry = begun_courier(house)
    assert entry is not None
    signed_by_root(house, root, entry)
    thief_of_own.change("UPDATE outbox SET state = 'claimed', lease_until = now() + '1 min'")
    in_hand = resealed(house)
    thief_of_own.change("UPDATE outbox SET state = 'owed', lease_until = NULL")

    rest = resealed(house)
    ended_courier(house)
    house.deliver()

    assert (in_hand.done, in_hand.left, rest.done, rest.left) == (1, 1, 1, 0)
    assert len(house.phones.texts(TWO)) == 1


@pytest.mark.parametrize("column", ["first_digest", "reseal_signature", "payload"])
def test_nobody_but_the_courier_says_what_a_text_was_before(
    house: House, root: SigningKey, thief_of_own: Thief, column: str
) -> None:
    house.text(TWO, "They took our passports")
    (old,) = thief_of_own.rows_of("outbox")
    entry = begun_courier(house)
    assert entry is not None
    signed_by_root(house, root, entry)
    resealed(house)
    value = {"first_digest": b"\1" * 32, "reseal_signature": b"\1" * 64, "payload": old.payload}
    thief_of_own.overwrite("outbox", old.id, {column: value[column]})

    house.deliver()

    assert house.phones.texts(TWO) == []


def test_an_old_address_put_back_after_the_rotation_is_not_written_to(
    house: House, root: SigningKey, thief_of_own: Thief
) -> None:
    house.say(TWO, "They took our passports")
    (old,) = thief_of_own.rows_of("contact")
    entry = begun_courier(house)
    assert entry is not None
    signed_by_root(house, root, entry)
    resealed(house)
    thief_of_own.overwrite("contact", old.id, old._asdict())

    told = house.say(TWO, "1")

    assert told == []
    assert any(f"contact {old.conversation_id} {old.id}" in found for found in problems(house))


def test_pepper_and_courier_are_rotated_one_after_the_other(house: House, root: SigningKey) -> None:
    case_id = a_case(house, number=ONE)
    for _ in range(2):
        rotated_pepper(house)
        entry = begun_courier(house)
        assert entry is not None
        signed_by_root(house, root, entry)
        resealed(house)
        ended_courier(house)
    house.desk.answer(house.actor("asha"), case_id, ANSWER)
    house.deliver()

    told = house.say(ONE, "1")

    assert ANSWER in told[-1]
    assert problems(house) == []
