"""A line as the providers' file has it, told to one process."""

from __future__ import annotations

from collections.abc import Mapping

import yaml

from workervoice.channels.setup import Setup
from workervoice.settings import load

LINE_NAME = "bd-sms"


def setup_of(text: str, secrets: Mapping[str, str] | None = None) -> Setup:
    """What the file says of the line, and this process's secrets."""
    settings = load({"WORKERVOICE_ENV_FILE": ""})
    return Setup(settings, LINE_NAME, yaml.safe_load(text), dict(secrets or {}))
