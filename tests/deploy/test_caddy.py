"""A real Caddy with our file, before a real gateway and a real console."""

from __future__ import annotations

import http.client
import os
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.app.alone import PUBLIC, alone
from tests.app.running import free_port
from tests.channels.twilio_signing import signed
from tests.deploy.units import SYSTEMD
from tests.house import House
from tests.web.gateways import SMS, encoded, form
from workervoice.web.console.forms import FORM_BYTES
from workervoice.web.gateway.routes import BODY_BYTES

pytestmark = pytest.mark.skipif(
    shutil.which("caddy") is None, reason="Caddy is not here (apt: caddy)"
)

CADDYFILE = SYSTEMD.parent / "compose" / "Caddyfile"
HOTLINE, OFFICERS = "hotline.example", "officers.example"
START_SECONDS = 30
CLIENT = "127.0.0.1"

HUNG_UP = 0


@dataclass
class Proxy:
    """A running Caddy, and what it wrote."""

    port: int
    plain: int
    log: Path

    def ask(
        self,
        name: str,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> tuple[int, bytes, Mapping[str, str]]:
        """One request over TLS under this name."""
        trusting = ssl.create_default_context()
        trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE  # its own authority
        raw = socket.create_connection((CLIENT, self.port), timeout=30)
        connection = http.client.HTTPConnection(name)
        try:
            connection.sock = raw  # closed below, whether TLS comes about or not
            connection.sock = trusting.wrap_socket(raw, server_hostname=name)
            connection.request(method, path, body, dict(headers or {}))
            answer = connection.getresponse()
            return answer.status, answer.read(), dict(answer.getheaders())
        finally:
            connection.close()

    def wait(self) -> None:
        ends = time.monotonic() + START_SECONDS
        while True:
            try:
                self.ask(HOTLINE, "GET", "/")
            except OSError:
                assert time.monotonic() < ends, self.log.read_text()
                time.sleep(0.1)
            else:
                return


@contextmanager
def caddy(place: Path, gateway: int, console: int) -> Iterator[Proxy]:
    """Our file, with names, ports and certificates of its own for the test."""
    made = Proxy(free_port(), free_port(), place / "log")
    given = {
        "HOTLINE": HOTLINE,
        "OFFICERS": OFFICERS,
        "GATEWAY": f"127.0.0.1:{gateway}",
        "CONSOLE": f"127.0.0.1:{console}",
        "HTTP_PORT": str(made.plain),
        "HTTPS_PORT": str(made.port),
        "TLS": "tls internal",
        "HOME": str(place),
        "XDG_DATA_HOME": str(place),
        "PATH": os.getenv("PATH", os.defpath),
    }
    # its authority's certificate is not to come among the machine's own
    text = CADDYFILE.read_text().replace("{\n", "{\n\tskip_install_trust\n", 1)
    (place / "Caddyfile").write_text(text)
    command = ["caddy", "run", "--adapter", "caddyfile", "--config", str(place / "Caddyfile")]
    with made.log.open("wb") as log:
        process = subprocess.Popen(command, env=given, stdout=log, stderr=log)
    try:
        made.wait()
        yield made
    finally:
        process.terminate()
        process.wait(30)


@pytest.fixture(scope="module")
def proxy(today: House, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    """Before a gateway and a console."""
    console_is = {"CONSOLE_URL": f"https://{OFFICERS}", "CONSOLE_BEHIND_PROXY": "true"}
    with (
        alone("gateway", today) as gateway,
        alone("console", today, **console_is) as console,
        caddy(tmp_path_factory.mktemp("caddy"), gateway.port, console.port) as made,
    ):
        yield made


@dataclass
class Peer:
    """Stands behind the proxy and keeps what comes, as it came."""

    port: int
    seen: list[tuple[str, dict[str, str], bytes]]


@contextmanager
def peer() -> Iterator[Peer]:
    seen: list[tuple[str, dict[str, str], bytes]] = []

    class Keep(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            seen.append((self.path, headers, body))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Keep)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield Peer(server.server_port, seen)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def posted(proxy: Proxy, text: str, *, path: str = SMS, number: str = "+15550100123") -> int:
    body = encoded(form(text, number))
    return proxy.ask(HOTLINE, "POST", path, body, signed(body, url=PUBLIC + path).headers)[0]


def test_a_signed_report_passes_byte_for_byte(proxy: Proxy) -> None:
    plain = posted(proxy, "They took our passports")
    bangla = posted(proxy, "তারা আমাদের পাসপোর্ট নিয়ে গেছে & 100%25+1", number="+15550100124")
    odd_path = posted(
        proxy, "one more", path="/in/twilio/demo%2Dsms?a=%2F&b=1", number="+15550100125"
    )
    altered = proxy.ask(
        HOTLINE, "POST", SMS, b"Body=x", signed(b"Body=y", url=PUBLIC + SMS).headers
    )

    assert (plain, bangla, odd_path) == (204, 204, 204)
    assert altered[0] == 403


def test_only_what_providers_call_is_there(proxy: Proxy) -> None:
    reached = {
        (method, path): proxy.ask(HOTLINE, method, path, b"" if method == "POST" else None)[:2]
        for method, path in (
            ("GET", "/health"),
            ("POST", "/in/twilio/demo-sms"),
            ("POST", "/status/twilio/demo-sms"),
            ("GET", "/in/twilio/demo-sms"),
            ("GET", "/status/twilio/demo-sms"),
            ("PUT", "/in/twilio/demo-sms"),
            ("POST", "/health"),
            ("GET", "/metrics"),
            ("GET", "/ready"),
            ("GET", "/"),
            ("GET", "/login"),
            ("GET", "/health/"),
            ("POST", "/notice/demo-sms"),
            ("GET", "/in/../metrics"),
            ("GET", "//metrics"),
            ("POST", "/in/%2e%2e/metrics"),
        )
    }

    assert reached.pop(("GET", "/health")) == (200, b"ok\n")
    assert reached.pop(("POST", "/in/twilio/demo-sms")) == (403, b"")
    assert reached.pop(("POST", "/status/twilio/demo-sms")) == (403, b"")
    assert reached.pop(("GET", "/in/twilio/demo-sms")) == (405, b"")  # Twilio does not ask so
    assert reached.pop(("GET", "/status/twilio/demo-sms")) == (405, b"")
    assert set(reached.values()) == {(404, b"")}, reached


def test_the_workers_notice_is_for_whoever_asks(proxy: Proxy) -> None:
    status, page, headers = proxy.ask(HOTLINE, "GET", "/notice/demo-sms/bn")

    assert status == 200
    assert 'lang="bn"' in page.decode()
    assert "default-src 'none'" in headers["Content-Security-Policy"]


def test_the_officers_pages_have_a_name_of_their_own(proxy: Proxy) -> None:
    page = proxy.ask(OFFICERS, "GET", "/login")
    metrics = proxy.ask(OFFICERS, "GET", "/metrics")[:2]
    webhook = proxy.ask(OFFICERS, "POST", SMS, b"")

    assert page[0] == 200
    assert b"passphrase" in page[1].lower()
    assert "Server" not in page[2]
    assert metrics == (404, b"")
    assert webhook[0] in {403, 404}


def test_another_name_has_no_page(proxy: Proxy) -> None:
    with pytest.raises((ssl.SSLError, OSError)):
        proxy.ask("elsewhere.example", "GET", "/login")


def too_large(proxy: Proxy, name: str, path: str, body: bytes) -> int:
    """The status; or that it was hung up on us while we were still sending, or being answered."""
    try:
        return proxy.ask(name, "POST", path, body, signed(body, url=PUBLIC + path).headers)[0]
    except (ssl.SSLError, ConnectionError, http.client.IncompleteRead):
        return HUNG_UP


def test_what_is_too_large_is_refused(proxy: Proxy) -> None:
    body = b"x" * (BODY_BYTES + 1)
    large = too_large(proxy, HOTLINE, SMS, body)
    whole = encoded(form("y" * 100_000, "+15550100126"))
    fits = proxy.ask(HOTLINE, "POST", SMS, whole, signed(whole, url=PUBLIC + SMS).headers)[0]
    page = too_large(proxy, OFFICERS, "/login", b"z" * (2 * FORM_BYTES))

    assert fits == 204
    assert {large, page} <= {413, 502, HUNG_UP}  # 502: Caddy before 2.7


def test_behind_it_a_request_is_what_it_was_and_only_the_console_learns_from_where(
    tmp_path: Path,
) -> None:
    """Who guesses passphrases waits by the address: with a forged one each guess would be new."""
    path, body = "/in/twilio/demo%2Dsms?b=%2F&a=1&a=", bytes(range(256))
    forged = {"X-Real-IP": "203.0.113.7", "X-Forwarded-For": "203.0.113.7", "Via": "1.1 x"}
    with peer() as behind, caddy(tmp_path, behind.port, behind.port) as proxy:
        proxy.ask(HOTLINE, "POST", path, body, forged)
        proxy.ask(OFFICERS, "POST", "/login", body, forged)
    (hotline_path, hotline, hotline_body), (_, officers, officers_body) = behind.seen

    assert (hotline_path, hotline_body, officers_body) == (path, body, body)
    assert officers["x-real-ip"] == CLIENT
    assert {"x-real-ip", "x-forwarded-for"} & set(hotline) == set()
    assert "x-forwarded-for" not in officers


def test_a_plain_request_is_sent_to_tls(proxy: Proxy) -> None:
    connection = http.client.HTTPConnection(CLIENT, proxy.plain, timeout=30)
    connection.request("GET", "/login", headers={"Host": OFFICERS})
    answer = connection.getresponse()
    answer.read()
    connection.close()

    assert answer.status == 308
    assert (answer.getheader("Location") or "").startswith(f"https://{OFFICERS}")


def test_nothing_of_a_request_is_written_down(tmp_path: Path) -> None:
    mark = "a-word-of-a-worker"
    with caddy(tmp_path, free_port(), free_port()) as proxy:
        away = proxy.ask(HOTLINE, "POST", f"/in/twilio/{mark}?m={mark}", mark.encode())
        with suppress(OSError):  # it may hang up before it has everything
            proxy.ask(HOTLINE, "POST", f"/in/{mark}", mark.encode() * 400_000)
        page = proxy.ask(OFFICERS, "GET", f"/cases/{mark}?m={mark}")

    told = proxy.log.read_text()
    assert (away[:2], page[:2]) == ((502, b""), (502, b""))
    assert mark not in told
    assert CLIENT + ":" not in told.replace("127.0.0.1:0", "")
