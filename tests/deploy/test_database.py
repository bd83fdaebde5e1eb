"""The database that compose makes: its first script, and a backup by the user of backups."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.app.test_cli import run
from tests.deploy.locked import needs_seccomp, needs_systemd
from tests.deploy.units import SYSTEMD
from tests.house import House
from workervoice.app.dumping import reaching
from workervoice.app.keyfiles import make_key_files
from workervoice.crypto.seal import generate_signing
from workervoice.embedded import EmbeddedServer
from workervoice.embedded.binaries import program
from workervoice.store.roles import LOGIN_ROLES

SCRIPT = SYSTEMD.parent / "compose" / "database" / "10-roles.sql"
OWNER = "hotline_owner"  # on the embedded server, the other name is the superuser's
WORDS = {"owner": "o'wner-only-for-tests", "backup": "backup-only-for-tests"}


@pytest.fixture
def fresh() -> Iterator[EmbeddedServer]:
    with tempfile.TemporaryDirectory(prefix="wv-cmp-") as made:
        Path(made).chmod(0o711)
        with EmbeddedServer(Path(made) / "server", durable=False) as server:
            yield server
        server.erase()


def first_start(server: EmbeddedServer, secrets: Path) -> None:
    """As the image's entry point runs the scripts."""
    for name, word in WORDS.items():
        (secrets / f"{name}_password").write_text(word + "\n")
    script = secrets / SCRIPT.name
    text = SCRIPT.read_text().replace("/run/secrets", str(secrets))
    script.write_text(text.replace("workervoice_owner", OWNER))
    whole = [str(program("psql")), "--no-psqlrc", "-v", "ON_ERROR_STOP=1", "-f", str(script)]
    subprocess.run(
        whole, env=reaching(server.owner_url("postgres")), check=True, capture_output=True
    )


def psql(url: str, command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(program("psql")), "-c", command],
        env=reaching(url),
        capture_output=True,
        text=True,
        check=False,
    )


def only_the_proof(place: Path) -> Path:
    """The data directory as the user of backups sees it."""
    make_key_files(place / "programme", generate_signing().public)
    seen = place / "seen"
    shutil.copytree(place / "programme" / "keys" / "backup", seen / "keys" / "backup")
    return seen


@pytest.mark.timeout(120)
def test_the_database_of_compose_is_upgraded_and_backed_up(
    fresh: EmbeddedServer, tmp_path: Path
) -> None:
    first_start(fresh, tmp_path)
    owner = fresh.url(OWNER, WORDS["owner"], "workervoice")
    roles = {
        f"{role.removeprefix('workervoice_').upper()}_DATABASE_URL": fresh.url(
            role, "only-for-tests", "workervoice"
        )
        for role in LOGIN_ROLES
    }
    reader = fresh.url("workervoice_backup", WORDS["backup"], "workervoice")
    into = {"BACKUP_DIR": str(tmp_path / "b"), "BACKUP_KEYS_DIR": str(tmp_path / "k")}
    data = only_the_proof(tmp_path)

    upgraded = run("db", "upgrade", DATABASE_URL=owner, DATA_DIR=str(tmp_path / "d"), **roles)
    new = "INSERT INTO programme VALUES (gen_random_uuid(), 'Shirts')"
    psql(fresh.owner_url("workervoice"), new)
    made = run("backup", DATABASE_URL=reader, DATA_DIR=str(data), **into)
    changed = psql(reader, "DELETE FROM line")

    assert upgraded.returncode == 0, upgraded.stderr
    assert made.returncode == 0, made.stderr
    assert len(list((tmp_path / "b").glob("*.backup"))) == 1
    assert "permission denied" in changed.stderr


@needs_systemd
@needs_seccomp
@pytest.mark.timeout(120)
def test_a_backup_is_made_under_its_units_filters(shared_house: House, tmp_path: Path) -> None:
    confined = (sys.executable, "-m", "tests.deploy.confine", "workervoice-backup.service")
    environment = {
        "PATH": os.getenv("PATH", os.defpath),
        "WORKERVOICE_ENV_FILE": "",
        "WORKERVOICE_DATABASE_URL": shared_house.owner_url,
        "WORKERVOICE_BACKUP_DIR": str(tmp_path / "b"),
        "WORKERVOICE_BACKUP_KEYS_DIR": str(tmp_path / "k"),
        "WORKERVOICE_DATA_DIR": str(only_the_proof(tmp_path)),
    }

    made = subprocess.run(
        [*confined, sys.executable, "-m", "workervoice", "backup"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert made.returncode == 0, made.stderr
    assert len(list((tmp_path / "b").glob("*.backup"))) == 1
    assert len(list((tmp_path / "k").glob("*.key"))) == 1


def test_the_page_for_a_server_of_your_own_makes_the_same_user_of_backups() -> None:
    page = (SYSTEMD.parent / "env" / "backup.env.example").read_text()
    written = re.search(r"CREATE ROLE workervoice_backup (.*) PASSWORD '…'; (GRANT .*;)", page)

    assert written is not None
    assert f"CREATE ROLE workervoice_backup {written[1]} PASSWORD" in SCRIPT.read_text()
    assert written[2] in SCRIPT.read_text()
