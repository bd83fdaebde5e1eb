"""Custody by Transit when all is not well: one clear sentence, and nothing secret in it."""

from __future__ import annotations

import datetime as dt
import ipaddress
import logging
import ssl
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.crypto.transit_peer import ROOT_TOKEN, Engine, transit_peer
from workervoice.crypto.boxed import BOXED_FILE, TransitCustody, store_keys
from workervoice.crypto.custody import FileCustody
from workervoice.crypto.seal import ctx
from workervoice.crypto.suite import seal_to
from workervoice.crypto.transit import Server, Transit
from workervoice.errors import CryptoError, KeysAway, SettingsError

LEAST = {r"transit/hmac/workervoice-gateway-pepper", r"transit/decrypt/workervoice-gateway-box"}


@dataclass
class Scene:
    """A key service and a gateway whose keys it has."""

    engine: Engine
    directory: Path
    files: FileCustody
    transit: Transit
    others: list[Transit] = field(default_factory=list)

    def custody(self, transit: Transit | None = None) -> TransitCustody:
        return TransitCustody(self.directory, "gateway", transit or self.transit)

    def again(self, **other: object) -> Transit:
        """Another client, with something changed."""
        server = {name: getattr(self.transit.server, name) for name in Server.__slots__} | other
        made = Transit(Server(**server))
        self.others.append(made)
        return made

    def token(self, text: str) -> None:
        self.transit.server.token_file.write_text(text)


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    engine, token = Engine(mounts={"transit"}), tmp_path / "token"
    token.touch(mode=0o600)
    token.write_text(ROOT_TOKEN)
    directory = tmp_path / "gateway"
    files = FileCustody.create(directory, macs=["pepper"], kems=["own"], signs=["signing"])
    with transit_peer(engine) as address:
        made = Scene(engine, directory, files, Transit(Server(address, token)))
        text = store_keys(files, "gateway", made.transit)
        (directory / BOXED_FILE).write_text(text)
        for path in directory.glob("*.key"):
            path.unlink()
        engine.calls.clear()
        yield made
        for each in (made.transit, *made.others):
            each.close()


def test_no_secret_key_lies_in_the_boxed_file(scene: Scene) -> None:
    text = (scene.directory / BOXED_FILE).read_text()

    for line in scene.files.lines().values():
        assert line.split()[1] not in text


def test_the_least_policy_is_enough(scene: Scene) -> None:
    scene.engine.policies["least"] = LEAST
    scene.token("least")

    custody = scene.custody()

    assert custody.mac("pepper", b"x") == scene.files.mac("pepper", b"x")
    assert custody.health() == []
    assert {path for _, path in scene.engine.calls} == {
        "transit/decrypt/workervoice-gateway-box",
        "transit/hmac/workervoice-gateway-pepper",
        "auth/token/lookup-self",
    }


WRONG: dict[str, tuple[dict[str, object], str]] = {
    "sealed": ({"sealed": True}, "is sealed"),
    "redirecting": ({"redirect": "http://127.0.0.1:1/somewhere"}, "active node"),
    "failing": ({"failing": 500}, r"error \(500\)"),
    "busy": ({"failing": 429}, "too often"),
    "another program": ({"garbage": b"<html>"}, "something else than its API"),
    "not mounted": ({"mounts": set()}, "WORKERVOICE_VAULT_MOUNT"),
    "without the key": ({"keys": {}}, "keys store"),
    "forbidding": ({"policies": {}}, "refuses our token"),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_server_that_is_not_well_is_one_sentence_without_its_words(
    scene: Scene, what: str
) -> None:
    custody, (changed, said) = scene.custody(), WRONG[what]
    for name, value in changed.items():
        setattr(scene.engine, name, value)

    with pytest.raises(KeysAway, match=said) as refused:
        custody.mac("pepper", b"+15550100123")

    told = str(refused.value)
    assert told.startswith(f"The key service at {scene.transit.server.address} ")
    assert "\n" not in told
    for secret in (ROOT_TOKEN + " ", "+15550100123", "internal detail", "somewhere", "html"):
        assert secret not in told


@pytest.mark.parametrize("what", WRONG)
def test_a_start_with_such_a_server_fails_with_the_same_sentence(scene: Scene, what: str) -> None:
    changed, said = WRONG[what]
    for name, value in changed.items():
        setattr(scene.engine, name, value)

    with pytest.raises((KeysAway, SettingsError), match=said):
        scene.custody()


def test_an_absent_server_is_named(scene: Scene) -> None:
    absent = scene.again(address="http://127.0.0.1:1")

    with pytest.raises(KeysAway, match=r"127\.0\.0\.1:1 does not answer"):
        scene.custody(absent)

    assert absent.problems() == ["The key service at http://127.0.0.1:1 does not answer."]


def test_a_redirect_is_not_followed_and_no_proxy_is_asked(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = Engine(mounts={"transit"})
    with transit_peer(elsewhere) as other:
        scene.engine.redirect = f"{other}/v1/transit/hmac/workervoice-gateway-pepper"
        monkeypatch.setenv("http_proxy", other)
        with pytest.raises(KeysAway):
            scene.transit.hmac("workervoice-gateway-pepper", b"x")

    assert elsewhere.calls == []


def test_the_token_is_read_again_at_each_use(scene: Scene) -> None:
    custody = scene.custody()
    scene.engine.policies = {"renewed": {".*"}}
    with pytest.raises(KeysAway, match="refuses our token"):
        custody.mac("pepper", b"x")

    scene.token("renewed\n")

    assert custody.mac("pepper", b"x") == scene.files.mac("pepper", b"x")


@pytest.mark.parametrize("text", ["", "a token\nand more", "é", "x" * 5000])
def test_a_token_file_without_a_token_is_named_and_not_quoted(scene: Scene, text: str) -> None:
    scene.token(text)

    with pytest.raises(KeysAway, match="WORKERVOICE_VAULT_TOKEN_FILE") as refused:
        scene.transit.hmac("workervoice-gateway-pepper", b"x")

    assert "and more" not in str(refused.value)
    assert "xxx" not in str(refused.value)


def test_a_token_that_anybody_may_read_is_refused(scene: Scene) -> None:
    scene.transit.server.token_file.chmod(0o604)

    with pytest.raises(KeysAway, match="open to others"):
        scene.transit.hmac("workervoice-gateway-pepper", b"x")


def test_a_namespace_and_another_mount_are_asked_for(scene: Scene) -> None:
    scene.engine.namespace, scene.engine.mounts = "team/hotline", {"keys/for-it"}

    found = scene.again(namespace="team/hotline", mount="keys/for-it")

    assert scene.custody(found).health() == []
    with pytest.raises(KeysAway, match="refuses our token"):
        scene.custody()


def test_a_connection_is_kept_and_made_anew_when_the_server_closed_it(scene: Scene) -> None:
    custody = scene.custody()
    custody.mac("pepper", b"x")
    before = scene.engine.connections
    for _ in range(20):
        custody.mac("pepper", b"x")
    kept = scene.engine.connections - before
    scene.engine.hang_up_after = 1
    made = [custody.mac("pepper", b"x") for _ in range(3)]

    assert kept == 0
    assert len(set(made)) == 1
    assert scene.engine.connections > before


def test_a_rotation_at_the_server_changes_no_index(scene: Scene) -> None:
    custody, before = scene.custody(), scene.files.mac("pepper", b"x")
    for key in scene.engine.keys.values():
        key.versions.append(b"\1" * 32)

    assert custody.mac("pepper", b"x") == before
    assert scene.custody().public("own") == scene.files.public("own")


def test_after_the_start_only_macs_need_the_server(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    custody = scene.custody()
    blob = seal_to(custody.public("own"), b"words", b"place")
    scene.engine.sealed = True

    assert custody.unwrap("own", blob, b"place") == b"words"
    assert len(custody.sign("signing", ctx("row"))) == 64
    with caplog.at_level(logging.WARNING, "workervoice"):
        for _ in range(3):
            with pytest.raises(KeysAway):
                custody.mac("pepper", b"x")
        scene.engine.sealed = False
        custody.mac("pepper", b"x")

    said = [record.getMessage() for record in caplog.records]
    assert len(said) == 2
    assert "sealed" in said[0]
    assert "used again" in said[1]


def test_a_token_that_ends_soon_is_a_problem(scene: Scene) -> None:
    custody = scene.custody()
    scene.engine.ttls[ROOT_TOKEN] = 59

    assert ["59 s" in problem for problem in custody.health()] == [True]


def test_storing_again_compares_and_replaces_nothing(scene: Scene) -> None:
    before = {name: list(key.versions) for name, key in scene.engine.keys.items()}

    text = store_keys(scene.files, "gateway", scene.transit)
    (scene.directory / BOXED_FILE).write_text(text)

    assert {name: key.versions for name, key in scene.engine.keys.items()} == before
    assert scene.custody().public("signing") == scene.files.public("signing")


def test_a_key_of_the_same_name_that_is_another_is_left_alone(scene: Scene) -> None:
    scene.engine.keys["workervoice-gateway-pepper"].versions = [b"\2" * 32]

    with pytest.raises(SettingsError, match="another key named workervoice-gateway-pepper"):
        store_keys(scene.files, "gateway", scene.transit)

    assert scene.engine.keys["workervoice-gateway-pepper"].versions == [b"\2" * 32]


def test_a_boxed_file_that_was_changed_or_is_anothers_does_not_open(scene: Scene) -> None:
    path = scene.directory / BOXED_FILE
    text = path.read_text()
    lines = text.splitlines(keepends=True)
    foreign = text.replace("workervoice-boxed-1 gateway", "workervoice-boxed-1 courier")

    damaged = [
        "",
        foreign,
        text[:-9],
        text.replace("own kem", "signing kem"),
        "".join([lines[0].replace("vault:v1:", "vault:v1:AAAA"), *lines[1:]]),
        "".join([*lines, lines[-1]]).replace("own kem ", "own kem 00"),
    ]
    for changed in damaged:
        path.write_text(changed)
        with pytest.raises((CryptoError, SettingsError)) as refused:
            scene.custody()
        assert lines[-1].split()[-1][:40] not in str(refused.value)


def test_certificates_are_verified(scene: Scene, tmp_path: Path) -> None:
    ca, tls = certificates(tmp_path)
    with ExitStack() as until_the_end:
        at = until_the_end.enter_context(transit_peer(scene.engine, tls))
        port = at.rpartition(":")[2]
        trusting = scene.again(address=f"https://127.0.0.1:{port}", ca_file=ca)
        doubting = scene.again(address=f"https://127.0.0.1:{port}")
        misled = scene.again(address=f"https://localhost:{port}", ca_file=ca)
        try:
            found = trusting.hmac("workervoice-gateway-pepper", b"x")
            for refused in (doubting, misled):
                with pytest.raises(KeysAway, match="certificate that is not trusted"):
                    refused.hmac("workervoice-gateway-pepper", b"x")
        finally:
            trusting.close()

    assert found == scene.files.mac("pepper", b"x")
    with pytest.raises(SettingsError, match="WORKERVOICE_VAULT_CA_FILE"):
        scene.again(address="https://127.0.0.1:1", ca_file=tmp_path / "absent")


def certificates(where: Path) -> tuple[Path, ssl.SSLContext]:
    """A certificate of our own for 127.0.0.1, and a server's context that shows it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "a test")])
    now = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now)
        .not_valid_after(now.replace(year=2126))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    pem, private = where / "ca.pem", where / "private.pem"
    pem.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem, private)
    return pem, context
