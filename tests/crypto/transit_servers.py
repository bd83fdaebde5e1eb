"""The servers that custody by Transit is tested with: a real one where there is one, and ours."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.crypto.transit_peer import ROOT_TOKEN, Engine, transit_peer
from workervoice.crypto.transit import Server, Transit

START_SECONDS = 20


@contextmanager
def serving(kind: str, directory: Path) -> Iterator[Transit]:
    """A client of a new server, with a token that may do everything. Skips what is not here."""
    token = directory / "token"
    token.touch(mode=0o600)
    token.write_text(ROOT_TOKEN + "\n")
    with _real() if kind == "real" else transit_peer(Engine(mounts={"transit"})) as address:
        transit = Transit(Server(address, token))
        yield transit
        transit.close()


@contextmanager
def _real() -> Iterator[str]:
    """A Vault or OpenBao in development mode, of whichever program is on the PATH."""
    program = shutil.which("bao") or shutil.which("vault")
    if program is None:
        pytest.skip("neither bao nor vault is installed here")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        at = f"127.0.0.1:{probe.getsockname()[1]}"
    started = subprocess.Popen(
        [program, "server", "-dev", f"-dev-root-token-id={ROOT_TOKEN}", "-dev-no-store-token",
         f"-dev-listen-address={at}"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        _mount(f"http://{at}")
        yield f"http://{at}"
    finally:
        started.terminate()
        started.wait(10)


def _mount(address: str) -> None:
    """Mount the engine, once the server answers."""
    body = json.dumps({"type": "transit"}).encode()
    headers = {"X-Vault-Token": ROOT_TOKEN, "Content-Type": "application/json"}
    ends = time.monotonic() + START_SECONDS
    while True:
        request = urllib.request.Request(f"{address}/v1/sys/mounts/transit", body, headers)
        try:
            with urllib.request.urlopen(request, timeout=5):
                return
        except OSError:
            assert time.monotonic() < ends, "the real server does not start"
            time.sleep(0.1)
