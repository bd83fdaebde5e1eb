"""`workervoice retention --dry-run`: ids and parts, no words, nothing changed."""

from __future__ import annotations

from sqlalchemy.engine import make_url

from tests.app.test_cli import run
from tests.builders import REPORT, a_case
from tests.house import ROLE_PASSWORD, House
from workervoice.app.retaining import dry_run
from workervoice.embedded import EmbeddedServer


def a_closed_case(house: House) -> str:
    case_id = a_case(house)
    house.desk.move(house.actor("sam"), case_id, "take_up", "")
    house.desk.move(house.actor("sam"), case_id, "close_unconfirmed", "the worker went home")
    return str(case_id)


def test_it_lists_by_id_what_would_go(house: House) -> None:
    case_id = a_closed_case(house)
    house.wait(days=91)

    lines = list(dry_run(house.courier_process))

    assert lines[0] == "Kept for days: contact=90 check_in=14 words=90 record=1096 log=2557"
    assert lines[2] == f"words of case {case_id}"
    assert lines[-1] == "2 would go, 0 wait for a person. Nothing was changed."
    assert not set(REPORT.split()) & set(" ".join(lines).split()) - {"not", "a"}


def test_the_command_runs_with_the_couriers_own_address(todays_house: House) -> None:
    house = todays_house
    a_closed_case(house)
    given = {"DATA_DIR": str(house.data), "COURIER_DATABASE_URL": house.urls["courier"]}

    done = run("retention", "--dry-run", **given)

    assert done.returncode == 0, done.stderr
    assert "Nothing was changed." in done.stdout
    assert ROLE_PASSWORD not in done.stdout + done.stderr


def test_the_owners_address_does_as_well(todays_house: House, server: EmbeddedServer) -> None:
    house = todays_house
    case_id = a_closed_case(house)
    database = make_url(house.urls["courier"]).database or ""
    given = {"DATA_DIR": str(house.data), "DATABASE_URL": server.owner_url(database)}

    done = run("retention", "--dry-run", **given)

    assert done.returncode == 0, done.stderr
    assert case_id not in done.stdout  # closed today
    assert "0 would go, 0 wait for a person" in done.stdout


def test_it_does_nothing_but_a_dry_run() -> None:
    assert run("retention").returncode == 2


def test_times_that_break_a_promise_stop_it_with_one_sentence(house: House) -> None:
    given = {"DATA_DIR": str(house.data), "COURIER_DATABASE_URL": house.urls["courier"]}

    done = run("retention", "--dry-run", **given, RETENTION_DAYS="contact=10")

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1
    assert "retention: contact has to be 90 or more" in done.stderr
