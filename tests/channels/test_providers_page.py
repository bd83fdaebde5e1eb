"""The templates of docs/providers.md are lines that both processes take."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from workervoice.channels.registry import PROVIDERS
from workervoice.channels.setup import Setup
from workervoice.settings import load

PAGE = Path(__file__).resolve().parents[2] / "docs" / "providers.md"
HERE = {"http", "android"}
LINES: dict[str, dict[str, Any]] = {
    name: said
    for block in re.findall(r"^```yaml\n(.*?)^```", PAGE.read_text("utf-8"), flags=re.S | re.M)
    for name, said in yaml.safe_load(block).items()
    if said["provider"] in HERE
}


def test_the_page_has_a_template_of_each_kind() -> None:
    assert {said["provider"] for said in LINES.values()} == HERE
    assert len(LINES) >= 5


@pytest.mark.parametrize("name", LINES)
def test_a_template_of_the_page_is_taken_by_both_processes(name: str) -> None:
    secrets = dict.fromkeys(("webhook", "token", "api_key", "password", "signing_key"), "x")
    setup = Setup(load({"WORKERVOICE_ENV_FILE": ""}), name, LINES[name], secrets)
    provider = PROVIDERS[LINES[name]["provider"]]

    provider.receiver(setup)
    provider.sender(setup)
    assert provider.keeper is not None
    provider.keeper(setup)
