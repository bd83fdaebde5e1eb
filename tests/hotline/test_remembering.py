"""The list beside the backups: whole after crashes, begun anew when lost, silent to thieves."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.builders import WORKER, a_case, an_erased_case
from tests.drills import remember
from tests.house import House
from tests.looking import asked
from workervoice.crypto.keyedlist import (
    FIRST,
    Entry,
    ListFile,
    Tail,
    list_key,
    read_list,
    seal_line,
)
from workervoice.errors import SealBroken
from workervoice.hotline import remembering
from workervoice.hotline.remembering import Kind


@pytest.fixture
def house(emptied_house: House) -> House:
    return emptied_house


@pytest.fixture
def path(house: House, tmp_path: Path) -> Path:
    """The list of a hotline whose courier keeps it."""
    found = tmp_path / "beside" / "keyed.list"
    remember(house, found)
    return found


def entries(house: House, path: Path) -> list[Entry]:
    key = list_key(house.courier_process.vault.mac_key)
    return read_list(key, path.read_bytes()).entries


def kinds(house: House, path: Path) -> set[str]:
    return {entry["kind"] for entry in entries(house, path)}


def test_what_is_destroyed_or_paused_is_on_the_list_after_one_round(
    house: House, path: Path
) -> None:
    case_id = a_case(house)
    house.text(WORKER, "STOP")
    house.courier.tick()

    paused = entries(house, path)[-1]
    house.say(WORKER, "START")
    again = entries(house, path)[-1]
    an_erased_case(house, case_id)
    house.courier.tick()

    assert (paused["kind"], paused["says"]) == (Kind.STANDS, "paused")
    assert (again["kind"], again["says"], again["of"]) == (Kind.STANDS, "talks", paused["of"])
    erased = [entry["of"] for entry in entries(house, path) if entry["kind"] == Kind.ERASED]
    assert erased == [str(case_id)]


def test_a_delete_that_waits_for_its_digit_is_on_the_list(house: House, path: Path) -> None:
    a_case(house)

    house.say(WORKER, "DELETE")

    assert entries(house, path)[-1]["says"] == "deleting"


def test_an_hour_in_which_nothing_happened_leaves_a_line_and_no_more(
    house: House, path: Path
) -> None:
    a_case(house)
    house.wait(hours=1)
    house.deliver()
    before = entries(house, path)

    house.deliver()
    same = entries(house, path)
    house.wait(hours=1)
    house.deliver()

    assert same == before
    assert [entry["kind"] for entry in entries(house, path)[len(before) :]] == [Kind.ALIVE]


def test_a_list_that_was_lost_is_written_anew_from_the_logs_first_entry(
    house: House, path: Path
) -> None:
    an_erased_case(house, a_case(house))
    house.deliver()
    path.unlink()

    for _ in range(2):
        house.courier.tick()

    assert Kind.ERASED in kinds(house, path)


def test_an_older_copy_that_somebody_put_back_is_written_on_from_the_first_entry(
    house: House, path: Path
) -> None:
    case_id = a_case(house)
    older = path.read_bytes()
    an_erased_case(house, case_id)
    house.deliver()
    path.write_bytes(older)

    house.courier.tick()

    assert Kind.ERASED in kinds(house, path)


def test_the_list_of_another_hotline_is_kept_aside_and_a_new_one_begins(
    house: House, path: Path
) -> None:
    an_erased_case(house, a_case(house))
    house.deliver()
    ListFile(path.with_name("other"), bytes(32)).append([{"in": "x"}])
    path.with_name("other").replace(path)

    house.courier.tick()

    assert Kind.ERASED in kinds(house, path)
    (aside,) = path.parent.glob("*.aside")
    assert read_list(bytes(32), aside.read_bytes()).entries == [{"in": "x"}]


def test_a_line_that_a_crash_cut_off_is_written_again(house: House, path: Path) -> None:
    case_id = a_case(house)
    with path.open("ab") as file:
        file.write(b"half a li")
    an_erased_case(house, case_id)

    house.deliver()
    remember(house, path)
    house.deliver()

    assert Kind.ERASED in kinds(house, path)
    assert b"half" not in path.read_bytes()


def test_a_crash_between_list_and_database_loses_nothing(
    house: House, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_id = a_case(house)
    with monkeypatch.context() as crash:
        crash.setattr(remembering, "save_listed", _crash)
        an_erased_case(house, case_id)
        house.courier.tick()

    remember(house, path)
    house.deliver()

    erased = [entry["of"] for entry in entries(house, path) if entry["kind"] == Kind.ERASED]
    assert set(erased) == {str(case_id)}


def _crash(*given: object) -> None:
    raise RuntimeError("as if it had been killed")


def test_a_list_that_cannot_be_written_holds_up_nothing_and_is_made_up_for(
    house: House, path: Path
) -> None:
    case_id = a_case(house)
    path.unlink()
    path.mkdir()

    told = house.say("+15550100779", "Boss took our passports")
    an_erased_case(house, case_id)
    house.deliver()
    failed = house.courier.failures["list"]
    path.rmdir()
    house.wait(minutes=1)
    house.deliver()

    assert (len(told), failed > 0) == (1, True)
    assert Kind.ERASED in kinds(house, path)


def test_a_place_in_the_list_that_somebody_moved_on_is_not_believed(
    house: House, path: Path
) -> None:
    case_id = a_case(house)
    an_erased_case(house, case_id)
    with house.owner.begin() as tx:
        tx.connection.exec_driver_sql("UPDATE keyed_list SET position = position + 1000")

    house.deliver()

    assert Kind.ERASED in kinds(house, path)


def test_a_thief_learns_from_the_list_how_many_lines_it_has(house: House, path: Path) -> None:
    an_erased_case(house, a_case(house))
    house.say("+15550100779", "STOP")
    house.deliver()

    head, *lines = path.read_bytes().splitlines(keepends=True)

    assert head == FIRST
    assert {len(line) for line in lines} == {len(lines[0])}
    assert len(set(lines)) == len(lines)
    ids = asked(house, "SELECT id FROM cases UNION SELECT id FROM conversation")
    for (each,) in ids:
        assert str(each).encode() not in path.read_bytes()
    with pytest.raises(SealBroken):
        read_list(bytes(32), path.read_bytes())
    assert path.stat().st_mode & 0o777 == 0o600


def test_lines_are_in_their_place_only() -> None:
    key = bytes(range(32))
    line = seal_line(key, Tail(), {"in": "a"})

    assert read_list(key, FIRST + line).entries == [{"in": "a"}]
    with pytest.raises(SealBroken):
        read_list(key, FIRST + line + line)
