"""`workervoice fallback` as a process: alone, with no database, and with nothing to read in it."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.app.running import START_SECONDS, free_port
from tests.channels.twilio_signing import ACCOUNT, TOKEN
from tests.house import House
from tests.web.fallbacks import DRAIN_SECRET, Fallback
from tests.web.gateways import SMS, form
from workervoice.crypto.suite import generate_kem

AT = "https://fallback.example"


def settings_of(directory: Path, port: int) -> dict[str, str]:
    return {
        "WORKERVOICE_ENV_FILE": "",
        "WORKERVOICE_FALLBACK_URL": AT,
        "WORKERVOICE_FALLBACK_PORT": str(port),
        "WORKERVOICE_SPOOL_DIR": str(directory),
        "WORKERVOICE_INTAKE_KEY": generate_kem().public.hex(),
        "WORKERVOICE_DRAIN_SECRET": DRAIN_SECRET,
        "WORKERVOICE_TWILIO_ACCOUNT_SID": ACCOUNT,
        "WORKERVOICE_TWILIO_AUTH_TOKENS": TOKEN,
    }


def command(*words: str, **settings: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "workervoice", *words],
        env={"PATH": os.getenv("PATH", os.defpath), **settings},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@contextmanager
def started(directory: Path) -> Iterator[tuple[subprocess.Popen[str], Fallback]]:
    port = free_port()
    process = command("fallback", **settings_of(directory, port))
    fallback, ends = Fallback(port, directory), time.monotonic() + START_SECONDS
    with process:
        try:
            while not _answers(fallback):
                assert process.poll() is None, process.communicate()[0]
                assert time.monotonic() < ends
                time.sleep(0.05)
            yield process, fallback
        finally:
            if process.poll() is None:
                process.kill()


def _answers(fallback: Fallback) -> bool:
    try:
        return fallback.call("GET", "/health")[0] == 200
    except (OSError, http.client.HTTPException):
        return False


def test_it_takes_without_a_database_and_says_nothing_of_what_it_took(tmp_path: Path) -> None:
    with started(tmp_path / "spool") as (process, fallback):
        assert fallback.post(form("the dormitory burned"), at=AT) == 204
        assert fallback.post(form("the dormitory burned")) == 403
        (name,) = fallback.names()
        process.send_signal(signal.SIGTERM)
        output = process.communicate(timeout=30)[0]

    assert process.returncode in {0, -signal.SIGTERM}
    for planted in ("dormitory", "5550100", TOKEN, DRAIN_SECRET, name, SMS):
        assert planted not in output


def test_what_was_answered_survives_a_kill(tmp_path: Path) -> None:
    with started(tmp_path / "spool") as (process, fallback):
        for _ in range(20):
            assert fallback.post(form("the dormitory burned"), at=AT) == 204
        process.kill()
    with started(tmp_path / "spool") as (_, fallback):
        assert len(fallback.names()) == 20


@pytest.mark.parametrize(
    "missing", ["FALLBACK_URL", "SPOOL_DIR", "DRAIN_SECRET", "INTAKE_KEY", "TWILIO_AUTH_TOKENS"]
)
def test_it_does_not_start_without_what_it_needs(tmp_path: Path, missing: str) -> None:
    settings = settings_of(tmp_path / "spool", free_port())
    del settings[f"WORKERVOICE_{missing}"]
    with command("fallback", **settings) as process:
        output = process.communicate(timeout=60)[0]

    assert process.returncode == 1
    assert f"WORKERVOICE_{missing} is missing" in output
    assert "Traceback" not in output


def test_the_intake_key_that_is_printed_is_the_gateways(shared_house: House) -> None:
    given = {"WORKERVOICE_ENV_FILE": "", "WORKERVOICE_DATA_DIR": str(shared_house.data)}
    with command("keys", "intake", **given) as process:
        printed = process.communicate(timeout=60)[0].strip()

    assert printed == shared_house.gateway.custody.public("own").hex()
