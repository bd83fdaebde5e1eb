"""systemd's unit files: how open they are, and that our processes live with it.

There is no running systemd in these tests: `systemd-analyze` reads the files, and their filters are
put on with libseccomp.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.app.alone import PUBLIC, alone
from tests.app.running import running
from tests.app.test_up import WORKER, wait_for_text
from tests.deploy.confine import allowed
from tests.deploy.locked import (
    NOBODY,
    READ_ONLY,
    as_in_a_container,
    needs_seccomp,
    needs_systemd,
)
from tests.deploy.units import SYSTEMD, environment, read
from tests.house import House
from workervoice.app import walls
from workervoice.app.browsing import Phone
from workervoice.app.children import environment_of
from workervoice.app.leaving import STOP_SECONDS
from workervoice.app.shut_in import NO_WALL
from workervoice.settings import load

PROCESSES = ("gateway", "courier", "console")
UNITS = sorted(path.name for path in SYSTEMD.glob("*.service"))
LONG_LIVED = [unit for unit in UNITS if read(unit)["Type"] == ["exec"]]
EXPOSURE = 20  # tenths: 2.0 at most


def analyzed(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["systemd-analyze", "--no-pager", *command], capture_output=True, text=True, check=False
    )


def exposure(unit: Path) -> tuple[int, str]:
    """The exit code with our threshold, and what was said."""
    done = analyzed("security", "--offline=true", f"--threshold={EXPOSURE}", str(unit))
    return done.returncode, done.stdout.strip().rpartition("\n")[2] + done.stderr


@needs_systemd
@pytest.mark.parametrize("unit", UNITS)
def test_a_unit_is_exposed_by_two_at_most(unit: str) -> None:
    code, told = exposure(SYSTEMD / unit)

    assert "Overall exposure level" in told
    assert code == 0, told


@needs_systemd
def test_a_unit_that_is_more_open_would_be_found(tmp_path: Path) -> None:
    text = (SYSTEMD / "workervoice-gateway.service").read_text()
    (tmp_path / "open.service").write_text(
        re.sub(r"^(System|Protect|Private).*\n", "", text, flags=re.M)
    )

    code, told = exposure(tmp_path / "open.service")

    assert code == 1, told


@needs_systemd
def test_systemd_understands_every_line(tmp_path: Path) -> None:
    for path in SYSTEMD.iterdir():
        where = tmp_path / path.name
        if path.suffix == ".conf":
            unit = "console" if "programs" in path.name else "backup"
            where = tmp_path / f"workervoice-{unit}.service.d" / path.name
            where.parent.mkdir()
        text = path.read_text().replace("/opt/workervoice/.venv/bin/workervoice", "/bin/true")
        where.write_text(text)

    done = analyzed("verify", "--man=no", *(str(p) for p in tmp_path.iterdir() if p.is_file()))

    assert (done.returncode, done.stderr) == (0, "")


@needs_systemd
@needs_seccomp
@pytest.mark.timeout(120)
def test_each_process_does_its_work_under_its_units_filters(todays_house: House) -> None:
    under = {
        p: (sys.executable, "-m", "tests.deploy.confine", f"workervoice-{p}.service")
        for p in PROCESSES
    }

    with alone("gateway", todays_house, under=under["gateway"]) as gateway:
        stored = gateway.post("They took our passports", "+15550100123")
    with alone("courier", todays_house, under=under["courier"]) as courier:
        rounds = courier.measured("workervoice_courier_rounds_total")
        told = courier.tell_to_stop()
        courier.gone(told)
    with alone("console", todays_house, under=under["console"], PUBLIC_URL=PUBLIC) as console:
        ready = console.ask("/ready")[0]

    assert (stored, ready) == (204, 200)
    assert rounds >= 1
    assert courier.process.returncode == 0


@needs_systemd
@needs_seccomp
@as_in_a_container
@pytest.mark.timeout(180)
def test_everything_on_one_machine_does_its_work_under_its_units_filters(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    os.chown(tmp_path / "data", NOBODY, NOBODY)
    locked = ("sh", str(READ_ONLY), str(NOBODY), str(tmp_path / "data"), sys.base_prefix)
    filtered = (sys.executable, "-m", "tests.deploy.confine", "workervoice.service")

    with running(Path("/mnt"), "--demo", under=(*locked, *filtered)) as up:
        phone = Phone(up.address("simulated phones"), WORKER, "demo-sms")
        phone.write("They took our passports")
        answered = wait_for_text(phone)
        code = up.stop()

    assert "999" in answered
    assert code == 0, up.output
    assert read("workervoice.service")["KillMode"] == ["mixed"]


WASHES = """
from tests.wash.files import picture, recording
from workervoice.app.washing import Washer
files = picture("JPEG"), picture("PDF"), recording("mp4", "aac", "libx264")
print(*(type(Washer(patience=60).wash(each, "")).__name__ for each in files))
"""


@needs_systemd
@needs_seccomp
@pytest.mark.parametrize(
    "unit", ["workervoice-courier.service", "workervoice-console.service", "workervoice.service"]
)
def test_files_are_taken_apart_under_a_units_filters(unit: str) -> None:
    command = (sys.executable, "-m", "tests.deploy.confine", unit, sys.executable, "-c", WASHES)

    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (done.stdout.split(), done.stderr) == (["Washed"] * 3, "")


@needs_systemd
@needs_seccomp
@pytest.mark.parametrize("more", [(), ("workervoice-programs.conf",)], ids=["without", "with"])
def test_a_program_of_ones_own_is_shut_in_with_the_drop_in(
    tmp_path: Path, more: tuple[str, ...]
) -> None:
    program = tmp_path / "program"
    program.write_text("#!/bin/sh\necho heard\n")
    program.chmod(0o755)
    confined = (sys.executable, "-m", "tests.deploy.confine", "workervoice-console.service", *more)
    command = (*confined, sys.executable, "-m", "workervoice.app.shut_in", "", str(program))

    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout) == ((0, "heard\n") if more else (NO_WALL, ""))


def test_the_drop_in_lets_programs_have_the_namespaces_that_shut_them_in_and_no_others() -> None:
    named = {"user": 0x10000000, "pid": 0x20000000, "net": 0x40000000}
    named |= {"mnt": 0x00020000, "ipc": 0x08000000}  # linux/sched.h

    (said,) = read("workervoice-programs.conf")["RestrictNamespaces"]

    assert sum(named[each] for each in said.split()) == walls.EVERYTHING


@needs_systemd
def test_what_only_root_needs_is_refused_and_what_we_need_is_not() -> None:
    for unit in UNITS:
        left = allowed(read(unit)["SystemCallFilter"])

        assert {"ptrace", "mount", "chown", "setuid", "bpf", "init_module"} & left == set(), unit
        assert {"execve", "mlock", "socket", "fsync", "prlimit64"} <= left, unit


@pytest.mark.parametrize("unit", LONG_LIVED)
def test_a_process_has_time_to_leave_and_is_started_again_however_often_it_ends(unit: str) -> None:
    told = read(unit)

    assert int(told["TimeoutStopSec"][0]) > STOP_SECONDS
    assert told["Restart"] == ["always"]
    assert told["StartLimitIntervalSec"] == ["0"]


@pytest.mark.parametrize("unit", LONG_LIVED)
def test_freed_memory_is_wiped_as_under_the_supervisor(unit: str) -> None:
    hygiene = environment_of(load({"WORKERVOICE_ENV_FILE": ""}), "gateway")
    named = {n for n in hygiene if n.startswith(("PYTHON", "MALLOC", "GLIBC"))}

    assert len(named) >= 5
    assert {n: environment(unit).get(n) for n in named} == {n: hygiene[n] for n in named}
    assert environment(unit)["WORKERVOICE_ENV_FILE"] == ""


def test_each_process_has_a_user_and_a_file_of_settings_of_its_own() -> None:
    for unit in UNITS:
        name = unit.removesuffix(".service")
        told = read(unit)
        file = name.removeprefix("workervoice-").replace("workervoice", "small")

        assert told["User"] == told["Group"] == [name]
        assert told["EnvironmentFile"] == [f"/etc/workervoice/{file}.env"]
        assert (SYSTEMD.parent / "env" / f"{file}.env.example").exists()


def test_backups_and_their_keys_lie_apart() -> None:
    (paths,) = read("workervoice-backup.service")["ReadWritePaths"]
    backups, keys = paths.split()

    assert backups != keys
    assert not keys.startswith(backups + "/")
    for name in ("backup", "small"):
        text = (SYSTEMD.parent / "env" / f"{name}.env.example").read_text()
        assert f"\nWORKERVOICE_BACKUP_DIR={backups}\n" in text
        assert f"\nWORKERVOICE_BACKUP_KEYS_DIR={keys}\n" in text


def test_root_copies_the_list_to_no_other_place_that_its_reader_chose(tmp_path: Path) -> None:
    (after,) = read("workervoice-backup.service")["ExecStartPost"]
    elsewhere, backups = tmp_path / "elsewhere", tmp_path / "backups"
    for folder in (elsewhere, backups, tmp_path / "courier"):
        folder.mkdir()
    (tmp_path / "courier" / "keyed.list").write_text("the list")
    (backups / "keyed.list").symlink_to(elsewhere)  # the directory is the backup user's

    command = after.lstrip("+").replace("\\\n", " ")
    command = re.sub(r"-([og]) workervoice-backup", "", command)
    command = command.replace("/srv/backups", str(backups))
    command = command.replace("/var/lib/workervoice-courier", str(tmp_path / "courier"))
    subprocess.run(command.split(), check=True)

    assert list(elsewhere.iterdir()) == []
    assert (backups / "keyed.list").read_text() == "the list"
    assert not (backups / "keyed.list").is_symlink()
