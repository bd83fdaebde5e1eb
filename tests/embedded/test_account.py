"""As whom root runs the server: under a number of its own, so that no program shares its files."""

from __future__ import annotations

import os
import pwd
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.embedded.servers import as_root, ask, remember
from workervoice.embedded import EmbeddedServer, account
from workervoice.embedded.account import NUMBERS, Account, account_for, maker_for
from workervoice.errors import ServerError

NAMES = {entry.pw_name for entry in pwd.getpwall()}

pytestmark = [
    as_root,
    pytest.mark.skipif("workervoice" in NAMES, reason="there is a user workervoice, who is taken"),
    pytest.mark.skipif("nobody" not in NAMES, reason="there is no user nobody to run initdb as"),
]


@pytest.fixture
def tree() -> Iterator[Path]:
    """A directory of files that `nobody` has made."""
    with tempfile.TemporaryDirectory(prefix="wv-tree-") as made:
        place = Path(made) / "tree"
        (place / "base").mkdir(parents=True)
        (place / "base" / "1").write_text("rows")
        for path in (place, *place.rglob("*")):
            os.chown(path, nobody().uid, nobody().gid)
        yield place


def nobody() -> Account:
    return maker_for(a_number())


def a_number() -> Account:
    return Account("user", NUMBERS[7], NUMBERS[7], switched=True)


def test_a_new_database_belongs_to_a_number_without_a_user_and_its_server_runs_under_it(
    fresh: EmbeddedServer,
) -> None:
    fresh.start()
    remember(fresh)

    uid = fresh.cluster.stat().st_uid
    owners = {(p.lstat().st_uid, p.lstat().st_gid) for p in fresh.cluster.rglob("*")}
    assert uid in NUMBERS
    assert uid not in {entry.pw_uid for entry in pwd.getpwall()}
    assert owners == {(uid, uid)}
    assert stat.S_IMODE(fresh.cluster.stat().st_mode) == 0o700
    assert Path(f"/proc/{fresh.pid}").stat().st_uid == uid


def test_the_number_stays_with_the_database(fresh: EmbeddedServer) -> None:
    fresh.start()
    remember(fresh)
    first = fresh.cluster.stat().st_uid
    fresh.stop()

    fresh.start()

    assert Path(f"/proc/{fresh.pid}").stat().st_uid == first
    assert ask(fresh, "SELECT word FROM kept") == "here"


def test_a_number_that_a_process_or_a_user_has_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster = tmp_path / "postgres"
    first = account_for(cluster)
    again = account_for(cluster)
    busy = subprocess.Popen(["/bin/sleep", "60"], user=first.uid)
    try:
        second = account_for(cluster)
    finally:
        busy.kill()
        busy.wait()
    taken = nobody().uid
    monkeypatch.setattr(account, "NUMBERS", range(taken, taken + 1))

    third = account_for(cluster)

    assert first == again
    assert first.uid in NUMBERS
    assert second.uid in NUMBERS
    assert second.uid != first.uid
    assert third.name == "nobody"


def test_where_numbers_are_rationed_it_is_nobody_as_before(
    fresh: EmbeddedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(account, "NUMBERS", range(0))

    fresh.start()

    assert Path(f"/proc/{fresh.pid}").stat().st_uid == nobody().uid


def test_files_change_hands_with_all_that_is_below_them(tree: Path) -> None:
    a_number().own_tree(tree, nobody())

    assert {path.lstat().st_uid for path in (tree, *tree.rglob("*"))} == {NUMBERS[7]}


@pytest.mark.parametrize("planted", ["a link", "a second name of a file", "a file of root's"])
def test_what_somebody_slipped_in_among_the_files_does_not_change_hands(
    tree: Path, tmp_path: Path, planted: str
) -> None:
    mine, slipped = tree.parent / "mine", tree / "base" / "2"
    mine.write_text("root's own")
    if planted == "a link":
        slipped.symlink_to(mine)
        os.chown(slipped, nobody().uid, nobody().gid, follow_symlinks=False)
    elif planted == "a second name of a file":
        slipped.hardlink_to(mine)
        os.chown(mine, nobody().uid, nobody().gid)
    else:
        slipped.write_text("root's own")
    before = mine.stat().st_uid

    with pytest.raises(ServerError, match="somebody else put 2 into"):
        a_number().own_tree(tree, nobody())

    assert mine.stat().st_uid == before
