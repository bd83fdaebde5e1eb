"""A small hotline on one server, made as its page says: ceremony, keys with systemd, first day."""

from __future__ import annotations

import base64
import http.client
import re
import time
from pathlib import Path
from subprocess import CompletedProcess
from urllib.parse import urlencode, urlsplit

import pytest

from tests.app.running import Running, free_port, running
from tests.app.test_cli import run
from tests.app.test_custodies import into_credentials
from tests.app.test_up import data, log_in
from tests.channels.twilio_signing import ACCOUNT, TOKEN, signed
from workervoice.app.browsing import Browser
from workervoice.crypto.totp import code_at, step_of

__all__ = ["data"]  # the fixture

SENDER = "+15550100000"
SMALL = (
    *("--profile", "small", "--programme", "River", "--operator", "Helpers"),
    *("--supervisor", "sam=Sam", "--handler", "asha=Asha"),
    *("--partner", "Garment Union", "--partner-supervisor", "uma=Uma"),
)


def founded(out: Path) -> dict[str, str]:
    """The ceremony; returns everybody's passphrase from the paper."""
    made = run("init", *SMALL, "--out", str(out))
    assert made.returncode == 0, made.stderr
    return dict(re.findall(r"^(\w+) \(.*\)\n +passphrase +(\S+)$", made.stdout, flags=re.M))


class App:
    """An authenticator on sam's phone; each code is used once, so the next one is shown early."""

    def __init__(self, secret: bytes) -> None:
        self.secret, self.step = secret, step_of(int(time.time())) - 2

    def code(self) -> str:
        self.step += 1
        while self.step > step_of(int(time.time())) + 1:
            time.sleep(1)
        return code_at(self.secret, self.step)


def first_sign_in(up: Running, login: str, passphrase: str) -> App:
    """A supervisor signs in and can do nothing but set up a second factor."""
    browser = Browser(up.address("officers' pages"))
    page = browser.get("/login")
    page = browser.post("/login", {"login": login, "passphrase": passphrase}, page.token())
    assert "Set up a second factor" in page.html
    secret = re.search(r"<code>([A-Z2-7 ]+)</code>", page.html)
    factor = re.search(r'name="factor" value="([^"]+)"', page.html)
    assert secret is not None
    assert factor is not None
    plain = secret.group(1).replace(" ", "")
    app = App(base64.b32decode(plain + "=" * (-len(plain) % 8)))
    fields = {"factor": factor.group(1), "name": "phone", "code": app.code()}
    browser.post("/enrol", fields, page.token())
    assert browser.get("/cases").status == 200
    return app


def a_worker_writes(up: Running, text: str) -> int:
    """As Twilio brings it; the status that it gets back."""
    url = up.address("Twilio webhook").replace("demo-sms", "main").replace("{line}", "main")
    form = {"MessageSid": f"SM{1:032}", "AccountSid": ACCOUNT, "To": SENDER, "From": "+15550100777"}
    body = urlencode({**form, "Body": text}).encode()
    at = urlsplit(url)
    connection = http.client.HTTPConnection(at.netloc, timeout=60)
    connection.request("POST", at.path, body, dict(signed(body, url=url, token=TOKEN).headers))
    status = connection.getresponse().status
    connection.close()
    return status


@pytest.mark.timeout(300)
def test_a_small_hotline_is_made_and_takes_its_first_report(data: Path) -> None:
    passphrases = founded(data)
    port = free_port()
    settings = {
        **into_credentials(data),
        "GATEWAY_PORT": str(port),
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "TWILIO_ACCOUNT_SID": ACCOUNT,
        "TWILIO_AUTH_TOKENS": TOKEN,
        "TWILIO_SMS_FROM": SENDER,
        "TWILIO_API_BASE": "http://127.0.0.1:9",  # nothing is sent
    }
    with running(data, **settings) as up:
        app = first_sign_in(up, "sam", passphrases["sam"])

        def as_sam(*command: str) -> CompletedProcess[str]:
            typed = f"{passphrases['sam']}\n{app.code()}\n"
            return run(*command, "--as", "sam", given=typed, DATA_DIR=str(data), **settings)

        line = ("--sender", SENDER, "--country", "US", "--language", "en")
        added = as_sam(
            "lines",
            "add",
            "main",
            "--channel",
            "sms",
            *line,
            "--emergency-number",
            "911",
            "--reading-hours",
            "always America/New_York",
        )
        place = as_sam("sites", "add", "RIVER", "--name", "Riverside", "--country", "US")
        answered = a_worker_writes(up, "They took our passports. RIVER")
        asha = log_in(up, "asha", passphrases["asha"])
        case = asha.get(asha.get("/cases").links("/cases/")[0])

    assert (added.returncode, place.returncode) == (0, 0), added.stderr + place.stderr
    assert answered in {200, 204}
    assert any("They took our passports" in line for line in case.lines())
    assert any("Riverside" in line for line in case.lines())
    assert "stolen disk" not in up.output
    assert "no line yet: `workervoice lines add`" in up.output
    assert "demo-sms" not in up.output


def test_the_small_profile_asks_for_a_partner_who_approves(tmp_path: Path) -> None:
    alone = run("init", *SMALL[:10], "--out", str(tmp_path / "new"))

    assert (alone.returncode, alone.stderr.count("\n")) == (1, 1)
    assert "--partner" in alone.stderr
    assert not (tmp_path / "new").exists()
