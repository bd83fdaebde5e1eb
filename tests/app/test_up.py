"""`workervoice up` as a user starts, restarts and kills it."""

from __future__ import annotations

import json
import os
import signal
import socket
import tempfile
import time
import urllib.error
import urllib.request
from base64 import b64encode
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.app.begun import copy_demo
from tests.app.running import Running, free_port, running
from tests.channels.emulator import ACCOUNT, API_KEY, API_SECRET, TOKEN, emulator, simulate
from workervoice.app.browsing import Browser, Phone
from workervoice.app.doctor import examine
from workervoice.app.keyfiles import make_key_files
from workervoice.app.processes import wall_clock
from workervoice.crypto.seal import generate_signing
from workervoice.embedded import EmbeddedServer
from workervoice.settings import load

WORKER = "+15550100222"
PATIENCE_SECONDS = 60  # a machine that is busy with other tests


@pytest.fixture
def data() -> Iterator[Path]:
    """A data directory that the database server's own account can reach."""
    with tempfile.TemporaryDirectory(prefix="wv-up-") as made:
        Path(made).chmod(0o711)
        yield Path(made) / "data"
        EmbeddedServer(Path(made) / "data").erase()


@pytest.fixture
def begun(data: Path) -> Path:
    """The data directory of a demo that was started before."""
    copy_demo(data)
    return data


@pytest.fixture(scope="module")
def one_running() -> Iterator[tuple[Path, Running]]:
    """A demo for the tests that only look at it, or are refused beside it."""
    with tempfile.TemporaryDirectory(prefix="wv-up-") as made:
        Path(made).chmod(0o711)
        copy_demo(Path(made) / "data")
        with running(Path(made) / "data", "--demo") as up:
            yield Path(made) / "data", up
        EmbeddedServer(Path(made) / "data").erase()


def log_in(up: Running, login: str, passphrase: str | None) -> Browser:
    assert passphrase is not None
    browser = Browser(up.address("officers' pages"))
    token = browser.get("/login").token()
    browser.post("/login", {"login": login, "passphrase": passphrase}, token)
    return browser


def _write_until_taken(phone: Phone, text: str) -> None:
    """As a provider does: again, while the hotline does not answer or cannot store it now."""
    ends = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return phone.write(text)
        except OSError as refused:
            if isinstance(refused, urllib.error.HTTPError):
                refused.close()
            assert time.monotonic() < ends
            time.sleep(0.2)


def wait_for_text(phone: Phone) -> str:
    ends = time.monotonic() + PATIENCE_SECONDS
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
        settings = load({"WORKERVOICE_DATA_DIR": str(data), "WORKERVOICE_ENV_FILE": ""})
        examined = examine(settings, wall_clock())
    with running(data, "--demo") as again:
        shown_again = again.passphrase("asha")
        queue = log_in(again, "asha", passphrase).get("/cases")

    assert "999" in answered
    assert [finding.sentence for finding in examined if not finding.well] == []
    assert shown_again is None
    assert len(queue.links("/cases/")) >= 1


def test_with_a_broken_pack_of_ones_own_texts_are_taken_and_the_log_says_so(
    begun: Path, tmp_path: Path
) -> None:
    (tmp_path / "xx.yaml").write_text("nonsense: [", encoding="utf-8")

    with running(begun, "--demo", PACKS_DIR=str(tmp_path)) as up:
        phone = Phone(up.address("simulated phones"), WORKER, "demo-sms")
        phone.write("They took our passports")
        answered = wait_for_text(phone)

    assert "999" in answered
    assert "packs_broken" in up.output


def test_each_child_gets_only_its_own_secrets(one_running: tuple[Path, Running]) -> None:
    _, up = one_running
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


def test_no_process_of_ours_may_leave_a_core_file(one_running: tuple[Path, Running]) -> None:
    _, up = one_running
    pids = {"up": up.process.pid, **_by_name(up.process.pid)}
    limits = {n: Path(f"/proc/{pid}/limits").read_text() for n, pid in pids.items()}

    assert {"up", "gateway", "courier", "console"} <= limits.keys()
    for text in limits.values():
        [line] = [line for line in text.splitlines() if line.startswith("Max core file size")]
        assert line.split()[4:6] == ["0", "0"]


def test_children_and_a_database_that_are_killed_come_back(begun: Path) -> None:
    with running(begun, "--demo") as up:
        for pid in _children(up.process.pid, database=True):
            os.kill(pid, signal.SIGKILL)
        phone = Phone(up.address("simulated phones"), WORKER, "demo-whatsapp")
        _write_until_taken(phone, "They took our passports")
        answered = wait_for_text(phone)

    assert "999" in answered


def test_everything_ends_when_the_supervisor_is_killed(begun: Path) -> None:
    with running(begun, "--demo") as up:
        children = _children(up.process.pid, database=True)
        os.kill(up.process.pid, signal.SIGKILL)
        up.process.wait(10)
        ends = time.monotonic() + 15
        while any(map(_alive, children)) and time.monotonic() < ends:
            time.sleep(0.1)

    assert len(children) == 5
    assert not [pid for pid in children if _alive(pid)]


def test_without_demo_and_programme_it_stops_and_says_how_to_make_one(data: Path) -> None:
    up = Running(data)

    code = up.process.wait(60)

    assert code == 1
    assert up.stop() == 1
    assert "workervoice up --demo" in up.output
    assert "Traceback" not in up.output


def refused(data: Path, **settings: str) -> str:
    """The one sentence with which a start ends that cannot be."""
    up = Running(data, "--demo", **settings)
    up.process.wait(60)
    code = up.stop()
    assert code == 1, up.output
    assert len(up.output.splitlines()) == 1, up.output
    return up.output


@pytest.mark.parametrize("name", ["GATEWAY_PORT", "CONSOLE_PORT", "PHONE_PORT"])
def test_a_first_start_on_a_port_in_use_makes_nothing_and_names_it(data: Path, name: str) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        sentence = refused(data, **{name: str(other.getsockname()[1])})

    assert sentence.startswith("workervoice: Port ")
    assert f"WORKERVOICE_{name}" in sentence
    assert not data.exists()


def test_once_the_port_is_free_the_first_start_tells_the_passphrases_once(data: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        refused(data, GATEWAY_PORT=port)

    with running(data, "--demo", GATEWAY_PORT=port) as up:
        passphrase = up.passphrase("asha")
        page = log_in(up, "asha", passphrase).get("/cases")

    assert up.output.count(str(passphrase)) == 1
    assert page.lines()


def test_a_second_start_beside_the_first_says_so_and_harms_nothing(
    one_running: tuple[Path, Running],
) -> None:
    data, up = one_running
    port = up.address("officers' pages").rpartition(":")[2]
    same_data, same_port = refused(data), refused(data, CONSOLE_PORT=port)
    phone = Phone(up.address("simulated phones"), WORKER, "demo-sms")
    phone.write("They took our passports")
    answered = wait_for_text(phone)

    assert "another Workervoice runs on it" in same_data
    assert "a Workervoice that runs already" in same_port
    assert "WORKERVOICE_CONSOLE_PORT" in same_port
    assert "999" in answered


def test_keys_of_another_programme_stop_the_start(begun: Path) -> None:
    for name in ("keys", "root.public"):
        (begun / name).rename(begun / f"right-{name}")
    make_key_files(begun, generate_signing().public)

    up = Running(begun, "--demo")
    code = up.process.wait(60)

    assert (code, up.stop()) == (1, 1)
    assert "the gateway's keys are not those that the programme's directory names" in up.output
    assert up.output.count("\n") <= 2  # the other may say where the database lies


def test_without_tokens_twilios_webhooks_are_refused(one_running: tuple[Path, Running]) -> None:
    _, up = one_running
    request = urllib.request.Request(up.address("Twilio webhook"), b"Body=x")
    with pytest.raises(urllib.error.HTTPError) as answer:
        urllib.request.urlopen(request, timeout=10)
    answer.value.close()

    assert answer.value.code == 403


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
            "TWILIO_SMS_PER_SECOND": "1000",
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
    found = {}
    for each in _children(pid):
        with suppress(OSError, ValueError):  # it has ended meanwhile
            command = Path(f"/proc/{each}/cmdline").read_bytes().split(b"\0")
            found[command[command.index(b"workervoice") + 1].decode()] = each
    return found


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
