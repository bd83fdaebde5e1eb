"""The drill: lost and put back, everything opens again, and nothing comes back that must not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

from tests.builders import (
    WORKER,
    a_case,
    a_confirmed_delete,
    a_released_issue,
    an_erased_case,
)
from tests.drills import Drill
from tests.hotline.rotations import problems
from tests.house import House
from tests.looking import asked
from workervoice.crypto.keyedlist import ListFile, list_key
from workervoice.embedded import EmbeddedServer
from workervoice.errors import Forbidden, GuardFailed, IllegalMove, NotFound, WrongPassphrase
from workervoice.hotline import disclosing, leaving, restricting, staffing
from workervoice.hotline.casepage import CasePage, case_page
from workervoice.hotline.overview import queue
from workervoice.hotline.redacting import Cut, redact
from workervoice.hotline.restoring import go_on, standing_restore
from workervoice.hotline.staffing import Guest
from workervoice.message import Outbound, Role, SendOutcome, Unknown
from workervoice.store.unfinished import MARK

OTHER, THIRD = "+15550100778", "+15550100779"
KEPT = "Boss keeps our passports mossgrovependant. RIVER"
GONE = "Boss took our passports and not give back quartzlanternbamboo. RIVER"


@pytest.fixture
def drill(house: House, server: EmbeddedServer, tmp_path: Path) -> Iterator[Drill]:
    made = Drill(house, server, tmp_path)
    yield made
    made.close()


def page_of(house: House, case_id: UUID, login: str = "asha") -> CasePage:
    return case_page(house.console, house.actor(login), case_id)


def states(house: House) -> list[str]:
    return [row.state for row in asked(house, "SELECT state FROM outbox ORDER BY place")]


def let_go_on(house: House) -> None:
    sam = house.actor("sam")
    last = standing_restore(house.console, sam)
    assert last is not None
    go_on(house.console, sam, last.id)


def test_everything_opens_again_for_its_readers(drill: Drill) -> None:
    case_id = a_case(drill.house, report=KEPT)
    before = page_of(drill.house, case_id).thread

    back, _ = drill.restore(drill.back_up())

    assert page_of(back, case_id).thread == before
    assert "mossgrovependant" in str([said.passages for said in before])
    assert [line.id for line in queue(back.console, back.actor("sam"))] == [case_id]
    with pytest.raises(NotFound):
        page_of(back, case_id, "nora")
    assert problems(back) == []


def test_a_case_that_was_erased_after_the_backup_stays_erased(drill: Drill) -> None:
    erased, kept = a_case(drill.house, report=GONE), a_case(drill.house, number=OTHER, report=KEPT)
    backup = drill.back_up()
    an_erased_case(drill.house, erased)
    drill.house.deliver()

    back, outcome = drill.restore(backup)

    assert outcome.done.erased == [erased]
    with pytest.raises(Forbidden):
        page_of(back, erased)
    assert page_of(back, kept).thread
    keys = asked(back, "SELECT 1 FROM key_pair WHERE holder_id = :id", id=erased)
    words = asked(back, "SELECT 1 FROM message WHERE case_id = :id", id=erased)
    assert (keys, words) == ([], [])
    assert len(asked(back, "SELECT 1 FROM contact")) == 1
    assert [leaf["object"] for leaf in back.leaves("case_erase")] == [str(erased)]
    assert problems(back) == []


def test_an_erasure_is_on_the_list_before_the_round_ends_and_nobody_can_read_it(
    drill: Drill,
) -> None:
    case_id = a_case(drill.house)
    lines = drill.list.read_bytes().splitlines()

    an_erased_case(drill.house, case_id)
    drill.house.courier.tick()

    listed = drill.list.read_bytes()
    after = listed.splitlines()
    assert after[: len(lines)] == lines
    assert len(after) > len(lines)
    assert {len(line) for line in after[1:]} == {len(after[1])}
    assert str(case_id).encode() not in listed


def test_a_worker_who_sent_stop_after_the_backup_is_not_written_to(drill: Drill) -> None:
    case_id = a_case(drill.house)
    backup = drill.back_up()
    drill.house.say(WORKER, "STOP")
    drill.house.deliver()
    told = len(drill.house.phones.texts(WORKER))

    back, outcome = drill.restore(backup)
    let_go_on(back)
    back.desk.answer(back.actor("asha"), case_id, "We wrote to them.")
    back.deliver()

    assert len(outcome.done.silenced) == 1
    assert back.phones.texts(WORKER)[told:] == []
    assert back.say(WORKER, "Are you there?") != []
    assert problems(back) == []


def test_a_worker_who_came_back_after_a_stop_is_not_paused_again(drill: Drill) -> None:
    a_case(drill.house)
    backup = drill.back_up()
    drill.house.say(WORKER, "STOP")
    drill.house.say(WORKER, "START")
    drill.house.deliver()

    _, outcome = drill.restore(backup)

    assert outcome.done.silenced == []


def test_a_confirmed_delete_stands_after_a_restore(drill: Drill) -> None:
    case_id = a_case(drill.house)
    backup = drill.back_up()
    a_confirmed_delete(drill.house)
    drill.house.deliver()

    back, outcome = drill.restore(backup)

    assert outcome.done.withdrawn == [case_id]
    back.wait(hours=73)
    back.desk.move(back.actor("asha"), case_id, "erase", "the worker asked; nothing forbids it")
    assert problems(back) == []


@pytest.mark.parametrize("before", ["paused", "withdrawn"])
def test_a_confirmed_delete_can_be_carried_out_wherever_the_backup_has_the_conversation(
    drill: Drill, before: str
) -> None:
    house, case_id = drill.house, a_case(drill.house)
    if before == "paused":
        house.say(WORKER, "STOP")
    else:
        a_confirmed_delete(house)
    backup = drill.back_up()
    house.say(WORKER, "START")
    house.wait(hours=5)
    a_confirmed_delete(house)
    house.deliver()

    back, _ = drill.restore(backup)
    back.wait(hours=70)
    with pytest.raises(GuardFailed):
        back.desk.move(back.actor("asha"), case_id, "erase", "the worker asked")
    back.wait(hours=3)
    back.desk.move(back.actor("asha"), case_id, "erase", "the worker asked; nothing forbids it")

    assert problems(back) == []


def test_a_worker_who_writes_after_a_restored_delete_takes_it_back(drill: Drill) -> None:
    case_id = a_case(drill.house)
    drill.house.say(WORKER, "STOP")
    backup = drill.back_up()
    drill.house.say(WORKER, "START")
    a_confirmed_delete(drill.house)
    drill.house.deliver()

    back, _ = drill.restore(backup)
    let_go_on(back)
    back.say(WORKER, "please help, they lock the door")

    assert [line.id for line in queue(back.console, back.actor("asha"))] == [case_id]
    assert page_of(back, case_id).state != "withdrawn"
    assert problems(back) == []


def test_a_delete_that_was_taken_back_after_the_backup_erases_nothing(drill: Drill) -> None:
    case_id = a_case(drill.house)
    a_confirmed_delete(drill.house)
    backup = drill.back_up()
    drill.house.say(WORKER, "no, please keep it")
    drill.house.deliver()

    back, _ = drill.restore(backup)
    back.wait(hours=80)

    assert page_of(back, case_id).state != "withdrawn"
    with pytest.raises(IllegalMove):
        back.desk.move(back.actor("asha"), case_id, "erase", "the worker asked")
    assert problems(back) == []


def test_a_passage_that_was_taken_out_after_the_backup_does_not_come_back(drill: Drill) -> None:
    case_id = a_case(drill.house, report=GONE)
    backup = drill.back_up()
    entry = next(e for e in page_of(drill.house, case_id).thread if "quartz" in str(e.passages))
    cut = Cut(entry.id, "quartzlanternbamboo")
    redact(drill.house.console, drill.house.actor("asha"), case_id, cut, "names somebody")
    drill.house.deliver()

    back, outcome = drill.restore(backup)

    thread = str([said.passages for said in page_of(back, case_id).thread])
    assert outcome.done.destroyed >= 1
    assert "quartzlanternbamboo" not in thread
    assert "cut pay" in thread
    assert problems(back) == []


def test_a_passage_that_was_taken_out_before_the_backup_costs_nothing_more(drill: Drill) -> None:
    case_id = a_case(drill.house, report=GONE)
    entry = next(e for e in page_of(drill.house, case_id).thread if "quartz" in str(e.passages))
    cut = Cut(entry.id, "quartzlanternbamboo")
    redact(drill.house.console, drill.house.actor("asha"), case_id, cut, "names somebody")
    drill.house.deliver()

    back, outcome = drill.restore(drill.back_up())

    assert outcome.done.destroyed == 0
    assert "[removed: names somebody]" in str([s.passages for s in page_of(back, case_id).thread])


def test_who_was_let_go_after_the_backup_cannot_sign_in(drill: Drill) -> None:
    a_case(drill.house)
    backup = drill.back_up()
    leaving.remove(drill.house.console, drill.house.actor("sam"), "ben")
    drill.house.deliver()

    back, outcome = drill.restore(backup)

    assert outcome.done.shut_out == ["ben"]
    with pytest.raises(WrongPassphrase):
        back.door.enter("ben", back.seeded.passphrases["ben"])
    leaving.remove(back.console, back.actor("sam"), "ben")
    assert problems(back) == []


def test_an_invitation_that_was_void_is_void_again(drill: Drill) -> None:
    sam = drill.house.actor("sam")
    guest = Guest("dina", "Dina", Role.HANDLER, sam.officer.organisation_id)
    staffing.invite(drill.house.console, sam, guest)
    backup = drill.back_up()
    leaving.remove(drill.house.console, sam, "dina")
    drill.house.deliver()

    back, _ = drill.restore(backup)

    assert asked(back, "SELECT login FROM invitation") == []
    assert problems(back) == []


def test_a_case_whose_row_does_not_hold_loses_words_and_keys_all_the_same(drill: Drill) -> None:
    case_id = a_case(drill.house)
    drill.house.deliver()
    with drill.house.owner.begin() as tx:
        tx.connection.exec_driver_sql("UPDATE cases SET facts = queue")
    backup = drill.back_up()
    line = {"in": str(drill.house.programme), "of": str(case_id), "at": "2026-11-22T10"}
    file = ListFile(drill.list, list_key(drill.house.courier_process.vault.mac_key))
    file.append([{**line, "kind": "erased", "says": "case_erase"}])

    back, outcome = drill.restore(backup)

    assert outcome.done.blanked == [case_id]
    assert asked(back, "SELECT 1 FROM message") == []
    assert asked(back, "SELECT 1 FROM key_pair WHERE holder_kind = 'case'") == []


def test_what_only_people_can_do_again_is_said(drill: Drill) -> None:
    house = drill.house
    before, after = a_case(house), a_case(house, number=OTHER)
    sam = house.actor("sam")
    restricting.restrict(house.console, sam, before, {sam.id, house.actor("asha").id}, "known here")
    issue = a_released_issue(house, a_case(house, number=THIRD))
    backup = drill.back_up()
    restricting.restrict(house.console, sam, after, {sam.id, house.actor("asha").id}, "known here")
    house.desk.hold(sam, after, held=True, reason="A court asked")
    for login in ("sam", "maria"):
        disclosing.move(house.console, house.actor(login), issue, "recall", "sent by mistake")
    house.deliver()

    _, outcome = drill.restore(backup)

    told = " ".join(outcome.done.look)
    assert f"Issue {issue} was recalled from its buyers after the backup" in told
    assert f"Case {after} was restricted to named people after the backup" in told
    assert f"Case {after} was put under hold" in told
    assert str(before) not in told


def test_what_was_owed_is_looked_up_and_never_goes_out_twice(drill: Drill) -> None:
    house = drill.house
    house.text(WORKER, "Boss took our passports")  # its answer goes out after the backup
    house.courier.tick()
    sent = len(house.phones.texts(WORKER))
    house.text(OTHER, "Boss took our passports")
    backup = drill.back_up()
    house.deliver()
    house.wait(minutes=5)

    back, outcome = drill.restore(backup)
    at_first = states(back)
    back.deliver()
    looked_up = states(back)
    let_go_on(back)
    back.deliver()

    assert outcome.owed == 1
    assert (at_first.count("unknown"), looked_up.count("unknown")) == (1, 0)
    assert looked_up.count("accepted") == 2
    assert (len(back.phones.texts(WORKER)), len(back.phones.texts(OTHER))) == (sent, 1)


def test_what_was_claimed_is_looked_up_too(drill: Drill) -> None:
    house = drill.house

    def hang(message: Outbound) -> SendOutcome:
        drill.backups.append(drill.back_up())
        return Unknown("silence")

    house.text(WORKER, "Boss took our passports")
    house.phones.answer = hang
    house.courier.tick()
    house.wait(minutes=5)

    back, _ = drill.restore(drill.backups[0])
    at_first = states(back)
    back.deliver()
    waits = states(back)
    let_go_on(back)
    back.deliver()

    assert (at_first, waits, states(back)) == (["unknown"], ["owed"], ["accepted"])
    assert len(back.phones.texts(WORKER)) == 1


def test_workers_are_taken_in_and_nothing_goes_out_until_a_supervisor_says_so(
    drill: Drill,
) -> None:
    a_case(drill.house)
    back, _ = drill.restore(drill.back_up())
    told = len(back.phones.received)

    back.say(THIRD, "Boss took our passports and not give back")
    waiting = len(back.phones.received) - told
    with pytest.raises(Forbidden):
        go_on(back.console, back.actor("asha"), back.programme)
    let_go_on(back)
    back.deliver()

    assert waiting == 0
    assert len(queue(back.console, back.actor("asha"))) == 2
    assert len(back.phones.texts(THIRD)) == 1
    with pytest.raises(IllegalMove):
        let_go_on(back)
    sam = str(back.actor("sam").id)
    assert [leaf["actor"] for leaf in back.leaves("sending_resumed")] == [sam]


def test_retention_destroys_nothing_before_a_supervisor_has_looked(drill: Drill) -> None:
    case_id = a_case(drill.house)
    for move in ("take_up", "close_unconfirmed"):
        drill.house.desk.move(drill.house.actor("sam"), case_id, move, "gone away")
    back, _ = drill.restore(drill.back_up())
    back.wait(days=120)

    back.deliver()
    kept = page_of(back, case_id).thread
    let_go_on(back)
    back.deliver()

    assert "passports" in str([said.passages for said in kept])
    assert asked(back, "SELECT 1 FROM message") == []


def test_who_deletes_the_row_that_waits_sends_nothing(drill: Drill) -> None:
    a_case(drill.house)
    back, _ = drill.restore(drill.back_up())
    with back.owner.begin() as tx:
        tx.connection.exec_driver_sql("DELETE FROM restored")
    told = len(back.phones.received)

    back.say(THIRD, "Boss took our passports and not give back")

    assert len(back.phones.received) == told
    assert any("restored" in problem for problem in problems(back))


def test_a_restore_of_a_restored_hotline_waits_again(drill: Drill) -> None:
    case_id = a_case(drill.house)
    first = drill.back_up()
    an_erased_case(drill.house, case_id)
    drill.house.deliver()
    back, _ = drill.restore(first)
    let_go_on(back)
    back.wait(minutes=1)
    back.deliver()
    again = drill.over(back)

    older, outcome = drill.restore(first)
    newer, _ = again.restore(again.back_up())

    assert outcome.done.erased == [case_id]
    for house in (older, newer):
        last = standing_restore(house.console, house.actor("sam"))
        assert last is not None
        assert last.waits
        assert problems(house) == []


def test_nobody_but_the_owner_gets_into_a_database_whose_restore_is_not_finished(
    drill: Drill,
) -> None:
    a_case(drill.house)
    back, _ = drill.restore(drill.back_up())
    with back.owner.begin() as tx:
        tx.connection.exec_driver_sql(MARK.decode())
    fresh = drill.house_on(back.owner_url)

    for process in (fresh.gateway, fresh.courier_process, fresh.console):
        with pytest.raises(Exception, match="does not answer"), process.database.begin():
            pass
    with fresh.owner.begin() as tx:
        tx.connection.exec_driver_sql("DROP TABLE restoring")
    assert queue(fresh.console, fresh.actor("asha"))


def test_a_restored_hotline_goes_on_keeping_the_same_list(drill: Drill) -> None:
    first, second = a_case(drill.house), a_case(drill.house, number=OTHER)
    backup = drill.back_up()
    an_erased_case(drill.house, first)
    drill.house.deliver()
    back, _ = drill.restore(backup)
    let_go_on(back)
    an_erased_case(back, second, OTHER)
    back.deliver()

    _, outcome = drill.restore(backup)

    assert sorted(outcome.done.erased) == sorted([first, second])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d", outcome.until)
