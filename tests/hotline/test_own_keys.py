"""A courier that holds other keys than the directory names stops before it judges anything."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path

import pytest

from tests.house import House
from tests.looking import a_worker, asked, outbox_state
from workervoice.app.keyfiles import KeyFiles, load_key_files, make_key_files
from workervoice.crypto.custody import FileCustody
from workervoice.crypto.seal import generate_signing
from workervoice.errors import SettingsError
from workervoice.hotline.process import Process, Trust
from workervoice.hotline.tick import Courier
from workervoice.store.vault import Vault

REPORT = "They took our passports"
KEPT = ("outbox", "clock", "log_leaf", "conversation")


@pytest.fixture
def house(emptied_house: House) -> House:
    return emptied_house


@pytest.fixture
def foreign(tmp_path: Path) -> KeyFiles:
    """The courier's key files of another programme."""
    make_key_files(tmp_path, generate_signing().public)
    return load_key_files(tmp_path, "courier")


def with_process(house: House, process: Process) -> Courier:
    return Courier(process, house.courier.senders, house.courier.ways)


def half_right(house: House, directory: Path) -> FileCustody:
    """The right signing key, beside a key to open things with that is not the directory's."""
    FileCustody(house.data / "keys" / "courier").share("signing", directory)
    return FileCustody.create(directory, kems=("courier",))


def everything(house: House) -> list[list[str]]:
    return [sorted(map(str, asked(house, f"SELECT * FROM {table}"))) for table in KEPT]  # noqa: S608


@pytest.mark.parametrize("wrong", ["all", "the keys", "the root", "the sealing key"])
def test_a_courier_with_other_keys_stops_in_one_sentence_and_changes_nothing(
    house: House, foreign: KeyFiles, tmp_path: Path, wrong: str
) -> None:
    house.text(a_worker(house).number, REPORT)
    own, other = house.courier_process, foreign.custody
    courier = with_process(
        house,
        {
            "all": replace(own, id=foreign.process_id, custody=other, vault=Vault(b"k" * 32)),
            "the keys": replace(own, custody=other),
            "the root": replace(own, trust=Trust(generate_signing().public)),
            "the sealing key": replace(own, custody=half_right(house, tmp_path / "half")),
        }[wrong],
    )
    house.wait(hours=2)
    before = everything(house)

    with pytest.raises(SettingsError, match="keys/courier") as refused:
        courier.tick()

    assert str(refused.value).count("\n") == 0
    assert everything(house) == before
    assert house.phones.received == []


def test_a_courier_whose_keys_are_changed_under_way_stops_too(
    house: House, foreign: KeyFiles
) -> None:
    courier = with_process(house, house.courier_process)
    courier.tick()
    house.text(a_worker(house).number, REPORT)
    swapped = with_process(house, replace(house.courier_process, custody=foreign.custody))
    before = everything(house)

    with pytest.raises(SettingsError):
        swapped.tick()

    assert everything(house) == before


def test_a_text_that_does_not_open_stays_owed_and_goes_out_once_it_does(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    worker = a_worker(house)
    house.text(worker.number, REPORT)
    ((outbox_id,),) = asked(house, "SELECT id FROM outbox")
    ((sealed,),) = asked(house, "SELECT record FROM conversation")
    change = "UPDATE conversation SET record = :record RETURNING id"
    asked(house, change, record=bytes(sealed)[:-1] + b"\0")

    with caplog.at_level(logging.WARNING):
        tried = [house.courier.tick(), house.courier.tick()]
    state, failures = outbox_state(house, outbox_id), dict(house.courier.failures)
    asked(house, change, record=bytes(sealed))
    house.wait(seconds=6)
    house.deliver()

    assert tried == [1, 0]
    assert (state, failures) == (("owed", "unopened"), {"send": 1})
    assert f"send {outbox_id}: unopened" in caplog.text
    assert [message.to.value for message in house.phones.received] == [worker.number]
    assert outbox_state(house, outbox_id) == ("accepted", None)
