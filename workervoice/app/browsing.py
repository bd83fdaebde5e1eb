"""A person at a browser, and one at a phone, as far as a story needs them."""

from __future__ import annotations

import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.client import HTTPResponse
from http.cookiejar import CookieJar
from typing import cast

from workervoice.errors import WorkervoiceError

_SILENT = frozenset({"script", "style", "nav", "form", "header", "footer", "title", "template"})
_APART = frozenset({"td", "th", "dd", "span", "time"})
_BREAKS = frozenset({"p", "li", "tr", "h1", "h2", "h3", "div", "dt", "article", "section", "ol"})
SECONDS = 20


class StoryStuck(WorkervoiceError):
    """A page did not say what the story expected of it."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page as fetched."""

    url: str
    status: int
    html: str = field(repr=False)

    def lines(self) -> list[str]:
        """The visible text of the page's main part, without its forms, a line a block."""
        reader = _Reader()
        reader.feed(self.html)
        lines = (" ".join(line.split()) for line in reader.text.splitlines())
        return [line.replace(" ;", ";") for line in lines if line]

    def links(self, prefix: str) -> list[str]:
        """Addresses of links that begin so, each once, in order."""
        reader = _Reader()
        reader.feed(self.html)
        return [each for each in dict.fromkeys(reader.links) if each.startswith(prefix)]

    def token(self) -> str:
        """The hidden token that every form of this page carries."""
        reader = _Reader()
        reader.feed(self.html)
        if not reader.token:
            raise StoryStuck(f"no form on {urllib.parse.urlsplit(self.url).path}")
        return reader.token


class _Reader(HTMLParser):
    """Collects text, links and the form token of a page.

    What stands beside its label on a page has it before it in the text: a cell, a definition, a
    list with a name. A cell and such a list are one line each.
    """

    def __init__(self) -> None:
        super().__init__()
        self.text, self.token = "", ""
        self.links: list[str] = []
        self._silent = 0
        self._main = 0
        self._one_line = ""  # the element that we are in whose parts do not begin new lines
        self._parts = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = {name: value or "" for name, value in attrs}
        if tag in _SILENT:
            self._silent += 1
        if tag == "main":
            self._main += 1
        if tag == "a" and named.get("href"):
            self.links.append(named["href"])
        if tag == "input" and named.get("name") == "form_token":
            self.token = named.get("value", "")
        self._lay_out(tag, named)

    def _lay_out(self, tag: str, named: Mapping[str, str]) -> None:
        label = named.get("data-label" if tag == "td" else "aria-label")
        if label and tag in {"td", "ul"} and not self._one_line:
            self.text += f"\n{label}: "
            self._one_line, self._parts = tag, 0
        elif self._one_line and tag in _BREAKS:
            self.text += "; " if self._parts else ""
            self._parts += 1
        elif tag in _BREAKS:
            self.text += "\n"
        elif tag in _APART:
            marks = {"badge", "stage"}.intersection(named.get("class", "").split())
            self.text += " · " if marks else " "

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent -= 1
        if tag == "main":
            self._main -= 1
        if tag == "dt":
            self.text += ":"
        if tag == self._one_line:
            self.text += "\n"
            self._one_line = ""

    def handle_data(self, data: str) -> None:
        if self._main and not self._silent:
            self.text += data.replace("\n", " ")


class Browser:
    """One person's browser on one site."""

    def __init__(self, base: str) -> None:
        self._base = base
        self._opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}),
            urllib.request.HTTPCookieProcessor(CookieJar()),
        )

    def get(self, path: str) -> Page:
        return self._open(urllib.request.Request(self._base + path))  # noqa: S310 - our own site

    def post(self, path: str, fields: Mapping[str, str | Sequence[str]], token: str = "") -> Page:
        """Send a form; raises `StoryStuck` if it was refused."""
        body = urllib.parse.urlencode({**fields, "form_token": token}, doseq=True).encode()
        request = urllib.request.Request(self._base + path, body)  # noqa: S310 - our own site
        page = self._open(request)
        if page.status >= 400:
            raise StoryStuck(f"{path}: {page.status}: {' / '.join(page.lines()[:3])}")
        return page

    def _open(self, request: urllib.request.Request) -> Page:
        try:
            with self._opener.open(request, timeout=SECONDS) as answer:
                got = cast(HTTPResponse, answer)
                return Page(got.geturl(), got.status, got.read().decode())
        except urllib.error.HTTPError as refused:
            with refused:
                text = refused.read().decode(errors="replace")
            return Page(refused.url or "", refused.code, text)


class Phone:
    """A worker's phone on the simulated network."""

    def __init__(self, network: str, number: str, line: str) -> None:
        self._network, self._number, self._line = network, number, line
        self._seen: set[str] = set()

    def write(self, text: str) -> None:
        """Send a text to the hotline."""
        body = json.dumps({"number": self._number, "line": self._line, "text": text}).encode()
        headers = {"Content-Type": "application/json", "Origin": self._network}
        request = urllib.request.Request(  # noqa: S310 - our own network
            self._network + "/api/text", body, headers
        )
        with urllib.request.urlopen(request, timeout=SECONDS):  # noqa: S310 - our own network
            pass

    def news(self) -> list[str]:
        """Texts from the hotline that were not looked at yet."""
        query = urllib.parse.urlencode({"number": self._number})
        url = f"{self._network}/api/messages?{query}"
        with urllib.request.urlopen(url, timeout=SECONDS) as answer:  # noqa: S310 - our own network
            messages = json.loads(answer.read())["messages"]
        new = [m for m in messages if m["from"] == "hotline" and m["id"] not in self._seen]
        self._seen |= {m["id"] for m in new}
        return [m["text"] for m in new]
