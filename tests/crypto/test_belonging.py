"""A key's file belongs to its directory's owner; one that may not be read is told as that."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.embedded.servers import a_directory, as_root
from tests.users import GATEWAY, acting_as, give_away, lock_up, unlock
from workervoice.crypto.belonging import of_others, unreadable, write_owned
from workervoice.crypto.custody import FileCustody
from workervoice.errors import KeysAway, SettingsError


@pytest.fixture
def keys() -> Iterator[Path]:
    """A directory with a key, of a user of its own."""
    with a_directory() as place:
        FileCustody.create(place / "gateway", macs=["pepper"])
        give_away(place / "gateway", GATEWAY)
        yield place / "gateway"


@as_root
def test_what_root_writes_belongs_to_the_owner_of_the_directory(keys: Path) -> None:
    FileCustody.create(keys, macs=["pepper-2"])
    write_owned(keys / "service.sealed", b"x")

    found = [path.stat() for path in (keys / "pepper-2.key", keys / "service.sealed")]

    assert [(f.st_uid, f.st_gid, f.st_mode & 0o777) for f in found] == [
        (GATEWAY, GATEWAY, 0o600)
    ] * 2
    with acting_as(GATEWAY):
        assert FileCustody(keys).ids == ["pepper", "pepper-2"]


@as_root
def test_a_file_of_somebody_else_among_the_keys_is_named(keys: Path) -> None:
    FileCustody.create(keys, macs=["pepper-2"])
    lock_up(keys / "pepper-2.key")

    (problem,) = of_others(keys)

    assert problem == (
        f"{keys}/pepper-2.key belongs to root, so {GATEWAY}, whose directory it is in, may not "
        f"read it: as root, chown {GATEWAY}: {keys}/pepper-2.key"
    )


def test_a_key_that_may_not_be_read_is_not_called_damaged(keys: Path) -> None:
    lock_up(keys / "pepper.key")

    with acting_as(GATEWAY), pytest.raises(SettingsError) as refused:
        FileCustody(keys)

    assert f"may not read {keys}/pepper.key" in str(refused.value)
    assert "chown" in str(refused.value)


def test_a_directory_on_the_way_that_lets_nobody_through_is_named(keys: Path) -> None:
    keys.parent.chmod(0o600)

    with acting_as(GATEWAY):
        told = str(unreadable(keys / "pepper.key"))
    keys.parent.chmod(0o711)

    assert f"may not pass through {keys.parent}" in told
    assert f"chmod go+x {keys.parent}" in told


def test_a_new_key_that_cannot_be_read_takes_the_keys_away_until_it_can(
    keys: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    with acting_as(GATEWAY):
        custody = FileCustody(keys)
    FileCustody.create(keys, macs=["pepper-2"])
    lock_up(keys / "pepper-2.key")

    with acting_as(GATEWAY):
        for _ in range(2):
            with pytest.raises(KeysAway, match="may not read"):
                custody.refresh()
        away = custody.away
    unlock(keys / "pepper-2.key", GATEWAY)
    with acting_as(GATEWAY):
        custody.refresh()

    assert (away, custody.away, custody.ids) == (True, False, ["pepper", "pepper-2"])
    assert caplog.text.count("may not read") == 1
    assert caplog.text.count("the keys can be used again") == 1
