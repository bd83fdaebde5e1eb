"""The commonest mistakes of whoever runs a hotline: each is made, named once, and mended."""

from __future__ import annotations

import io
import os
import re
import resource
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from datetime import datetime, timedelta
from email.utils import formatdate
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy.engine import make_url

from tests.channels.provider import Provider, provider, says, writes
from tests.house import START, House, build_house
from workervoice.app import descriptors, disks
from workervoice.app.backups import Places, seal
from workervoice.app.doctor import MISTAKES, examine
from workervoice.app.doctor.programme import WARN_BEFORE
from workervoice.app.expiring import expire
from workervoice.app.keyfiles import make_key_files
from workervoice.app.ops_addresses import keep_addresses
from workervoice.crypto.seal import generate_signing
from workervoice.embedded import EmbeddedServer
from workervoice.hotline.ceremony import VALID_FOR
from workervoice.settings import load
from workervoice.triage.engine import Engine

ROOT = Path(__file__).parents[2]
SID, TOKEN = "AC" + "1" * 32, "ab" * 16
KEY, SECRET = "SK" + "2" * 32, "a secret of a key"
NUMBER = "+15550100000"  # of the demo's SMS line
PUBLIC, CLEAR = "https://hotline.example.org", "http://hotline.example.org"
DRAINED = {"DRAIN_SECRET": "d" * 40}
AT_TWILIO = {
    "phone_number": NUMBER,
    "sms_url": f"{PUBLIC}/in/twilio/demo-sms",
    "sms_method": "POST",
}


@pytest.fixture(scope="module")
def server(durable_server: EmbeddedServer) -> EmbeddedServer:
    return durable_server


@pytest.fixture(scope="module")
def house(
    server: EmbeddedServer, engine: Engine, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[House]:
    """As if it were no demo: a programme of its own name."""
    built = build_house(server, tmp_path_factory.mktemp("house") / "data", engine)
    with built.owner.begin() as tx:
        tx.connection.exec_driver_sql("UPDATE programme SET name = 'River'")
    yield built
    built.close()


Given = Mapping[str, str]


def found(
    house: House, given: Given, clock: Callable[[], float] = time.time
) -> list[tuple[str, str]]:
    """What is not well: which mistake, and the sentence."""
    settings = {"ENV_FILE": "", "DATA_DIR": str(house.data), "DATABASE_URL": house.owner_url}
    named = {f"WORKERVOICE_{name}": value for name, value in {**settings, **given}.items()}
    said = examine(load(named), house.now, clock)
    return [(each.mistake, each.sentence) for each in said if not each.well]


Made = tuple[list[tuple[str, str]], list[tuple[str, str]]]


def by_settings(wrong: Given, right: Given) -> Callable[[House], Made]:
    """A mistake in the settings: what is said of the wrong ones, and of the right ones."""
    return lambda house: (found(house, wrong), found(house, right))


def by_sql(make: str, mend: str) -> Callable[[House], Made]:
    def made(house: House) -> Made:
        with house.owner.begin() as tx:
            tx.connection.exec_driver_sql(make)
        try:
            wrong = found(house, {})
        finally:
            with house.owner.begin() as tx:
                tx.connection.exec_driver_sql(mend)
        return wrong, found(house, {})

    return made


@contextmanager
def twilio(
    *,
    status: int = 200,
    number: Mapping[str, Any] | None = AT_TWILIO,
    ahead: float = 0,
    said: str = "",
    approval: str = "approved",
    template: str = "You have a reply. Send 1 to read it.",
) -> Iterator[Given]:
    """Twilio's REST API with this account, and the settings that lead to it."""
    account = {"sid": SID, "status": "active", "auth_token": TOKEN}
    numbers = {"incoming_phone_numbers": [] if number is None else [number]}
    messages = [
        {"direction": "outbound-api", "body": "ours"},
        {"direction": "inbound", "body": said},
    ]
    content = {"types": {"twilio/text": {"body": template}}, "whatsapp": {"status": approval}}
    body = {**account, **numbers, **content, "messages": messages}
    date = formatdate(time.time() + ahead, usegmt=True)
    with provider(_dated(says(status, body), date)) as peer:
        yield _to(peer)


def _to(peer: Provider) -> Given:
    return {
        "TWILIO_API_BASE": peer.url,
        "TWILIO_ACCOUNT_SID": SID,
        "TWILIO_AUTH_TOKENS": TOKEN,
        "TWILIO_API_KEY": KEY,
        "TWILIO_API_SECRET": SECRET,
        "PUBLIC_URL": PUBLIC,
        "TWILIO_CONTENT_SIDS": '{"reply_waits": {"en": "HX' + "a" * 32 + '"}}',
    }


def _dated(behaviour: Any, date: str) -> Any:
    """The same answer with a Date header."""

    class _Recorder:
        raw = b""

        def sendall(self, data: bytes) -> None:
            self.raw += data

    recorder = _Recorder()
    behaviour(recorder, None)
    head, _, body = recorder.raw.partition(b"\r\n\r\n")
    return writes(head + f"\r\nDate: {date}\r\n\r\n".encode() + body)


def by_twilio(**wrong: Any) -> Callable[[House], Made]:
    def made(house: House) -> Made:
        with twilio(**wrong) as given:
            told = found(house, given)
        with twilio() as given:
            return told, found(house, given)

    return made


def wrong_clock(house: House) -> Made:
    return found(house, {}, lambda: time.time() + 300), found(house, {}, lambda: time.time() + 5)


def full_disk(house: House) -> Made:
    """Nobody fills a disk for a test: it is as large as it is, and has a thousandth left."""
    with pytest.MonkeyPatch.context() as patch:
        real = disks.disk_of("data directory", house.data)
        full = replace(real, free_bytes=real.total_bytes // 1000)
        patch.setattr(disks, "disk_of", lambda what, path: full)
        wrong = found(house, {})
    return wrong, found(house, {})


def few_files(house: House) -> Made:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(descriptors, "LEAST", descriptors.allowed() + 1)
        wrong = found(house, {})
    assert (soft, hard) == resource.getrlimit(resource.RLIMIT_NOFILE)
    return wrong, found(house, {})


def open_directory(house: House) -> Made:
    keys, founding = house.data / "keys", house.data / "founding.json"
    founding.touch(mode=0o644)
    mode = keys.stat().st_mode
    keys.chmod(0o775)
    try:
        wrong = found(house, {})
        founding.chmod(0o600)
        keys.chmod(0o755)
        right = found(house, {})
    finally:
        keys.chmod(mode)
        founding.unlink()
    assert len(wrong) == 2
    return wrong, right


def broken_pack(house: House) -> Made:
    own = house.data / "packs"
    own.mkdir()
    pack = own / "zz.yaml"
    head = "language: en\nstatus: draft\nversion: 1\nscripts: [latin]\n"
    pack.write_text(head + "items: {P_documents: {phrases: ['{nobody} took']}}\n", encoding="utf-8")
    wrong = found(house, {"PACKS_DIR": str(own)})
    pack.unlink()
    right = found(house, {"PACKS_DIR": str(own)})
    assert [sentence for _, sentence in wrong if "zz.yaml:5: there is no slot" in sentence]
    return wrong, right


def run_by_root(house: House) -> Made:
    if os.geteuid() != 0:
        pytest.skip("only root can run something as root")
    keep_addresses(house.data, {})
    file = house.data / "operations.json"
    try:
        wrong = found(house, {})
        os.chown(file, 12345, 12345)
        return wrong, found(house, {})
    finally:
        file.unlink()


def keys_of_another(house: House) -> Made:
    other = house.data.parent / "other"
    make_key_files(other, generate_signing().public)
    return found(house, {"DATA_DIR": str(other)}), found(house, {})


def no_courier(house: House) -> Made:
    house.text("+15550107001", "They took our passports")
    house.wait(hours=2)
    wrong = found(house, {})
    house.deliver()
    return wrong, found(house, {})


def old_backup(house: House) -> Made:
    keys = house.data.parent / "backup-keys"
    given = {"BACKUP_KEYS_DIR": str(keys)}
    never = found(house, given)
    for days in (9, 2):
        made_backup(keys, house.now - timedelta(days=days))
    late = found(house, given)
    made_backup(keys, house.now - timedelta(days=1))
    assert len(never) == len(late) == 1
    return never + late, found(house, given)


def old_keys(house: House) -> Made:
    keys = house.data.parent / "old-keys"
    given = {"BACKUP_KEYS_DIR": str(keys)}
    for days in (15, 14, 13, 0):
        made_backup(keys, house.now - timedelta(days=days))
    late = found(house, given)
    assert len(expire(keys, house.now)) == 2
    (keys / "2026-13-45-6f0f0f0e-5a0e-4f0c-9d3b-3f6a1d2c4b5e.key").write_text("00")
    strange = found(house, given)
    made_backup(keys, house.now - timedelta(days=60))
    for path in (keys / "2026-13-45-6f0f0f0e-5a0e-4f0c-9d3b-3f6a1d2c4b5e.key",):
        path.unlink()
    unlikely = found(house, given)
    for path in keys.glob(f"{house.now.date() - timedelta(days=60)}-*"):
        path.unlink()
    assert len(late) == len(strange) == len(unlikely) == 1
    return late + strange + unlikely, found(house, given)


def made_backup(keys: Path, at: datetime) -> None:
    out = keys.parent / f"{at.date()}-{keys.name}.backup"
    seal(nullcontext(io.BytesIO(b"a dump")), out, Places(keys, bytes(32)), at)


def later(house: House) -> Made:
    well, now = found(house, {}), house.now
    house.now = START + VALID_FOR - WARN_BEFORE / 2
    try:
        return [each for each in found(house, {}) if each[0] != "courier"], well
    finally:
        house.now = now


MADE: tuple[tuple[str, Callable[[House], Made]], ...] = (
    ("public_url", by_settings({"PUBLIC_URL": CLEAR}, {"PUBLIC_URL": PUBLIC})),
    ("public_url", by_settings({"PUBLIC_URL": "https://10.0.0.5"}, {"PUBLIC_URL": PUBLIC})),
    ("public_url", by_settings({"PUBLIC_URL": "https://hotline.local"}, {})),
    (
        "tokens",
        lambda house: (
            [*_with_token(house, f"{TOKEN},{SECRET.replace(' ', '')}")],
            [*_with_token(house, TOKEN)],
        ),
    ),
    ("account", by_twilio(status=401)),
    ("number", by_twilio(number=None)),
    ("number", by_twilio(number={**AT_TWILIO, "sms_url": "https://demo.twilio.com/welcome"})),
    ("number", by_twilio(number={**AT_TWILIO, "sms_method": "GET"})),
    ("redaction", by_twilio(said="they lock us in")),
    ("templates", by_twilio(approval="paused")),
    ("templates", by_twilio(template="You have a new reply. Send 1 to read it.")),
    ("clock", by_twilio(ahead=3600)),
    ("clock", wrong_clock),
    ("disk", full_disk),
    ("backup", old_backup),
    ("backup_keys", old_keys),
    ("open_files", few_files),
    ("packs", broken_pack),
    ("translate_command", by_settings({"TRANSLATE_COMMAND": "/nowhere/translate"}, {})),
    ("transcribe_command", by_settings({"TRANSCRIBE_COMMAND": "/nowhere/hear"}, {})),
    ("recordings", by_settings({"RECORDINGS_DIR": "/nowhere"}, {})),
    ("second_opinion", by_settings({"SECOND_OPINION": "/nowhere/model"}, {})),
    ("data_directory", open_directory),
    ("root_user", run_by_root),
    (
        "rights",
        by_sql(
            "ALTER ROLE workervoice_gateway BYPASSRLS", "ALTER ROLE workervoice_gateway NOBYPASSRLS"
        ),
    ),
    (
        "rights",
        by_sql(
            "REVOKE INSERT ON message FROM workervoice_gateway",
            "GRANT INSERT ON message TO workervoice_gateway",
        ),
    ),
    (
        "durability",
        by_sql(
            "ALTER ROLE workervoice_gateway SET synchronous_commit = off",
            "ALTER ROLE workervoice_gateway RESET synchronous_commit",
        ),
    ),
    (
        "plain_connection",
        by_settings(
            {"GATEWAY_DATABASE_URL": "postgresql://g:x@db.example.org/w"},
            {"GATEWAY_DATABASE_URL": "postgresql://g:x@db.example.org/w?sslmode=verify-full"},
        ),
    ),
    (
        "revision",
        by_sql(
            "UPDATE alembic_version SET version_num = '0000'",
            "UPDATE alembic_version SET version_num = '0001'",
        ),
    ),
    ("foreign_keys", keys_of_another),
    ("courier", no_courier),
    (
        "console_url",
        by_settings(
            {"CONSOLE_URL": "http://officers.example.org"}, {"CONSOLE_URL": "http://127.0.0.1:8401"}
        ),
    ),
    (
        "ports",
        by_settings(
            {"GATEWAY_PROCESSES": "2", "GATEWAY_OPS_PORT": "8410", "COURIER_OPS_PORT": "8411"},
            {"GATEWAY_PROCESSES": "2", "GATEWAY_OPS_PORT": "8410", "COURIER_OPS_PORT": "8408"},
        ),
    ),
    (
        "ports",
        by_settings(
            {"GATEWAY_PORT": "8400", "GATEWAY_HOST": "::", "CONSOLE_OPS_PORT": "8400"},
            {"COURIER_OPS_PORT": "8400", "CONSOLE_OPS_HOST": "::1", "CONSOLE_OPS_PORT": "8400"},
        ),
    ),
    ("console_url", by_settings({"CONSOLE_HOST": "10.0.0.5"}, {"CONSOLE_HOST": "::1"})),
    (
        "behind_proxy",
        by_settings(
            {"CONSOLE_URL": "https://officers.example.org"},
            {"CONSOLE_URL": "https://officers.example.org", "CONSOLE_BEHIND_PROXY": "true"},
        ),
    ),
    ("fallback", by_settings({"FALLBACK_URL": "http://127.0.0.1:9"}, {})),
    ("fallback", by_settings({**DRAINED, "FALLBACK_URL": "http://127.0.0.1:9"}, DRAINED)),
    ("fallback", lambda house: _with_files(house, [200, 86_400 * 20], [200])),
    ("fallback", lambda house: _with_files(house, [86_400 * 31], [])),
    ("fallback", lambda house: (_at_no_receiver(house), [])),
    (
        "brought",
        by_sql(
            "INSERT INTO brought (programme_id, id, since, code, envelope) SELECT programme_id, "
            "gen_random_uuid(), now(), 'Refused', 'x' FROM programme",
            "DELETE FROM brought",
        ),
    ),
    (
        "people",
        by_sql(
            "CREATE TABLE aside AS SELECT * FROM directory WHERE kind IN ('officer', 'registrar');"
            "DELETE FROM directory WHERE kind IN ('officer', 'registrar')",
            "INSERT INTO directory SELECT * FROM aside; DROP TABLE aside",
        ),
    ),
    ("entries_ending", later),
    ("demo", by_settings({"SIMULATOR_SECRET": "s" * 32}, {})),
    (
        "demo",
        lambda house: (
            by_sql("UPDATE programme SET name = 'Demo hotline'", "SELECT 1")(house)[0]
            or _at_public_address(house),
            [],
        ),
    ),
)


def _with_token(house: House, tokens: str) -> list[tuple[str, str]]:
    with twilio() as given:
        return found(house, {**given, "TWILIO_AUTH_TOKENS": tokens})


def _with_files(house: House, wrong: list[int], right: list[int]) -> Made:
    """A receiver with files of these ages, in seconds."""
    return _asking(house, wrong), _asking(house, right)


def _asking(house: House, ages: list[int]) -> list[tuple[str, str]]:
    at = int(house.now.timestamp())
    files = [{"name": str(uuid4()), "size": 3000, "at": at - age} for age in ages]
    with provider(says(200, {"files": files, "more": ""})) as receiver:
        return found(house, {**DRAINED, "FALLBACK_URL": receiver.url})


def _at_no_receiver(house: House) -> list[tuple[str, str]]:
    with provider(says(401, {})) as receiver:
        return found(house, {**DRAINED, "FALLBACK_URL": receiver.url})


def _at_public_address(house: House) -> list[tuple[str, str]]:
    try:
        return found(house, {"PUBLIC_URL": PUBLIC})
    finally:
        with house.owner.begin() as tx:
            tx.connection.exec_driver_sql("UPDATE programme SET name = 'River'")


@pytest.mark.parametrize(
    ("mistake", "make"), MADE, ids=[f"{n}-{each[0]}" for n, each in enumerate(MADE)]
)
def test_a_mistake_is_named_with_what_to_do_and_nothing_else_is_said(
    house: House, mistake: str, make: Callable[[House], Made]
) -> None:
    wrong, right = make(house)

    assert {name for name, _ in wrong} == {mistake}
    for _, sentence in wrong:
        assert sentence.endswith((".", ")"))
        assert len(sentence) < 420
        for secret in (TOKEN, SECRET, make_url(house.owner_url).password):
            assert secret
            assert secret not in sentence
    assert right == []


def test_every_mistake_of_the_list_is_made_here() -> None:
    assert {mistake for mistake, _ in MADE} == set(MISTAKES)
    assert len(MISTAKES) >= 20


def test_the_page_lists_what_the_code_knows() -> None:
    page = (ROOT / "docs" / "doctor.md").read_text(encoding="utf-8")

    listed = re.findall(r"^\| `(\w+)` \| (.+?) \|", page, flags=re.M)

    assert dict(listed) == MISTAKES


def test_a_twilio_that_does_not_answer_is_no_mistake(house: House) -> None:
    with twilio() as given:
        pass

    assert found(house, given) == []
