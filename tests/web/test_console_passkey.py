"""Passkeys, in a real browser with a virtual authenticator."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import uvicorn

from tests.house import House
from tests.web.chromium import Tab, a_tab, chromium
from tests.web.test_console_second import without_factor
from workervoice.app.washing import Washer
from workervoice.crypto.passkeys import Asked, Passkey, Relying, new_challenge
from workervoice.errors import WrongCode
from workervoice.web.console import create_console_app

PROGRAM = chromium()
needs_browser = pytest.mark.skipif(PROGRAM is None, reason="no Chromium on this machine")


@contextmanager
def served(house: House) -> Iterator[str]:
    """The console at an address that browsers make passkeys for."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        address = f"http://localhost:{listening.getsockname()[1]}"
        door = replace(house.door, relying=Relying(address))
        app = create_console_app(
            process=house.console, door=door, desk=house.desk, secure_cookies=False
        )
        app.state.console = replace(app.state.console, wash=Washer(patience=60).wash)
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            yield address
        finally:
            server.should_exit = True
            thread.join(20)


def give_passphrase(tab: Tab, house: House, address: str, login: str = "sam") -> None:
    tab.go(f"{address}/login")
    tab.fill("login", login)
    tab.fill("passphrase", house.seeded.passphrases[login])
    tab.press("/login")


def enrol(tab: Tab, house: House, address: str) -> str:
    """Sam's first sign-in: a passkey is made, and the door opens."""
    without_factor(house)
    authenticator = tab.authenticator()
    give_passphrase(tab, house, address)
    tab.at("/enrol")
    tab.evaluate("document.querySelector('#passkey-name').value = 'My stick'")
    tab.press("/enrol/passkey")
    tab.at("/cases")
    return authenticator


def sign_out(tab: Tab) -> None:
    tab.press("/logout")
    tab.at("/login")


@needs_browser
def test_a_passkey_is_made_signs_in_and_proves_again(house: House, tmp_path: Path) -> None:
    with served(house) as address, a_tab(PROGRAM or "", tmp_path) as tab:
        enrol(tab, house, address)
        sign_out(tab)

        give_passphrase(tab, house, address)
        tab.at("/second")
        assert tab.evaluate("document.querySelector('[name=code]')") is None
        tab.press("/second/passkey")
        tab.at("/cases")

        house.wait(minutes=6)
        tab.go(f"{address}/account")
        assert "My stick" in tab.evaluate("document.body.innerText")
        tab.press("/account/factors")
        tab.until("document.title.startsWith('Prove') && document.readyState === 'complete'")
        tab.press("/account/factors")
        tab.until("document.title.startsWith('Add a second factor')")
    assert len(house.leaves("factor_added")) == 1


@needs_browser
def test_without_user_verification_a_passkey_is_not_taken(house: House, tmp_path: Path) -> None:
    with served(house) as address, a_tab(PROGRAM or "", tmp_path) as tab:
        authenticator = enrol(tab, house, address)
        sign_out(tab)
        tab.call("WebAuthn.setUserVerified", authenticatorId=authenticator, isUserVerified=False)

        give_passphrase(tab, house, address)
        tab.at("/second")
        tab.press("/second/passkey")
        tab.until("document.querySelector('[data-problem]').hidden === false")
        told_otherwise = "form.dataset.options.replace('\"required\"', '\"discouraged\"')"
        tab.evaluate(
            "(() => { const form = document.querySelector('form[data-passkey]');"
            f" form.dataset.options = {told_otherwise}; }})()"
        )
        tab.press("/second/passkey")
        tab.until("document.body.innerText.includes('This passkey was not taken')")

        assert tab.evaluate("location.pathname") in {"/second", "/second/passkey"}


@needs_browser
def test_a_sign_count_that_goes_back_is_refused(house: House, tmp_path: Path) -> None:
    """A copied authenticator: its count starts again from below."""
    with served(house) as address, a_tab(PROGRAM or "", tmp_path) as tab:
        authenticator = enrol(tab, house, address)
        (credential,) = tab.call("WebAuthn.getCredentials", authenticatorId=authenticator)[
            "credentials"
        ]
        for _ in range(2):
            sign_out(tab)
            give_passphrase(tab, house, address)
            tab.at("/second")
            tab.press("/second/passkey")
            tab.at("/cases")
        sign_out(tab)
        tab.call("WebAuthn.clearCredentials", authenticatorId=authenticator)
        credential["signCount"] = 0
        tab.call("WebAuthn.addCredential", authenticatorId=authenticator, credential=credential)

        give_passphrase(tab, house, address)
        tab.at("/second")
        tab.press("/second/passkey")
        tab.until("document.body.innerText.includes('This passkey was not taken')")


@pytest.mark.parametrize(
    ("origin", "usable"),
    [
        ("https://officers.example.org", True),
        ("http://localhost:8401", True),
        ("http://officers.example.org", False),
        ("https://192.0.2.1", False),
        ("http://[::1]:8401", False),
        ("", False),
    ],
)
def test_where_browsers_make_passkeys(origin: str, usable: bool) -> None:
    assert Relying(origin).usable is usable


@pytest.mark.parametrize("answer", ["", "{}", "null", "[]", json.dumps({"rawId": "AA"}), "\x00"])
def test_rubbish_is_no_answer(answer: str) -> None:
    relying, asked = Relying("https://officers.example.org"), Asked(new_challenge(1000), 1001)
    passkey = Passkey(b"\0", b"\1" * 77, 0)

    with pytest.raises(WrongCode):
        relying.check(passkey, asked, answer)
    with pytest.raises(WrongCode):
        relying.made(asked, answer)


def test_an_answer_comes_in_time_and_to_a_question() -> None:
    challenge = new_challenge(1000)

    assert Asked(challenge, 1300).fresh() == challenge
    for asked in (Asked(None, 1000), Asked(challenge, 1301), Asked(challenge, 999)):
        with pytest.raises(WrongCode):
            asked.fresh()
