"""The envelope from the console to the gateway: only whoever may, once, in time, and unreadable."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from tests.hotline.test_byhand import NUMBER, SAID, a_call, an_entry, entered
from tests.house import House, build_house
from tests.looking import asked, cases_of
from workervoice.crypto.directory import Entry as Principal
from workervoice.crypto.suite import generate_kem
from workervoice.embedded import EmbeddedServer
from workervoice.errors import GuardFailed
from workervoice.hotline import handover, leaving
from workervoice.hotline.handover import Entry, became, hand_over
from workervoice.store.engine import Scope
from workervoice.store.handover import HandoverRow
from workervoice.store.tables import handover as table
from workervoice.triage.engine import Engine


@pytest.fixture
def house(emptied_house: House) -> House:
    return emptied_house


def handed(house: House, entry: Entry | None = None, login: str = "asha") -> UUID:
    entry_id = uuid4()
    hand_over(house.console, house.actor(login), entry or a_call(house), entry_id)
    return entry_id


def row_of(house: House) -> HandoverRow:
    (row,) = asked(house, "SELECT * FROM handover")
    named = {each.name: getattr(row, each.name) for each in fields(HandoverRow)}
    return HandoverRow(**named)


def put(house: House, row: HandoverRow) -> None:
    """Write it into the database as somebody who owns that."""
    with house.owner.begin(Scope(house.programme)) as tx:
        gone = table.delete().where(table.c.programme_id == house.programme, table.c.id == row.id)
        tx.connection.execute(gone)
        values = {each.name: getattr(row, each.name) for each in fields(row)}
        tx.connection.execute(table.insert().values(programme_id=house.programme, **values))


def outcome(house: House, entry_id: UUID, login: str = "asha") -> str:
    house.by_hand.take_waiting()
    return str(became(house.console, house.actor(login), entry_id).get("became"))


def test_what_lies_there_shows_neither_words_nor_number_and_has_one_size(house: House) -> None:
    handed(house)
    first = row_of(house).envelope
    house.by_hand.take_waiting()
    handed(house, an_entry(house, text="short"))
    (second,) = asked(house, "SELECT envelope FROM handover WHERE envelope IS NOT NULL")

    for planted in (NUMBER, NUMBER[1:], SAID):
        assert planted.encode() not in first
    assert len(first) == len(second.envelope)


def test_once_it_is_taken_the_envelope_is_gone(house: House) -> None:
    handed(house)
    house.by_hand.take_waiting()

    (row,) = asked(house, "SELECT envelope, outcome FROM handover")
    assert row.envelope is None
    assert row.outcome is not None


def test_an_envelope_that_is_put_back_is_refused_and_makes_no_second_case(house: House) -> None:
    entry_id = handed(house)
    old = row_of(house)
    assert outcome(house, entry_id) == "filed"

    put(house, old)

    assert outcome(house, entry_id) == "refused"
    assert len(cases_of(house)) == 1
    assert [leaf["object"] for leaf in house.leaves("open_refused")] == [str(entry_id)]


def test_an_envelope_under_another_id_or_name_is_refused(house: House) -> None:
    handed(house)
    old = row_of(house)
    ben = house.actor("ben")
    moved, stolen = replace(old, id=uuid4()), replace(old, id=uuid4(), officer_id=ben.id)

    for row in (moved, stolen):
        put(house, row)
    with house.owner.begin(Scope(house.programme)) as tx:
        tx.connection.execute(table.delete().where(table.c.id == old.id))

    assert outcome(house, moved.id) == "refused"
    assert outcome(house, stolen.id, "ben") == "refused"
    assert cases_of(house) == set()


def test_somebody_without_the_right_cannot_sign_one(house: House) -> None:
    """A buyer's officer has a key that the directory vouches for; the gateway asks for the role."""
    handed(house)
    row, nora = row_of(house), house.actor("nora")
    forged = replace(row, id=uuid4(), officer_id=nora.id)
    place = handover.handover_place(house.programme, forged)
    put(house, replace(forged, signature=nora.bundle.sign.sign(place)))

    house.by_hand.take_waiting()

    (left,) = asked(house, "SELECT envelope FROM handover WHERE id = :id", id=forged.id)
    assert left.envelope is None
    assert len(cases_of(house)) == 1


def test_what_somebody_who_was_let_go_handed_over_is_refused(
    server: EmbeddedServer, engine: Engine, tmp_path: Path
) -> None:
    house = build_house(server, tmp_path / "data", engine)
    entry_id = handed(house, login="ben")

    leaving.remove(house.console, house.actor("sam"), "ben")
    house.wait(seconds=10)
    house.by_hand.take_waiting()

    assert cases_of(house) == set()
    (left,) = asked(house, "SELECT envelope FROM handover WHERE id = :id", id=entry_id)
    assert left.envelope is None
    house.close()


def test_one_that_waited_for_a_week_is_refused(house: House) -> None:
    entry_id = handed(house)

    house.wait(days=7, minutes=1)

    assert outcome(house, entry_id) == "refused"
    assert cases_of(house) == set()


def test_one_that_waited_for_a_day_is_taken(house: House) -> None:
    entry_id = handed(house)

    house.wait(days=1)

    assert outcome(house, entry_id) == "filed"


def test_rubbish_in_an_envelope_harms_nobody_elses(house: House) -> None:
    broken, whole = handed(house), handed(house, an_entry(house))
    with house.owner.begin(Scope(house.programme)) as tx:
        rubbish = table.update().where(table.c.id == broken).values(envelope=b"\x02rubbish")
        tx.connection.execute(rubbish)

    assert outcome(house, broken) == "refused"
    assert outcome(house, whole) == "filed"


def test_a_hotline_whose_directory_names_no_key_says_so_and_stores_nothing(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    keyless = replace(_gateway_entry(house), kem_public=b"")
    monkeypatch.setattr(handover, "sole", lambda directory, kind: keyless)

    with pytest.raises(GuardFailed, match="new ceremony"):
        handed(house)
    assert asked(house, "SELECT count(*) AS n FROM handover")[0].n == 0


def _gateway_entry(house: House) -> Principal:
    with house.owner.begin(Scope(house.programme)) as tx:
        directory = house.gateway.directory(tx, house.now)
        return directory.trusted(house.gateway.id, "gateway")


def test_only_the_gateways_own_key_opens_it(house: House) -> None:
    named = _gateway_entry(house)

    assert named.kem_public == house.gateway.custody.public("own")
    assert named.kem_public != generate_kem().public


def test_the_number_is_kept_as_a_keyed_hash_and_sealed_to_the_courier_alone(house: House) -> None:
    entered(house, a_call(house))

    contacts = asked(house, "SELECT index, address FROM contact")
    assert len(contacts) == 2  # by SMS and by WhatsApp
    for row in contacts:
        for value in (row.index, row.address):
            assert NUMBER.encode() not in bytes(value)
            assert NUMBER[1:].encode() not in bytes(value)
