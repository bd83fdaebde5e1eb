"""What every custody must do, whoever holds the keys. The same keys, the same assertions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.crypto.transit_servers import serving
from workervoice.crypto.boxed import BOXED_FILE, TransitCustody, store_keys
from workervoice.crypto.credential import CredentialCustody, credential_name, pack
from workervoice.crypto.custody import Custody, FileCustody
from workervoice.crypto.seal import SigningKey, ctx, mac, verify
from workervoice.crypto.suite import KemKey, Suite, open_with, seal_to
from workervoice.errors import CryptoError, SealBroken

PROCESS = "gateway"


@dataclass
class Kept:
    """A custody, and the same keys as they were when they lay in files."""

    custody: Custody
    files: FileCustody

    def secret(self, key_id: str) -> bytes:
        return bytes.fromhex(self.files.lines()[key_id].split()[1])


@pytest.fixture(params=["file", "systemd", "a protocol-true peer", "real"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Kept]:
    """Each custody in turn, holding two keys of each use."""
    directory = tmp_path / PROCESS
    files = FileCustody.create(
        directory, macs=["pepper", "duplicates"], kems=["own", "courier"], signs=["signing", "log"]
    )
    with ExitStack() as open_until_the_end:
        if request.param == "file":
            yield Kept(FileCustody(directory), files)
            return
        if request.param == "systemd":
            credentials = laid_by_systemd(tmp_path, pack(PROCESS, files))
            destroy_files(directory)
            yield Kept(CredentialCustody(credentials, PROCESS, left_behind=directory), files)
            return
        transit = open_until_the_end.enter_context(serving(request.param, tmp_path))
        (directory / BOXED_FILE).write_text(store_keys(files, PROCESS, transit))
        destroy_files(directory)
        yield Kept(TransitCustody(directory, PROCESS, transit), files)


def laid_by_systemd(where: Path, text: str) -> Path:
    """A credential as systemd lays it: a file of mode 0400 in a directory of mode 0500."""
    directory = where / "credentials"
    directory.mkdir()
    file = directory / credential_name(PROCESS)
    file.write_text(text)
    file.chmod(0o400)
    directory.chmod(0o500)
    return directory


def destroy_files(directory: Path) -> None:
    for path in directory.glob("*.key"):
        path.unlink()


def test_a_mac_is_hmac_sha256_under_the_same_key_everywhere(kept: Kept) -> None:
    made = [kept.custody.mac(key_id, data) for key_id, data in asked()]

    assert made == [mac(kept.secret(key_id), data) for key_id, data in asked()]
    assert len(set(made)) == len(made)


def asked() -> list[tuple[str, bytes]]:
    texts = [b"", b"x", ctx("phone-index", 1, "tel", "+15550100123"), bytes(range(256)) * 40]
    return [(key_id, text) for key_id in ("pepper", "duplicates") for text in texts]


def test_what_was_sealed_to_its_public_key_opens_in_its_place_only(kept: Kept) -> None:
    custody, place = kept.custody, ctx("place", 1)
    blob = seal_to(custody.public("courier"), b"words", place)

    opened = custody.unwrap("courier", blob, place)

    assert opened == b"words"
    assert custody.public("courier")[0] == Suite.XWING
    for key_id, changed, where in (
        ("courier", blob, ctx("place", 2)),
        ("own", blob, place),
        ("courier", blob[:-1], place),
    ):
        with pytest.raises(SealBroken):
            custody.unwrap(key_id, changed, where)


def test_the_keys_are_those_that_lay_in_the_files(kept: Kept) -> None:
    own = KemKey.from_bytes(kept.secret("own"))
    signing = SigningKey.from_bytes(kept.secret("signing"))

    blob = seal_to(kept.custody.public("own"), b"words", b"place")

    assert open_with(own, blob, b"place") == b"words"
    assert kept.custody.public("signing") == signing.public


def test_a_signature_verifies_under_its_public_key_only(kept: Kept) -> None:
    signature = kept.custody.sign("signing", ctx("row", 1))

    verify(kept.custody.public("signing"), ctx("row", 1), signature)
    assert kept.custody.public("log") != kept.custody.public("signing")
    with pytest.raises(CryptoError):
        verify(kept.custody.public("log"), ctx("row", 1), signature)


def test_an_absent_key_and_a_key_of_another_use_are_named(kept: Kept) -> None:
    refusals: list[Callable[[], object]] = [
        lambda: kept.custody.mac("absent", b""),
        lambda: kept.custody.mac("courier", b""),
        lambda: kept.custody.sign("pepper", b""),
        lambda: kept.custody.unwrap("signing", b"", b""),
        lambda: kept.custody.public("pepper"),
    ]
    for refused in refusals:
        with pytest.raises(CryptoError, match=r"no such key: \w+"):
            refused()


def test_all_is_well_and_no_secret_shows(kept: Kept) -> None:
    shown = repr(kept.custody)

    assert kept.custody.health() == []
    assert "pepper" in shown
    for key_id in kept.files.ids:
        assert kept.secret(key_id).hex() not in shown
