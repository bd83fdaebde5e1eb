"""A real browser, headless, driven over the DevTools protocol through two pipes.

`chromium()` finds one; tests that need it are skipped with a word where there is none.
"""

from __future__ import annotations

import json
import os
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
SECONDS = 60
# the browser hears on descriptor 3 and speaks on 4
_PIPES = """
import os, sys
hears, speaks = (os.dup(os.dup(int(fd))) for fd in sys.argv[1:3])
os.dup2(hears, 3), os.dup2(speaks, 4)
os.execv(sys.argv[3], sys.argv[3:])
"""


def chromium() -> str | None:
    """The program, or None."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


class Tab:
    """One page of the browser, with a virtual authenticator if asked for."""

    def __init__(self, program: str, profile: Path) -> None:
        to_browser, self._write = os.pipe()
        self._read, from_browser = os.pipe()
        self._waiting = b""
        self._next = 0
        command = [
            *(sys.executable, "-c", _PIPES, str(to_browser), str(from_browser)),
            program,
            "--headless=new",
            "--remote-debugging-pipe",
            f"--user-data-dir={profile}",
            "--no-sandbox",
            "--no-first-run",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-background-networking",
            "--no-proxy-server",
        ]
        self.process = subprocess.Popen(
            command,
            pass_fds=(to_browser, from_browser),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(to_browser)
        os.close(from_browser)
        target = self._call("Target.createTarget", {"url": "about:blank"})["targetId"]
        attached = self._call("Target.attachToTarget", {"targetId": target, "flatten": True})
        self._session = attached["sessionId"]

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        return self._call(method, params, self._session)

    def _call(self, method: str, params: dict[str, Any], session: str = "") -> dict[str, Any]:
        self._next += 1
        asked: dict[str, Any] = {"id": self._next, "method": method, "params": params}
        if session:
            asked["sessionId"] = session
        os.write(self._write, json.dumps(asked).encode() + b"\0")
        while True:
            said = self._hear()
            if said.get("id") == self._next:
                assert "error" not in said, (method, said)
                result: dict[str, Any] = said["result"]
                return result

    def _hear(self) -> dict[str, Any]:
        ends = time.monotonic() + SECONDS
        while b"\0" not in self._waiting:
            ready, _, _ = select.select([self._read], [], [], max(0.0, ends - time.monotonic()))
            assert ready, "the browser says nothing"
            got = os.read(self._read, 65536)
            assert got, "the browser ended"
            self._waiting += got
        said, _, self._waiting = self._waiting.partition(b"\0")
        heard: dict[str, Any] = json.loads(said)
        return heard

    def evaluate(self, expression: str) -> Any:
        done = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        return done["result"].get("value")

    def until(self, expression: str) -> Any:
        """Wait until this is true on the page."""
        ends = time.monotonic() + SECONDS
        while not (value := self.evaluate(expression)):
            assert time.monotonic() < ends, (expression, self.evaluate("document.body.innerText"))
            time.sleep(0.1)
        return value

    def go(self, url: str) -> None:
        self.call("Page.navigate", url=url)
        self.until(f"document.readyState === 'complete' && location.href.startsWith({url!r})")

    def fill(self, name: str, value: str) -> None:
        self.evaluate(f"document.querySelector('[name={name}]').value = {json.dumps(value)}")

    def choose(self, selector: str, *files: Path) -> None:
        """Choose files of this machine in a field."""
        root = self.call("DOM.getDocument")["root"]["nodeId"]
        found = self.call("DOM.querySelector", nodeId=root, selector=selector)["nodeId"]
        self.call("DOM.setFileInputFiles", nodeId=found, files=[str(each) for each in files])

    def press(self, form: str) -> None:
        """Send a form by its button, as a person does."""
        self.evaluate(f"document.querySelector('form[action=\"{form}\"] button').click()")

    def at(self, path: str) -> None:
        self.until(f"location.pathname === {path!r} && document.readyState === 'complete'")

    def authenticator(self) -> str:
        """A virtual one that verifies its user."""
        self.call("WebAuthn.enable")
        options = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
        }
        made = self.call("WebAuthn.addVirtualAuthenticator", options=options)
        return str(made["authenticatorId"])

    def close(self) -> None:
        self.process.terminate()
        self.process.wait(20)
        os.close(self._read)
        os.close(self._write)


@contextmanager
def a_tab(program: str, profile: Path) -> Iterator[Tab]:
    tab = Tab(program, profile)
    try:
        yield tab
    finally:
        tab.close()
