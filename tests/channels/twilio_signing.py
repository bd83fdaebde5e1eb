"""Signs webhooks as Twilio's documentation tells it, without Twilio's code."""

from __future__ import annotations

import base64
import hmac
from urllib.parse import parse_qsl

from workervoice.channels.base import Webhook

ACCOUNT = "AC" + "0" * 32
TOKEN = "the token of today"
NEXT_TOKEN = "the token of tomorrow"
URL = "https://hotline.example/in/twilio/demo-sms"


def signed(
    body: bytes,
    *,
    token: str = TOKEN,
    url: str = URL,
    settings: str = "",
    digest: str = "sha1",
    content_type: str = "application/x-www-form-urlencoded; charset=UTF-8",
) -> Webhook:
    """A webhook of `body`: each sorted name, then each sorted distinct value, after the URL."""
    fields: dict[str, set[str]] = {}
    pairs = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, errors="replace")
    for name, value in pairs:
        fields.setdefault(name, set()).add(value)
    text = url + "".join(name + value for name in sorted(fields) for value in sorted(fields[name]))
    mac = hmac.new(token.encode(), text.encode(), digest).digest()
    headers = {
        "content-type": content_type,
        "x-twilio-signature": base64.b64encode(mac).decode("ascii"),
    }
    if settings:
        headers["x-twilio-webhooks-signature-settings"] = settings
    return Webhook(url, headers, body)
