"""`workervoice doctor`: what waits too long and whose keys are wrong, read out of the database."""

from __future__ import annotations

import os
import shutil
import signal
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy.engine import make_url

from tests.app.test_cli import run
from tests.house import House
from workervoice.app.doctor import examine
from workervoice.app.keyfiles import make_key_files
from workervoice.crypto.seal import generate_signing
from workervoice.embedded import EmbeddedServer
from workervoice.hotline.restoring import note_restore
from workervoice.message import Rejected, Unknown
from workervoice.settings import Settings, load
from workervoice.store.engine import Scope

WORKER = "+15550100333"
REPORT = "They took our passports"
COMMANDS = ("doctor", "status")


@pytest.fixture(scope="module")
def server(durable_server: EmbeddedServer) -> EmbeddedServer:
    return durable_server


@pytest.fixture
def house(server: EmbeddedServer, house: House) -> House:
    database = make_url(house.urls["courier"]).database or ""
    house.urls["owner"] = server.owner_url(database)
    return house


def settings_of(house: House, role: str = "owner", data: Path | None = None) -> Settings:
    """What doctor is given: the owner's address, or the courier's alone."""
    name = "DATABASE_URL" if role == "owner" else "COURIER_DATABASE_URL"
    given = {"ENV_FILE": "", "DATA_DIR": str(data or house.data), name: house.urls[role]}
    return load({f"WORKERVOICE_{name}": value for name, value in given.items()})


def ills(house: House, role: str = "owner", data: Path | None = None) -> list[str]:
    found = examine(settings_of(house, role, data), house.now)
    return [finding.sentence for finding in found if not finding.well]


@pytest.mark.parametrize("role", ["owner", "courier"])
def test_a_hotline_that_keeps_up_is_well(house: House, role: str) -> None:
    house.say(WORKER, REPORT)
    house.text(WORKER, "and our pay")  # owed this moment, which is not late

    found = examine(settings_of(house, role), house.now)

    assert [finding.sentence for finding in found if not finding.well] == []
    assert "Outbox: nothing waits longer than it should." in {f.sentence for f in found}


@pytest.mark.parametrize("role", ["owner", "courier"])
def test_a_courier_that_does_not_run_is_seen_by_what_waits(house: House, role: str) -> None:
    house.text(WORKER, REPORT)
    house.wait(hours=1, minutes=20)

    texts, clocks = ills(house, role)

    assert texts.startswith("Outbox: 1 text to workers should have gone out by now")
    assert "clocks" in clocks.lower()


def test_a_provider_that_refuses_is_seen(house: House) -> None:
    house.phones.answer = lambda message: Rejected("unreachable", permanent=False)
    house.text(WORKER, REPORT)
    for _ in range(6):
        house.deliver()
        house.wait(minutes=5)

    (told,) = ills(house)

    assert "should have gone out" in told


def test_a_text_whose_fate_nobody_knows_is_seen(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.phones.answer = lambda message: Unknown("timeout")
    monkeypatch.setattr(house.phones, "find", lambda message, since: Unknown("lookup"))
    house.text(WORKER, REPORT)
    house.deliver()
    early = ills(house)
    house.wait(minutes=20)
    house.deliver()

    (told,) = ills(house)

    assert early == []
    assert told.startswith("Outbox: nobody knows whether 1 text")


def test_a_text_that_does_not_open_is_seen_at_once(house: House) -> None:
    house.text(WORKER, REPORT)
    with house.owner.begin() as tx:
        tx.connection.exec_driver_sql("UPDATE conversation SET record = '\\x00'")
    house.deliver()

    (told,) = ills(house)

    assert "cannot be opened by the courier" in told


def test_a_forged_text_is_seen_for_a_day(house: House) -> None:
    house.text(WORKER, REPORT)
    with house.owner.begin() as tx:
        tx.connection.exec_driver_sql("UPDATE outbox SET signature = '\\x00'")
    house.deliver()

    (told,) = ills(house)
    house.wait(days=1, hours=2)
    house.deliver()

    assert "vouches for" in told
    assert [sentence for sentence in ills(house) if "vouches" in sentence] == []


@pytest.mark.parametrize("role", ["owner", "courier"])
def test_a_restore_that_waits_for_a_supervisor_is_named(house: House, role: str) -> None:
    with house.owner.begin(Scope(house.programme)) as tx:
        note_restore(tx, house.courier_process, uuid4(), house.now)

    (told,) = ills(house, role)

    assert told.startswith("Restore: a backup was put back")
    assert "/restored" in told


def test_a_text_that_failed_is_told_and_is_no_ill(house: House) -> None:
    house.phones.answer = lambda message: Rejected("21610", permanent=True)
    house.text(WORKER, REPORT)
    house.deliver()

    told = [f for f in examine(settings_of(house), house.now) if "failed for good" in f.sentence]

    assert [(f.well, "1 text failed" in f.sentence) for f in told] == [(True, True)]
    assert ills(house) == []


def test_an_embedded_database_that_hangs_is_not_blamed_on_a_setting_that_nobody_gave(
    tmp_path: Path,
) -> None:
    with EmbeddedServer(tmp_path / "data", durable=False) as server:
        assert server.pid is not None
        os.kill(server.pid, signal.SIGSTOP)
        try:
            with ThreadPoolExecutor(2) as two:
                asked = two.map(lambda name: run(name, DATA_DIR=str(tmp_path / "data")), COMMANDS)
                told = {name: done.stdout for name, done in zip(COMMANDS, asked, strict=True)}
        finally:
            os.kill(server.pid, signal.SIGCONT)

    for said in told.values():
        assert "Database: the embedded database does not answer: end `workervoice up`" in said
        assert "WORKERVOICE_DATABASE_URL" not in said


def test_keys_of_another_programme_are_named(house: House, tmp_path: Path) -> None:
    make_key_files(tmp_path / "other", generate_signing().public)

    told = ills(house, data=tmp_path / "other")

    assert [sentence.partition(":")[0] for sentence in told] == [
        "Keys of the gateway",
        "Keys of the courier",
    ]


def test_keys_that_are_missing_are_told_once(house: House, tmp_path: Path) -> None:
    shutil.copytree(house.data, tmp_path / "copy")
    shutil.rmtree(tmp_path / "copy" / "keys" / "courier")

    (told,) = ills(house, data=tmp_path / "copy")

    assert told.startswith("Keys of the courier: WORKERVOICE_DATA_DIR: there are no keys in")


def test_the_command_exits_1_with_the_sentence(house: House) -> None:
    house.now -= timedelta(days=2)
    house.text(WORKER, REPORT)
    given = {"DATA_DIR": str(house.data), "COURIER_DATABASE_URL": house.urls["courier"]}

    done = run("doctor", **given)

    assert done.returncode == 1
    assert "1 text to workers should have gone out by now" in done.stdout


def test_a_courier_started_with_other_keys_ends_with_one_sentence(
    house: House, tmp_path: Path
) -> None:
    make_key_files(tmp_path / "other", generate_signing().public)
    given = {
        "DATA_DIR": str(tmp_path / "other"),
        "COURIER_DATABASE_URL": house.urls["courier"],
        "PUBLIC_URL": "http://127.0.0.1:1",
        "SIMULATOR_URL": "http://127.0.0.1:1",
        "SIMULATOR_SECRET": "s" * 43,
    }

    done = run("courier", **given)

    assert done.returncode == 1
    warned, *_, said = done.stderr.splitlines()
    assert "not against a stolen disk" in warned
    assert said.startswith("workervoice: WORKERVOICE_DATA_DIR: the courier's keys are not")
