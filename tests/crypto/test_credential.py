"""Custody by systemd: one credential, laid out as systemd lays it."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from workervoice.crypto.credential import CredentialCustody, credential_name, pack
from workervoice.crypto.custody import FileCustody
from workervoice.errors import SettingsError

NAME = credential_name("gateway")


@pytest.fixture
def files(tmp_path: Path) -> FileCustody:
    return FileCustody.create(
        tmp_path / "gateway", macs=["pepper"], kems=["own"], signs=["signing"]
    )


def laid(where: Path, text: str, mode: int = 0o400) -> Path:
    """A credential in a directory of its own, as a unit finds it."""
    directory = where / "credentials"
    directory.mkdir()
    (directory / NAME).write_text(text)
    (directory / NAME).chmod(mode)
    directory.chmod(0o500)
    return directory


def read(credentials: Path | None, tmp_path: Path) -> CredentialCustody:
    return CredentialCustody(credentials, "gateway", left_behind=tmp_path / "gateway")


def test_the_bundle_is_a_heading_and_a_line_a_key(files: FileCustody, tmp_path: Path) -> None:
    heading, *lines = pack("gateway", files).splitlines()

    assert heading == "workervoice-keys-1 gateway"
    assert [line.split()[:2] for line in lines] == [
        ["pepper", "workervoice-mac-1"],
        ["own", "workervoice-kem-1"],
        ["signing", "workervoice-sign-1"],
    ]
    for line in lines:
        key_id, _, rest = line.partition(" ")
        assert rest == (tmp_path / "gateway" / f"{key_id}.key").read_text().strip()


def test_key_files_that_were_left_on_the_disk_are_a_problem(
    files: FileCustody, tmp_path: Path
) -> None:
    custody = read(laid(tmp_path, pack("gateway", files)), tmp_path)

    problems = custody.health()

    assert len(problems) == 3
    assert all("destroy" in problem for problem in problems)


def test_without_systemd_it_says_how_to_be_started(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="LoadCredentialEncrypted=workervoice-gateway"):
        read(None, tmp_path)


def test_a_missing_credential_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=NAME):
        read(tmp_path, tmp_path)


def test_a_credential_that_anybody_may_read_is_refused(files: FileCustody, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="open to others"):
        read(laid(tmp_path, pack("gateway", files), 0o404), tmp_path)


def test_the_mask_of_an_access_list_is_no_right_of_the_group(
    files: FileCustody, tmp_path: Path
) -> None:
    custody = read(laid(tmp_path, pack("gateway", files), 0o440), tmp_path)

    assert custody.ids == ["own", "pepper", "signing"]


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: "",
        lambda text: text.replace("gateway", "courier"),
        lambda text: text.replace("keys-1", "keys-2"),
        lambda text: text.split("\n")[0] + "\n",
        lambda text: text[:-20],
        lambda text: text + text.splitlines(keepends=True)[1],
        lambda text: text.replace("pepper ", "Pepper "),
        lambda text: text + "é",
    ],
)
def test_a_damaged_or_foreign_bundle_is_named_and_not_quoted(
    files: FileCustody, tmp_path: Path, damage: object
) -> None:
    assert callable(damage)
    text = pack("gateway", files)
    credentials = laid(tmp_path, damage(text))

    with pytest.raises(SettingsError, match=NAME) as refused:
        read(credentials, tmp_path)

    assert not any(line.split()[-1] in str(refused.value) for line in text.splitlines()[1:])


def test_systemd_seals_the_bundle_and_gives_it_back(files: FileCustody, tmp_path: Path) -> None:
    program = shutil.which("systemd-creds")
    if program is None:
        pytest.skip("systemd-creds is not here")
    text, sealed = pack("gateway", files), tmp_path / "sealed"
    # a secret of its own, not this machine's
    environment = {
        "PATH": os.getenv("PATH", os.defpath),
        "SYSTEMD_CREDENTIAL_SECRET": str(tmp_path / "host.secret"),
    }
    encrypt = [program, "encrypt", "--with-key=host", f"--name={NAME}", "-", str(sealed)]
    done = subprocess.run(
        encrypt, input=text.encode(), env=environment, capture_output=True, check=False
    )
    if done.returncode != 0:
        pytest.skip("systemd-creds cannot make a key of the host here")

    decrypt = [program, "decrypt", f"--name={NAME}", str(sealed), "-"]
    opened = subprocess.run(decrypt, env=environment, capture_output=True, check=True).stdout
    custody = read(laid(tmp_path, opened.decode()), tmp_path)

    assert opened.decode() == text
    assert custody.public("own") == files.public("own")
    assert not any(line.split()[-1].encode() in sealed.read_bytes() for line in text.splitlines())
