"""Custody in files: kept from others on the machine, and never overwritten or printed."""

from __future__ import annotations

from pathlib import Path

import pytest

from workervoice.crypto.custody import Custody, FileCustody
from workervoice.crypto.seal import ctx, mac, verify
from workervoice.crypto.suite import Suite, seal_to
from workervoice.errors import CryptoError, SealBroken, SettingsError


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    """A directory that holds one key of each use."""
    directory = tmp_path / "gateway"
    FileCustody.create(directory, macs=["pepper"], kems=["courier"], signs=["gateway"])
    return directory


def hex_of(path: Path) -> str:
    return path.read_text().split()[1]


def test_each_key_does_what_it_is_for(keys: Path) -> None:
    custody: Custody = FileCustody(keys)

    blob = seal_to(custody.public("courier"), b"words", b"place")
    signature = custody.sign("gateway", ctx("row", 1))

    assert custody.unwrap("courier", blob, b"place") == b"words"
    assert custody.public("courier")[0] == Suite.XWING
    assert custody.mac("pepper", b"x") == mac(bytes.fromhex(hex_of(keys / "pepper.key")), b"x")
    verify(custody.public("gateway"), ctx("row", 1), signature)
    assert custody.health() == []


def test_keys_are_the_same_after_a_restart(keys: Path) -> None:
    first, second = FileCustody(keys), FileCustody(keys)

    assert first.mac("pepper", b"x") == second.mac("pepper", b"x")
    assert first.public("courier") == second.public("courier")
    assert first.public("gateway") == second.public("gateway")


def test_a_wrong_place_does_not_unwrap(keys: Path) -> None:
    custody = FileCustody(keys)
    blob = seal_to(custody.public("courier"), b"words", b"place")

    with pytest.raises(SealBroken):
        custody.unwrap("courier", blob, b"elsewhere")


def test_files_are_private_and_clearly_named(keys: Path) -> None:
    files = sorted(keys.iterdir())

    assert [path.name for path in files] == ["courier.key", "gateway.key", "pepper.key"]
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
    assert keys.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o601, 0o644])
def test_a_key_that_others_could_read_is_refused_by_name(keys: Path, mode: int) -> None:
    running = FileCustody(keys)
    (keys / "pepper.key").chmod(mode)

    with pytest.raises(SettingsError, match=r"pepper\.key is open to others.*chmod"):
        FileCustody(keys)

    assert [("pepper.key" in problem) for problem in running.health()] == [True]


def test_a_directory_that_others_could_enter_is_refused(keys: Path) -> None:
    running = FileCustody(keys)
    keys.chmod(0o750)

    with pytest.raises(SettingsError, match="open to others"):
        FileCustody(keys)
    with pytest.raises(SettingsError, match="open to others"):
        FileCustody.create(keys, macs=["more"])

    assert not (keys / "more.key").exists()
    assert len(running.health()) == 1


def test_a_missing_directory_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="absent"):
        FileCustody(tmp_path / "absent")


def test_a_lost_file_is_a_problem_before_the_restart(keys: Path) -> None:
    custody = FileCustody(keys)
    (keys / "pepper.key").unlink()

    [problem] = custody.health()

    assert "pepper" in problem


@pytest.mark.parametrize(
    "text", ["", "\n", "workervoice-mac-1 ", "workervoice-mac-1 abcd\n", "workervoice-mac-2 {hex}",
             "workervoice-kem-1 {hex}", "workervoice-sign-1 {hex}00", "{hex}", "é", "x {hex} y"]
)  # fmt: skip
def test_a_damaged_file_is_named_and_not_quoted(keys: Path, text: str) -> None:
    secret = hex_of(keys / "pepper.key")
    (keys / "pepper.key").write_text(text.format(hex=secret))

    with pytest.raises(SettingsError, match=r"pepper\.key") as refused:
        FileCustody(keys)

    assert secret not in str(refused.value)


def test_keys_are_added_and_none_is_overwritten(keys: Path) -> None:
    before = (keys / "pepper.key").read_bytes()

    custody = FileCustody.create(keys, macs=["duplicates"])
    with pytest.raises(SettingsError, match="exists"):
        FileCustody.create(keys, macs=["pepper"])
    with pytest.raises(SettingsError, match="exists"):
        FileCustody.create(keys, signs=["courier"])

    assert custody.mac("duplicates", b"x") != custody.mac("pepper", b"x")
    assert (keys / "pepper.key").read_bytes() == before


@pytest.mark.parametrize("key_id", ["", "../pepper", "Pepper", "a/b", "-a", "a.b", "a" * 64])
def test_a_key_id_is_a_plain_word(tmp_path: Path, key_id: str) -> None:
    with pytest.raises(ValueError, match="key id"):
        FileCustody.create(tmp_path / "keys", macs=[key_id])

    assert list((tmp_path / "keys").iterdir()) == []


def test_a_key_can_be_shared_with_another_process(keys: Path, tmp_path: Path) -> None:
    custody = FileCustody(keys)
    for key_id in ("pepper", "courier", "gateway"):
        custody.share(key_id, tmp_path / "courier")

    other = FileCustody(tmp_path / "courier")

    assert other.mac("pepper", b"x") == custody.mac("pepper", b"x")
    assert other.public("courier") == custody.public("courier")
    assert other.public("gateway") == custody.public("gateway")


def test_an_unknown_key_or_a_key_of_another_use_is_named(keys: Path) -> None:
    custody = FileCustody(keys)

    for refused in (
        lambda: custody.mac("courier", b""),
        lambda: custody.sign("pepper", b""),
        lambda: custody.unwrap("gateway", b"", b""),
        lambda: custody.public("pepper"),
        lambda: custody.share("absent", keys),
    ):
        with pytest.raises(CryptoError, match=r"no such key: \w+"):
            refused()


def test_custody_shows_no_secret_when_printed(keys: Path) -> None:
    assert repr(FileCustody(keys)) == "FileCustody(['courier', 'gateway', 'pepper'])"
