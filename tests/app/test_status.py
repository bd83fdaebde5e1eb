"""`workervoice status`: how a running hotline is, in numbers, and what needs somebody."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from tests.app.alone import alone
from tests.app.running import free_port, running
from tests.app.test_cli import run
from tests.app.test_up import WORKER, begun, data, wait_for_text
from tests.house import House
from workervoice.app.browsing import Phone
from workervoice.app.commands_status import size
from workervoice.message import Rejected
from workervoice.store.migrate import newest_revision

__all__ = ["begun", "data"]  # fixtures


def test_beside_a_running_hotline_it_asks_everybody(begun: Path) -> None:
    with running(begun, "--demo") as up:
        phone = Phone(up.address("simulated phones"), WORKER, "demo-sms")
        phone.write("They took our passports")
        wait_for_text(phone)
        told = run("status", "--json", DATA_DIR=str(begun))
        shown = run("status", DATA_DIR=str(begun))
    gone = run("status", "--json", DATA_DIR=str(begun))

    found = json.loads(told.stdout)
    assert told.returncode == 0, told.stdout
    assert found["well"]
    assert found["needs"] == found["not_asked"] == []
    assert {name: each["ready"] for name, each in found["processes"].items()} == {
        **dict.fromkeys(("gateway", "courier", "console"), True)
    }
    assert all(each["memory_bytes"] > 1_000_000 for each in found["processes"].values())
    assert sum(found["cases"].values()) == 1
    assert found["texts"].keys() == {"owed", "claimed", "unknown", "held"}
    assert found["last_webhook"]["simulator"] is not None
    assert found["last_webhook"]["twilio"] is None
    assert found["provider_errors"] == {"hour": {}, "day": {}}
    assert {disk["what"] for disk in found["disks"]} == {"data directory", "database"}
    assert found["revision"] == newest_revision()
    assert found["database_bytes"] > 1_000_000
    assert shown.returncode == 0
    assert shown.stdout.startswith("All is well.\ngateway: ready")
    for word in ("passports", WORKER[1:], "demo-sms"):
        assert word not in told.stdout + shown.stdout
    after = json.loads(gone.stdout)
    assert gone.returncode == 1
    assert after["processes"] == {}
    assert any("no database server runs" in need for need in after["needs"])
    assert sum(" was not asked: " in each for each in after["needs"]) == 3


@pytest.fixture
def given(todays_house: House) -> dict[str, str]:
    house = todays_house
    return {"DATA_DIR": str(house.data), "DATABASE_URL": house.owner_url}


def test_what_waits_too_long_and_who_does_not_answer_need_somebody(
    todays_house: House, given: dict[str, str]
) -> None:
    house = todays_house
    house.now = house.now.replace(hour=0)
    house.wait(days=-2)
    house.text(WORKER, "They took our passports")

    told = run("status", **given, GATEWAY_OPS_PORT=str(free_port()))

    assert told.returncode == 1
    needs = told.stdout.partition("gateway:")[0]
    assert "The gateway does not answer" in needs
    assert "1 text to workers should have gone out by now" in needs
    assert "texts owed: 1 older" in told.stdout
    assert "The courier was not asked" in needs
    assert "WORKERVOICE_COURIER_OPS_PORT" in needs
    assert "Not asked:" in told.stdout


@pytest.mark.timeout(120)
def test_processes_that_run_by_themselves_are_all_asked_by_their_ports(
    todays_house: House, given: dict[str, str]
) -> None:
    """As with the owner's environment; and one that died is missed."""
    house = todays_house
    named = {"COURIER_OPS_HOST": "localhost"}  # as in containers: by a name
    with alone("courier", house, **named) as courier, alone("console", house) as console:
        ports = {"COURIER_OPS_PORT": str(courier.ops), "CONSOLE_OPS_PORT": str(console.ops)}
        ports |= named
        with alone("gateway", house) as gateway:
            ports["GATEWAY_OPS_PORT"] = str(gateway.ops)
            well = run("status", **given, **ports)
            unknown = run("status", **given, **{**ports, "GATEWAY_OPS_PORT": ""})
        dead = run("status", **given, **ports)

    assert (well.returncode, well.stdout.splitlines()[0]) == (0, "What was asked is well.")
    assert well.stdout.count(": ready") == 3
    assert f"(http://localhost:{courier.ops})" in well.stdout
    assert "Not asked:\n  The disk of the database's server" in well.stdout
    assert unknown.returncode == 1
    assert "The gateway was not asked" in unknown.stdout
    assert dead.returncode == 1
    assert "The gateway does not answer" in dead.stdout


def test_with_the_couriers_address_it_says_what_it_could_not_ask(
    todays_house: House, given: dict[str, str]
) -> None:
    house = todays_house
    house.say(WORKER, "They took our passports")
    asked = {"DATA_DIR": given["DATA_DIR"], "COURIER_DATABASE_URL": house.urls["courier"]}

    told = run("status", "--json", **asked)

    found = json.loads(told.stdout)
    assert told.returncode == 1
    assert not found["well"]
    assert sum(" was not asked: " in each for each in found["needs"]) == len(found["needs"]) == 3
    assert found["revision"] is None
    assert any("revision" in sentence for sentence in found["not_asked"])
    assert sum(found["cases"].values()) == 1


def test_a_provider_that_refuses_us_needs_somebody(
    todays_house: House, given: dict[str, str]
) -> None:
    """The courier counts by code; one that we have to mend is named."""
    house = todays_house
    house.phones.answer = lambda message: Rejected("20003", permanent=False)
    house.text(WORKER, "They took our passports")
    house.deliver()

    assert house.courier.tally.errors(60) == {("", "20003"): 1}
    assert house.courier.tally.sendings["", "put_off", "20003"] == 1
    with alone("courier", house, "/health") as courier:  # its provider is not there at all
        ends = time.monotonic() + 20
        while True:
            told = run("status", "--json", **given, COURIER_OPS_PORT=str(courier.ops))
            hour = (json.loads(told.stdout)["provider_errors"] or {}).get("hour")
            if hour or time.monotonic() > ends:
                break
            time.sleep(0.2)

    assert hour == {"unreachable": 1}


@pytest.mark.parametrize(
    ("count", "shown"), [(0, "0 B"), (999, "999 B"), (1500, "2 kB"), (3.2e12, "3.2 TB")]
)
def test_sizes_are_read_by_people(count: float, shown: str) -> None:
    assert size(count) == shown
