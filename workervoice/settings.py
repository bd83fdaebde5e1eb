"""Every knob: read once from the environment or a `.env` file, and passed on as values.

Names have the prefix WORKERVOICE_. A missing or malformed one stops the start with one sentence.
Secrets belong to processes: `only_for` drops those of the others.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from workervoice.errors import SettingsError

PREFIX = "WORKERVOICE_"
_DATABASE_URL = re.compile(
    r"postgresql(\+psycopg)?://[^:/?@]+(:[^@]*)?@(\[[0-9A-Fa-f:.]+\]|[^\[\]:/?@]*)(:[0-9]{1,5})?"
    r"/[^/?]+(\?.*)?"
)
_LIKE = {  # how a value has to look, and what is said if it does not
    **dict.fromkeys(
        ("database_url", "gateway_database_url", "courier_database_url", "console_database_url"),
        (
            _DATABASE_URL,
            "write it like postgresql://role:password@host/database, with anything but letters "
            "and digits in the password percent-encoded",
        ),
    ),
    **dict.fromkeys(
        ("twilio_sms_from", "twilio_whatsapp_from"),
        # or a short code; a word could not be answered
        (re.compile(r"\+?[0-9]{3,15}"), "write it like +15550100000"),
    ),
    **dict.fromkeys(
        ("gateway_host", "console_host"),
        (re.compile(r"[0-9A-Za-z.-]+|[0-9A-Fa-f:.]+"), "give one address of this machine"),
    ),
    "twilio_account_sid": (re.compile("AC[0-9a-fA-F]{32}"), "give AC and 32 hexadecimal digits"),
    "twilio_api_key": (re.compile("(SK|AC)[0-9a-fA-F]{32}"), "give SK and 32 hexadecimal digits"),
    "twilio_auth_tokens": (re.compile(r".*[^,\s].*"), "it names no token"),
    "root_public": (re.compile("[0-9a-fA-F]{64}"), "give 64 hexadecimal digits"),
    "boot_secret": (re.compile("[0-9a-fA-F]{64}"), "give 64 hexadecimal digits"),
}

# which processes may hold which secret; the owner's URL is for migrations only
HOLDERS: Mapping[str, frozenset[str]] = {
    "database_url": frozenset({"up", "db", "doctor"}),
    "gateway_database_url": frozenset({"up", "db", "gateway"}),
    "courier_database_url": frozenset({"up", "db", "courier"}),
    "console_database_url": frozenset({"up", "db", "console"}),
    "twilio_auth_tokens": frozenset({"up", "gateway"}),
    "twilio_api_key": frozenset({"up", "courier"}),
    "twilio_api_secret": frozenset({"up", "courier"}),
    "simulator_secret": frozenset({"up", "gateway", "courier", "phones"}),
    "boot_secret": frozenset({"up", "console"}),
}


class Settings(BaseSettings):
    """All settings. Durations carry their unit in the name; secrets do not show in a repr."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_ignore_empty=True, extra="ignore", frozen=True
    )

    data_dir: Path = Field(
        Path(".workervoice"), description="Where the embedded database and the key files live."
    )
    public_url: str | None = Field(
        None,
        description="The address under which providers reach the gateway, without a path, such as "
        "https://hotline.example.org. Signatures are checked against it. The demo uses the "
        "gateway's loopback address.",
    )
    gateway_host: str = Field("127.0.0.1", description="Address that the gateway listens on.")
    gateway_port: int = Field(
        8400, ge=0, le=65535, description="Port of the gateway; 0 takes a free one."
    )
    console_host: str = Field("127.0.0.1", description="Address that the console listens on.")
    console_port: int = Field(
        8401, ge=0, le=65535, description="Port of the console; 0 takes a free one."
    )
    console_url: str | None = Field(
        None,
        description="The address under which officers reach the console. With https, cookies are "
        "marked secure.",
    )
    demo: bool = Field(
        False, description="Pages say that this is a demonstration; set by `up --demo`."
    )
    phone_port: int = Field(
        8402, ge=0, le=65535, description="Port of the demo's simulated phones; 0: a free one."
    )
    root_public: str | None = Field(
        None,
        description="The pinned root: 64 hexadecimal digits. Default: the file root.public in the "
        "data directory.",
    )
    database_url: SecretStr | None = Field(
        None,
        description="The owner's database URL: for migrations, `up`, `doctor`; no child gets it.",
    )
    gateway_database_url: SecretStr | None = Field(
        None, description="Database URL of the role workervoice_gateway."
    )
    courier_database_url: SecretStr | None = Field(
        None, description="Database URL of the role workervoice_courier."
    )
    console_database_url: SecretStr | None = Field(
        None, description="Database URL of the role workervoice_console."
    )
    courier_poll_seconds: float = Field(
        1.0, gt=0, le=60, description="Seconds between two rounds of an idle courier."
    )
    log_level: Literal["info", "warning"] = Field(
        "info", description="What the processes log: `warning` leaves out what is in order."
    )
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
        10.0, gt=0, le=60, description="Seconds that one call to Twilio may take."
    )
    twilio_sms_from: str | None = Field(
        None, description="Our number for SMS at Twilio, such as +15550100000."
    )
    twilio_whatsapp_from: str | None = Field(
        None, description="Our number for WhatsApp at Twilio, such as +15550100001."
    )
    simulator_url: str | None = Field(
        None, description="Address of the simulated phone network; set by `up --demo`."
    )
    simulator_secret: SecretStr | None = Field(
        None, description="Secret shared with the simulated phone network; set by `up --demo`."
    )
    boot_secret: SecretStr | None = Field(
        None,
        description="64 hexadecimal digits that sessions are bound to; made by `up` at each "
        "start and kept in memory only.",
    )

    def only_for(self, process: str) -> Settings:
        """These settings without the secrets of other processes."""
        foreign = [name for name, holders in HOLDERS.items() if process not in holders]
        return self.model_copy(update=dict.fromkeys(foreign))

    def as_environment(self) -> dict[str, str]:
        """The settings that are set, as environment variables for a child process."""
        named: dict[str, str] = {}
        for name in type(self).model_fields:
            value: Any = getattr(self, name)
            if value is not None:
                shown = value.get_secret_value() if isinstance(value, SecretStr) else value
                named[PREFIX + name.upper()] = str(shown)
        return named

    def with_twilio_login(self) -> Settings:
        """Without an API key, send with the account's own token: works, but gives the courier
        more than it needs, so `doctor` asks for a key."""
        if self.twilio_api_key is not None or not self.tokens() or not self.twilio_account_sid:
            return self
        login = {
            "twilio_api_key": SecretStr(self.twilio_account_sid),
            "twilio_api_secret": SecretStr(self.tokens()[0]),
        }
        return self.model_copy(update=login)

    def tokens(self) -> tuple[str, ...]:
        """The Twilio auth tokens, one by one; empty if there are none."""
        text = self.twilio_auth_tokens.get_secret_value() if self.twilio_auth_tokens else ""
        return tuple(part.strip() for part in text.split(",") if part.strip())

    def sends_by_twilio(self) -> bool:
        """True if texts go out through Twilio's API."""
        return bool(self.twilio_account_sid and self.twilio_api_key and self.twilio_api_secret)


def load(environment: Mapping[str, str] | None = None) -> Settings:
    """Read all settings. `WORKERVOICE_ENV_FILE` names another file than `.env`; empty means none.

    Raises `SettingsError` with one sentence that names the first wrong setting, never its value.
    """
    variables = os.environ if environment is None else environment  # noqa: TID251
    file = variables.get(PREFIX + "ENV_FILE", ".env")
    named = {
        key[len(PREFIX) :].lower(): value
        for key, value in variables.items()
        if key.startswith(PREFIX) and value != ""
    }
    try:
        if PREFIX + "ENV_FILE" in variables and file and not Path(file).is_file():
            raise SettingsError(f"{PREFIX}ENV_FILE names a file that is not there.")
        given: Any = {**named, "_env_file": file or None}
        settings = _Explicit(**given)
    except (OSError, UnicodeError):
        raise SettingsError(f"{PREFIX}ENV_FILE names a file that cannot be read.") from None
    except ValidationError as exc:
        problem = exc.errors(include_input=False, include_url=False)[0]
        name = PREFIX + ".".join(str(part) for part in problem["loc"]).upper()
        raise SettingsError(f"{name} is malformed: {problem['msg']}.") from None
    _check_together(settings)
    return settings


class _Explicit(Settings):
    """Takes variables as arguments first, then the file: tests pass their own environment."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, dotenv_settings


def _check_together(settings: Settings) -> None:
    for name in Settings.model_fields:
        value = getattr(settings, name)
        text = value.get_secret_value() if isinstance(value, SecretStr) else value
        if isinstance(text, str):
            _check_text(name, text)
    _check_twilio(settings)
    _check_data_dir(settings.data_dir)


def _check_text(name: str, text: str) -> None:
    """What a word, number, address or secret has to look like."""
    if not (text.isascii() and text.isprintable() and text.strip()):
        raise _malformed(name, "it holds what cannot be typed, or nothing")
    like, advice = _LIKE.get(name, (None, ""))
    if like is not None and not like.fullmatch(text):
        raise _malformed(name, advice)
    if name in {"public_url", "console_url"} and not _is_address(text, with_path=False):
        raise _malformed(name, "write it like https://hotline.example.org")
    if name in {"twilio_api_base", "simulator_url"} and not _is_address(text, with_path=True):
        raise _malformed(name, "write it like https://hotline.example.org")


def _is_address(text: str, *, with_path: bool) -> bool:
    try:
        parts = urlsplit(text)
        named = parts.hostname and parts.port != 0 and parts.username is None
    except ValueError:  # a port or an IPv6 address that is none
        return False
    path = "" if with_path else parts.path.strip("/")
    well = parts.scheme in {"http", "https"} and " " not in text
    return bool(well and named and not (path or parts.query or parts.fragment))


def _check_twilio(settings: Settings) -> None:
    if settings.twilio_api_key and not settings.twilio_api_secret:
        raise SettingsError("WORKERVOICE_TWILIO_API_SECRET is missing: the API key needs it.")
    if settings.twilio_api_secret and not settings.twilio_api_key:
        raise SettingsError("WORKERVOICE_TWILIO_API_KEY is missing: the API secret needs it.")
    if (settings.twilio_api_key or settings.tokens()) and not settings.twilio_account_sid:
        raise SettingsError("WORKERVOICE_TWILIO_ACCOUNT_SID is missing: Twilio's keys need it.")


def _check_data_dir(path: Path) -> None:
    """It need not be there, but if it is, we have to be able to use it."""
    try:
        well = stat.S_ISDIR(path.stat().st_mode) and os.access(path, os.X_OK)
    except FileNotFoundError:
        return
    except (OSError, ValueError):
        well = False
    if not well:
        raise _malformed("data_dir", "give a directory that this user may enter")


def _malformed(name: str, advice: str) -> SettingsError:
    return SettingsError(f"{PREFIX}{name.upper()} is malformed: {advice}.")
