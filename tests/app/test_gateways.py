"""Several gateways on one address: they share what comes, and one that dies is not missed."""

from __future__ import annotations

import http.client
import os
import signal
import time
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

from tests.app.running import Running, running
from tests.app.test_up import begun, data
from workervoice.app.ops_addresses import addresses
from workervoice.app.ops_client import Heard, listen_to
from workervoice.app.processes import wall_clock
from workervoice.app.status import look
from workervoice.settings import Settings, load

__all__ = ["begun", "data"]  # fixtures

GATEWAYS, CALLERS = 2, 24
MOST_ROUNDS = 20
SECONDS = 60


def settings_of(data: Path) -> Settings:
    return load(
        {
            "WORKERVOICE_ENV_FILE": "",
            "WORKERVOICE_DATA_DIR": str(data),
            "WORKERVOICE_GATEWAY_PROCESSES": str(GATEWAYS),
        }
    )


def gateways(data: Path) -> dict[str, Heard]:
    """What each gateway says of itself, by the name of its post."""
    known = addresses(settings_of(data))
    return {name: listen_to(at) for name, at in known.items() if name.startswith("gateway")}


def refused(heard: Heard) -> float:
    """How many webhooks it has refused for want of a signature."""
    labels = heard.samples("workervoice_webhooks_total")
    return sum(count for each, count in labels if each["outcome"] == "refused")


def call(up: Running, stack: ExitStack) -> list[int]:
    """Many at once, each on a connection of its own, unsigned; the statuses."""
    at = urlsplit(up.address("Twilio webhook")).netloc
    callers = [http.client.HTTPConnection(at, timeout=30) for _ in range(CALLERS)]
    for each in callers:
        stack.callback(each.close)
        each.connect()
    for each in callers:
        each.request("POST", "/in/twilio/demo-sms", b"Body=hello")
    return [each.getresponse().status for each in callers]


def test_what_comes_is_shared_and_a_gateway_that_dies_is_started_again(begun: Path) -> None:
    with running(begun, "--demo", GATEWAY_PROCESSES=str(GATEWAYS)) as up, ExitStack() as stack:
        statuses, both = call(up, stack), gateways(begun)
        rounds = 1
        while not all(map(refused, both.values())) and rounds < MOST_ROUNDS:
            call(up, stack)  # which of them is awake first, the kernel decides
            both, rounds = gateways(begun), rounds + 1
        told = look(settings_of(begun), wall_clock())
        os.kill(_pids(up)[0], signal.SIGKILL)
        after = [call(up, stack) for _ in range(3)]
        ends = time.monotonic() + SECONDS
        while len([h for h in gateways(begun).values() if h.ready]) < GATEWAYS:
            assert time.monotonic() < ends
            time.sleep(0.1)

    assert sorted(both) == ["gateway", "gateway-2"]
    assert statuses == [403] * CALLERS
    assert sum(map(refused, both.values())) == CALLERS * rounds
    assert all(refused(heard) > 0 for heard in both.values())
    assert {"gateway", "gateway-2"} <= told.processes.keys()
    assert after == [[403] * CALLERS] * 3


def _pids(up: Running) -> list[int]:
    """The gateways' processes."""
    found = []
    for each in Path(f"/proc/{up.process.pid}/task/{up.process.pid}/children").read_text().split():
        command = Path(f"/proc/{each}/cmdline").read_bytes().split(b"\0")
        if b"gateway" in command:
            found.append(int(each))
    return found
