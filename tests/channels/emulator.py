"""A Twilio that we did not write: the npm package `emulate`, run as a real peer.

Installs nothing. It looks for the package where `npm ci --prefix tests/peers` puts it, or below
the folder that WORKERVOICE_TEST_EMULATE names, and skips the test where it or Node 22 is missing.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

import pytest

from workervoice.channels.wire import exchange

ACCOUNT = "AC" + "3" * 32
TOKEN = "token of the peer"
API_KEY, API_SECRET = "SK" + "4" * 32, "secret of the peer"
PEERS = Path(os.getenv("WORKERVOICE_TEST_EMULATE") or Path(__file__).parent.parent / "peers")
SEARCHED = ("node_modules/node/bin/node", "node_modules/node-*/bin/node")


@contextmanager
def emulator(folder: Path, number: str, webhook: str) -> Iterator[str]:
    """Run it with one number of ours, whose texts it posts to `webhook`; yields its address."""
    script = PEERS / "node_modules" / "emulate" / "dist" / "index.js"
    nodes = [node for pattern in SEARCHED for node in sorted(PEERS.glob(pattern))]
    if not nodes or not script.exists():
        pytest.skip("npm's emulate is not here: npm ci --prefix tests/peers")
    seed = folder / "seed.json"
    seed.write_text(json.dumps(_seed(number, webhook)))
    with _running(nodes[0], script, seed) as url:
        yield url


def simulate(url: str, what: str, **fields: str) -> dict[str, object]:
    """Make it act as a worker's phone or a carrier; it has posted when this ends."""
    made = exchange(
        "POST",
        f"{url}/_twilio/simulate/{what}",
        headers={
            "Content-Type": "application/x-www-form-urlencoded",
            "Authorization": f"Basic {b64encode(f'{ACCOUNT}:{TOKEN}'.encode()).decode()}",
        },
        body=urlencode(fields).encode(),
        timeout=10,
    )
    assert made.status < 300
    answer: dict[str, object] = json.loads(made.body)
    return answer


def _seed(number: str, webhook: str) -> dict[str, object]:
    ours = {"phone_number": number, "sms_url": webhook}
    account = {"sid": ACCOUNT, "auth_token": TOKEN}
    keys = [{"sid": API_KEY, "secret": API_SECRET}]
    return {"twilio": {"account": account, "api_keys": keys, "phone_numbers": [ours]}}


@contextmanager
def _running(node: Path, script: Path, seed: Path) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = ["--service", "twilio", "--port", str(port), "--seed", str(seed)]
    with (seed.parent / "output").open("wb") as output:
        process = subprocess.Popen(
            [node, script, "start", *options],
            cwd=seed.parent,
            env={"PATH": os.defpath, "HOME": str(seed.parent)},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait_until_open(process, port, seed.parent / "output")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


def _wait_until_open(process: subprocess.Popen[bytes], port: int, output: Path) -> None:
    end = time.monotonic() + 30
    while time.monotonic() < end and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    pytest.fail(f"emulate did not start: {output.read_text()[-2000:]}")
