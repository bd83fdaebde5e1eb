"""`workervoice drain`: a copied spool gets in through the running gateway, and nothing else."""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.channels.twilio_signing import ACCOUNT, TOKEN
from tests.hotline.test_lists import threads
from tests.house import House
from tests.web.fallbacks import running
from tests.web.gateways import form
from workervoice.app.draining import Told, drain
from workervoice.channels.twilio import TwilioReceiver
from workervoice.errors import SettingsError
from workervoice.hotline.tick_brought import TakingBrought

PHONE = "+15550100780"
TEXTS = [f"text {number}: the gate is locked" for number in range(6)]


@pytest.fixture
def copied(emptied_house: House, tmp_path: Path) -> tuple[Path, str]:
    """A copy of a spool, and the receiver's address."""
    with running(tmp_path / "spool", emptied_house.gateway.custody.public("own")) as fallback:
        for text in TEXTS:
            assert fallback.post(form(text, PHONE)) == 204
        start = int(emptied_house.now.timestamp()) * 10**9
        for place, name in enumerate(fallback.names()):
            os.utime(fallback.directory / name, ns=(start + place, start + place))
    shutil.copytree(tmp_path / "spool", tmp_path / "copy")
    return tmp_path / "copy", fallback.url


@contextmanager
def gateway(house: House, url: str, *tokens: str) -> Iterator[None]:
    """That takes what is brought, as the gateway's own thread does."""
    receivers = {"twilio": TwilioReceiver(ACCOUNT, tokens or (TOKEN,))}
    taking, stop = TakingBrought(house.reception, receivers, url), threading.Event()

    def take() -> None:
        while not stop.wait(0.05):
            taking.take_waiting()

    thread = threading.Thread(target=take)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def drained(house: House, directory: Path, *, patience: float = 10.0, delete: bool = False) -> Told:
    return drain(house.owner, directory, house.now, delete=delete, patience=patience)


def test_a_copied_folder_gets_in_once_and_in_order(
    emptied_house: House, copied: tuple[Path, str]
) -> None:
    house, (directory, url) = emptied_house, copied
    with gateway(house, url):
        told = drained(house, directory)
        again = drained(house, directory)

    assert threads(house) == [TEXTS]
    assert [len(told.taken), len(again.taken)] == [6, 6]
    assert told.well
    assert again.well
    assert len(list(directory.iterdir())) == 6


def test_only_what_was_taken_is_deleted_and_only_when_asked(
    emptied_house: House, copied: tuple[Path, str]
) -> None:
    house, (directory, url) = emptied_house, copied
    first, second, third, *_ = sorted(directory.iterdir(), key=lambda each: each.stat().st_mtime_ns)
    first.write_bytes(b"")
    kept = second.stat()
    data = bytearray(second.read_bytes())
    data[-5] ^= 1
    second.write_bytes(bytes(data))
    for path in (first, second):
        os.utime(path, ns=(kept.st_mtime_ns, kept.st_mtime_ns))
    old = (house.now.timestamp() - 31 * 86400,) * 2
    os.utime(third, old)
    link = directory / "00000000-0000-4000-8000-000000000000"
    foreign = directory / "read me\n.txt"
    foreign.write_text("of somebody else")
    link.symlink_to(foreign)

    with gateway(house, url):
        told = drained(house, directory, delete=True)

    assert threads(house) == [TEXTS[3:]]
    left = {
        first.name,
        second.name,
        third.name,
        foreign.name,
        "0" * 8 + "-0000-4000-8000-" + "0" * 12,
    }
    assert {each.name for each in directory.iterdir()} == left
    assert told.deleted == 3
    assert told.refused == {"SealBroken": 1}
    lines = list(told.lines())
    assert len(told.bad) == 4
    assert all(line.count("\n") == 0 for line in lines)
    assert any("it is empty, cut or foreign" in line for line in lines)
    assert any("more than 30 days ago" in line for line in lines)


def test_without_a_gateway_they_wait_and_nothing_is_deleted(
    emptied_house: House, copied: tuple[Path, str]
) -> None:
    house, (directory, url) = emptied_house, copied

    told = drained(house, directory, patience=0.1, delete=True)

    assert (told.waiting, told.taken, told.deleted) == (6, [], 0)
    assert "6 wait for the gateway" in "\n".join(told.lines())
    assert len(list(directory.iterdir())) == 6
    with gateway(house, url):
        assert drained(house, directory).known == 6
    assert threads(house) == [TEXTS]


def test_a_wrong_token_is_said_and_put_right_later(
    emptied_house: House, copied: tuple[Path, str]
) -> None:
    house, (directory, url) = emptied_house, copied
    with gateway(house, url, "another token"):
        told = drained(house, directory)
    assert told.refused == {"Refused": 6}
    assert "no provider of ours signed it" in "\n".join(told.lines())

    with gateway(house, url):
        while len(threads(house)) < 1 or len(threads(house)[0]) < 6:
            time.sleep(0.05)
        assert drained(house, directory, delete=True).deleted == 6
    assert threads(house) == [TEXTS]


def test_a_folder_that_is_none_is_said(emptied_house: House, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        drained(emptied_house, tmp_path / "nowhere")
