"""The nightly backup: what goes wrong with one, and what becomes of the keys of the others."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from contextlib import nullcontext
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from subprocess import PIPE, Popen
from uuid import uuid4

import pytest

from tests.app.test_cli import run
from workervoice.app.backups import Places, clear, seal, unseal
from workervoice.app.expiring import amiss, doubt, expire, last_made
from workervoice.app.keyfiles import make_key_files
from workervoice.app.processes import wall_clock
from workervoice.crypto.seal import generate_signing
from workervoice.crypto.suite import generate_kem
from workervoice.errors import SettingsError

NOW = datetime(2026, 11, 22, 2, tzinfo=UTC)
STRANGE = (
    "2026-13-45-6f0f0f0e-5a0e-4f0c-9d3b-3f6a1d2c4b5e.key",
    "2026-02-30-6f0f0f0e-5a0e-4f0c-9d3b-3f6a1d2c4b5e.key",
    "2026-11-01-6f0f0f0e-5a0e-4f0c-9d3b-3f6a1d2c4b5-.key",
    "mine.key",
)


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    made = tmp_path / "keys"
    made.mkdir()
    return made


def a_key(keys: Path, made: date) -> Path:
    path = keys / f"{made.isoformat()}-{uuid4()}.key"
    path.write_text(generate_kem().to_bytes().hex())
    return path


def days_before(keys: Path, now: datetime, *days: int) -> list[Path]:
    return [a_key(keys, now.date() - timedelta(days=each)) for each in days]


def wait_for(happened: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not happened():
        assert time.monotonic() < end
        time.sleep(0.02)


def settings(place: Path, **more: str) -> dict[str, str]:
    make_key_files(place / "data", generate_signing().public)
    return {
        "DATA_DIR": str(place / "data"),
        "BACKUP_DIR": str(place / "backups"),
        "BACKUP_KEYS_DIR": str(place / "keys"),
        **more,
    }


def test_a_backup_that_fails_does_not_keep_the_old_ones_open(keys: Path, tmp_path: Path) -> None:
    old, young = days_before(keys, wall_clock(), 15, 3)
    nobody = "postgresql+psycopg://nobody:x@127.0.0.1:1/none"

    done = run("backup", **settings(tmp_path, DATABASE_URL=nobody))

    assert done.returncode == 1
    assert "pg_dump failed, so there is no backup" in done.stderr
    assert "opens no more" in done.stdout
    assert (old.exists(), young.exists()) == (False, True)


def test_a_key_of_another_name_is_passed_over_and_said(keys: Path) -> None:
    old, _ = days_before(keys, wall_clock(), 15, 3)
    strange = [keys / name for name in STRANGE]
    for path in strange:
        path.write_text("00")

    done = run("backup", "expire", "--keys", str(keys))

    assert done.returncode == 0, done.stderr
    for path in strange:
        assert f"{path} has not the name of a backup's key" in done.stdout
        assert path.exists()
    assert not old.exists()


def test_a_backup_opens_beside_a_key_of_another_name(keys: Path, tmp_path: Path) -> None:
    (keys / STRANGE[0]).write_text("00")
    places, here, opened = Places(keys, bytes(32)), tmp_path / "one.backup", BytesIO()
    seal(nullcontext(BytesIO(b"dump")), here, places, NOW)
    unseal(here, places, opened)
    (made,) = keys.glob(f"{NOW.date()}-*.key")
    made.unlink()

    with pytest.raises(SettingsError, match=r"has no key here.*has not the name") as caught:
        unseal(here, places, BytesIO())

    assert opened.getvalue() == b"dump"
    assert len(str(caught.value).splitlines()) == 1


def test_a_backup_that_is_killed_midway_is_none(keys: Path, tmp_path: Path) -> None:
    given, out = settings(tmp_path), tmp_path / "backups" / "2026-11-22-020000.backup"
    out.parent.mkdir()
    command = ("backup", "seal", "--keys", str(keys), "--out", str(out))
    environment = {"PATH": os.defpath, "WORKERVOICE_DATA_DIR": given["DATA_DIR"]}
    with Popen(
        [sys.executable, "-m", "workervoice", *command],
        stdin=PIPE,
        stdout=PIPE,
        env={**environment, "WORKERVOICE_ENV_FILE": ""},
    ) as sealing:
        wait_for(lambda: any(out.parent.iterdir()))
        sealing.kill()
    today = wall_clock()
    (left,), (begun,) = keys.iterdir(), out.parent.iterdir()

    assert last_made(keys, today) is None
    assert not out.exists()
    assert (expire(keys, today), amiss(keys, today)) == ([], [])
    soon = today + timedelta(days=2)
    assert amiss(keys, soon) == [f"{left} is left of a backup that was killed"]
    assert len(expire(keys, soon)) == 1
    assert list(keys.iterdir()) == []
    assert clear(out.parent, NOW + timedelta(days=1)) == []
    assert clear(out.parent, NOW + timedelta(days=2)) == [begun]
    assert list(out.parent.iterdir()) == []


def test_nothing_that_lies_beside_backups_is_cleared_but_what_they_left(tmp_path: Path) -> None:
    names = ("keyed.list", "2026-11-20-020000.backup", "mine.new", "2026-11-20.backup.12345678.new")
    for name in names:
        (tmp_path / name).write_text("mine")

    assert clear(tmp_path, NOW + timedelta(days=30)) == []
    assert len(list(tmp_path.iterdir())) == len(names)


@pytest.mark.parametrize("ahead", [22, 400, 36_500])
def test_a_clock_far_ahead_destroys_no_key_however_often_it_is_asked(
    keys: Path, ahead: int
) -> None:
    days_before(keys, NOW, *range(14))
    old = set(keys.iterdir())

    for night in range(20):  # as the timer would, each night with a backup of that day
        wrong = NOW + timedelta(days=ahead + night)
        a_key(keys, wrong.date())
        expire(keys, wrong)
        assert old <= set(keys.iterdir())
        assert f"no backup was made between {NOW.date()} and" in str(doubt(keys, wrong))
    right = NOW + timedelta(days=1)
    expire(keys, right)

    assert len(old - set(keys.iterdir())) == 1
    assert doubt(keys, right) is None
    (told,) = amiss(keys, right)
    assert "are of days that have not come" in told
    assert last_made(keys, right) == NOW.date()


def test_keys_from_after_a_time_without_backups_end_as_ever(keys: Path) -> None:
    before, after, young = days_before(keys, NOW, 60, 20, 2)

    assert len(expire(keys, NOW)) == 1
    assert (before.exists(), after.exists(), young.exists()) == (True, False, True)
    before.unlink()
    assert doubt(keys, NOW) is None


def test_what_is_not_destroyed_for_a_clock_is_one_sentence_and_an_exit_code(keys: Path) -> None:
    days_before(keys, wall_clock(), 40, 39)

    done = run("backup", "expire", "--keys", str(keys))

    assert (done.returncode, done.stdout) == (1, "")
    assert "the clock may be wrong" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert len(list(keys.iterdir())) == 2


def test_keys_that_are_too_old_are_told_after_the_day_on_which_they_should_have_gone(
    keys: Path,
) -> None:
    days_before(keys, NOW, 14, 1)
    assert amiss(keys, NOW) == []

    tomorrow = NOW + timedelta(days=1)

    assert amiss(keys, tomorrow) == ["1 keys are older than 14 days"]
    assert len(expire(keys, tomorrow)) == 1
    assert amiss(keys, tomorrow) == []
