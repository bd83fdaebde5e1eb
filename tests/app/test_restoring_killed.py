"""A restore that is killed, wherever it is: it is said, and the same command finishes it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.app.test_cli import run
from tests.app.test_restoring_refused import sealed_copy
from tests.builders import a_case
from tests.drills import Drill
from tests.embedded.servers import a_directory
from tests.house import House, build_house, role_urls
from workervoice.app.begun import FILE
from workervoice.app.processes import wall_clock
from workervoice.embedded import EmbeddedServer
from workervoice.store.unfinished import Emptied
from workervoice.triage.engine import Engine

AGAIN = "run the same `workervoice restore` again before anything is started"
KILLED = """
import os, signal, sys
from workervoice.app import {module} as module
real, left = module.{name}, [{times}]
def then_die(*given, **named):
    found = real(*given, **named) if {after} else None
    left[0] -= 1
    if left[0] == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return found if {after} else real(*given, **named)
module.{name} = then_die
from workervoice.cli import main
main(sys.argv[1:])
"""


@dataclass
class Day:
    """A backup, a sealed copy with its paper, and what is typed to put both back."""

    drill: Drill
    backup: Path
    sealed: Path
    paper: str = field(repr=False)

    def command(self, data: Path) -> tuple[str, ...]:
        return (
            *("restore", "--data", str(data), "--sealed", str(self.sealed)),
            *("--backup", str(self.backup), "--keys", str(self.drill.keys)),
        )

    def settings(self, url: str) -> dict[str, str]:
        database = url.rpartition("/")[2].partition("?")[0]
        urls = role_urls(self.drill.server, database)
        return {"DATABASE_URL": url, **{f"{n.upper()}_DATABASE_URL": u for n, u in urls.items()}}


@pytest.fixture(scope="module")
def day(
    server: EmbeddedServer, engine: Engine, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Day]:
    place = tmp_path_factory.mktemp("day")
    house: House = build_house(server, place / "data", engine, wall_clock())
    drill = Drill(house, server, place)
    a_case(house)
    yield Day(drill, drill.back_up(), *sealed_copy(house))
    drill.close()
    house.close()


def killed(day: Day, data: Path, at: str, **settings: str) -> None:
    """The command, ended by SIGKILL `MODULE.NAME before|after N`: at its Nth call."""
    where, when, times = at.split(" ")
    module, name = where.split(".")
    program = KILLED.format(module=module, name=name, times=times, after=when == "after")
    done = subprocess.run(
        [sys.executable, "-c", program, *day.command(data)],
        input=day.paper,
        env={
            "PATH": os.getenv("PATH", os.defpath),
            "WORKERVOICE_ENV_FILE": "",
            **{f"WORKERVOICE_{name}": value for name, value in settings.items()},
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == -9, done.stderr


@pytest.mark.parametrize(
    "at",
    [
        "recovery.write_owned before 3",
        "recovery.seal_process_keys after 1",
        "restoring.load after 1",
        "restoring.write_owned after 1",
        "restoring.finish after 1",
    ],
)
def test_whenever_it_is_killed_the_same_command_finishes_it(
    day: Day, tmp_path: Path, at: str
) -> None:
    data, url = tmp_path / "data", day.drill.empty()
    settings = day.settings(url)

    killed(day, data, at, **settings)
    half = Emptied(url).was_interrupted() or (data / FILE).exists()
    again = run(*day.command(data), given=day.paper, **settings)

    assert half
    assert again.returncode == 0, again.stderr
    assert "entries of the log. Tell the monitors" in again.stdout
    assert not Emptied(url).was_interrupted()
    assert not (data / FILE).exists()
    assert list(data.rglob("*.new")) == []


@pytest.mark.parametrize("at", ["recovery.write_owned before 3", "restoring.finish after 1"])
def test_everybody_says_so_whether_or_not_something_is_in_the_database(
    day: Day, tmp_path: Path, at: str
) -> None:
    data, url = tmp_path / "data", day.drill.empty()
    settings = day.settings(url)

    killed(day, data, at, **settings)
    up = run("up", "--data", str(data), **settings)
    upgraded = run("db", "upgrade", DATA_DIR=str(data), **settings)
    doctor = run("doctor", DATA_DIR=str(data), **settings)

    assert [each.returncode for each in (up, upgraded, doctor)] == [1, 1, 1]
    assert AGAIN in up.stderr
    assert AGAIN in upgraded.stderr
    assert AGAIN in doctor.stdout
    assert "db upgrade" not in doctor.stdout


def test_what_is_told_is_told_before_anybody_is_let_in(day: Day, tmp_path: Path) -> None:
    url = day.drill.empty()

    killed(day, tmp_path / "data", "restoring.finish before 1", **day.settings(url))

    assert Emptied(url).was_interrupted()


def test_with_a_database_of_its_own_it_is_begun_anew_too(day: Day) -> None:
    with a_directory() as machine:
        data = machine / "data"
        killed(day, data, "restoring.make_roles before 1")
        up = run("up", "--data", str(data))
        doctor = run("doctor", DATA_DIR=str(data))
        again = run(*day.command(data), given=day.paper)
        verified = run("log", "verify", DATA_DIR=str(data))
        EmbeddedServer(data).erase()

    assert (up.returncode, doctor.returncode) == (1, 1)
    assert AGAIN in up.stderr
    assert AGAIN in doctor.stdout
    assert again.returncode == 0, again.stderr
    assert verified.returncode == 0, verified.stdout


def test_a_restore_that_is_refused_leaves_no_sign(day: Day, tmp_path: Path) -> None:
    data, settings = tmp_path / "data", day.settings(day.drill.house.owner_url)

    refused = run(*day.command(data), given=day.paper, **settings)

    assert "not empty" in refused.stderr
    assert [path for path in data.rglob("*") if path.is_file()] == []


def test_keys_that_are_there_already_stay_and_others_are_not_mixed_with_them(
    day: Day, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    keys = ("restore", "--data", str(data), "--sealed", str(day.sealed))
    first = run(*keys, given=day.paper)
    pepper = data / "keys" / "gateway" / "pepper.key"
    stamp = pepper.stat().st_mtime_ns

    same = run(*keys, given=day.paper)
    (pepper.parent / "pepper-2.key").write_text("of a rotation")
    more = run(*keys, given=day.paper)
    (pepper.parent / "pepper-2.key").unlink()
    pepper.write_text("another")
    other = run(*keys, given=day.paper)

    assert [each.returncode for each in (first, same, more, other)] == [0, 0, 1, 1]
    assert stamp != 0
    assert "has other keys already" in more.stderr
    assert "has other keys already" in other.stderr
    assert pepper.read_text() == "another"
