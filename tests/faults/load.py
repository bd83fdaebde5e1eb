"""Workers' phones behind a provider: signed webhooks, repeated until they were taken.

Each worker writes one text after the other: a report, and what follows. A text that got no 2xx is
posted again under the same id, as Twilio does when it is told to; one in a few is posted again
although it was taken, now and then on two connections at once. What was told 2xx is promised.
"""

from __future__ import annotations

import http.client
import threading
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from secrets import SystemRandom, token_hex
from urllib.parse import urlencode

from tests.channels.twilio_signing import signed

_LOT = SystemRandom()
_NUMBERS = count(15551000000)
ACCOUNT = "AC" + "7" * 32
TOKEN = "token of the fault runner"
PUBLIC_URL = "http://hotline.test"
LINE, OUR_NUMBER = "demo-sms", "+15550100000"
PATIENCE_SECONDS = 5.0
SCRIPT = (
    "Agent promised hotel job, now we sew 14 hours. Boss took our passports. {mark}",
    "1",
    "no. he cuts our pay if we refuse overtime {mark}",
    "1",
)


@dataclass
class Text:
    """One text of a worker's. `told` once a 2xx came for it; `tries` without one."""

    sid: str
    number: str
    body: str
    told: bool = False
    tries: int = 0

    def form(self) -> bytes:
        return urlencode(
            {
                "MessageSid": self.sid,
                "AccountSid": ACCOUNT,
                "From": self.number,
                "To": OUR_NUMBER,
                "Body": self.body,
                "NumMedia": "0",
            }
        ).encode()


@dataclass
class Worker:
    """One phone and what was written on it, in order."""

    number: str
    mark: str
    texts: list[Text] = field(default_factory=list)

    def write(self) -> Text:
        body = SCRIPT[len(self.texts)].format(mark=self.mark)
        self.texts.append(Text("SM" + token_hex(16), self.number, body))
        return self.texts[-1]

    @property
    def finished(self) -> bool:
        return len(self.texts) == len(SCRIPT)


def new_worker() -> Worker:
    return Worker(f"+{next(_NUMBERS)}", f"mark{token_hex(5)}")


def post(
    connection: http.client.HTTPConnection, path: str, body: bytes, *, token: str = TOKEN
) -> int:
    """One signed request; returns its status. Raises what the connection does."""
    headers = signed(body, token=token, url=PUBLIC_URL + path).headers
    connection.request("POST", path, body, dict(headers))
    with connection.getresponse() as answer:
        answer.read()
        return answer.status


def report_delivered(port: int, sid: str, callback: str) -> None:
    """The provider's word on a text that it took; tried a few times, and given up."""
    target = callback.removeprefix(PUBLIC_URL)
    body = urlencode({"MessageSid": sid, "AccountSid": ACCOUNT, "MessageStatus": "delivered"})
    for _ in range(5):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
        status = 0
        with suppress(OSError, http.client.HTTPException):
            status = post(connection, target, body.encode())
        connection.close()
        if 200 <= status < 300:
            return
        time.sleep(0.1)


@dataclass
class Load:
    """Some connections, each with workers of its own. `statuses` counts what was answered."""

    port: int
    connections: int = 6
    pause: float = 0.02
    workers: list[Worker] = field(default_factory=list)
    statuses: Counter[str] = field(default_factory=Counter)
    slowest: float = 0.0
    repeats: int = 0
    _stop: threading.Event = field(default_factory=threading.Event)
    _abandon: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    @property
    def told(self) -> int:
        return sum(text.told for worker in list(self.workers) for text in list(worker.texts))

    def start(self) -> None:
        self._threads = [
            threading.Thread(target=self._client, daemon=True) for _ in range(self.connections)
        ]
        for thread in self._threads:
            thread.start()

    @property
    def busy(self) -> bool:
        return any(thread.is_alive() for thread in self._threads)

    def end(self) -> None:
        """No new worker begins; whoever has begun goes on writing to the end."""
        self._stop.set()

    def abandon(self) -> None:
        """Give up whatever is not taken by now."""
        self._stop.set()
        self._abandon.set()
        for thread in self._threads:
            thread.join(PATIENCE_SECONDS * 4)

    def _client(self) -> None:
        """One connection: several workers at a time, in turn."""
        connection = self.connect()
        mine: list[Worker] = []
        while not self._abandon.is_set():
            if not self._stop.is_set() and len(mine) < 4:
                mine.append(new_worker())
                self.workers.append(mine[-1])
            if not mine:
                break
            worker = _LOT.choice(mine)
            self.deliver(connection, worker.write())
            if worker.finished:
                mine.remove(worker)
            time.sleep(self.pause)
        connection.close()

    def deliver(self, connection: http.client.HTTPConnection, text: Text) -> None:
        """Until it was taken, or the load is given up; then perhaps once more."""
        begun = time.monotonic()
        while not text.told and not self._abandon.is_set():
            if _LOT.random() < 0.02:
                self._twice_at_once(text)
            self._try(connection, text)
            if not text.told:
                time.sleep(0.05)
        self.slowest = max(self.slowest, time.monotonic() - begun)
        if text.told and _LOT.random() < 0.1:
            self.repeats += 1
            self._try(connection, text)

    def _twice_at_once(self, text: Text) -> None:
        self.repeats += 1

        def once() -> None:
            other = self.connect()
            self._try(other, text)
            other.close()

        threading.Thread(target=once, daemon=True).start()

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_SECONDS)

    def _try(self, connection: http.client.HTTPConnection, text: Text) -> None:
        text.tries += 1
        try:
            status = post(connection, f"/in/twilio/{LINE}", text.form())
        except (OSError, http.client.HTTPException) as broken:
            self.statuses[type(broken).__name__] += 1
            with suppress(OSError):
                connection.close()
            return
        self.statuses[str(status)] += 1
        text.told |= 200 <= status < 300
