"""Signed webhooks as bytes, made before the clock runs: the sender's own cost is not measured.

A text is what workers write: our development texts, drawn by chance.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import urlencode

ACCOUNT = "AC" + "0" * 32
TOKEN = secrets.token_hex(16)
API_KEY, API_SECRET = "SK" + "0" * 32, secrets.token_hex(16)
PUBLIC = "https://hotline.example"
PATH = "/in/twilio/demo-sms"
_OF = 3  # follow-ups of which one is a text
TEXTS = Path("tests/triage/corpus_en.jsonl")

# What Twilio sends with every SMS beside sender, text and its own ids: most of the form's bytes.
_ALWAYS = {
    "ToCountry": "GB",
    "ToState": "",
    "SmsMessageSid": "",
    "NumMedia": "0",
    "ToCity": "",
    "FromZip": "",
    "SmsSid": "",
    "FromState": "",
    "SmsStatus": "received",
    "FromCity": "",
    "FromCountry": "BD",
    "To": "+15550100000",
    "ToZip": "",
    "NumSegments": "1",
    "AccountSid": ACCOUNT,
    "ApiVersion": "2010-04-01",
}


def numbers(first: int, count: int) -> list[str]:
    """Fictional phone numbers, each another."""
    return [f"+1555{first + each:09d}" for each in range(count)]


def texts() -> list[str]:
    lines = TEXTS.read_text(encoding="utf-8").splitlines()
    return [str(json.loads(line)["text"]) for line in lines]


def reports(senders: Sequence[str]) -> Iterator[bytes]:
    """One request a sender, with a report."""
    known = texts()
    for sender in senders:
        yield request(sender, secrets.choice(known))


def follow_ups(senders: Sequence[str]) -> Iterator[bytes]:
    """One request a sender, from those who have reported: of three, two answer a question by its
    digit, as the dialogue asks, and one writes on."""
    known = texts()
    for place, sender in enumerate(senders):
        answer = secrets.choice(("1", "2", "3"))
        yield request(sender, answer if place % _OF else secrets.choice(known))


def request(sender: str, text: str) -> bytes:
    """One signed request, head and body."""
    sid = f"SM{secrets.token_hex(16)}"
    fields = {
        **_ALWAYS,
        "MessageSid": sid,
        "SmsSid": sid,
        "SmsMessageSid": sid,
        "From": sender,
        "Body": text,
    }
    body = urlencode(fields).encode()
    signed = PUBLIC + PATH + "".join(name + fields[name] for name in sorted(fields))
    mac = hmac.new(TOKEN.encode(), signed.encode(), hashlib.sha1).digest()
    head = (
        f"POST {PATH} HTTP/1.1\r\nHost: hotline.example\r\nUser-Agent: TwilioProxy/1.1\r\n"
        "Content-Type: application/x-www-form-urlencoded; charset=UTF-8\r\nAccept: */*\r\n"
        f"X-Twilio-Signature: {base64.b64encode(mac).decode()}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body
