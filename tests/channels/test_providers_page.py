"""The templates of docs/providers.md are lines that both processes take."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from workervoice.channels.registry import PROVIDERS, receivers
from workervoice.channels.setup import Setup, Setups
from workervoice.settings import load

PAGE = Path(__file__).resolve().parents[2] / "docs" / "providers.md"
HERE = {"http", "android", "whatsapp-cloud", "telegram"}
NAMES = (
    *("webhook", "token", "api_key", "password", "signing_key", "app_secret", "verify_token"),
    *("access_token", "secret_token", "bot_token"),
)
SECRETS = dict.fromkeys(NAMES, "x" * 16)
LINES: dict[str, dict[str, Any]] = {
    name: said
    for block in re.findall(r"^```yaml\n(.*?)^```", PAGE.read_text("utf-8"), flags=re.S | re.M)
    for name, said in yaml.safe_load(block).items()
    if said["provider"] in HERE
}


def test_the_page_has_a_template_of_each_kind() -> None:
    assert {said["provider"] for said in LINES.values()} == HERE
    assert len(LINES) >= 5


def test_a_file_of_all_of_them_is_one_receiver_a_line(tmp_path: Path) -> None:
    path, secrets = tmp_path / "providers.yaml", json.dumps(dict.fromkeys(LINES, SECRETS))
    path.write_text(yaml.safe_dump(LINES), encoding="utf-8")
    given = {"WORKERVOICE_ENV_FILE": "", "WORKERVOICE_PROVIDERS_FILE": str(path)}
    settings = load({**given, "WORKERVOICE_WEBHOOK_SECRETS": secrets})

    found = receivers(Setups.read(settings, "webhook_secrets"))

    expected = {f"{said['provider']}/{name}" for name, said in LINES.items()}
    assert set(found) == {"twilio", *expected}


@pytest.mark.parametrize("name", LINES)
def test_a_template_of_the_page_is_taken_by_both_processes(name: str) -> None:
    setup = Setup(load({"WORKERVOICE_ENV_FILE": ""}), name, LINES[name], SECRETS)
    provider = PROVIDERS[LINES[name]["provider"]]

    provider.receiver(setup)
    provider.sender(setup)
    assert provider.keeper is not None
    provider.keeper(setup)
