"""The knobs about providers: through whom messages come and go."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings


class ProviderKnobs(BaseSettings):
    """Of all providers, and Twilio's."""

    twilio_account_sid: str | None = Field(None, description="The account (AC…) at Twilio.")
    twilio_auth_tokens: SecretStr | None = Field(
        None,
        description="Auth tokens that webhooks may be signed with, separated by commas: during a "
        "rotation the old and the new one.",
    )
    twilio_api_key: SecretStr | None = Field(
        None, description="API key (SK…) that the courier sends with."
    )
    twilio_api_secret: SecretStr | None = Field(None, description="The secret of that API key.")
    twilio_api_base: str | None = Field(
        None, description="Another address for Twilio's REST API, for tests and private peers."
    )
    twilio_timeout_seconds: float = Field(
        10.0, gt=0, le=40, description="Seconds that one call to Twilio may take."
    )
    twilio_sms_from: str | None = Field(
        None, description="Our number for SMS at Twilio, such as +15550100000."
    )
    twilio_whatsapp_from: str | None = Field(
        None, description="Our number for WhatsApp at Twilio, such as +15550100001."
    )
    twilio_sms_per_second: float = Field(
        1.0,
        gt=0,
        le=1000,
        description="Segments that each number for SMS at Twilio may send in a second, over all "
        "couriers: 1 for a long number, 100 for a short code.",
    )
    twilio_whatsapp_per_second: float = Field(
        80.0, gt=0, le=1000, description="The same for messages of each WhatsApp sender."
    )
    twilio_content_sids: str | None = Field(
        None,
        description="WhatsApp templates at Twilio by what they say and the language, as JSON: "
        '{"reply_waits": {"bn": "HX..."}}. `workervoice templates register` prints it.',
    )
    fallback_url: str | None = Field(
        None,
        description="The address under which providers reach the fallback receiver, without a "
        "path: see fallback.md. Default: there is none.",
    )
    fallback_host: str = Field(
        "127.0.0.1", description="Address that the fallback receiver listens on."
    )
    fallback_port: int = Field(
        8403, ge=0, le=65535, description="Port of the fallback receiver; 0 takes a free one."
    )
    spool_dir: Path | None = Field(
        None,
        description="Where the fallback receiver puts what it took, sealed; on its own disk, and "
        "nobody else's.",
    )
    intake_key: str | None = Field(
        None,
        description="The gateway's public key, to which the fallback receiver seals: what "
        "`workervoice keys intake` prints.",
    )
    drain_secret: SecretStr | None = Field(
        None,
        description="By which the fallback receiver knows the courier, that comes for what waits "
        "there: 32 letters and digits or more, such as `openssl rand -hex 32` prints.",
    )
    providers_file: Path | None = Field(
        None,
        description="A file that says of each line what its provider has to know, without secrets: "
        "see providers.md. Not needed for Twilio.",
    )
    webhook_secrets: SecretStr | None = Field(
        None,
        description="Secrets by which the gateway knows each line's provider, as JSON: "
        '{"bd-sms": {"token": "..."}}. See providers.md.',
    )
    sending_secrets: SecretStr | None = Field(
        None, description="The same for sending: the courier's."
    )
