"""WhatsApp's templates at Twilio: made, handed in for approval, and asked about.

For an operator's commands and the doctor, not for the courier. Sources: Twilio's page on the
Content API (read 2026-11).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from workervoice.channels.twilio_rest import Login, basic
from workervoice.channels.twilio_templates import CONTENT_SID
from workervoice.channels.wire import base_url, exchange
from workervoice.errors import ChannelError

_API = "https://content.twilio.com"
_TEXT = "twilio/text"
APPROVED, UNSUBMITTED = "approved", "unsubmitted"


@dataclass(frozen=True, slots=True)
class Template:
    """One as it is at Twilio. `status` is WhatsApp's word: "approved", "pending", "rejected",
    "paused", "disabled", or "unsubmitted"."""

    text: str
    language: str
    status: str


class TwilioContent:
    """The Content API. Every call raises `ChannelError`, which quotes nothing of Twilio's."""

    def __init__(self, login: Login) -> None:
        self._base = base_url("TWILIO_API_BASE", login.api_base) if login.api_base else _API
        self._proof, self._seconds = basic((login.username, login.password)), login.timeout

    def create(self, name: str, language: str, text: str) -> str:
        """Make one of this text, in a language as WhatsApp calls it; returns its content SID."""
        types = {_TEXT: {"body": text}}
        made = self._ask(
            "POST", "/v1/Content", {"friendly_name": name, "language": language, "types": types}
        )
        sid = made.get("sid")
        if not isinstance(sid, str) or not CONTENT_SID.fullmatch(sid):
            raise ChannelError("Twilio's answer has no content SID")
        return sid

    def submit(self, sid: str, name: str) -> None:
        """Ask WhatsApp to approve it. People or machines of Meta's look, in minutes or days."""
        asked = {"name": name, "category": "UTILITY"}
        self._ask("POST", f"/v1/Content/{sid}/ApprovalRequests/whatsapp", asked)

    def template(self, sid: str) -> Template:
        content = self._ask("GET", f"/v1/Content/{sid}")
        approval = self._ask("GET", f"/v1/Content/{sid}/ApprovalRequests").get("whatsapp")
        types = content.get("types")
        text = types.get(_TEXT) if isinstance(types, dict) else None
        body = text.get("body") if isinstance(text, dict) else None
        status = approval.get("status") if isinstance(approval, dict) else None
        return Template(str(body or ""), str(content.get("language")), str(status or "unknown"))

    def _ask(self, method: str, path: str, said: object = None) -> dict[str, Any]:
        headers = {"Authorization": self._proof, "Accept": "application/json"}
        body = None
        if said is not None:
            headers["Content-Type"] = "application/json"
            body = json.dumps(said).encode()
        url = self._base + path
        answer = exchange(method, url, headers=headers, body=body, timeout=self._seconds)
        if not 200 <= answer.status < 300:
            raise ChannelError(f"Twilio answers {answer.status}")
        try:
            read = json.loads(answer.body)
        except (ValueError, RecursionError):
            read = None
        if not isinstance(read, dict):
            raise ChannelError("what answers is not Twilio")
        return read
