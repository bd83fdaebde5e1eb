"""What the store and the processes write, as it was once written, still reads.

As in `test_formats.py`, the files are never made again: whoever must change a format gives it a new
first byte or version and goes on reading the old one.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from tests.crypto.test_formats import looks_alike, stored
from tests.crypto.transit_peer import ROOT_TOKEN, Engine, Key, transit_peer
from workervoice.app.keyfiles import load_key_files
from workervoice.crypto.boxed import BOXED_FILE, TransitCustody, store_keys
from workervoice.crypto.credential import CredentialCustody, credential_name, pack
from workervoice.crypto.custody import Custody, FileCustody
from workervoice.crypto.merkle import leaf_body, leaf_hash
from workervoice.crypto.seal import MESSAGE_SIZES, SigningKey, digest, pad, unpad, verify
from workervoice.crypto.suite import KemKey, open_with, seal_to
from workervoice.crypto.transit import Server, Transit
from workervoice.disclosure.packet import Packet
from workervoice.hotline.contacts import address_info, contact_place
from workervoice.hotline.owing import outbox_info, outbox_place, release_place, reseal_place
from workervoice.hotline.records import CaseRecord, ConversationRecord
from workervoice.message import Address
from workervoice.store import cases, remedy
from workervoice.store.approvals import approval_place
from workervoice.store.issue_notes import IssueNote, issue_note_place
from workervoice.store.vault import QueueRecord, Vault

unhex = bytes.fromhex
OLD = stored("stored")
PROGRAMME, ROW = UUID(OLD["programme"]), UUID(OLD["row"])
OTHER = UUID(OLD["other"])
VAULT = Vault(unhex(OLD["service_key"]))


def blob(name: str) -> bytes:
    return unhex(OLD["blobs"][name])


@pytest.mark.parametrize("kind", sorted(OLD["records"]))
def test_records_under_the_service_key(kind: str) -> None:
    record, sealed = OLD["records"][kind], unhex(OLD["sealed"][kind])

    assert VAULT.open(kind, PROGRAMME, ROW, 3, sealed) == record
    assert looks_alike(VAULT.seal(kind, PROGRAMME, ROW, 3, record), sealed)


def test_a_conversations_record() -> None:
    old = OLD["records"]["conversation"]

    record = ConversationRecord.from_json(old)

    assert record.to_json() == old
    assert record.progress.held[0].outbox_id == OTHER


def test_a_cases_record_and_its_queue_record() -> None:
    old, sealed = OLD["records"]["facts"], blob("queue")

    record = CaseRecord.from_json(old)
    found = VAULT.open_queue(PROGRAMME, ROW, 3, sealed)

    assert record.to_json() == old
    assert found == hourly(record.queue())
    assert looks_alike(VAULT.seal_queue(PROGRAMME, ROW, 3, record.queue()), sealed)


def hourly(record: QueueRecord) -> QueueRecord:
    """As the queue keeps it: full hours."""
    answered = record.answered_at
    return replace(
        record,
        opened_at=record.opened_at.replace(minute=0, second=0),
        last_in_at=record.last_in_at.replace(minute=0, second=0),
        answered_at=answered and answered.replace(minute=0, second=0),
    )


def test_a_leaf_of_the_log() -> None:
    body = leaf_body(OLD["records"]["leaf"])

    assert body.decode() == OLD["leaf_body"]
    assert leaf_hash(body).hex() == OLD["leaf_hash"]


def test_an_owed_text_and_a_return_address() -> None:
    courier = KemKey.from_bytes(unhex(OLD["courier"]))

    payload = open_with(courier, blob("payload"), outbox_info(PROGRAMME, ROW))
    address = open_with(courier, blob("address"), address_info(PROGRAMME, ROW))

    assert json.loads(unpad(payload)) == OLD["owed"]
    assert Address.from_uri(address.decode()).uri() == OLD["address"]
    new = seal_to(courier.public, pad(b"{}", MESSAGE_SIZES), outbox_info(PROGRAMME, ROW))
    assert looks_alike(new, blob("payload"))


def test_a_packet() -> None:
    assert Packet.from_json(OLD["packet"]).to_json() == OLD["packet"]


def a_case() -> cases.CaseRow:
    return cases.CaseRow(
        id=ROW, conversation_id=OTHER, team_id=OTHER, epoch=2, state="received", version=3,
        queue=b"queue", facts=b"facts", signer_id=ROW, signature=b"signature",
        next_look_at=datetime.fromtimestamp(0, UTC),
    )  # fmt: skip


def statements() -> dict[str, bytes]:
    """Everything that is signed, over the same few bytes."""
    words, signature = b"words", b"signature"
    message = cases.MessageRow(ROW, OTHER, 2, 5, "in", 2048, words, ROW, signature)
    judged = cases.AssessmentRow(ROW, OTHER, 2, 5, "person", words, ROW, signature)
    issue = remedy.IssueRow(ROW, OTHER, 2, "draft", 5, b"link", words, ROW, signature)
    shown = remedy.DisclosureRow(ROW, OTHER, 2, "sealed", 5, b"link", words, ROW, signature)
    action = remedy.ActionRow(ROW, OTHER, 2, "proposed", 5, b"sealed")
    entry = remedy.EntryRow(ROW, OTHER, 2, 5, b"sealed")
    note = IssueNote(
        id=ROW, issue_id=OTHER, team_id=ROW, epoch=2, ordinal=5, words=words,
        signer_id=ROW, signature=signature,
    )  # fmt: skip
    return {
        "issue note": issue_note_place(PROGRAMME, note),
        "outbox": outbox_place(PROGRAMME, ROW, OTHER, digest(words)),
        "reseal": reseal_place(PROGRAMME, ROW, signature, b"first", words),
        "release": release_place(PROGRAMME, ROW, signature, OTHER),
        "contact": contact_place(PROGRAMME, ROW, OTHER, 5, (b"index", b"address")),
        "facts": cases.facts_place(PROGRAMME, a_case()),
        "message": cases.message_place(PROGRAMME, message),
        "assessment": cases.assessment_place(PROGRAMME, judged),
        "packet": remedy.packet_place(PROGRAMME, issue),
        "approval": approval_place(PROGRAMME, ROW, 5, words),
        "disclosure": remedy.disclosure_place(PROGRAMME, shown),
        "action": remedy.action_place(PROGRAMME, action, words),
        "entry": remedy.entry_place(PROGRAMME, entry, words),
    }


@pytest.mark.parametrize("what", sorted(statements()))
def test_what_is_signed(what: str) -> None:
    statement, old = statements()[what], OLD["statements"][what]
    signer = SigningKey.from_bytes(unhex(OLD["signer"]))

    assert digest(statement).hex() == old["digest"]
    verify(signer.public, statement, unhex(old["signature"]))


def test_a_processs_service_key(tmp_path: Path) -> None:
    directory = the_files(tmp_path)

    found = load_key_files(tmp_path, "gateway")

    assert found.service_key == unhex(OLD["service_key"])
    assert str(found.process_id) == (directory / "identity").read_text()


def the_files(where: Path) -> Path:
    """A process's directory, as it once was."""
    directory = where / "keys" / "gateway"
    directory.mkdir(parents=True, mode=0o700)
    for name, text in OLD["files"].items():
        (directory / name).touch(mode=0o600)
        (directory / name).write_text(text)
    (directory / "service.sealed").write_bytes(blob("service.sealed"))
    return directory


def same_keys(custody: Custody, files: FileCustody) -> bool:
    return (
        custody.mac("pepper", b"x") == files.mac("pepper", b"x")
        and custody.public("own") == files.public("own")
        and custody.public("signing") == files.public("signing")
    )


def test_a_credentials_bundle(tmp_path: Path) -> None:
    files = FileCustody(the_files(tmp_path))
    credential = tmp_path / credential_name("gateway")
    credential.touch(mode=0o400)
    credential.write_text(OLD["bundle"])

    custody = CredentialCustody(tmp_path, "gateway", left_behind=tmp_path)

    assert same_keys(custody, files)
    assert pack("gateway", files) == OLD["bundle"]


def test_keys_boxed_under_a_key_services_key(tmp_path: Path) -> None:
    files = FileCustody(the_files(tmp_path))
    keys = {name: Key(kind, [unhex(key)]) for name, (kind, key) in OLD["transit"].items()}
    token = tmp_path / "token"
    token.touch(mode=0o600)
    token.write_text(ROOT_TOKEN)
    (tmp_path / BOXED_FILE).write_text(OLD["boxed"])
    with transit_peer(Engine(mounts={"transit"}, keys=keys)) as address:
        transit = Transit(Server(address, token))
        custody = TransitCustody(tmp_path, "gateway", transit)
        same = same_keys(custody, files)
        new = store_keys(files, "gateway", transit)
        transit.close()

    assert same
    assert list(map(shape, new.splitlines())) == list(map(shape, OLD["boxed"].splitlines()))


def shape(line: str) -> list[object]:
    *words, last = line.split(" ")
    return [*words, len(last), last[:2]]
