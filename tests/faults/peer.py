"""A Twilio that we wrote: takes texts, lists them, calls back, and misbehaves when told to.

What it took is delivered at once: it says so for half of the texts, perhaps before it has answered.

It keeps every text that it took, with our outbox id out of the callback's address. That record,
and nothing in our database, is what "answered twice" is counted by. It takes about half of what it
answers badly: whoever gets no answer cannot know.
"""

from __future__ import annotations

import json
import socket
import socketserver
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import format_datetime
from secrets import SystemRandom, token_hex
from typing import Any, cast
from urllib.parse import SplitResult, parse_qs, urlsplit

from tests.faults.clock import SharedClock
from tests.faults.inbox import Inbox

_LOT = SystemRandom()
BAD_MANNERS = ("hang", "half", "html", "500", "429", "reset", "drip")
HANG_SECONDS = 30


@dataclass(frozen=True)
class Taken:
    """One text that the provider has: who gets it, what it says, and which row of ours it is."""

    sid: str
    outbox: str
    to: str
    sender: str
    body: str
    created: str
    callback: str


@dataclass
class Peer:
    """The running provider. `manners` is how it answers: "well", or one of `BAD_MANNERS`; `mixed`
    draws one for each request."""

    clock: SharedClock
    url: str = ""
    manners: str = "well"
    taken: list[Taken] = field(default_factory=list)
    asked: int = 0
    at_create: Callable[[], None] | None = None
    call_back: Callable[[Taken], None] | None = None
    inbox: Inbox | None = None
    closing: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _forgotten: set[str] = field(default_factory=set)
    _by_number: dict[str, list[Taken]] = field(default_factory=dict)

    def manner(self) -> str:
        return _LOT.choice(("well", *BAD_MANNERS)) if self.manners == "mixed" else self.manners

    def take(self, form: dict[str, list[str]]) -> Taken:
        callback = form.get("StatusCallback", [""])[0]
        made = Taken(
            sid="SM" + token_hex(16),
            outbox=parse_qs(urlsplit(callback).query).get("m", [""])[0],
            to=form["To"][0],
            sender=form["From"][0],
            body=form["Body"][0],
            created=format_datetime(self.clock.now()),
            callback=callback,
        )
        with self._lock:
            self.taken.append(made)
            self._by_number.setdefault(made.to, []).append(made)
        if self.call_back is not None and _LOT.random() < 0.5:
            threading.Thread(target=self.call_back, args=(made,), daemon=True).start()
        return made

    def listed(self, to: str) -> list[Taken]:
        with self._lock:
            every = reversed(self._by_number.get(to, []))
            return [each for each in every if each.sid not in self._forgotten]

    def forget(self, path: str) -> None:
        """One that is deleted is listed no more; that it was taken counts all the same."""
        if self.inbox is not None:
            self.inbox.delete(path)
        with self._lock:
            self._forgotten.add(path.rpartition("/")[2].removesuffix(".json"))


def _shown(taken: Taken) -> dict[str, Any]:
    return {
        "sid": taken.sid,
        "to": taken.to,
        "from": taken.sender,
        "body": taken.body,
        "status": "queued",
        "date_created": taken.created,
        "direction": "outbound-api",
    }


def _asked_for(peer: Peer, target: SplitResult) -> dict[str, Any] | bytes:
    """One message, its media, of which ours have none, a medium, or a list."""
    found = peer.inbox.asked_for(target.path) if peer.inbox is not None else None
    if found is not None:
        return found
    if target.path.endswith("/Media.json"):
        return {"media_list": [], "next_page_uri": None, "page": 0}
    if "/Messages/" in target.path:
        return {"sid": "", "status": "queued"}
    query = parse_qs(target.query)
    to = query["To"][0]
    listed = [_shown(each) for each in peer.listed(to)]
    if peer.inbox is not None:
        listed += peer.inbox.listed(to, query)
    return {"messages": listed, "next_page_uri": None, "page": 0}


def _encoded(answer: dict[str, Any] | bytes) -> tuple[bytes, str]:
    if isinstance(answer, bytes):
        return answer, "image/jpeg"
    return json.dumps(answer).encode(), "application/json"


class _Handler(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        peer = cast(_Server, self.server).peer
        try:
            method, target, _version = self.rfile.readline().decode("latin-1").split()
            length = 0
            while line := self.rfile.readline().strip():
                name, _, value = line.decode("latin-1").partition(":")
                length = int(value) if name.lower() == "content-length" else length
            form = parse_qs(self.rfile.read(length).decode(), keep_blank_values=True)
            self._answer(peer, method, urlsplit(target), form)
        except (OSError, ValueError, LookupError):  # half a request, too
            return  # the client was killed, which is what we are here for

    def _answer(
        self, peer: Peer, method: str, target: SplitResult, form: dict[str, list[str]]
    ) -> None:
        peer.asked += 1
        manner = peer.manner()
        if method == "DELETE":
            peer.forget(target.path)
            self._say(peer, manner, 204, {})
            return
        if method == "GET":
            self._say(peer, manner, 200, _asked_for(peer, target))
            return
        takes = manner == "well" or (manner != "429" and _LOT.random() < 0.5)
        taken = peer.take(form) if takes else None
        if peer.at_create is not None:
            peer.at_create()
        self._say(peer, manner, 201, _shown(taken) if taken else {"message": "no"})

    def _say(self, peer: Peer, manner: str, status: int, answer: dict[str, Any] | bytes) -> None:
        body, kind = _encoded(answer)
        if manner == "html":
            body, kind = b"<html><body>Bad gateway</body></html>", "text/html"
        elif manner in {"429", "500"}:
            status, body = int(manner), b'{"code": 20429, "message": "later"}'
        head = f"HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
        if manner == "hang":
            peer.closing.wait(HANG_SECONDS)
        elif manner == "reset":
            linger = struct.pack("ii", 1, 0)
            self.request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        elif manner == "half":
            self.request.sendall(head.encode() + body[: len(body) // 2])
        elif manner == "drip":
            self._drip(peer, head.encode() + body)
        else:
            self.request.sendall(head.encode() + body)

    def _drip(self, peer: Peer, answer: bytes) -> None:
        for place in range(len(answer)):
            self.request.sendall(answer[place : place + 1])
            if peer.closing.wait(0.05):
                return


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128
    peer: Peer


@contextmanager
def serving_peer(clock: SharedClock) -> Iterator[Peer]:
    """Run it on a free loopback port."""
    with _Server(("127.0.0.1", 0), _Handler) as server:
        peer = Peer(clock, f"http://127.0.0.1:{server.server_address[1]}")
        server.peer = peer
        server.block_on_close = False
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield peer
        finally:
            peer.closing.set()
            server.shutdown()
            thread.join()


def until(seconds: float, done: Callable[[], bool], poll: float = 0.02) -> bool:
    """True as soon as `done` is; False if it was not within so long."""
    ends = time.monotonic() + seconds
    while not done():
        if time.monotonic() > ends:
            return False
        time.sleep(poll)
    return True
