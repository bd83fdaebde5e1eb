"""The fallback receiver takes what is signed, can read none of it, and gives it to the courier."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import time
from base64 import b64decode, b64encode
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote
from uuid import UUID

import pytest

from tests.channels.twilio_signing import ACCOUNT, TOKEN
from tests.web.fallbacks import DRAIN_SECRET, PROVEN, Fallback, running
from tests.web.gateways import SMS, form
from workervoice.channels.base import Receiver, Webhook
from workervoice.channels.twilio import TwilioReceiver
from workervoice.crypto.seal import ctx, unpad
from workervoice.crypto.suite import KemKey, generate_kem, open_with
from workervoice.errors import SettingsError
from workervoice.web.fallback import Spool
from workervoice.web.fallback.routes import BODY_BYTES

NUMBER = "+15550100199"
WORDS = "the dormitory burned"


@pytest.fixture
def key() -> KemKey:
    return generate_kem()


@pytest.fixture
def fallback(tmp_path: Path, key: KemKey) -> Iterator[Fallback]:
    with running(tmp_path / "spool", key.public) as found:
        yield found


def opened(key: KemKey, path: Path) -> dict[str, str]:
    """What the gateway finds in a file."""
    plain = unpad(open_with(key, path.read_bytes(), ctx("spooled", UUID(path.name))))
    found: dict[str, str] = json.loads(plain)
    return found


def test_a_signed_webhook_is_on_the_disk_when_it_is_answered(
    fallback: Fallback, key: KemKey
) -> None:
    assert fallback.post(form(WORDS)) == 204

    (file,) = fallback.directory.iterdir()
    found = opened(key, file)
    assert found["url"] == fallback.url + SMS
    assert b"dormitory" in b64decode(found["body"])
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(fallback.directory.stat().st_mode) == 0o700


@pytest.mark.parametrize(
    ("told", "status"),
    [
        ({"token": "no token of ours"}, 403),
        ({"at": "https://hotline.example"}, 403),  # signed for the gateway
        ({"path": "/in/nobody/demo-sms"}, 404),
        ({"path": "/elsewhere"}, 404),
    ],
)
def test_what_nobody_signed_for_us_leaves_nothing(
    fallback: Fallback, told: dict[str, str], status: int
) -> None:
    assert fallback.post(form(WORDS), **told) == status
    assert fallback.names() == []


def test_what_is_too_large_is_refused_and_what_just_fits_can_be_fetched(fallback: Fallback) -> None:
    head = b"AccountSid=" + ACCOUNT.encode() + b"&Body="
    assert fallback.post(head + b"x" * BODY_BYTES) == 413

    assert fallback.post(head + b"x" * (BODY_BYTES - len(head))) == 204

    (file,) = fallback.listed()["files"]
    assert file["size"] < 4 << 20  # what the courier reads of one answer


def test_what_is_signed_and_no_message_is_kept_and_a_report_is_not(fallback: Fallback) -> None:
    assert fallback.post({"MessageSid": "SM1", "AccountSid": ACCOUNT}) == 204
    assert len(fallback.names()) == 1

    account = {"AccountSid": ACCOUNT}
    report = {**account, "MessageSid": "SM1", "MessageStatus": "delivered"}
    assert fallback.post(report, "/status/twilio/demo-sms?m=1") == 204
    assert fallback.post(report, "/status/twilio/demo-sms", token="no token of ours") == 403
    assert len(fallback.names()) == 1


class _Greets(TwilioReceiver):
    """A provider that asks whether the address is ours."""

    def greet(self, webhook: Webhook) -> str:
        return webhook.url.rpartition("=")[2]


def test_a_provider_that_asks_by_get_is_greeted(tmp_path: Path, key: KemKey) -> None:
    receivers: dict[str, Receiver] = {"asks": _Greets("", ())}
    receivers["twilio"] = TwilioReceiver("", (TOKEN,))
    with running(tmp_path, key.public, receivers=receivers) as fallback:
        assert fallback.call("GET", "/in/asks/line?challenge=77") == (200, b"77")
        assert fallback.call("GET", SMS)[0] == 405


def test_nothing_of_what_lies_there_can_be_read(fallback: Fallback) -> None:
    fallback.post(form(WORDS, NUMBER))
    fallback.post({**form("x", NUMBER), "Body": WORDS * 300})

    files = list(fallback.directory.iterdir())
    assert len(files) == 2
    for planted in (WORDS, "dormitory", NUMBER, NUMBER[1:], TOKEN, "twilio", "demo-sms"):
        ways = [planted.encode(code) for code in ("utf-8", "utf-16-le", "utf-16-be")]
        ways += [quote(planted).encode(), planted.encode().hex().encode(), planted[::-1].encode()]
        ways += [b64encode(b"x" * skip + planted.encode())[4:-4] for skip in range(3)]
        for file in files:
            content = file.read_bytes() + file.name.encode()
            assert not any(way in content for way in ways if len(way) > 4)


def test_the_length_of_a_short_text_does_not_show(fallback: Fallback) -> None:
    fallback.post(form("no"))
    fallback.post(form("x" * 300))

    assert len({each["size"] for each in fallback.listed()["files"]}) == 1


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/openapi.json", "/metrics", "/"])
def test_it_describes_itself_to_nobody(fallback: Fallback, path: str) -> None:
    assert fallback.call("GET", path, headers=PROVEN) == (404, b"")


# --- the drain ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer "},
        {"Authorization": DRAIN_SECRET},
        {"Authorization": f"Basic {DRAIN_SECRET}"},
        {"Authorization": f"Bearer {DRAIN_SECRET}x"},
        {"Authorization": f"Bearer {DRAIN_SECRET[:-1]}"},
        {"Authorization": "Bearer \xff\xfe"},
    ],
)
def test_without_the_secret_nothing_is_shown_or_deleted(
    fallback: Fallback, headers: dict[str, str]
) -> None:
    fallback.post(form(WORDS))
    (name,) = fallback.names()

    asked = [("GET", "/spool"), ("GET", f"/spool/{name}"), ("DELETE", f"/spool/{name}")]
    answers = [fallback.call(method, path, headers=headers) for method, path in asked]

    assert answers == [(401, b"")] * 3
    assert fallback.names() == [name]


def test_what_waits_is_listed_in_order_fetched_and_deleted(fallback: Fallback, key: KemKey) -> None:
    for number in range(5):
        fallback.post(form(f"text {number}"))

    names = fallback.names()
    said = [opened(key, fallback.directory / name)["body"] for name in names]
    assert [f"text+{n}".encode() in b64decode(body) for n, body in enumerate(said)] == [True] * 5
    status, sealed = fallback.call("GET", f"/spool/{names[0]}", headers=PROVEN)
    assert (status, sealed) == (200, (fallback.directory / names[0]).read_bytes())
    assert fallback.call("DELETE", f"/spool/{names[0]}", headers=PROVEN) == (204, b"")
    assert fallback.call("DELETE", f"/spool/{names[0]}", headers=PROVEN)[0] == 404
    assert fallback.names() == names[1:]


@pytest.mark.parametrize("method", ["GET", "DELETE"])
@pytest.mark.parametrize(
    "name",
    [
        *("..%2fsecret", "../secret", "%2e%2e%2fsecret", ".", "..", "secret", "%00", "/etc/passwd"),
        "A0000000-0000-4000-8000-000000000000",
        "00000000-0000-4000-8000-000000000000%0a",
        "00000000-0000-4000-8000-000000000000/",
        "../spool/00000000-0000-4000-8000-000000000000",
        ".half-00000000-0000-4000-8000-000000000000",
    ],
)
def test_no_name_leads_anywhere_else(fallback: Fallback, method: str, name: str) -> None:
    planted = fallback.directory.parent / "secret"
    planted.write_text("of somebody else")

    status, body = fallback.call(method, f"/spool/{name}", headers=PROVEN)

    assert status in {404, 405}
    assert body == b""
    assert planted.exists()


def test_a_link_in_the_directory_is_not_followed(fallback: Fallback) -> None:
    name = "00000000-0000-4000-8000-000000000000"
    (fallback.directory / name).symlink_to("/etc/hostname")

    assert fallback.names() == []
    assert fallback.call("GET", f"/spool/{name}", headers=PROVEN)[0] == 503


def test_a_long_list_comes_in_pages_and_each_file_once(tmp_path: Path, key: KemKey) -> None:
    for number in range(1201):
        path = tmp_path / f"00000000-0000-4000-8000-{number:012}"
        path.write_bytes(b"x")
        os.utime(path, ns=(10**18 + number // 7, 10**18 + number // 7))
    with running(tmp_path, key.public) as fallback:
        seen, more = list[str](), ""
        while True:
            page = fallback.listed(more)
            assert len(page["files"]) <= 500
            seen += [each["name"][-12:] for each in page["files"]]
            more = page["more"]
            if not more:
                break

        assert seen == [f"{number:012}" for number in range(1201)]
        assert fallback.call("GET", "/spool?after=yesterday", headers=PROVEN)[0] == 400


# --- the disk -------------------------------------------------------------------------------------


def test_a_full_spool_says_so_and_takes_again_when_it_was_drained(
    tmp_path: Path, key: KemKey
) -> None:
    with running(tmp_path, key.public, most_files=2) as fallback:
        assert [fallback.post(form(WORDS)) for _ in range(3)] == [204, 204, 503]
        assert fallback.call("GET", "/health")[0] == 503

        fallback.call("DELETE", f"/spool/{fallback.names()[0]}", headers=PROVEN)

        assert fallback.post(form(WORDS)) == 204
        assert fallback.call("GET", "/health")[0] == 200
    with running(tmp_path, key.public, most_bytes=4000) as fallback:
        assert fallback.post(form(WORDS)) == 503


_LIMITED = """
import resource, signal, sys
from pathlib import Path
from uuid import uuid4
from workervoice.errors import Unavailable
from workervoice.web.fallback import Spool
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
spool = Spool(Path(sys.argv[1]))
spool.put(uuid4(), b"x" * 3000)
resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))
try:
    spool.put(uuid4(), b"x" * 3000)
except Unavailable:
    print("refused")
"""


def test_a_disk_that_takes_no_more_leaves_nothing_half(tmp_path: Path) -> None:
    """The system refuses to write on, in the midst of a file, as a full disk does."""
    told = subprocess.run(
        [sys.executable, "-c", _LIMITED, str(tmp_path)], capture_output=True, text=True, check=True
    )

    assert told.stdout == "refused\n"
    assert [each.stat().st_size for each in tmp_path.iterdir()] == [3000]


_WRITES = """
import sys
from pathlib import Path
from uuid import uuid4
from workervoice.web.fallback import Spool
spool = Spool(Path(sys.argv[1]))
print("begun", flush=True)
while True:
    name = uuid4()
    spool.put(name, b"x" * (1 << 20))
    print(name, flush=True)
"""


def test_a_kill_in_the_midst_of_a_write_leaves_nothing_half(tmp_path: Path) -> None:
    for turn in range(5):
        process = subprocess.Popen(
            [sys.executable, "-c", _WRITES, str(tmp_path)], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        with process, process.stdout:
            process.stdout.readline()
            time.sleep(0.05 + turn * 0.007)
            process.send_signal(signal.SIGKILL)
            answered = process.stdout.read().split()

        spool = Spool(tmp_path)
        held, _, _ = spool.listed((0, ""), 10**6)
        spool.close()
        assert {each.size for each in held} <= {1 << 20}
        assert {name for name in answered if len(name) == 36} <= {each.name for each in held}
        assert not list(tmp_path.glob(".*"))


def test_two_receivers_do_not_share_a_directory(tmp_path: Path) -> None:
    first = Spool(tmp_path)
    with pytest.raises(SettingsError, match="another fallback receiver"):
        Spool(tmp_path)
    first.close()
    Spool(tmp_path).close()
