"""`workervoice up` as a user starts it: a process of its own, on free ports."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

TOLD = "told.txt"  # beside a data directory: what an earlier start printed
START_SECONDS = 120  # a machine that is busy with other tests


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Running:
    """A running hotline and what it printed."""

    def __init__(
        self,
        data: Path,
        *options: str,
        module: str = "workervoice",
        under: Sequence[str] = (),
        **settings: str,
    ) -> None:
        environment = {
            "PATH": os.getenv("PATH", os.defpath),
            "HOME": str(data.parent),
            "WORKERVOICE_ENV_FILE": "",
            "WORKERVOICE_GATEWAY_PORT": "0",
            "WORKERVOICE_CONSOLE_PORT": "0",
            "WORKERVOICE_PHONE_PORT": "0",
            "WORKERVOICE_COURIER_POLL_SECONDS": "0.1",
            **{f"WORKERVOICE_{name}": value for name, value in settings.items()},
        }
        self.process = subprocess.Popen(
            [*under, sys.executable, "-m", module, "up", "--data", str(data), *options],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        before = data.parent / TOLD
        self.told = before.read_text() if before.exists() else ""
        self.output = ""
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.output += line

    def wait_until_ready(self) -> None:
        ends = time.monotonic() + START_SECONDS
        while "Ctrl-C ends it" not in self.output:
            assert self.process.poll() is None, self.output
            assert time.monotonic() < ends, self.output
            time.sleep(0.05)

    def address(self, what: str) -> str:
        found = re.search(rf"{what}\s+(http\S+)", self.output)
        assert found is not None, self.output
        return found.group(1)

    def passphrase(self, login: str) -> str | None:
        """As this start printed it, or the one before."""
        found = re.search(rf"^  {login} +(\S+)", self.told + self.output, re.MULTILINE)
        return found.group(1) if found else None

    def stop(self) -> int:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(30)
        self._reader.join(5)
        if self.process.stdout is not None:
            self.process.stdout.close()
        return code


@contextmanager
def running(
    data: Path,
    *options: str,
    module: str = "workervoice",
    under: Sequence[str] = (),
    **settings: str,
) -> Iterator[Running]:
    """Start it, `under` another command if one is given, wait until it answers, and stop it at the
    end."""
    started = Running(data, *options, module=module, under=under, **settings)
    try:
        started.wait_until_ready()
        yield started
    finally:
        started.stop()
