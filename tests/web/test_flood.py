"""Forged webhooks at full speed beside signed ones: every signed one is taken, and soon."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import pytest

from tests.channels.twilio_signing import ACCOUNT
from tests.house import House
from tests.looking import rows
from tests.web.gateways import REPORT, SMS, Gateway, form, running

SIGNED = 30
BOUND_SECONDS = 2.5  # that the slowest may take, on a machine that other tests load as well

# Several connections that ask again as soon as they are answered, in a process of its own.
FORGER = """
import http.client, sys, threading
port, path, size, many = int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
body = b"AccountSid=%s&From=%%2B15550199999&MessageSid=SM1&Body=" + b"%%41" * (size // 3)
proof = {"Content-Type": "application/x-www-form-urlencoded",
         "X-Twilio-Signature": "A" * 27 + "=", "X-Forwarded-For": "203.0.113.7"}
def forge():
    while True:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        try:
            while True:
                connection.request("POST", path, body, proof)
                answer = connection.getresponse()
                answer.read()
                sys.stdout.write(f"{answer.status}\\n")
                sys.stdout.flush()
        except OSError:
            pass
        finally:
            connection.close()
threads = [threading.Thread(target=forge) for _ in range(many)]
[each.start() for each in threads]
"""


@contextmanager
def forged(gateway: Gateway, size: int, many: int) -> Iterator[list[bytes]]:
    """While the block runs; afterwards the list has the statuses that the forgers were told."""
    program = FORGER % ACCOUNT
    words = [sys.executable, "-c", program, str(gateway.port), SMS, str(size), str(many)]
    told: list[bytes] = []
    with subprocess.Popen(words, stdout=subprocess.PIPE) as forger:
        assert forger.stdout is not None
        try:
            assert forger.stdout.readline() == b"403\n"  # the flood is there
            yield told
        finally:
            forger.kill()
            told.extend(forger.stdout.read().split())


@pytest.fixture(scope="module")
def gateway(shared_house: House) -> Iterator[Gateway]:
    with running(shared_house) as started:
        yield started


@pytest.mark.parametrize(
    ("size", "many"), [(600, 8), (60_000, 8), (4_000_000, 24)], ids=["small", "usual", "huge"]
)
def test_beside_a_flood_of_forged_ones_every_signed_one_is_taken_soon(
    gateway: Gateway, size: int, many: int
) -> None:
    before = rows(gateway.house)["message"]
    took: list[float] = []

    with forged(gateway, size, many) as told:
        for n in range(SIGNED):
            began = time.monotonic()
            assert gateway.post(form(REPORT, f"+1555{size}{n:04d}"[:15])) == (204, b"")
            took.append(time.monotonic() - began)

    assert max(took) < BOUND_SECONDS
    assert set(told) <= {b"403"}
    assert rows(gateway.house)["message"] == before + SIGNED


def test_what_is_signed_is_never_too_often(gateway: Gateway) -> None:
    """A hundred texts from one address in one go, after forged ones from the same."""
    before = rows(gateway.house)["message"]
    for _ in range(50):
        gateway.post(form(REPORT), token="somebody else's")

    answers = {gateway.post(form(REPORT, f"+15550108{n % 20:03d}")) for n in range(100)}

    assert answers == {(204, b"")}
    assert rows(gateway.house)["message"] == before + 100


def test_beside_a_flood_of_words_on_messages_that_nobody_knows_a_report_is_taken_soon(
    gateway: Gateway,
) -> None:
    """They are signed: whoever changes our numbers at the provider may send us another's."""
    before, took, told = rows(gateway.house), list[float](), list[tuple[int, bytes]]()
    stop = threading.Event()

    def flood() -> None:
        while not stop.is_set():
            status = {"MessageSid": f"SM{uuid4().hex}", "AccountSid": ACCOUNT}
            path = f"/status/twilio/demo-sms?m={uuid4()}"
            told.append(gateway.post({**status, "MessageStatus": "delivered"}, path))

    threads = [threading.Thread(target=flood) for _ in range(8)]
    for thread in threads:
        thread.start()
    for n in range(SIGNED):
        began = time.monotonic()
        assert gateway.post(form(REPORT, f"+15550107{n:03d}")) == (204, b"")
        took.append(time.monotonic() - began)
    stop.set()
    for thread in threads:
        thread.join()

    after = rows(gateway.house)
    assert max(took) < BOUND_SECONDS
    assert len(told) > 100
    assert set(told) == {(204, b"")}  # whoever asks learns nothing of what there is
    assert after["message"] == before["message"] + SIGNED
    assert after["log_leaf"] - before["log_leaf"] <= 2 * SIGNED  # nothing is kept of the flood
    assert {name for name in after if after[name] - before[name] > 4 * SIGNED} == set()
