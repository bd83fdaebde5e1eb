"""Webhooks signed by Twilio's own library for Node, which none of our code shares anything with.

Installs nothing: skipped where `npm ci --prefix tests/peers` was not run, or Node 22 is missing.
"""

from __future__ import annotations

import json
import subprocess
from urllib.parse import urlencode

import pytest

from tests.channels.emulator import PEERS, SEARCHED
from workervoice.channels.base import Webhook
from workervoice.channels.twilio import TwilioReceiver
from workervoice.channels.twilio_form import FORM
from workervoice.errors import Refused

ACCOUNT, TOKEN = "AC" + "3" * 32, "token of the peer"
SIGNS = """
const { getExpectedTwilioSignature } = require("twilio");
const { token, url, fields } = JSON.parse(require("fs").readFileSync(0, "utf8"));
process.stdout.write(getExpectedTwilioSignature(token, url, fields));
"""
SMS = {
    "MessageSid": "SM" + "1" * 32,
    "AccountSid": ACCOUNT,
    "From": "+15550100123",
    "To": "+15550100000",
    "Body": "Boss took our passports",
    "NumMedia": "0",
}
WHATSAPP = {**SMS, "From": "whatsapp:+15550100123", "To": "whatsapp:+15550100000"}
PICTURE = {
    **WHATSAPP,
    "Body": "",
    "NumMedia": "1",
    "MediaUrl0": f"https://api.twilio.com/2010-04-01/Accounts/{ACCOUNT}/Messages/MM1/Media/ME1",
    "MediaContentType0": "image/jpeg",
}
URL = "https://hotline.example/in/twilio/demo-sms"
CASES = {
    "a text": (URL, SMS),
    "letters of many scripts": (URL, {**SMS, "Body": "मदद 😀 & = + %20 \u200f\n second line"}),
    "a picture on WhatsApp": (URL, PICTURE),
    "fields that nobody knows": (URL, {**SMS, "AddOns": '{"status":"successful"}', "A b": "c"}),
    "a port": ("https://hotline.example:8443/in/twilio/demo-sms", SMS),
    "a query": (f"{URL}?m=6f3e2c1a-0000-4000-8000-000000000001", SMS),
}


def by_node(url: str, fields: dict[str, str], token: str = TOKEN) -> Webhook:
    """As Twilio would post it."""
    nodes = [node for pattern in SEARCHED for node in sorted(PEERS.glob(pattern))]
    if not nodes or not (PEERS / "node_modules" / "twilio").exists():
        pytest.skip("npm's twilio is not here: npm ci --prefix tests/peers")
    given = json.dumps({"token": token, "url": url, "fields": fields})
    command = [str(nodes[0]), "-e", SIGNS]
    done = subprocess.run(
        command, input=given, capture_output=True, text=True, check=True, cwd=PEERS
    )
    headers = {"content-type": FORM, "x-twilio-signature": done.stdout}
    return Webhook(url, headers, urlencode(fields).encode())


@pytest.mark.parametrize("case", CASES)
def test_what_twilios_own_library_signed_is_believed_and_read(case: str) -> None:
    webhook = by_node(*CASES[case])
    receiver = TwilioReceiver(ACCOUNT, ("the token of tomorrow", TOKEN))

    receiver.verify(webhook)

    (read,) = receiver.parse(webhook)
    assert read.text == CASES[case][1]["Body"]
    assert len(read.media) == int(CASES[case][1]["NumMedia"])


@pytest.mark.parametrize("what", ["body", "address", "token"])
def test_what_it_signed_otherwise_is_refused(what: str) -> None:
    webhook = by_node(URL, SMS, "another" if what == "token" else TOKEN)
    body = webhook.body.replace(b"Boss", b"Nobody") if what == "body" else webhook.body
    url = URL.replace("demo-sms", "demo-whatsapp") if what == "address" else URL

    with pytest.raises(Refused):
        TwilioReceiver(ACCOUNT, (TOKEN,)).verify(Webhook(url, webhook.headers, body))
