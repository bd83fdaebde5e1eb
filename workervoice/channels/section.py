"""What the providers' file says of a line, read strictly: whatever is wrong is one sentence that
names the file's setting, the line and the key."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from workervoice.channels.setup import Setup
from workervoice.errors import SettingsError
from workervoice.settings import PREFIX

_FILE = f"{PREFIX}PROVIDERS_FILE"
_LONGEST_PATTERN = 500


@dataclass(frozen=True, slots=True)
class Section:
    """A table of the file, or one inside it. All readers raise `SettingsError`."""

    place: str  # "line bd-sms: " and the keys that lead here, each with its dot
    said: Mapping[Any, Any]

    @classmethod
    def of(cls, setup: Setup) -> Section:
        """All that is said of this line, but for who its provider is."""
        said = {name: value for name, value in setup.said.items() if name != "provider"}
        return cls(f"line {setup.line}: ", said)

    def wrong(self, name: str, what: str) -> SettingsError:
        """The error for this key, to be raised."""
        return SettingsError(f"{_FILE}: {self.place}{name} {what}")

    def only(self, *names: str) -> None:
        """Refuse a key that means nothing: it would be a mistake unseen."""
        for name in self.said:
            if name not in names:
                raise self.wrong(str(name), f"means nothing: it may be {', '.join(names)}")

    def items(self) -> Iterator[tuple[str, Any]]:
        """All keys, as texts, with what they say. YAML takes yes, no and on for no texts."""
        for name, value in self.said.items():
            if isinstance(name, bool) or not isinstance(name, str | int):
                raise self.wrong(str(name), "is no key (write it between quotes)")
            yield str(name), value

    def text(self, name: str, default: str | None = None, *, empty: bool = False) -> str:
        """Never empty, unless that is allowed or the default."""
        value = self.said.get(name, default)
        if value is None:
            raise self.wrong(name, "is missing")
        if not isinstance(value, str) or not (value or empty or value == default):
            raise self.wrong(name, "has to be a text (write numbers between quotes)")
        return value

    def choice(self, name: str, allowed: tuple[str, ...], default: str | None = None) -> str:
        value = self.text(name, default)
        if value not in allowed:
            raise self.wrong(name, f"has to be one of: {', '.join(allowed)}")
        return value

    def number(self, name: str, default: int, least: int, most: int) -> int:
        value = self.said.get(name, default)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise self.wrong(name, f"has to be a number from {least} to {most}")
        return value

    def flag(self, name: str) -> bool:
        """No, if nothing is said."""
        value = self.said.get(name, False)
        if not isinstance(value, bool):
            raise self.wrong(name, "has to be true or false")
        return value

    def words(self, name: str) -> tuple[str, ...]:
        """One text or number, or a list of them, as texts; at least one."""
        return self.listed(name, self.said.get(name))

    def listed(self, name: str, value: object) -> tuple[str, ...]:
        """The same of a value that was looked at already."""
        found = value if isinstance(value, list) else [value]
        told = tuple(_word(each) for each in found)
        if not told or None in told:
            raise self.wrong(name, "has to be a text, or a list of texts")
        return tuple(each for each in told if each is not None)

    def table(self, name: str) -> Section:
        """What is said under a key; it has to be there."""
        value = self.said.get(name)
        if not isinstance(value, Mapping) or not value:
            raise self.wrong(name, "is missing, or no table of keys")
        return Section(f"{self.place}{name}.", value)

    def maybe(self, name: str) -> Section | None:
        """The same for one that may be left out."""
        return self.table(name) if name in self.said else None

    def each(self, name: str) -> tuple[Section, ...]:
        """A list of tables; empty if nothing is said."""
        value = self.said.get(name, [])
        if not isinstance(value, list) or not all(isinstance(one, Mapping) for one in value):
            raise self.wrong(name, "has to be a list of tables")
        return tuple(Section(f"{self.place}{name}.{n}.", one) for n, one in enumerate(value))

    def pattern(self, name: str) -> re.Pattern[str] | None:
        """A regular expression; None if nothing is said."""
        if name not in self.said:
            return None
        try:
            written = self.text(name)
            if len(written) > _LONGEST_PATTERN:
                raise ValueError
            return re.compile(written)
        except (re.error, ValueError, RecursionError, OverflowError):
            raise self.wrong(name, "is no regular expression") from None

    def url(self, name: str, *, plain: bool = False, text: str = "") -> str:
        """An address without a query. What goes to it is secrets and words: so TLS, but for an
        address of a private network or of this machine, and where `plain` allows it."""
        value = text or self.text(name)
        try:
            parts = urlsplit(value)
            usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
        except ValueError:
            raise self.wrong(name, "is no address") from None
        if not usable or parts.query or parts.fragment or parts.username is not None:
            raise self.wrong(name, "has to be like https://host/path, with nothing behind it")
        if parts.scheme == "http" and not plain and not _is_near(parts.hostname or ""):
            raise self.wrong(
                name, "has to begin with https: http is for this machine and private addresses"
            )
        return value.rstrip("/")


def _word(value: object) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | str):
        return str(value)
    return None


def _is_near(host: str) -> bool:
    """An address of this machine or a private network; a name may lead anywhere."""
    if host == "localhost":
        return True
    try:
        address = ip_address(host)
    except ValueError:
        return False
    return (address.is_private and not address.is_unspecified) or address.is_loopback
