"""Every knob, with its default and what it is for.

Secrets belong to processes: `only_for` drops those of the others.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from workervoice.settings.providers import ProviderKnobs
from workervoice.values import HOLDERS

PREFIX = "WORKERVOICE_"


class Settings(ProviderKnobs):
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
        "marked secure, and passkeys can be used: they are made for this name.",
    )
    console_behind_proxy: bool = Field(
        False,
        description="A proxy before the console says in X-Real-IP where a request comes from, and "
        "lets nobody else say so. Without it all behind a proxy share one lane of sign-in tries.",
    )
    login_delay_seconds: int = Field(
        60, ge=1, le=3600, description="The longest wait between two wrong tries to sign in."
    )
    recycle_requests: int = Field(
        2000,
        ge=0,
        description="After about so many requests, but not sooner than 0.03 s for each, a new "
        "process relieves gateway or console, if somebody else holds their socket; 0: never.",
    )
    gateway_processes: int = Field(
        1, ge=1, le=64, description="How many gateways `up` starts: one for each processor."
    )
    gateway_ops_host: str = Field(
        "127.0.0.1", description="Address for whoever watches the gateway; see operations.md."
    )
    gateway_ops_port: int | None = Field(
        None,
        ge=0,
        le=65535,
        description="Port of /metrics, /health and /ready of the gateway. Default: none, and with "
        "`up` a free one; further gateways take the ports after it.",
    )
    courier_ops_host: str = Field("127.0.0.1", description="The same for the courier: its address.")
    courier_ops_port: int | None = Field(None, ge=0, le=65535, description="The same: its port.")
    console_ops_host: str = Field("127.0.0.1", description="The same for the console: its address.")
    console_ops_port: int | None = Field(None, ge=0, le=65535, description="The same: its port.")
    demo: bool = Field(
        False, description="Pages say that this is a demonstration; set by `up --demo`."
    )
    phone_port: int = Field(
        8402, ge=0, le=65535, description="Port of the demo's simulated phones; 0: a free one."
    )
    texts_per_hour: int = Field(
        40,
        ge=1,
        description="After so many texts of one number in an hour, automatic answers to it pause.",
    )
    answers_per_hour: int = Field(
        24, ge=1, description="So many automatic answers one number gets in an hour."
    )
    answers_per_day: int = Field(60, ge=1, description="The same in a day.")
    flood_per_minute: int = Field(
        60,
        ge=1,
        description="When so many new numbers write to a line in a minute, it is a flood: see "
        "floods.md.",
    )
    flood_per_hour: int = Field(600, ge=1, description="The same in an hour.")
    packs_dir: Path | None = Field(
        None,
        description="A directory with language packs of your own, beside those shipped; one of the "
        "same name replaces the shipped one. See packs.md.",
    )
    recordings_dir: Path | None = Field(
        None,
        description="A directory with recordings of phrases, sent as voice notes on WhatsApp to "
        "workers who said that listening is safe. See recordings.md.",
    )
    rule: Literal["ilo-2012", "ilo-2025"] = Field(
        "ilo-2012",
        description="Which version of the ILO rule judges new texts; a case keeps the one it was "
        "judged by until another text comes in.",
    )
    second_opinion: Path | None = Field(
        None,
        description="A program on this machine that gives a second opinion on each text, as "
        "triage.md says; it gets no network. Default: none.",
    )
    translate_command: Path | None = Field(
        None,
        description="A program on this machine that translates one text into English when a "
        "handler asks, as translating.md says; it gets no network. Default: none.",
    )
    transcribe_command: Path | None = Field(
        None,
        description="A program on this machine that hears what is said in a voice note, as "
        "media.md says; it gets no network. Default: none.",
    )
    root_public: str | None = Field(
        None,
        description="The pinned root: 64 hexadecimal digits. Default: the file root.public in the "
        "data directory.",
    )
    custody: Literal["file", "systemd", "vault"] = Field(
        "file",
        description="Where the processes' own keys are: `file` in the data directory, `systemd` in "
        "encrypted credentials, `vault` with a Vault or OpenBao server.",
    )
    credentials_directory: Path | None = Field(
        None, description="Where systemd put the credentials; default: its CREDENTIALS_DIRECTORY."
    )
    vault_addr: str | None = Field(
        None,
        description="Address of the Vault or OpenBao server, such as https://vault.example.org:8200"
        "; http only on this machine.",
    )
    vault_token_file: Path | None = Field(
        None,
        description="File with the token, read at each use; `{process}` in it becomes the "
        "process's name.",
    )
    vault_mount: str = Field("transit", description="Path that the Transit engine is mounted at.")
    vault_namespace: str | None = Field(None, description="Namespace on the server, if it has any.")
    vault_ca_file: Path | None = Field(
        None, description="Certificates to trust for the server, in PEM; default: the system's."
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
    retention_days: str = Field(
        "contact=90 check_in=14 words=90 record=1096 log=2557",
        description="Days that each part of a closed case is kept: see retention.md.",
    )
    backup_dir: Path | None = Field(
        None, description="Where `workervoice backup` puts its backups, and the list beside them."
    )
    backup_keys_dir: Path | None = Field(
        None,
        description="Where the backups' keys are: on another disk than the backups, in no backup "
        "or snapshot, and mirrored with its deletions.",
    )
    keyed_list: Path | None = Field(
        None,
        description="The list of what must not come back with a backup, which the courier keeps. "
        "Default: keyed.list in the directory of the backups, or else in the data directory.",
    )
    log_level: Literal["info", "warning"] = Field(
        "info", description="What the processes log: `warning` leaves out what is in order."
    )
    log_format: Literal["text", "json"] = Field(
        "text",
        description="How a log line is written: `text` for people, `json` for what gathers logs. "
        "Both hold the same.",
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

    def list_file(self) -> Path:
        """The keyed list."""
        return self.keyed_list or (self.backup_dir or self.data_dir) / "keyed.list"

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
