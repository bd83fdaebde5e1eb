"""After a restore: handlers are told, a supervisor lets sending go on, monitors read of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.drills import Drill
from tests.house import House
from tests.web.console_browser import Browser
from tests.web.console_scenes import a_case
from workervoice.embedded import EmbeddedServer

STRANGER = "+15550100433"


@pytest.fixture
def drill(house: House, server: EmbeddedServer, tmp_path: Path) -> Iterator[Drill]:
    made = Drill(house, server, tmp_path)
    yield made
    made.close()


@pytest.fixture
def back(drill: Drill) -> House:
    a_case(drill.house)
    return drill.restore(drill.back_up())[0]


def test_a_supervisor_lets_sending_go_on_and_nobody_else_can(back: House) -> None:
    asha, sam = Browser.of(back, "asha"), Browser.of(back, "sam")
    told = asha.open("/cases").text
    page = asha.open("/restored").text
    offered = sam.open("/restored").text
    back.say(STRANGER, "Boss took our passports")
    waiting = back.phones.texts(STRANGER)

    done = sam.do("/restored/go-on")
    back.deliver()

    assert "nothing is sent to workers until a supervisor says so" in told
    assert "A supervisor can let it go on" in page
    assert 'action="/restored/go-on"' not in page
    assert "Let sending go on" in offered
    assert (waiting, len(back.phones.texts(STRANGER))) == ([], 1)
    assert "A supervisor has let sending go on." in done
    assert "until a supervisor says so" not in asha.open("/cases").text


def test_it_is_asked_again_who_is_there(back: House) -> None:
    sam = Browser.of(back, "sam")
    sam.open("/restored")
    back.wait(minutes=6)

    asked = sam.submit("/restored/go-on")

    assert asked.status_code == 401
    assert back.leaves("sending_resumed") == []


def test_a_form_that_is_sent_twice_is_refused_in_words(back: House) -> None:
    sam, again = Browser.of(back, "sam"), Browser.of(back, "sam")
    again.open("/restored")
    sam.open("/restored")
    sam.do("/restored/go-on")

    refused = again.submit("/restored/go-on")

    assert refused.status_code == 409
    assert "look again" in refused.text


def test_a_monitor_reads_that_older_checkpoints_do_not_fit_any_more(back: House) -> None:
    page = Browser.of(back, "mina").open("/monitor").text

    assert "was restored from backup" in page
    assert "“restored”" in page


def test_without_a_restore_no_page_speaks_of_one(house: House) -> None:
    a_case(house)
    asha = Browser.of(house, "asha")

    assert "restored" not in asha.open("/cases").text
    assert "never restored" in asha.open("/restored").text
    assert "restored" not in Browser.of(house, "mina").open("/monitor").text
