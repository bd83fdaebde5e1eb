"""`workervoice up` as a user starts, restarts and kills it."""

from __future__ import annotations

import json
import os
import signal
import tempfile
import time
import urllib.error
import urllib.request
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.app.running import Running, free_port, running
from tests.channels.emulator import ACCOUNT, API_KEY, API_SECRET, TOKEN, emulator, simulate
from workervoice.app.browsing import Browser, Phone
from workervoice.app.doctor import examine
from workervoice.embedded import EmbeddedServer
from workervoice.settings import load

WORKER = "+15550100222"


@pytest.fixture
def data() -> Iterator[Path]:
    """A data directory that the database server's own account can reach."""
    with tempfile.TemporaryDirectory(prefix="wv-up-") as made:
        Path(made).chmod(0o711)
        yield Path(made) / "data"
        EmbeddedServer(Path(made) / "data").erase()


def log_in(up: Running, login: str, passphrase: str | None) -> Browser:
    assert passphrase is not None
    browser = Browser(up.address("officers' pages"))
    token = browser.get("/login").token()
    browser.post("/login", {"login": login, "passphrase": passphrase}, token)
    return browser


def _write_until_taken(phone: Phone, text: str) -> None:
    """As a provider does: again, while the hotline answers that it cannot store it now."""
    ends = time.monotonic() + 30
    while True:
        try:
            return phone.write(text)
        except urllib.error.HTTPError as refused:
            refused.close()
            assert time.monotonic() < ends
            time.sleep(0.2)


def wait_for_text(phone: Phone) -> str:
    ends = time.monotonic() + 20
    while time.monotonic() < ends:
        if news := phone.news():
            return news[0]
        time.sleep(0.1)
    raise AssertionError("no text reached the phone")


def test_the_demo_takes_a_text_and_finds_its_data_again(data: Path) -> None:
    with running(data, "--demo") as first:
        passphrase = first.passphrase("asha")
        phone = Phone(first.address("simulated phones"), WORKER, "demo-sms")
        phone.write("They took our passports")
        answered = wait_for_text(phone)
        examined = examine(load({"WORKERVOICE_DATA_DIR": str(data), "WORKERVOICE_ENV_FILE": ""}))
    with running(data, "--demo") as again:
        shown_again = again.passphrase("asha")
        queue = log_in(again, "asha", passphrase).get("/cases")

    assert "999" in answered
    assert [finding.sentence for finding in examined if not finding.well] == []
    assert shown_again is None
    assert len(queue.links("/cases/")) >= 1


def test_each_child_gets_only_its_own_secrets(data: Path) -> None:
    with running(data, "--demo") as up:
        given = {
            name: Path(f"/proc/{pid}/environ").read_bytes().decode()
            for name, pid in _by_name(up.process.pid).items()
        }

    own = {"gateway", "courier", "console"}
    for name in own:
        assert f"WORKERVOICE_{name.upper()}_DATABASE_URL=" in given[name]
        for other in own - {name}:
            assert f"WORKERVOICE_{other.upper()}_DATABASE_URL=" not in given[name]
        assert "WORKERVOICE_DATABASE_URL=" not in given[name]
    assert "BOOT_SECRET" not in given["gateway"] + given["courier"] + given["phones"]
    assert "DATABASE_URL" not in given["phones"]


def test_children_and_a_database_that_are_killed_come_back(data: Path) -> None:
    with running(data, "--demo") as up:
        for pid in _children(up.process.pid, database=True):
            os.kill(pid, signal.SIGKILL)
        phone = Phone(up.address("simulated phones"), WORKER, "demo-whatsapp")
        _write_until_taken(phone, "They took our passports")
        answered = wait_for_text(phone)

    assert "999" in answered


def test_everything_ends_when_the_supervisor_is_killed(data: Path) -> None:
    with running(data, "--demo") as up:
        children = _children(up.process.pid)
        os.kill(up.process.pid, signal.SIGKILL)
        up.process.wait(10)
        ends = time.monotonic() + 15
        while any(map(_alive, children)) and time.monotonic() < ends:
            time.sleep(0.1)

    assert children
    assert not [pid for pid in children if _alive(pid)]


def test_without_demo_and_programme_it_stops_and_says_how_to_make_one(data: Path) -> None:
    up = Running(data)

    code = up.process.wait(60)

    assert code == 1
    assert up.stop() == 1
    assert "workervoice up --demo" in up.output
    assert "Traceback" not in up.output


def test_a_port_in_use_is_named(data: Path) -> None:
    with running(data, "--demo") as up:
        taken = up.address("officers' pages").rpartition(":")[2]
        second = Running(data.parent / "other", "--demo", CONSOLE_PORT=taken)
        code = second.process.wait(60)
        second.stop()
        EmbeddedServer(data.parent / "other").erase()

    assert code == 1
    assert "WORKERVOICE_CONSOLE_PORT" in second.output


def test_without_tokens_twilios_webhooks_are_refused(data: Path) -> None:
    with running(data, "--demo") as up:
        request = urllib.request.Request(up.address("Twilio webhook"), b"Body=x")
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(request, timeout=10)
        refused.value.close()

    assert refused.value.code == 403


def test_with_twilio_settings_the_demo_speaks_through_twilios_api(
    data: Path, tmp_path: Path
) -> None:
    port, ours = free_port(), "+15550100900"
    webhook = f"http://127.0.0.1:{port}/in/twilio/demo-sms"
    with emulator(tmp_path, ours, webhook) as twilio:
        settings = {
            "GATEWAY_PORT": str(port),
            "TWILIO_ACCOUNT_SID": ACCOUNT,
            "TWILIO_AUTH_TOKENS": f"an old one,{TOKEN}",
            "TWILIO_API_KEY": API_KEY,
            "TWILIO_API_SECRET": API_SECRET,
            "TWILIO_API_BASE": twilio,
            "TWILIO_SMS_FROM": ours,
        }
        with running(data, "--demo", **settings) as up:
            simulate(
                twilio, "inbound-message", To=ours, From=WORKER, Body="They took our passports"
            )
            sent = _sent_by_twilio(twilio, WORKER)
            browser = log_in(up, "asha", up.passphrase("asha"))
            case = browser.get("/cases").links("/cases/")[0]
            page = browser.get(case)

    assert "999" in sent["body"]
    assert sent["status"] in {"queued", "sending", "sent", "delivered"}
    assert any("They took our passports" in line for line in page.lines())


def _sent_by_twilio(url: str, to: str) -> dict[str, str]:
    login = b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
    ends = time.monotonic() + 20
    while time.monotonic() < ends:
        request = urllib.request.Request(
            f"{url}/2010-04-01/Accounts/{ACCOUNT}/Messages.json",
            headers={"Authorization": f"Basic {login}"},
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            messages = json.loads(answer.read())["messages"]
        ours = [m for m in messages if m["to"] == to and m["direction"].startswith("outbound")]
        if ours:
            found: dict[str, str] = ours[0]
            return found
        time.sleep(0.2)
    raise AssertionError("nothing was sent through the API")


def _by_name(pid: int) -> dict[str, int]:
    """The supervised processes by name."""
    commands = {
        each: Path(f"/proc/{each}/cmdline").read_bytes().split(b"\0") for each in _children(pid)
    }
    return {c[c.index(b"workervoice") + 1].decode(): each for each, c in commands.items()}


def _children(pid: int, *, database: bool = False) -> list[int]:
    """Direct children of a process that are ours, with the database server or without."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
            command = (entry / "cmdline").read_bytes()
        except OSError:
            continue
        ours = b"workervoice" in command and (database or b"postgres" not in command)
        if int(fields[1]) == pid and ours:
            found.append(int(entry.name))
    return found


def _alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"
