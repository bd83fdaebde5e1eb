"""From key files to another custody and on: `workervoice keys`, `doctor`, and a hotline on each."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import pytest

from tests.app.running import TOLD, Running, running
from tests.app.test_cli import run
from tests.app.test_up import WORKER, begun, data, log_in, wait_for_text
from tests.crypto.transit_peer import ROOT_TOKEN, Engine, transit_peer
from workervoice.app.browsing import Phone
from workervoice.app.custodies import open_custody
from workervoice.app.doctor import Finding, examine
from workervoice.app.keyfiles import PROCESSES, load_key_files, make_key_files, unseal_keys
from workervoice.app.processes import wall_clock
from workervoice.crypto.seal import generate_signing
from workervoice.settings import load

__all__ = ["begun", "data"]  # fixtures


def made(where: Path) -> Path:
    """Key files of a programme."""
    directory = where / "data"
    directory.mkdir()
    make_key_files(directory, generate_signing().public)
    return directory


def destroy_files(data: Path) -> None:
    for path in data.glob("keys/*/*.key"):
        path.unlink()


def into_credentials(data: Path) -> dict[str, str]:
    """Pack every process's keys as its administrator would; the settings to go on with."""
    directory = data.parent / "credentials"
    directory.mkdir()
    for process in PROCESSES:
        packed = run("keys", "pack", process, DATA_DIR=str(data))
        assert packed.returncode == 0, packed.stderr
        file = directory / f"workervoice-{process}"
        file.write_text(packed.stdout)
        file.chmod(0o400)
    directory.chmod(0o500)
    destroy_files(data)
    return {"CUSTODY": "systemd", "CREDENTIALS_DIRECTORY": str(directory)}


@contextmanager
def with_a_key_service(data: Path, engine: Engine) -> Iterator[dict[str, str]]:
    """Bring every process's keys to a peer of Vault's; a token a process."""
    with transit_peer(engine) as address:
        settings = {"CUSTODY": "vault", "VAULT_ADDR": address}
        settings["VAULT_TOKEN_FILE"] = str(data.parent / "{process}.token")
        for process in PROCESSES:
            token = data.parent / f"{process}.token"
            token.touch(mode=0o600)
            token.write_text(ROOT_TOKEN)
            stored = run("keys", "store", process, DATA_DIR=str(data), **settings)
            assert stored.returncode == 0, stored.stderr
            assert "destroy the *.key files" in stored.stdout
            engine.policies[process] = {
                f"transit/(hmac|decrypt)/workervoice-{process}-(box|pepper|duplicates|codes)"
            }
            token.write_text(process)
        destroy_files(data)
        yield settings


def examined(data: Path, settings: dict[str, str]) -> list[Finding]:
    named = {f"WORKERVOICE_{name}": value for name, value in settings.items()}
    given = {"WORKERVOICE_DATA_DIR": str(data), "WORKERVOICE_ENV_FILE": "", **named}
    return [f for f in examine(load(given), wall_clock()) if f.sentence.startswith("Keys of the ")]


def test_key_files_work_and_doctor_warns_of_them(tmp_path: Path) -> None:
    findings = examined(made(tmp_path), {})

    assert len(findings) == 3
    assert all(f.well and "WARNING" in f.sentence for f in findings)
    assert all("not against a stolen disk" in f.sentence for f in findings)


def test_in_credentials_the_same_keys_open_the_same_service_key(tmp_path: Path) -> None:
    data = made(tmp_path)
    before = {p: load_key_files(data, p).service_key for p in PROCESSES}

    settings = into_credentials(data)
    findings = examined(data, settings)

    named = {f"WORKERVOICE_{name}": value for name, value in settings.items()}
    found = load({"WORKERVOICE_DATA_DIR": str(data), "WORKERVOICE_ENV_FILE": "", **named})
    after = {p: unseal_keys(data, p, open_custody(found, p)).service_key for p in PROCESSES}
    assert after == before
    assert [f.sentence for f in findings if not f.well] == []
    assert all("credential of systemd" in f.sentence for f in findings)


def test_with_a_key_service_doctor_says_how_each_process_stands(tmp_path: Path) -> None:
    data, engine = made(tmp_path), Engine(mounts={"transit"})
    with with_a_key_service(data, engine) as settings:
        well = examined(data, settings)
        del engine.policies["courier"]
        refused = examined(data, settings)
        engine.sealed = True
        sealed = examined(data, settings)

    assert [f.well for f in well] == [True, True, True]
    assert ["refuses our token" in f.sentence for f in refused] == [False, True, False]
    assert all("is sealed" in f.sentence and not f.well for f in sealed)


def test_without_its_settings_the_key_service_is_asked_for_by_name(tmp_path: Path) -> None:
    data = made(tmp_path)

    stored = run("keys", "store", "gateway", DATA_DIR=str(data))
    without = examined(data, {"CUSTODY": "vault", "VAULT_ADDR": "https://vault.example.org"})

    assert (stored.returncode, stored.stdout) == (1, "")
    assert "WORKERVOICE_VAULT_ADDR is missing" in stored.stderr
    assert all("WORKERVOICE_VAULT_TOKEN_FILE is missing" in f.sentence for f in without)


def test_without_key_files_there_is_nothing_to_pack(tmp_path: Path) -> None:
    data = made(tmp_path)
    destroy_files(data)

    packed = run("keys", "pack", "gateway", DATA_DIR=str(data))

    assert (packed.returncode, packed.stdout) == (1, "")
    assert "no key files" in packed.stderr


def a_report_is_answered_and_read(up: Running, passphrase: str | None) -> None:
    phone = Phone(up.address("simulated phones"), WORKER, "demo-sms")
    phone.write("They took our passports")
    assert "999" in wait_for_text(phone)
    browser = log_in(up, "asha", passphrase)
    page = browser.get(browser.get("/cases").links("/cases/")[0])
    assert any("They took our passports" in line for line in page.lines())


@pytest.mark.parametrize("custody", ["systemd", "vault"])
def test_a_hotline_runs_with_no_key_in_a_file(begun: Path, custody: str) -> None:
    data, warned = begun, (begun.parent / TOLD).read_text().count("not against a stolen disk")
    keys = secret_keys(data)
    lay_there = found_on_disk(data, keys)
    moved = (
        nullcontext(into_credentials(data))
        if custody == "systemd"
        else with_a_key_service(data, Engine(mounts={"transit"}))
    )
    with moved as settings, running(data, "--demo", **settings) as up:
        a_report_is_answered_and_read(up, up.passphrase("asha"))

    assert warned == 3
    assert "stolen disk" not in up.output
    assert lay_there == set(keys)
    assert found_on_disk(data, keys) == set()


def secret_keys(data: Path) -> dict[str, bytes]:
    """Every key of every process, as it lies in its file."""
    return {
        f"{path.parent.name}/{path.stem}": bytes.fromhex(path.read_text().split()[1])
        for path in data.glob("keys/*/*.key")
    }


def found_on_disk(data: Path, keys: dict[str, bytes]) -> set[str]:
    """Which keys are in any file of the data directory, the database's among them."""
    found = set()
    for path in data.rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        for name, key in keys.items():
            forms = (key[-32:], key[-32:].hex().encode(), b64encode(key[-33:])[:40])
            if any(form in content for form in forms):
                found.add(name)
    return found
