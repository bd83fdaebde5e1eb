"""Every provider that a line can have. To add one: its module, one line here, and its table of
cases in `tests/channels/`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from workervoice.channels import (
    android_sending,
    http_sms,
    simulated,
    telegram_sending,
    twilio,
    whatsapp_cloud_sending,
)
from workervoice.channels.base import Keeper, Receiver, Sender
from workervoice.channels.setup import Provider, Setups
from workervoice.errors import SettingsError
from workervoice.message import Halt, Outbound, Rejected, SendOutcome, Unknown
from workervoice.settings import PREFIX

_ALL = (
    twilio.PROVIDER,
    simulated.PROVIDER,
    http_sms.PROVIDER,
    android_sending.PROVIDER,
    whatsapp_cloud_sending.PROVIDER,
    telegram_sending.PROVIDER,
)
PROVIDERS: Mapping[str, Provider] = MappingProxyType({each.name: each for each in _ALL})
CHANNELS = tuple(sorted({channel for each in _ALL for channel in each.channels}))


class Nobody:
    """The sender of a line whose provider is not set, or has no such channel: everything waits, and
    whoever watches is told."""

    max_text = 1600

    def send(self, message: Outbound) -> SendOutcome:
        return Rejected("no_provider", permanent=False, halt=Halt.BROKEN)

    def find(self, message: Outbound, since: datetime) -> SendOutcome:
        return Unknown("no_provider")


def receivers(setups: Setups) -> dict[str, Receiver]:
    """Who may call our webhooks: by the provider's name, or "<provider>/<line>" where each line has
    its own proof. Raises `SettingsError`."""
    found: dict[str, Receiver] = {"twilio": twilio.PROVIDER.receiver(setups.of(""))}
    if setups.settings.simulator_secret is not None:
        found["simulator"] = simulated.PROVIDER.receiver(setups.of(""))
    for line in setups.said:
        provider = provider_of(setups, line)
        if provider.by_line:
            found[f"{provider.name}/{line}"] = provider.receiver(setups.of(line))
    return found


def lines_by_sender(setups: Setups) -> dict[tuple[str, str], str]:
    """Which line a webhook means that names our own sender: by the provider and that name."""
    found = {}
    for line in setups.said:
        provider = provider_of(setups, line)
        if provider.own_id:
            found[provider.name, setups.of(line).text(provider.own_id)] = line
    return found


def sender_of(setups: Setups, line: str) -> Sender:
    """Raises `SettingsError`."""
    return provider_of(setups, line).sender(setups.of(line))


def keeper_of(setups: Setups, line: str) -> Keeper | None:
    """None for a provider that keeps nothing which we could ask for. Raises `SettingsError`."""
    make = provider_of(setups, line).keeper
    return make(setups.of(line)) if make is not None else None


def pace_of(setups: Setups, line: str, channel: str) -> float:
    """How many segments a second this line may send; 0: as many as it likes. Raises
    `SettingsError`."""
    return provider_of(setups, line).per_second(setups.of(line), channel)


def provider_of(setups: Setups, line: str) -> Provider:
    """Raises `SettingsError` for one that does not exist."""
    name = setups.provider_of(line)
    if name not in PROVIDERS:
        raise SettingsError(
            f"{PREFIX}PROVIDERS_FILE: line {line} is of {name!r}, but a provider is one of: "
            + ", ".join(sorted(PROVIDERS))
        )
    return PROVIDERS[name]
