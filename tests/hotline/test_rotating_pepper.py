"""A new pepper while workers write: nobody is forgotten, and the old one finds nobody."""

from __future__ import annotations

from uuid import UUID

import pytest

from tests.builders import a_case
from tests.hotline.rotations import (
    begun_pepper,
    ended_pepper,
    keys_of,
    problems,
    renewed,
    rotated_pepper,
)
from tests.house import House
from tests.looking import asked
from tests.security.thief import Thief
from workervoice.crypto.custody import FileCustody
from workervoice.crypto.seal import ctx, mac
from workervoice.errors import Declined
from workervoice.hotline.contacts import Indexes, places_of
from workervoice.hotline.receive import Reception, Taken
from workervoice.hotline.rotating_contacts import open_address, renew_contacts
from workervoice.message import Address, AddressKind
from workervoice.store import intake
from workervoice.store.engine import Tx
from workervoice.store.intake import Contact

ONE, TWO, NEW = "+15550100901", "+15550100902", "+15550100903"
CONTACTS = "SELECT index_version, count(*) FROM contact GROUP BY 1 ORDER BY 1"


def versions(house: House) -> dict[int, int]:
    """How many addresses have an index of which version."""
    return {row.index_version: row.count for row in asked(house, CONTACTS)}


def conversations(house: House) -> int:
    return len(asked(house, "SELECT id FROM conversation"))


def test_after_a_rotation_a_worker_is_known_and_is_answered(house: House) -> None:
    case_id = a_case(house, number=ONE)
    house.desk.answer(house.actor("asha"), case_id, "We wrote to them.")
    house.deliver()

    done = rotated_pepper(house)
    told = house.say(ONE, "1")

    assert (done.done, done.broken) == (1, ())
    assert "We wrote to them." in told[-1]
    assert (versions(house), conversations(house)) == ({2: 1}, 1)
    assert problems(house) == []
    details = {leaf["detail"] for leaf in house.leaves("rotation")}
    assert details == {"pepper 2 begun", "pepper 2 done"}


def test_whoever_writes_in_the_middle_is_one_worker_under_either_pepper(house: House) -> None:
    for number in (ONE, TWO):
        house.say(number, "They took our passports")
    begun_pepper(house)
    house.say(ONE, "1")
    house.say(NEW, "They took our passports")
    before = versions(house)
    done = renewed(house)
    house.say(ONE, "they cut pay if we ask")
    house.say(TWO, "1")
    house.say(NEW, "1")
    ended_pepper(house)
    house.say(TWO, "they cut pay if we ask")

    assert before == {1: 2, 2: 1}
    assert done.done == 2
    assert (versions(house), conversations(house)) == ({2: 3}, 3)
    assert problems(house) == []


def test_a_gateway_that_runs_on_notices_both_peppers_by_itself(house: House) -> None:
    other = house._process("gateway")  # noqa: SLF001 - a second gateway, with keys of its own
    reception = Reception(other, house.engine, house.phrases)
    house.say(ONE, "They took our passports")
    rotated_pepper(house)

    house.reception = reception
    house.say(ONE, "1")
    house.say(NEW, "They took our passports")
    other.database.close()

    assert (versions(house), conversations(house)) == ({2: 2}, 2)
    assert "pepper" not in other.custody.ids


def test_a_repeat_of_the_provider_is_stored_once_across_the_rotation(house: House) -> None:
    first = house.text(ONE, "They took our passports", external_id="SMrepeated")
    begun_pepper(house)
    middle = house.text(ONE, "They took our passports", external_id="SMrepeated")
    renewed(house)
    ended_pepper(house)
    last = house.text(ONE, "They took our passports", external_id="SMrepeated")

    assert [first, middle, last] == [Taken.STORED, Taken.DUPLICATE, Taken.DUPLICATE]


def _index(root: bytes) -> bytes:
    return mac(root, ctx("phone-place", 0))


def test_a_stolen_old_pepper_finds_no_number(house: House, thief_of_own: Thief) -> None:
    stolen = FileCustody(keys_of(house, "gateway"))
    house.say(ONE, "They took our passports")
    rotated_pepper(house)

    guessed = _index(stolen.mac("pepper", ctx("phone-index", 1, house.programme, "tel", ONE)))
    guessed_two = _index(stolen.mac("pepper", ctx("phone-index", 2, house.programme, "tel", ONE)))
    held = FileCustody(keys_of(house, "gateway")).ids

    rows = thief_of_own.rows_of("contact")
    assert {guessed, guessed_two}.isdisjoint(bytes(row.index) for row in rows)
    assert ("pepper" in held, "pepper-2" in held) == (False, True)
    assert not list(keys_of(house, "gateway").glob("pepper.*"))
    record = house.gateway.vault
    for row in thief_of_own.rows_of("conversation"):
        opened = record.open("conversation", house.programme, row.id, row.version, row.record)
        assert guessed[:6].hex() not in opened["known_by"]


def test_an_interrupted_rotation_is_continued_and_not_begun_again(house: House) -> None:
    for number in (ONE, TWO):
        house.say(number, "They took our passports")
    begun_pepper(house)
    asked_for: list[UUID] = []

    def opens_one(
        programme: UUID, contact_id: UUID, version: int, *, only_old: bool
    ) -> Address | None:
        asked_for.append(contact_id)
        if len(asked_for) > 1:
            raise KeyboardInterrupt
        return open_address(
            house.courier_process, programme, contact_id, version, only_old=only_old
        )

    with pytest.raises(KeyboardInterrupt):
        renew_contacts(house.gateway, house.programme, opens_one, only_old=False)
    again = begun_pepper(house)
    with pytest.raises(Declined, match="old pepper"):
        ended_pepper(house)
    done = renewed(house)
    ended_pepper(house)

    assert again == 2
    assert done.done == 2
    assert versions(house) == {2: 2}
    assert problems(house) == []


def test_the_courier_cannot_give_a_conversation_another_address(house: House) -> None:
    house.say(ONE, "They took our passports")
    begun_pepper(house)

    def lies(*given: object, **more: object) -> Address:
        return Address(AddressKind.PHONE, TWO)

    done = renew_contacts(house.gateway, house.programme, lies, only_old=False)

    assert (done.done, len(done.broken)) == (0, 1)
    assert versions(house) == {1: 1}


@pytest.mark.parametrize("column", ["index", "address", "signature", "version"])
def test_a_row_that_somebody_changed_is_named_and_keeps_the_old_pepper(
    house: House, thief_of_own: Thief, column: str
) -> None:
    for number in (ONE, TWO):
        house.say(number, "They took our passports")
    _, ours = [row.id for row in thief_of_own.rows("SELECT id FROM contact ORDER BY id")]
    value = 7 if column == "version" else b"\1" * 64
    thief_of_own.overwrite("contact", ours, {column: value})
    begun_pepper(house)

    done = renewed(house)

    assert (done.done, done.broken) == (1, (ours,))
    with pytest.raises(Declined):
        ended_pepper(house)


def test_an_old_row_put_back_after_the_rotation_is_not_written_to(
    house: House, thief_of_own: Thief
) -> None:
    house.say(ONE, "They took our passports")
    (old,) = thief_of_own.rows_of("contact")
    rotated_pepper(house)
    thief_of_own.overwrite("contact", old.id, old._asdict())

    found = problems(house)
    told = house.say(ONE, "1")

    assert any(f"contact {old.conversation_id} {old.id}" in problem for problem in found)
    assert told != []
    assert conversations(house) == 2  # a stranger by now: nobody finds the old row


def test_two_live_peppers_give_an_address_an_index_each(house: House) -> None:
    begun_pepper(house)

    found: Indexes = places_of(
        house.gateway.custody, house.programme, Address(AddressKind.PHONE, ONE)
    )[0]

    assert list(found) == [2, 1]
    assert len(set(found.values())) == 2


def test_an_address_is_renewed_only_while_nobody_sends_to_it(
    house: House, thief_of_own: Thief
) -> None:
    """The courier holds the conversation before it reads the address, as the gateway does."""
    house.text(ONE, "They took our passports")
    begun_pepper(house)
    seen: list[int] = []
    read = intake.contact_by_id

    def read_late(tx: Tx, contact_id: UUID) -> Contact:
        held = "SELECT id FROM conversation FOR UPDATE SKIP LOCKED"
        seen.append(len(thief_of_own.rows(held)))
        return read(tx, contact_id)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(intake, "contact_by_id", read_late)
        house.deliver()

    assert seen == [0]
    assert len(house.phones.texts(ONE)) == 1
