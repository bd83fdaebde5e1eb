"""The operator between phones and hotline: carries texts both ways, signed, over real HTTP."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from workervoice.channels.base import Webhook
from workervoice.channels.simulator import (
    address,
    check_signature,
    read_json,
    signed_headers,
    words,
)
from workervoice.channels.wire import NoAnswer, NotSent, base_url, exchange
from workervoice.errors import Malformed, NotFound, Refused, WorkervoiceError
from workervoice.web.phone.network import Bubble, Network, PhoneLine
from workervoice.web.phone.store import Kept, Medium

MOST_TEXT = 1600  # characters that the hotline may send in one message
PATIENCE_SECONDS = 15.0  # as long as a real provider waits for a webhook's answer


class Declined(WorkervoiceError):
    """The courier's request was not taken; the codes are Twilio's, which the courier knows."""

    def __init__(self, status: int, code: str, *, permanent: bool = False) -> None:
        super().__init__(code)
        self.status, self.code, self.permanent = status, code, permanent

    def answer(self) -> dict[str, object]:
        """The JSON body of the refusal."""
        return {"code": self.code, "permanent": self.permanent}


class Desk:
    """One simulated operator with its network, and the hotline's gateway at its other end."""

    def __init__(
        self, network: Network, kept: Kept, gateway: tuple[str, str], now: Callable[[], float]
    ) -> None:
        """`gateway` is its address and the secret that signs both ways."""
        gateway_url, secret = gateway
        self.network, self.kept, self.now = network, kept, now
        self._gateway, self._secret = base_url("GATEWAY_URL", gateway_url), secret

    def deliver(self, line: PhoneLine, bubble: Bubble, medium: Medium | None = None) -> str:
        """Post a worker's text to the hotline, once; "" or what went wrong, in words. What is
        posted is kept, as a provider keeps it, also if nobody takes it."""
        sender = line.address(bubble.number).uri()
        record: dict[str, object] = {"id": bubble.id, "from": sender, "text": bubble.text}
        if medium is not None:
            record["media"] = [{"url": self.kept.keep_medium(medium), "type": medium.kind}]
        self.kept.keep(line.address(line.sender).uri(), {**record, "at": self.now()})
        try:
            status = self._post(f"{self._gateway}/in/simulator/{line.slug}", record)
        except NotSent:
            return "The hotline cannot be reached."
        except NoAnswer:
            return "The hotline did not answer."
        return "" if 200 <= status < 300 else f"The hotline refused it (HTTP {status})."

    def signed(self, webhook: Webhook) -> dict[str, Any]:
        """Read the courier's JSON; raises `Declined`."""
        try:
            check_signature(self._secret, webhook, now=self.now())
            return read_json(webhook.body)
        except Refused:
            raise Declined(401, "20003") from None
        except Malformed:
            raise Declined(400, "20001") from None

    def take(self, record: Mapping[str, Any]) -> Bubble:
        """Bring the hotline's text to a phone; raises `Declined`."""
        try:
            to, text = address(words(record, "to")), words(record, "text")
            line = self.network.line_of(words(record, "from"), to)
            outbox, media = words(record, "outbox"), words(record, "media")
        except Malformed:
            raise Declined(400, "21211", permanent=True) from None
        except NotFound:
            raise Declined(400, "21606") from None
        if not (0 < len(text) <= MOST_TEXT or (media and not text)):
            raise Declined(400, "21617", permanent=True)
        return self.network.arrived(line, to, (text, media), self.now(), outbox)

    def report(self, record: Mapping[str, Any], bubble: Bubble) -> None:
        """Tell the hotline that its message is on the phone. Nobody waits for the answer."""
        callback = record.get("status_callback")
        if not isinstance(callback, str):
            return
        try:
            self._post(callback, {"id": bubble.id, "status": "delivered", "code": ""})
        except (NotSent, NoAnswer):
            return

    def find(self, record: Mapping[str, Any]) -> str | None:
        """The id under which we took this outbox id; raises `Declined`."""
        try:
            return self.network.of_outbox(words(record, "outbox"))
        except Malformed:
            raise Declined(400, "20001") from None

    def look(self, record: Mapping[str, Any]) -> str:
        """What became of one of the hotline's: raises `Declined`."""
        try:
            return "delivered" if self.network.has(words(record, "id")) else ""
        except Malformed:
            raise Declined(400, "20001") from None

    def delete(self, record: Mapping[str, Any]) -> None:
        """What we keep of a message, of whomever; raises `Declined`. A phone keeps its own."""
        try:
            self.kept.delete(words(record, "id"))
        except Malformed:
            raise Declined(400, "20001") from None

    def listed(self, record: Mapping[str, Any]) -> list[Mapping[str, object]]:
        """What workers sent to one of the hotline's senders; raises `Declined`."""
        try:
            since, until = float(record["since"]), float(record["until"])
            return self.kept.listed(words(record, "to"), since, until)
        except (Malformed, KeyError, TypeError, ValueError):
            raise Declined(400, "20001") from None

    def _post(self, url: str, record: Mapping[str, object]) -> int:
        """Post one signed record; raises `NotSent` or `NoAnswer`."""
        body = json.dumps(record).encode()
        headers = signed_headers(self._secret, url, body, now=self.now())
        return exchange("POST", url, headers=headers, body=body, timeout=PATIENCE_SECONDS).status
