"""The operations addresses: numbers, health and readiness of real processes, and nothing else."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.parser import text_string_to_metric_families

from tests.app.alone import Alone, alone
from tests.house import House, a_server, build_house
from tests.web.test_gateway_frozen import frozen
from workervoice.app import ops as ops_module
from workervoice.app.listening import listen
from workervoice.app.ops import OpsServer
from workervoice.app.processes import wall_clock
from workervoice.app.second_hand import DONE
from workervoice.app.watching import DATABASE
from workervoice.embedded import EmbeddedServer
from workervoice.hotline.tally import CODES, OUTCOMES
from workervoice.hotline.tick_spool import COUNTED, STATES
from workervoice.journal import KINDS
from workervoice.store.backlog import WAITING
from workervoice.triage.engine import Engine
from workervoice.web.console.counts import SIGN_INS
from workervoice.web.gateway.counts import BUCKETS, NAMES, PROVIDERS, STAGES
from workervoice.workflow.pace import Why

WORDS, NUMBER = "zebracrossing passports", "+15550105001"
LABELS = {
    "provider": {*PROVIDERS},
    "outcome": {*NAMES, *OUTCOMES, *SIGN_INS, *COUNTED},
    "stage": {*STAGES},
    "state": {*WAITING, *STATES},
    "code": {*CODES, "", "any"},
    "window": {"hour", "day"},
    "kind": {*KINDS},
    "why": {*Why},
    "what": {*DONE},
    "process": {"gateway", "courier", "console"},
    "le": {*map(str, BUCKETS), "+Inf"},
}


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedServer]:
    """One of our own, which is frozen."""
    with a_server() as started:
        yield started


@pytest.fixture(scope="module")
def house(
    server: EmbeddedServer, engine: Engine, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[House]:
    data = tmp_path_factory.mktemp("house") / "data"
    built = build_house(server, data, engine, wall_clock())
    yield built
    built.close()


@pytest.fixture(scope="module")
def three(house: House) -> Iterator[dict[str, Alone]]:
    """Gateway, courier and console after one report; the courier's provider is not there."""
    with (
        alone("gateway", house) as gateway,
        alone("courier", house) as courier,
        alone("console", house) as console,
    ):
        assert gateway.post(WORDS, NUMBER) == 204
        ends = time.monotonic() + 20
        while not courier.measured(_PUT_OFF) and time.monotonic() < ends:
            time.sleep(0.1)
        yield {"gateway": gateway, "courier": courier, "console": console}


_PUT_OFF = 'workervoice_provider_errors{code="any",provider="simulator",window="hour"}'


@pytest.mark.parametrize("name", ["gateway", "courier", "console"])
def test_every_process_tells_numbers_under_labels_of_closed_lists(
    three: dict[str, Alone], name: str
) -> None:
    status, told = three[name].ask("/metrics")

    families = list(text_string_to_metric_families(told))
    samples = [sample for family in families for sample in family.samples]
    assert status == 200
    for sample in samples:
        for label, value in sample.labels.items():
            assert label == "version" or value in LABELS[label], sample
    names = {sample.name for sample in samples}
    assert {"process_resident_memory_bytes", "process_open_fds"} <= names
    assert f'process="{name}"' in told
    assert "zebra" not in told
    assert NUMBER[1:] not in told
    assert "demo-sms" not in told


def test_the_numbers_are_what_happened(three: dict[str, Alone]) -> None:
    gateway, courier = three["gateway"], three["courier"]

    assert gateway.measured('workervoice_webhooks_total{outcome="stored",provider="twilio"}') == 1
    assert gateway.measured('workervoice_webhook_stage_seconds_count{stage="store"}') == 1
    sent = 'workervoice_deliveries_total{code="unreachable",outcome="put_off",provider="simulator"}'
    assert courier.measured(sent) >= 1
    ends = time.monotonic() + 20  # it counts every ten seconds
    while not courier.measured('workervoice_queue_texts{state="owed"}'):
        assert time.monotonic() < ends
        time.sleep(0.2)
    assert 0 <= courier.measured("workervoice_courier_round_age_seconds") < 20


@pytest.mark.parametrize("name", ["gateway", "courier", "console"])
def test_all_is_well_and_nothing_else_is_there(three: dict[str, Alone], name: str) -> None:
    process = three[name]

    assert process.ask("/health") == (200, "ok\n")
    assert process.ask("/ready") == (200, "ok\n")
    for path in ("/", "/metrics/x", "/in/twilio/demo-sms", "/login", "/%00"):
        assert process.ask(path) == (404, "")


def test_the_public_port_has_no_metrics(three: dict[str, Alone]) -> None:
    for name in ("gateway", "console"):
        at = three[name]
        public = Alone(at.process, at.port, at.port)

        assert public.ask("/health")[0] == 200
        status, told = public.ask("/metrics")
        assert status == 404
        assert "workervoice_" not in told


def test_a_frozen_database_makes_none_of_them_ready_and_all_of_them_healthy(
    three: dict[str, Alone], server: EmbeddedServer, house: House
) -> None:
    with frozen(server, house):
        began = time.monotonic()
        told = {name: process.ask("/ready") for name, process in three.items()}
        seconds = time.monotonic() - began
        healthy = {name: process.ask("/health") for name, process in three.items()}
    ends = time.monotonic() + 40
    while any(process.ask("/ready")[0] != 200 for process in three.values()):
        assert time.monotonic() < ends
        time.sleep(0.2)

    assert {status for status, _ in told.values()} == {503}
    assert all(DATABASE in said for _, said in told.values())
    assert seconds < 3 * 2.5
    assert set(healthy.values()) == {(200, "ok\n")}


@contextmanager
def serving(problems: list[str]) -> Iterator[int]:
    registry = CollectorRegistry()
    listening = listen("127.0.0.1", 0, "gateway_ops_port")
    served = OpsServer(listening, registry, list, lambda: problems)
    port: int = listening.getsockname()[1]
    served.start()
    try:
        yield port
    finally:
        served.close()


def test_two_processes_share_a_socket_and_the_one_that_goes_leaves_it_to_the_other() -> None:
    first = listen("127.0.0.1", 0, "gateway_ops_port")
    second = socket.socket(fileno=first.dup().detach())
    told: list[list[str]] = [["old"], ["new"]]
    old, new = (
        OpsServer(each, CollectorRegistry(), list, lambda said=said: said)  # type: ignore[misc]
        for each, said in zip((first, second), told, strict=True)
    )
    asked = Alone(None, 0, second.getsockname()[1])  # type: ignore[arg-type]
    old.start()
    new.start()

    both = {asked.ask("/ready")[1] for _ in range(20)}
    old.close()
    after = {asked.ask("/ready")[1] for _ in range(20)}
    new.close()

    assert both <= {"old\n", "new\n"}
    assert after == {"new\n"}


def drip(connections: list[socket.socket], ended: threading.Event) -> None:
    """A line of a head now and then on each, and never the last one."""
    for each in connections:
        each.sendall(b"GET /health HTTP/1.0\r\n")
    while not ended.wait(0.3):
        for each in connections:
            with suppress(OSError):
                each.sendall(b"X: y\r\n")


def test_whoever_asks_for_nothing_or_too_often_holds_up_nobody_for_long(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(ops_module, "ASK_SECONDS", 1)  # five are too long here
    monkeypatch.setattr(ops_module._Page, "timeout", 1)  # noqa: SLF001
    with serving(["a sentence"]) as port:
        idle = [socket.create_connection(("127.0.0.1", port)) for _ in range(30)]
        idle[0].sendall(b"rubbish zebra\r\n\r\n")
        ended = threading.Event()
        slow = threading.Thread(target=drip, args=(idle[1:20], ended))
        slow.start()
        asked = Alone(None, 0, port)  # type: ignore[arg-type]
        ends = time.monotonic() + 10
        while True:
            try:
                answer = asked.ask("/ready")
                break
            except OSError:
                assert time.monotonic() < ends
                time.sleep(0.1)
        ended.set()
        slow.join()
        for each in idle:
            each.close()

    assert answer == (503, "a sentence\n")
    assert not re.search("zebra|Traceback", "".join(capfd.readouterr()))
