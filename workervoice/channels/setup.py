"""What a provider is, and what it is told of each line: by settings, by a file without secrets, and
by secrets of which each process has its own.

The file (`WORKERVOICE_PROVIDERS_FILE`) names lines, and says of each what its provider has to know:

    bd-sms:
      provider: http
      country: "880"
      send: {url: https://sms.example.org/send, ...}

A line that it does not name is Twilio's, or of the simulated network where there is no Twilio.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from workervoice.channels.base import Keeper, Receiver, Sender
from workervoice.errors import SettingsError
from workervoice.settings import PREFIX, Settings

MOST_BYTES = 256 * 1024
_FILE = f"{PREFIX}PROVIDERS_FILE"
_NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Setup:
    """One line as its provider's adapter is told of it. `secrets` are those of this process."""

    settings: Settings
    line: str
    said: Mapping[str, Any] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)

    def secret(self, name: str) -> str:
        """Raises `SettingsError` if it is not given."""
        value = self.secrets.get(name, "")
        if not value:
            raise SettingsError(
                f"line {self.line}: its secret {name} is missing: see docs/providers.md"
            )
        return value

    def text(self, name: str, default: str | None = None) -> str:
        """What the file says under this name. Raises `SettingsError` if that is no text."""
        value = self.said.get(name, default)
        if not isinstance(value, str) or (default is None and not value):
            raise SettingsError(f"{_FILE}: line {self.line} needs a text for {name}")
        return value

    def only(self, *names: str) -> None:
        """Raises `SettingsError` for a name that means nothing: it would be a mistake unseen."""
        foreign = sorted(set(self.said) - {"provider", "per_second", *names})
        if foreign:
            raise SettingsError(f"{_FILE}: line {self.line} has {foreign[0]}, which means nothing")


def as_said(setup: Setup, channel: str) -> float:
    """One segment a second, unless the file says otherwise."""
    value = setup.said.get("per_second", 1)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 1000:
        raise SettingsError(f"{_FILE}: line {setup.line} needs a number over 0 for per_second")
    return float(value)


@dataclass(frozen=True, slots=True)
class Provider:
    """One provider. `channels` are those of lines that it can have. What is `by_line` needs a word
    about each line; the others are told by settings alone. `own_id` is the name under which the
    file says what `Inbound.to` will be, where one webhook may bring messages of several lines."""

    name: str
    channels: frozenset[str]
    receiver: Callable[[Setup], Receiver]
    sender: Callable[[Setup], Sender]
    keeper: Callable[[Setup], Keeper] | None = None
    by_line: bool = True
    per_second: Callable[[Setup, str], float] = as_said  # of a line on this channel
    own_id: str = ""


@dataclass(frozen=True, slots=True)
class Setups:
    """Every line's setup in one process."""

    settings: Settings
    said: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    secrets: Mapping[str, Mapping[str, str]] = field(default_factory=dict, repr=False)

    @classmethod
    def read(cls, settings: Settings, secrets: str) -> Setups:
        """`secrets` names the setting that has this process's. Raises `SettingsError`."""
        path, value = settings.providers_file, getattr(settings, secrets)
        said = _said(path) if path is not None else {}
        text = value.get_secret_value() if value is not None else "{}"
        return cls(settings, said, _secrets(PREFIX + secrets.upper(), text))

    def provider_of(self, line: str) -> str:
        """The name of the one that has this line."""
        everybodys = "twilio" if self.settings.sends_by_twilio() else "simulator"
        return str(self.said.get(line, _NOTHING).get("provider", everybodys))

    def lines(self) -> tuple[str, ...]:
        """Those that the file names, and "" for all others, unless nobody could have them."""
        settings = self.settings
        everybodys = settings.sends_by_twilio() or settings.simulator_secret is not None
        return (*self.said, "") if everybodys or not self.said else tuple(self.said)

    def of(self, line: str) -> Setup:
        return Setup(
            self.settings, line, self.said.get(line, _NOTHING), self.secrets.get(line, _NOTHING)
        )


def _said(path: Path) -> dict[str, dict[str, Any]]:
    try:
        text = path.read_bytes()
        found = yaml.safe_load(text) if len(text) <= MOST_BYTES else None
    except OSError as exc:
        raise SettingsError(f"{_FILE}: {path} cannot be read ({exc.strerror})") from None
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError):
        raise SettingsError(f"{_FILE}: {path} is no YAML") from None
    if not isinstance(found, dict) or not _is_table_of_tables(found):
        raise SettingsError(f"{_FILE}: {path} has to name lines, and say something of each")
    return dict(found)


def _secrets(setting: str, text: str) -> dict[str, dict[str, str]]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict) or not _is_table_of_tables(found):
        raise SettingsError(f'{setting}: write it like {{"bd-sms": {{"token": "..."}}}}')
    values = [value for line in found.values() for value in line.values()]
    if not all(isinstance(value, str) and value for value in values):
        raise SettingsError(f"{setting}: every secret has to be a text between quotes")
    return dict(found)


def _is_table_of_tables(found: dict[Any, Any]) -> bool:
    return all(
        isinstance(name, str) and isinstance(said, dict) and all(isinstance(n, str) for n in said)
        for name, said in found.items()
    )
