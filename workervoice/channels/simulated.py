"""The simulated phone network as a provider: for the demo and for tests."""

from __future__ import annotations

from workervoice.channels.setup import Provider, Setup
from workervoice.channels.simulator import Caller, SimulatorReceiver, SimulatorSender
from workervoice.channels.simulator_keeping import SimulatorKeeper
from workervoice.channels.wire import base_url
from workervoice.errors import SettingsError


def _receiver(setup: Setup) -> SimulatorReceiver:
    return SimulatorReceiver(_secret(setup))


def _sender(setup: Setup) -> SimulatorSender:
    return SimulatorSender(setup.settings.simulator_url or "", _secret(setup))


def _keeper(setup: Setup) -> SimulatorKeeper:
    base = base_url("SIMULATOR_URL", setup.settings.simulator_url or "")
    return SimulatorKeeper(Caller(base, _secret(setup)))


def _secret(setup: Setup) -> str:
    """Without one there is no simulated network."""
    secret = setup.settings.simulator_secret
    if secret is None:
        raise SettingsError("there is no simulated phone network: it is for the demo and for tests")
    return secret.get_secret_value()


PROVIDER = Provider(
    "simulator",
    frozenset({"sms", "whatsapp"}),
    _receiver,
    _sender,
    _keeper,
    by_line=False,
    per_second=lambda setup, channel: 0.0,
)
