"""Twilio: SMS and WhatsApp. Signed form webhooks in, the `twilio` client out.

What a form may hold is read in `twilio_form`, what codes mean stands in `twilio_codes`; sending is
in `twilio_sending`, what Twilio still has of our messages in `twilio_keeping`.
Sources: Twilio's pages on request security, the Message resource and errors.
"""

from __future__ import annotations

import logging

from twilio.request_validator import (
    HMAC_SHA1,
    HMAC_SHA256,
    RequestValidator,
    get_signature_algorithm,
)

from workervoice.channels.base import Webhook, outbox_id_of
from workervoice.channels.setup import Provider, Setup
from workervoice.channels.twilio_form import FORM, Form, inbound, report
from workervoice.channels.twilio_keeping import TwilioKeeper
from workervoice.channels.twilio_rest import Login
from workervoice.channels.twilio_sending import TwilioSender
from workervoice.channels.twilio_templates import content_sids
from workervoice.errors import Malformed, Refused, SettingsError
from workervoice.message import DeliveryReport, Inbound
from workervoice.settings import PREFIX, Settings

# Twilio's own HTTP client writes URLs, and so numbers, to this logger. Ours replaces it.
logging.getLogger("twilio.http_client").disabled = True


class TwilioReceiver:
    """Reads Twilio's webhooks for one account; several tokens while one is being rotated."""

    def __init__(self, account_sid: str, auth_tokens: tuple[str, ...]) -> None:
        self._account_sid = account_sid
        self._validators = tuple(RequestValidator(token) for token in auth_tokens if token)

    def verify(self, webhook: Webhook) -> None:
        """Check signature and account; raises `Refused`.

        Only forms: Twilio sends messages in no other way, and a JSON body is not under the
        signature unless the URL carries its hash.
        """
        signature = webhook.headers.get("x-twilio-signature", "")
        if not self._validators or not signature or webhook.content_type != FORM:
            raise Refused("no token, no signature or not a form")
        try:
            form = _form(webhook)
            signed = self._is_signed(webhook, form, signature)
            account = form.only("AccountSid")
        except (ValueError, Malformed):  # ValueError: a URL that cannot be taken apart or encoded
            raise Refused("unreadable request") from None
        if not signed or not self._account_sid or account != self._account_sid:
            raise Refused("wrong signature or account")

    def _is_signed(self, webhook: Webhook, form: Form, signature: str) -> bool:
        algorithm = _algorithm(webhook.headers.get("x-twilio-webhooks-signature-settings", ""))
        return algorithm is not None and any(
            validator.validate(webhook.url, form, signature, algorithm)
            for validator in self._validators
        )

    def parse(self, webhook: Webhook) -> tuple[Inbound]:
        """Read a message from the parameters we allow; raises `Malformed`."""
        return (inbound(_form(webhook)),)

    def parse_status(self, webhook: Webhook, named: str) -> tuple[DeliveryReport]:
        """Read a delivery callback; raises `Malformed`."""
        return (report(_form(webhook), outbox_id_of(named)),)


def _form(webhook: Webhook) -> Form:
    """Its form, taken apart once. Raises `Malformed`."""
    if not webhook.read:
        webhook.read.append(Form.read(webhook.body))
    form: Form = webhook.read[0]
    return form


def _algorithm(settings: str) -> str | None:
    """The one the header names, if we allow it: the validator logs what it does not know."""
    named = get_signature_algorithm(settings)
    return named if named in (HMAC_SHA1, HMAC_SHA256) else None


def _receiver(setup: Setup) -> TwilioReceiver:
    """Without tokens it refuses everything."""
    return TwilioReceiver(setup.settings.twilio_account_sid or "", setup.settings.tokens())


def _sender(setup: Setup) -> TwilioSender:
    """A demo's lines are made before anybody has a number: theirs is in the settings."""
    settings = setup.settings
    numbers = (settings.twilio_sms_from, settings.twilio_whatsapp_from) if settings.demo else ()
    return TwilioSender(login_of(settings), numbers, content_sids(settings))


def _keeper(setup: Setup) -> TwilioKeeper:
    return TwilioKeeper(login_of(setup.settings))


def login_of(settings: Settings) -> Login:
    """The courier's. Raises `SettingsError` if it is not given."""
    key, secret = settings.twilio_api_key, settings.twilio_api_secret
    if not settings.twilio_account_sid or key is None or secret is None:
        raise SettingsError(
            f"{PREFIX}TWILIO_API_KEY is missing: the courier needs Twilio's account, API key and "
            "secret to send with"
        )
    return Login(
        settings.twilio_account_sid,
        key.get_secret_value(),
        secret.get_secret_value(),
        settings.twilio_api_base,
        settings.twilio_timeout_seconds,
    )


def _per_second(setup: Setup, channel: str) -> float:
    sms = channel == "sms"
    return (
        setup.settings.twilio_sms_per_second if sms else setup.settings.twilio_whatsapp_per_second
    )


PROVIDER = Provider(
    "twilio",
    frozenset({"sms", "whatsapp"}),
    _receiver,
    _sender,
    _keeper,
    by_line=False,
    per_second=_per_second,
)
