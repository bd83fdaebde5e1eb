"""Examples of settings: they name what exists, load once filled in, and give nobody too much."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.channels.twilio_signing import ACCOUNT
from tests.deploy.units import SYSTEMD
from workervoice.app.ops_addresses import WATCHED, addresses
from workervoice.settings import PREFIX, Settings, load
from workervoice.values import HOLDERS

DEPLOY = SYSTEMD.parent
EXAMPLES = sorted(DEPLOY.rglob("*.env.example"))
MOST_GATEWAYS = 64  # each takes the port after the last one's
HOLDER = {"small": "up", "owner": "db", "backup": "doctor"}
FILLED = {
    "WORKERVOICE_ROOT_PUBLIC": "ab" * 32,
    "WORKERVOICE_INTAKE_KEY": "01" + "ab" * 32,
    "WORKERVOICE_TWILIO_ACCOUNT_SID": ACCOUNT,
    "WORKERVOICE_TWILIO_API_KEY": "SK" + "0" * 32,
    "WORKERVOICE_TWILIO_SMS_FROM": "+15550100000",
}


def name_of(path: Path) -> str:
    return path.relative_to(DEPLOY).as_posix()


def named(path: Path) -> dict[str, str]:
    """Every setting of an example, those that are commented out included."""
    return dict(re.findall(r"^#?(WORKERVOICE_\w+)=(.*)$", path.read_text(), flags=re.M))


@pytest.mark.parametrize("path", EXAMPLES, ids=name_of)
def test_an_example_names_settings_that_there_are(path: Path) -> None:
    known = {PREFIX + name.upper() for name in Settings.model_fields}

    assert set(named(path)) - known == set()
    assert named(path)


def filled(path: Path, into: Path) -> str:
    """The example with values in it, written there."""
    text = path.read_text()
    for name, value in FILLED.items():
        text = re.sub(rf"^{name}=replace-me$", f"{name}={value}", text, flags=re.M)
    into.write_text(text)
    return text


@pytest.mark.parametrize("path", EXAMPLES, ids=name_of)
def test_an_example_loads_once_it_is_filled_in(path: Path, tmp_path: Path) -> None:
    text = filled(path, tmp_path / "filled.env")

    settings = load({"WORKERVOICE_ENV_FILE": str(tmp_path / "filled.env")})

    given = {n for n, v in named(path).items() if f"\n{n}={v}" in "\n" + text and v}
    assert {n for n in given if getattr(settings, n.removeprefix(PREFIX).lower()) is None} == set()


@pytest.mark.parametrize("path", EXAMPLES, ids=name_of)
def test_an_example_has_no_secret_of_another_process(path: Path) -> None:
    process = path.name.removesuffix(".env.example")
    holder = HOLDER.get(process, process)
    secrets = {PREFIX + name.upper(): holders for name, holders in HOLDERS.items()}

    held = {name: secrets[name] for name in named(path) if name in secrets}

    assert {name for name, holders in held.items() if holder not in holders} == set()


def test_whoever_needs_settings_has_an_example_in_both_layouts() -> None:
    processes = {"gateway", "courier", "console", "owner", "backup"}

    for layout, more in (("env", {"small", "fallback"}), ("compose/env", set[str]())):
        there = {p.name.removesuffix(".env.example") for p in (DEPLOY / layout).iterdir()}
        assert there == processes | more


@pytest.mark.parametrize("layout", ["env", "compose/env"])
def test_the_owner_knows_where_each_process_is_asked_and_sees_the_database(
    layout: str, tmp_path: Path
) -> None:
    def told(name: str) -> Settings:
        filled(DEPLOY / layout / f"{name}.env.example", tmp_path / name)
        return load({"WORKERVOICE_ENV_FILE": str(tmp_path / name)})

    own = {process: addresses(told(process)) for process in WATCHED}
    owner = told("owner")

    assert {process: {process: at} for process, at in addresses(owner).items()} == own
    assert owner.database_url is not None
    gateway = owner.gateway_ops_port
    others = (owner.courier_ops_port, owner.console_ops_port)
    assert gateway
    assert set(others).isdisjoint(range(gateway, gateway + MOST_GATEWAYS))


@pytest.mark.parametrize("layout", ["env", "compose/env"])
def test_the_owner_gives_the_list_back_to_where_the_courier_keeps_it(layout: str) -> None:
    kept = {
        name: named(DEPLOY / layout / f"{name}.env.example")["WORKERVOICE_KEYED_LIST"]
        for name in ("owner", "courier")
    }

    assert kept["owner"] == kept["courier"]
