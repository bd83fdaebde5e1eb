"""Who acts in the story, and how what they do and see is told."""

from __future__ import annotations

import re
import sys
import textwrap
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from workervoice.app.browsing import Browser, Page, Phone, StoryStuck
from workervoice.app.demo import PEOPLE
from workervoice.crypto.totp import code_at, step_of

PATIENCE_SECONDS = 30
WIDTH = 96


def say(text: str = "", *, who: str = "") -> None:
    """One line of the transcript; long ones are wrapped under their speaker."""
    head = f"{who:>13} " if who else ""
    indent = " " * len(head)
    sys.stdout.write(textwrap.fill(text, WIDTH, initial_indent=head, subsequent_indent=indent))
    sys.stdout.write("\n")
    sys.stdout.flush()


def scene(title: str) -> None:
    """A heading of the transcript."""
    sys.stdout.write(f"\n{title}\n\n")


@dataclass
class Worker:
    """The worker, who only has a phone."""

    phone: Phone

    def writes(self, text: str, answers: int = 1) -> list[str]:
        say(text, who="worker >")
        self.phone.write(text)
        return self.reads(answers)

    def reads(self, answers: int = 1) -> list[str]:
        """Wait for so many texts from the hotline."""
        got: list[str] = []
        ends = time.monotonic() + PATIENCE_SECONDS
        while len(got) < answers:
            for text in self.phone.news():
                say(text, who="hotline <")
                got.append(text)
            if time.monotonic() > ends:
                raise StoryStuck("no answer reached the phone")
            time.sleep(0.1)
        return got


class Officer:
    """An officer at a browser, with an app that shows codes if they need one."""

    def __init__(self, login: str, passphrase: str, console: str, app: bytes | None) -> None:
        self.name = PEOPLE[login][2]
        self._login = login
        self._browser = Browser(console)
        page = self._browser.get("/login")
        fields = {"login": login, "passphrase": passphrase}
        page = self._browser.post("/login", fields, page.token())
        if app is not None:
            code = code_at(app, step_of(int(time.time())))
            self._browser.post("/second", {"code": code}, page.token())

    def sees(self, path: str, patterns: Sequence[str]) -> Page:
        """Look at a page until every pattern is on it, and tell the lines that match."""
        ends = time.monotonic() + PATIENCE_SECONDS
        while True:
            page = self._browser.get(path)
            lines = page.lines() if page.status == 200 else []
            if all(any(re.search(p, line) for line in lines) for p in patterns):
                break
            if time.monotonic() > ends:
                raise StoryStuck(f"{self._login} does not see what the story expects on {path}")
            time.sleep(0.2)
        shown = [line for line in lines if any(re.search(p, line) for p in patterns)]
        for line in dict.fromkeys(shown):
            say(textwrap.shorten(line, 300), who=f"{self._login} |")
        return page

    def does(self, path: str, what: str, fields: Mapping[str, str | Sequence[str]]) -> Page:
        """Fill in a form, from the page it stands on."""
        say(what, who=f"{self._login} :")
        where = re.match(r"/[a-z]+/[0-9a-f-]+", path)
        page = self._browser.get(where.group() if where else path)
        return self._browser.post(path, fields, page.token())

    def finds(self, listing: str, prefix: str) -> str:
        """The first link of a list."""
        ends = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < ends:
            links = [
                link
                for link in self._browser.get(listing).links(prefix)
                if re.fullmatch(prefix + r"[0-9a-f-]{36}", link)
            ]
            if links:
                return links[0]
            time.sleep(0.2)
        raise StoryStuck(f"{self._login} finds nothing on {listing}")


@dataclass
class Cast:
    """Everybody in the story."""

    worker: Worker
    officer: Callable[[str], Officer]
