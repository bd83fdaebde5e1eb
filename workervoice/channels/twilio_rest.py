"""One client of Twilio's API: at most one request, bounded in time and size, and no log line.

With `twilio` and `twilio_sending`, these are the modules that import the `twilio` library.
"""

from __future__ import annotations

import logging
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

from twilio.base.exceptions import TwilioException
from twilio.http import HttpClient
from twilio.http.response import Response
from twilio.rest import Client

from workervoice.channels.twilio_codes import outcome
from workervoice.channels.wire import base_url, exchange
from workervoice.errors import ChannelError
from workervoice.message import Rejected, Unknown

# What the client raises when a success is no JSON, or JSON of something else.
RUBBISH = (
    TwilioException,
    ValueError,
    TypeError,
    AttributeError,
    LookupError,
    ArithmeticError,
    RecursionError,
)

# Twilio's own HTTP client writes URLs, and so numbers, to this logger. Ours replaces it.
logging.getLogger("twilio.http_client").disabled = True


class Declined(ChannelError):
    """Twilio's answer was no success; carries status and outcome, and none of Twilio's text."""

    def __init__(self, outcome: Rejected | Unknown, status: int) -> None:
        super().__init__("declined")
        self.outcome, self.status = outcome, status


class OnceClient(HttpClient):  # type: ignore[misc]  # twilio has no types
    """Carries the client's requests over `wire`: timeouts, no repeat of a POST, no log line."""

    def __init__(self, base: str | None, timeout: float) -> None:
        super().__init__(logging.getLogger("twilio.http_client"), False, timeout)
        self._base, self._seconds = base, timeout

    def request(self, method: str, uri: str, **request: Any) -> Response:
        """Make one request; raises `Declined`, `NotSent` or `NoAnswer`."""
        headers = {**(request.get("headers") or {}), "Authorization": basic(request["auth"])}
        data = request.get("data")
        answer = exchange(
            method.upper(),
            self._url(uri, request.get("params") or {}),
            headers=headers,
            body=urlencode(data, doseq=True).encode() if data else None,
            timeout=self._seconds,
        )
        if not 200 <= answer.status < 300:
            raise Declined(outcome(answer.status, answer.body), answer.status)
        return Response(answer.status, answer.body.decode("utf-8", "replace"))

    def _url(self, uri: str, params: Mapping[str, object]) -> str:
        parts = urlsplit(uri)
        base = self._base or f"{parts.scheme}://{parts.netloc}"
        given = {name: value for name, value in params.items() if value is not None}
        query = "&".join(part for part in (parts.query, urlencode(given, doseq=True)) if part)
        return base + parts.path + ("?" + query if query else "")


@dataclass(frozen=True, slots=True)
class Login:
    """How we log in at Twilio's API. `username` and `password` are an API key and its secret;
    `api_base` replaces Twilio's host (a region, a test peer) and may have a path."""

    account_sid: str
    username: str = field(repr=False)
    password: str = field(repr=False)
    api_base: str | None
    timeout: float

    def client(self) -> Any:
        """Safe to share between threads: it keeps no state. Raises `SettingsError`."""
        base = base_url("TWILIO_API_BASE", self.api_base) if self.api_base else None
        # a non-empty environment, or the client would read the process's own
        here = {"TWILIO_REGION": ""}
        http = OnceClient(base, self.timeout)
        return Client(
            self.username, self.password, self.account_sid, http_client=http, environment=here
        )


def basic(auth: tuple[str, str]) -> str:
    return "Basic " + b64encode(":".join(auth).encode()).decode("ascii")
