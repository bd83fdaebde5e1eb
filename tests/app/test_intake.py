"""The gateway takes what people wrote down, beside its webhooks."""

from __future__ import annotations

import logging
import re
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from tests.app.running import running
from tests.app.test_up import log_in
from tests.house import House
from tests.looking import asked, cases_of
from workervoice.app.dumping import dumped
from workervoice.app.intake import Intake
from workervoice.embedded import EmbeddedServer
from workervoice.errors import Unavailable
from workervoice.hotline.byhand import ByHand
from workervoice.hotline.handover import Entry, hand_over
from workervoice.hotline.tick_entries import take_entries
from workervoice.hotline.tick_tried import TriedLines
from workervoice.settings import load

SAID = "They took our passports"


def hand(house: House, text: str = SAID) -> None:
    hand_over(house.console, house.actor("asha"), Entry("letter", text, house.line().id), uuid4())


def wait_until(happened: Callable[[], bool], seconds: float = 15) -> None:
    ends = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < ends
        time.sleep(0.05)


def test_an_entry_is_taken_within_seconds_and_the_thread_ends_when_told(house: House) -> None:
    intake = Intake(house.reception, house.taking, TriedLines(house.gateway))
    intake.start()
    try:
        hand(house)
        wait_until(lambda: len(cases_of(house)) == 1)
    finally:
        intake.close()

    hand(house)
    time.sleep(1.5)
    assert len(cases_of(house)) == 1


def test_what_nobody_foresaw_is_named_without_words_and_others_are_taken(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    intake, read = (
        Intake(house.reception, house.taking, TriedLines(house.gateway)),
        type(house.reception).read,
    )

    def broken(self: object, inbound: object) -> object:
        if "breaks" in inbound.text:  # type: ignore[attr-defined]
            raise RuntimeError(f"quotes {inbound.text}")  # type: ignore[attr-defined]
        return read(house.reception, inbound)  # type: ignore[arg-type]

    monkeypatch.setattr(type(house.reception), "read", broken)
    hand(house, "this breaks it")
    hand(house)
    with caplog.at_level(logging.WARNING):
        intake.start()
        try:
            wait_until(lambda: len(cases_of(house)) == 1)
            wait_until(lambda: "RuntimeError" in caplog.text)
        finally:
            intake.close()

    assert "breaks" not in caplog.text
    waiting = "SELECT count(*) AS n FROM handover WHERE envelope IS NOT NULL"
    assert asked(house, waiting)[0].n == 1


def test_a_look_tells_that_the_database_is_away(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand(house)

    def away(*_: object) -> None:
        raise Unavailable("the database does not answer")

    monkeypatch.setattr(ByHand, "take", away)

    with pytest.raises(Unavailable):
        take_entries(ByHand(house.reception), lambda _id, _error: None)


def test_what_waits_is_in_no_backup_and_in_no_write_ahead_log(house: House) -> None:
    hand(house)

    given = {"WORKERVOICE_DATA_DIR": str(house.data), "WORKERVOICE_DATABASE_URL": house.owner_url}
    with dumped(load({**given, "WORKERVOICE_ENV_FILE": ""})) as dump:
        text = dump.read().decode()
    (kind,) = asked(house, "SELECT relpersistence AS p FROM pg_class WHERE relname = 'handover'")

    assert "CREATE UNLOGGED TABLE public.handover" in text
    assert "COPY public.handover" not in text
    assert "COPY public.entry_draft" in text
    assert kind.p == "u"


def test_under_up_a_call_that_was_typed_becomes_a_case() -> None:
    with tempfile.TemporaryDirectory(prefix="wv-up-") as made:
        Path(made).chmod(0o711)  # started as root, the server runs as somebody else
        data = Path(made) / "data"
        with running(data, "--demo") as up:
            asha = log_in(up, "asha", up.passphrase("asha"))
            form = asha.get("/entries/call")
            (line, *_) = re.findall(r'<option value="([0-9a-f-]{36})"[^>]*>demo-sms', form.html)
            said = {"text": SAID, "number": "+15550177009", "line": line}
            asked_next = asha.post("/entries/call/prompts", said, form.token())
            sent = asha.post("/entries/call", said, asha.get("/entries/call").token())
            ends = time.monotonic() + 30
            while "Handed over" in sent.html and time.monotonic() < ends:
                time.sleep(0.2)
                sent = asha.get(urlsplit(sent.url).path)
        EmbeddedServer(data).erase()

    assert "identity papers taken" in asked_next.html
    assert "written down by" in sent.html
