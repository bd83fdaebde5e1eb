"""What passed through the gateway does not stay in its memory; and nobody else reads it there."""

from __future__ import annotations

import http.client
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest

from tests.app.running import Running, running
from tests.app.test_up import _by_name, begun, data
from tests.channels.twilio_signing import ACCOUNT, TOKEN, signed
from tests.security.memory_scan import Marks, copies, readable

__all__ = ["begun", "data"]  # fixtures

MESSAGES = 500
REQUESTS = 10

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


def found_after(data: Path, module: str) -> dict[str, int]:
    """Send texts with planted words to a real gateway, wait some requests, and look."""
    settings = {
        "TWILIO_ACCOUNT_SID": ACCOUNT,
        "TWILIO_AUTH_TOKENS": TOKEN,
        "TWILIO_API_BASE": "http://127.0.0.1:9",  # nothing is sent
        "TWILIO_TIMEOUT_SECONDS": "1",
        "TWILIO_SMS_FROM": "+15550100000",
        "RECYCLE_REQUESTS": "0",  # one process for all of them
    }
    marks = Marks()
    with running(data, "--demo", module=module, **settings) as up:
        gateway = _by_name(up.process.pid)["gateway"]
        if not readable(gateway):
            pytest.skip("only root may read another process's memory here")
        assert copies(gateway, marks) == {}
        write(up, marks)
        assert _by_name(up.process.pid)["gateway"] == gateway
        return copies(gateway, marks)


def write(up: Running, marks: Marks) -> None:
    """As Twilio does; some are refused, some are long. Then a few requests that say nothing."""
    url = up.address("Twilio webhook")
    at = urlsplit(url)
    connection = http.client.HTTPConnection(at.netloc, timeout=60)
    answers: dict[int, int] = {}
    for number in range(MESSAGES):
        said = marks.text(number) * (60 if number % 50 == 0 else 1)
        form = {"MessageSid": f"SM{number:032}", "AccountSid": ACCOUNT, "To": "+15550100000"}
        body = urlencode({**form, "From": marks.sender(number), "Body": said}).encode()
        token = "another's" if number % 25 == 24 else TOKEN
        headers = signed(body, url=url, token=token).headers
        connection.request("POST", at.path, body, dict(headers))
        answer = connection.getresponse()
        answer.read()
        answers[answer.status] = answers.get(answer.status, 0) + 1
    assert answers == {204: MESSAGES - MESSAGES // 25, 403: MESSAGES // 25}
    for _ in range(REQUESTS):
        connection.request("GET", "/health")
        connection.getresponse().read()
    connection.close()


@pytest.mark.timeout(600)
def test_no_word_and_no_number_stays_in_the_gateways_memory(begun: Path) -> None:
    found = found_after(begun, "workervoice")

    assert found == {}


@pytest.mark.timeout(600)
def test_with_pythons_own_allocator_the_same_search_finds_words(begun: Path) -> None:
    found = found_after(begun, "tests.app.leaky_up")

    assert sum(found.values()) > 0


_TWO_OF_ONE_USER = """
import ctypes, os, signal, sys
from workervoice.app.memory import keep_to_itself

def become_somebody():
    if os.getuid() == 0:
        os.setgroups([]), os.setgid(65534), os.setuid(65534)
        ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)  # as if it had been started so

there, here = os.pipe()
holder = os.fork()
if holder == 0:
    become_somebody()
    if sys.argv[1] == "closed":
        keep_to_itself()
    os.write(here, b"x")
    signal.pause()
os.read(there, 1)
reader = os.fork()
if reader == 0:
    become_somebody()
    try:
        open(f"/proc/{holder}/environ", "rb").read()
    except PermissionError:
        os._exit(13)
    os._exit(0)
print(os.waitstatus_to_exitcode(os.waitpid(reader, 0)[1]))
os.kill(holder, 9)
os.waitpid(holder, 0)
"""


@pytest.mark.parametrize(("how", "code"), [("closed", "13"), ("open", "0")])
def test_another_process_of_the_same_user_reads_nothing_of_it(how: str, code: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _TWO_OF_ONE_USER, how],
        env={"PATH": os.getenv("PATH", os.defpath)},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )

    assert done.stdout.strip() == code
