"""Reads no more of a request than the inventory says, and hangs up on whoever goes on sending.

What is declared too long is refused before a byte of it is read; what turns out too long, with the
first byte over. The web server would else go on reading, and throw away, whatever comes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from workervoice.web.inventory import Rules, path_of

THROWN_AWAY = 64 * 1024  # bytes that may be read after the answer, so that the answer gets through

Refusal = Callable[[Request], Response]


class _Over(Exception):
    """The first byte over the limit has come."""


@dataclass(frozen=True, slots=True)
class Limited:
    """An application whose routes get bodies of their size only. `refuse` makes the 413."""

    app: ASGIApp
    routes: Sequence[BaseRoute]
    rules: Rules
    refuse: Refusal

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        body = _Body(receive, send, _declared(scope))
        place, most = self._limit(scope)
        if most is not None and (body.declared or 0) > most:
            await self.refuse(Request({**scope, **place}))(scope, receive, body.answer)
            return
        body.most = most
        try:
            await self.app(scope, body.read, body.answer)
        except _Over:
            await self.refuse(Request({**scope, **place}))(scope, receive, body.answer)

    def _limit(self, scope: Scope) -> tuple[dict[str, Any], int | None]:
        """Where a request leads, and how long it may be; None: nowhere, so that nobody reads it."""
        for route in self.routes:
            match, place = route.matches(scope)
            if match is Match.FULL:
                rule = self.rules.get((scope["method"], path_of(route)))
                return dict(place), rule.body if rule is not None else 0
        return {}, None


@dataclass(slots=True)
class _Body:
    """One request's body, and the answer to it."""

    receive: Receive
    send: Send
    declared: int | None  # None: in chunks, of which nobody knows how many
    most: int | None = None
    read_so_far: int = 0
    whole: bool = False

    async def read(self) -> Message:
        message = await self.receive()
        if message["type"] == "http.request":
            self.read_so_far += len(message.get("body", b""))
            self.whole = not message.get("more_body", False)
            if self.most is not None and self.read_so_far > self.most:
                self.whole = False
                raise _Over
        return message

    async def answer(self, message: Message) -> None:
        if message["type"] == "http.response.start" and self._goes_on():
            headers = [*message.get("headers", ()), (b"connection", b"close")]
            message = {**message, "headers": headers}
        await self.send(message)

    def _goes_on(self) -> bool:
        """Whether more is to come than may be thrown away."""
        if self.whole or self.declared == 0:
            return False
        return self.declared is None or self.declared - self.read_so_far > THROWN_AWAY


def _declared(scope: Scope) -> int | None:
    """How long a body is, by its head."""
    given = dict(scope["headers"])
    if b"transfer-encoding" in given:
        return None
    length = given.get(b"content-length", b"0")
    return int(length) if length.isdigit() else 0
