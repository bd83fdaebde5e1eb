"""One process alone, as its own command starts it, over a house's database and keys."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.app.running import START_SECONDS, free_port
from tests.channels.twilio_signing import ACCOUNT, TOKEN, signed
from tests.house import House
from tests.web.gateways import SMS, encoded, form

PUBLIC = "https://hotline.example"
SECRET = "a secret of the simulator"


@dataclass
class Alone:
    """A running process, its work's port and its operations address."""

    process: subprocess.Popen[str]
    port: int
    ops: int
    output: str = field(default="", repr=False)

    def ask(self, path: str) -> tuple[int, str]:
        """What its operations address says."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.ops}{path}", timeout=15) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code, refused.read().decode()

    def measured(self, name: str) -> float:
        """A measure by its name, and labels as they stand there."""
        lines = self.ask("/metrics")[1].splitlines()
        return next(float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith(name + " "))

    def tell_to_stop(self) -> float:
        """Returns when, for `gone`."""
        self.process.send_signal(signal.SIGTERM)
        return time.monotonic()

    def gone(self, told: float) -> float:
        """After how many seconds it was gone; it says everything that it said in `output`."""
        self.output = self.process.communicate(timeout=30)[0]
        return time.monotonic() - told

    def post(self, text: str, number: str) -> int:
        """A worker's text through Twilio's webhook; the status of the answer."""
        body = encoded(form(text, number))
        proof = signed(body, url=PUBLIC + SMS).headers
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request("POST", SMS, body, dict(proof))
            return connection.getresponse().status
        finally:
            connection.close()


@contextmanager
def alone(name: str, house: House, until: str = "/ready", **settings: str) -> Iterator[Alone]:
    """Start it, wait until this page says that all is well, and kill it at the end if it still
    runs."""
    port, ops = free_port(), free_port()
    given = {
        "ENV_FILE": "",
        "DATA_DIR": str(house.data),
        f"{name.upper()}_DATABASE_URL": house.urls[name],
        f"{name.upper()}_PORT": str(port),
        f"{name.upper()}_OPS_PORT": str(ops),
        "PUBLIC_URL": PUBLIC,
        "TWILIO_ACCOUNT_SID": ACCOUNT,
        "TWILIO_AUTH_TOKENS": TOKEN,
        "SIMULATOR_URL": "http://127.0.0.1:1",
        "SIMULATOR_SECRET": SECRET,
        "COURIER_POLL_SECONDS": "0.05",
        **settings,
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "workervoice", name],
        env={
            "PATH": os.getenv("PATH", os.defpath),
            **{f"WORKERVOICE_{key}": value for key, value in given.items()},
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    started = Alone(process, port, ops)
    try:
        ends = time.monotonic() + START_SECONDS
        while not _says_ok(started, until):
            assert process.poll() is None, process.communicate()[0]
            assert time.monotonic() < ends
            time.sleep(0.05)
        yield started
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


def _says_ok(started: Alone, path: str) -> bool:
    try:
        return started.ask(path)[0] == 200
    except OSError:
        return False
