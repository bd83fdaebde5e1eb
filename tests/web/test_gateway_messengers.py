"""Telegram and WhatsApp from Meta at the gateway's own addresses: greeted, taken, read, refused."""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterator

import pytest

from tests.channels.lines import setup_of
from tests.house import House
from tests.looking import cases_of, read_by_a_handler
from tests.web.gateways import Gateway, running
from workervoice.channels.registry import PROVIDERS

BOT, META = "/in/telegram/demo-sms", "/in/whatsapp-cloud/demo-whatsapp"
WORDS = "They took my passport"
SECRET = "app secret"
WORD = "the word that we agreed on".replace(" ", "-")
GIVEN = {"secret_token": WORD, "app_secret": SECRET, "verify_token": "token"}


@pytest.fixture(scope="module")
def gateway(shared_house: House) -> Iterator[Gateway]:
    told = {"telegram": "provider: telegram\n", "whatsapp-cloud": 'phone_number_id: "1"\n'}
    receivers = {name: PROVIDERS[name].receiver(setup_of(told[name], GIVEN)) for name in told}
    with running(shared_house, receivers) as started:
        yield started


def test_a_telegram_message_is_a_case_that_a_handler_reads(gateway: Gateway) -> None:
    known, chat = cases_of(gateway.house), {"id": 15550117001, "type": "private"}
    message = {"message_id": 1, "chat": chat, "text": WORDS}
    body = json.dumps({"update_id": 1, "message": message}).encode()
    word = {"X-Telegram-Bot-Api-Secret-Token": WORD, "Content-Type": "application/json"}

    answers = [gateway.call("POST", BOT, body, word) for _ in range(2)]

    (case_id,) = cases_of(gateway.house) - known
    assert answers == [(204, b"")] * 2
    assert read_by_a_handler(gateway.house, case_id) == [WORDS]
    assert gateway.call("POST", BOT, body, {**word, **dict.fromkeys(list(word)[:1], "x")})[0] == 403


def test_two_workers_in_one_body_of_metas_are_two_cases(gateway: Gateway) -> None:
    known = cases_of(gateway.house)
    messages = [
        {"from": "15550117002", "id": "wamid.1", "type": "text", "text": {"body": WORDS}},
        {"from_user_id": "BD.17003", "id": "wamid.2", "type": "text", "text": {"body": WORDS}},
    ]
    changes = [{"field": "messages", "value": {"messages": messages}}]
    whole = {"object": "whatsapp_business_account", "entry": [{"changes": changes}]}
    body = json.dumps(whole).encode()
    signature = hmac.new(SECRET.encode(), body, "sha256").hexdigest()

    taken = gateway.call("POST", META, body, {"X-Hub-Signature-256": f"sha256={signature}"})
    refused = gateway.call(
        "POST", META, body + b" ", {"X-Hub-Signature-256": f"sha256={signature}"}
    )

    found = cases_of(gateway.house) - known
    assert (taken, refused[0]) == ((200, b""), 403)
    assert [read_by_a_handler(gateway.house, case_id) for case_id in found] == [[WORDS]] * 2


@pytest.mark.parametrize(("token", "answer"), [("token", (200, b"42")), ("other", (403, b""))])
def test_metas_question_is_answered_to_who_knows_the_word(
    gateway: Gateway, token: str, answer: tuple[int, bytes]
) -> None:
    asked = f"{META}?hub.mode=subscribe&hub.verify_token={token}&hub.challenge=42"

    assert gateway.call("GET", asked) == answer
