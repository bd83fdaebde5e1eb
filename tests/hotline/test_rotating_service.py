"""A new service key while people work: every record says the same, and the old key opens none."""

from __future__ import annotations

import pytest

from tests.builders import a_case, a_released_issue, an_agreed_action
from tests.hotline.rotations import (
    begun_service,
    ended_service,
    problems,
    records_resealed,
)
from tests.house import House
from tests.looking import asked
from tests.security.thief import Thief
from workervoice.errors import SealBroken
from workervoice.hotline.casepage import case_page
from workervoice.hotline.fluency import tell
from workervoice.hotline.overview import queue
from workervoice.hotline.watch import Watch
from workervoice.store.comparison import put_comparison, stored_comparison
from workervoice.store.engine import Scope
from workervoice.store.linestates import put as put_line_state
from workervoice.store.records_reseal import CONVERSATIONS, FACTS, PLAIN
from workervoice.store.servicekeys import ServiceKeys
from workervoice.store.vault import Vault

ONE, TWO = "+15550100931", "+15550100932"


def opened_by(house: House, thief: Thief, key: bytes) -> set[str]:
    """Which kinds of stored records this service key opens, under whatever version."""
    found = set()
    for kind in (*PLAIN, CONVERSATIONS, FACTS):
        for row in thief.rows_of(kind.table.name):
            blob = bytes(getattr(row, kind.column))
            version = getattr(row, kind.version) if isinstance(kind.version, str) else kind.version
            vault = Vault(ServiceKeys({blob[0]: key}, blob[0], b"")) if blob else Vault(key)
            try:
                vault.open(kind.label, house.programme, getattr(row, kind.id), version, blob)
            except SealBroken:
                continue
            found.add(kind.label)
    return found


def test_after_a_rotation_everything_goes_on_and_the_old_key_opens_nothing(
    house: House, thief_of_own: Thief
) -> None:
    case_id = a_case(house, number=ONE)
    a_released_issue(house, case_id)
    Watch().opened(house.console, house.actor("asha"), case_id)
    tell(house.console, house.actor("asha"), ["en"])
    with house.owner.begin(Scope(house.programme)) as tx:
        put_comparison(tx, house.courier_process.vault, {"judged": 11})
        put_line_state(tx, house.courier_process.vault, house.line().id, 0, {})
    old = begun_service(house)
    before = opened_by(house, thief_of_own, old)

    done = records_resealed(house)
    again = records_resealed(house)
    ended_service(house)
    house.say(ONE, "they hit a woman today")
    page = case_page(house.console, house.actor("asha"), case_id)
    with house.owner.begin(Scope(house.programme)) as tx:
        compared = stored_comparison(tx, house.console.vault)

    assert compared == {"judged": 11}
    assert before == {kind.label for kind in (*PLAIN, CONVERSATIONS, FACTS)}
    assert opened_by(house, thief_of_own, old) == set()
    assert (done.broken, done.lost, again.done) == ((), (), 0)
    assert len(page.thread) > 3
    assert len(queue(house.console, house.actor("asha"))) == 1
    assert problems(house) == []


def test_people_and_workers_go_on_in_the_middle(house: House, thief_of_own: Thief) -> None:
    case_id = a_case(house, number=ONE)
    begun_service(house)
    house.say(TWO, "They took our passports")
    a_released_issue(house, case_id)
    an_agreed_action(house)
    done = records_resealed(house)
    house.say(TWO, "1")
    house.desk.answer(house.actor("asha"), case_id, "We wrote to them.")
    house.deliver()
    ended_service(house)

    told = house.say(ONE, "1")

    assert done.broken == ()
    assert "We wrote to them." in told[-1]
    assert problems(house) == []


def test_an_interrupted_rotation_goes_on_with_what_is_left(house: House) -> None:
    a_case(house, number=ONE)
    begun_service(house)
    first = records_resealed(house)
    house.say(TWO, "They took our passports")

    rest = records_resealed(house)

    assert (first.done > 10, rest.done) == (True, 0)
    assert {bytes(row.record)[0] for row in asked(house, "SELECT record FROM conversation")} == {2}


def test_codes_and_tags_stay_as_they_were(house: House) -> None:
    case_id = a_case(house, number=ONE)
    before = house.console.vault.mac(case_id.bytes)
    begun_service(house)
    records_resealed(house)
    ended_service(house)

    after = house._process("console")  # noqa: SLF001 - as after a restart
    after.database.close()

    assert after.vault.mac(case_id.bytes) == before
    assert set(after.vault.refresh().keys) == {2}


@pytest.mark.parametrize(
    ("table", "column"), [("conversation", "state"), ("cases", "state"), ("cases", "signature")]
)
def test_a_row_that_somebody_changed_is_named_and_left(
    house: House, thief_of_own: Thief, table: str, column: str
) -> None:
    a_case(house, number=ONE)
    (row,) = thief_of_own.rows_of(table)
    states = {"conversation": "frozen", "cases": "closed"}
    value = b"\1" * 64 if column == "signature" else states[table]
    thief_of_own.overwrite(table, row.id, {column: value})
    begun_service(house)

    done = records_resealed(house)

    assert done.broken == (row.id,)


def test_a_record_that_opens_for_nobody_is_named_and_keeps_nobody_waiting(
    house: House, thief_of_own: Thief
) -> None:
    a_case(house, number=ONE)
    row = thief_of_own.rows_of("clock")[0]
    thief_of_own.change("UPDATE clock SET record = %(r)s WHERE id = %(i)s", r=b"\1" * 64, i=row.id)
    begun_service(house)

    done = records_resealed(house)

    assert (done.broken, done.lost) == ((), (row.id,))


def test_service_keys_are_read_as_they_were_written() -> None:
    first = ServiceKeys.first(b"a" * 32)
    both = first.with_next(b"b" * 32)

    kept = [ServiceKeys.from_bytes(each.to_bytes()) for each in (first, both, both.only_newest())]

    assert first.to_bytes() == b"a" * 32
    assert [each.sealing for each in kept] == [1, 1, 2]
    assert {each.mac_key for each in kept} == {first.mac_key}
    assert [set(each.keys) for each in kept] == [{1}, {1, 2}, {2}]
    for wrong in (b"", b"x" * 33, b"\7" + b"x" * 65, both.to_bytes()[:-1]):
        with pytest.raises(SealBroken):
            ServiceKeys.from_bytes(wrong)
