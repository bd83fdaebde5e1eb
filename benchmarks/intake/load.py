"""A client of a few connections: as fast as answers come, or at a rate that answers cannot slow.

One thread over raw sockets. The requests lie ready as bytes, so that the client takes little of the
processors that it shares with what is measured.
"""

from __future__ import annotations

import selectors
import socket
import time
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Self

PATIENCE_SECONDS = 60


@dataclass
class Told:
    """What the client was told: how often each status, and how long each answer took."""

    seconds: float = 0.0
    answers: Counter[int] = field(default_factory=Counter)
    waits: list[float] = field(default_factory=list)

    @property
    def stored(self) -> int:
        return self.answers[204]

    @property
    def refused(self) -> int:
        return sum(self.answers.values()) - self.stored

    @property
    def rate(self) -> float:
        return self.stored / self.seconds if self.seconds else 0.0

    def wait(self, share: float) -> float:
        """The wait in ms that this share of the answers did not exceed."""
        ordered = sorted(self.waits)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1000


class _Connection:
    """One connection that sends a request at a time."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._heard = b""
        self.began = 0.0

    def ask(self, request: bytes, began: float) -> None:
        self.began = began
        self.socket.sendall(request)

    def answer(self) -> int | None:
        """The status, once the whole answer is here; ours have no body."""
        self._heard += self.socket.recv(4096)
        if not self._heard.endswith(b"\r\n\r\n"):
            return None
        status = int(self._heard[9:12])
        self._heard = b""
        return status


class Client:
    """Connections to one port, held open over several runs."""

    def __init__(self, port: int, connections: int) -> None:
        self._all = [_Connection(port) for _ in range(connections)]
        self._selector = selectors.DefaultSelector()
        for each in self._all:
            self._selector.register(each.socket, selectors.EVENT_READ, each)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *ended: object) -> None:
        self.close()

    def close(self) -> None:
        self._selector.close()
        for each in self._all:
            each.socket.close()

    def closed_loop(self, requests: Iterable[bytes]) -> Told:
        """Every connection sends its next request as soon as its last was answered."""
        told, waiting, left = Told(), 0, iter(requests)
        began = time.perf_counter()
        for each in self._all:
            waiting += _next(each, left)
        while waiting:
            for each in self._answered(told):
                waiting -= 1
                waiting += _next(each, left)
        told.seconds = time.perf_counter() - began
        return told

    def open_loop(self, requests: Iterable[bytes], rate: float) -> Told:
        """A request each 1/rate seconds, whatever became of the others. A wait counts from when its
        request was due, also while no connection was free for it."""
        told, free, due = Told(), deque(self._all), deque[float]()
        began, sent, left, waiting = time.perf_counter(), 0, iter(requests), 0
        following = next(left, None)
        while following is not None or due or waiting:
            now = time.perf_counter()
            while following is not None and began + sent / rate <= now and free:
                free.popleft().ask(following, began + sent / rate)
                following, sent, waiting = next(left, None), sent + 1, waiting + 1
            until = began + sent / rate - now if following is not None and free else 0.05
            for each in self._answered(told, max(until, 0)):
                free.append(each)
                waiting -= 1
        told.seconds = time.perf_counter() - began
        return told

    def _answered(self, told: Told, patience: float = PATIENCE_SECONDS) -> Iterator[_Connection]:
        for key, _ in self._selector.select(patience):
            each: _Connection = key.data
            status = each.answer()
            if status is not None:
                told.answers[status] += 1
                told.waits.append(time.perf_counter() - each.began)
                yield each


def _next(connection: _Connection, left: Iterator[bytes]) -> int:
    request = next(left, None)
    if request is None:
        return 0
    connection.ask(request, time.perf_counter())
    return 1
