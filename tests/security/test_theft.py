"""What stolen things open: the database alone, with our key files, with an officer's key."""

from __future__ import annotations

import base64
import inspect
import json
import shutil
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from tests.builders import a_case
from tests.crypto.transit_peer import ROOT_TOKEN, Engine, transit_peer
from tests.house import House
from tests.security import teller
from tests.security.burglar import Burglar
from tests.security.needles import Search, needles
from tests.security.teller import Teller, tell
from tests.security.thief import Thief
from workervoice.app.demo import seed
from workervoice.app.initiating import found
from workervoice.app.keyfiles import PROCESSES
from workervoice.crypto.boxed import BOXED_FILE, store_keys
from workervoice.crypto.custody import FileCustody
from workervoice.crypto.seal import ctx
from workervoice.crypto.slots import STRONG, Cost
from workervoice.crypto.suite import KemKey, open_with
from workervoice.crypto.transit import Server, Transit
from workervoice.errors import SealBroken
from workervoice.hotline import drafts
from workervoice.hotline.doors import Door
from workervoice.hotline.entrydrafts import keep_entry
from workervoice.hotline.handover import Entry, hand_over
from workervoice.hotline.staffing import enrol
from workervoice.store.taken import REFUSED_WITHIN

WAITING = "perrywinklebasalt"
DRAFTED = "thimblecorncrake"
WAITING_NUMBER = "+15550100850"
OUTSIDE = ("message", "assessment", "issue", "disclosure", "action", "action_entry", "draft")
NOTES = ("issue_note",)


@dataclass(frozen=True)
class Told:
    """A house in which one story has come to its end and one answer still waits."""

    house: House
    thief: Thief

    def burglar(self, *logins: str) -> Burglar:
        """With all our key files, and the keys of these officers."""
        made = Burglar.with_key_files(self.thief, self.house.data)
        made.keys += [self.house.actor(login).bundle.kem for login in logins]
        made.break_in()
        return made


@pytest.fixture(scope="module")
def told(shared_house: House, thief: Thief) -> Told:
    tell(Teller(shared_house))
    waiting = a_case(shared_house, number=WAITING_NUMBER)
    shared_house.desk.answer(shared_house.actor("ben"), waiting, f"Come by {WAITING}.")
    half = {"text": (f"unfinished {DRAFTED}",)}
    drafts.keep(shared_house.console, shared_house.actor("asha"), waiting, "answer", half)
    shared_house.deliver()
    return Told(shared_house, thief)


def marks_in(plain: list[bytes]) -> set[str]:
    """Which planted words are in these bytes."""
    words = (*teller.WORDS, WAITING, DRAFTED)
    found = Search(needles(words)).found_in(b"\n".join(plain))
    return {name.partition(": ")[0] for name in found}


def test_with_all_key_files_no_word_of_a_report_a_packet_or_an_action_opens(told: Told) -> None:
    burglar = told.burglar()

    assert burglar.held == {}
    assert burglar.words() == {table: [] for table in (*OUTSIDE, *NOTES)}
    assert burglar.media() == []
    assert len(told.thief.rows_of("medium")) == 2


def test_with_all_key_files_only_an_entry_that_the_gateway_has_not_taken_can_be_read(
    told: Told,
) -> None:
    """Seconds, unless the gateway is away; the draft of it is its writer's alone."""
    house, text = told.house, f"wages are held {teller.BY_HAND}"
    asha, entry_id = house.actor("asha"), uuid4()
    hand_over(house.console, asha, Entry("letter", text, house.line().id), entry_id)
    keep_entry(house.console, asha, "hand", {"text": (text,)})

    burglar = told.burglar()
    (waiting,) = [row for row in told.thief.rows_of("handover") if row.envelope]
    (draft,) = [row for row in told.thief.rows_of("entry_draft") if row.form == "hand"]
    place = ctx("handover", house.programme, entry_id, asha.id)
    kept = ctx("entry-draft", house.programme, asha.id, "hand", draft.id)
    opened = opened_by(burglar.keys, bytes(waiting.envelope), place)
    house.by_hand.take_waiting()

    assert teller.BY_HAND.encode() in opened
    assert opened_by(burglar.keys, bytes(draft.words), kept) == b""
    assert teller.BY_HAND.encode() in opened_by([asha.bundle.kem], bytes(draft.words), kept)
    assert [row for row in told.thief.rows_of("handover") if row.envelope] == []


def opened_by(keys: list[KemKey], blob: bytes, place: bytes) -> bytes:
    """What the first of these keys opens; nothing if none does."""
    for key in keys:
        with suppress(SealBroken):
            return open_with(key, blob, place)
    return b""


def test_with_a_handlers_key_the_same_way_leads_to_every_word(told: Told) -> None:
    everything = (*OUTSIDE, *NOTES)
    burglar, sealed = told.burglar("asha"), {t: len(told.thief.rows_of(t)) for t in everything}
    opened = burglar.words()

    assert {table: len(plain) for table, plain in opened.items()} == {**sealed, "disclosure": 0}
    assert marks_in([plain for table in opened.values() for plain in table]) == {
        *(teller.REPORT, teller.DETAIL, teller.ANSWER, teller.NOTE, teller.REASON),
        *(teller.PACKET, teller.ACTION, teller.EVIDENCE, teller.REMEDY, WAITING, DRAFTED),
        teller.BY_HAND,
    }


def test_with_a_handlers_key_all_media_open_and_with_a_buyers_only_its_plans(told: Told) -> None:
    every, theirs = told.burglar("asha").media(), told.burglar("nora").media()

    assert len(every) == 4  # two heads and two contents
    assert marks_in(every) == {teller.MEDIA, teller.EVIDENCE}
    assert len(theirs) == 2
    assert marks_in(theirs) == {teller.EVIDENCE}


def test_with_a_buyers_key_only_what_was_disclosed_to_it_opens(told: Told) -> None:
    opened = told.burglar("nora").words()
    plain = [each for table in opened.values() for each in table]

    assert opened["message"] == opened["assessment"] == []
    assert len(opened["disclosure"]) == 1
    assert marks_in(plain) == {teller.PACKET, teller.ACTION, teller.EVIDENCE}


def test_with_all_key_files_numbers_facts_and_links_open_which_we_say(told: Told) -> None:
    """The honest half: file custody protects numbers from a stolen database only."""
    burglar = told.burglar()
    records = burglar.records()
    facts = [record["facts"] for record in records["facts"]]

    numbers = {address.partition(b":")[2].decode() for address in burglar.addresses()}
    assert numbers >= {*teller.NUMBERS, WAITING_NUMBER}
    assert any("retention_of_identity_documents" in fact["indicators"] for fact in facts)
    assert {link["issue_id"] for link in records["disclosure-link"]} == {
        str(row.id) for row in told.thief.rows_of("issue")
    }
    assert marks_in([json.dumps(records).encode()]) == set()


def test_with_all_key_files_only_what_is_still_owed_can_be_read_in_the_outbox(told: Told) -> None:
    """What the provider has taken it may refuse for a while, and so long it is as good as owed."""
    told.house.now += REFUSED_WITHIN + timedelta(hours=1)
    told.house.deliver()
    burglar = told.burglar()
    owed = [row for row in told.thief.rows_of("outbox") if row.state in {"held", "owed"}]
    sent = [row for row in told.thief.rows_of("outbox") if row.state in {"accepted", "delivered"}]

    assert len(burglar.owed()) == len(owed)
    assert marks_in(burglar.owed()) == {WAITING}
    assert len(sent) > 5
    assert {bytes(row.payload) for row in sent} == {b""}


def test_with_all_key_files_the_secrets_of_second_factors_open_and_no_session(told: Told) -> None:
    burglar = told.burglar()
    burglar.secrets += [token_of(told, login) for login in ("asha", "nora")]

    assert {factor["secret"] for factor in burglar.records()["second-factor"]} == {
        secret.hex() for secret in told.house.apps.values()
    }
    assert len(told.thief.rows_of("session")) > 3
    assert burglar.bundles() == []


def token_of(told: Told, login: str) -> bytes:
    """Even with somebody's cookie: the boot secret is in the console's memory only."""
    return base64.urlsafe_b64decode(told.house.token(login) + "=")


def test_the_database_alone_opens_nothing(told: Told) -> None:
    """Whatever lies in it is tried as a key, too: hashes, ids, public keys, salts, signatures."""
    burglar = Burglar.with_what_lies_there(told.thief)

    assert len(burglar.secrets) > 500
    assert burglar.everything() == {}


def test_the_same_search_opens_what_it_should_once_keys_lie_there(told: Told) -> None:
    burglar = Burglar.with_what_lies_there(told.thief, told.house.data / "keys")

    assert burglar.everything().keys() == {
        *("facts", "conversation", "issue-link", "disclosure-link", "clock", "leaf"),
        *("second-factor", "second-factor-used", "number", "owed"),
    }


@pytest.mark.parametrize("custody", ["systemd", "vault"])
def test_without_the_credentials_or_the_key_service_key_files_and_settings_open_nothing(
    told: Told, tmp_path: Path, custody: str
) -> None:
    """All of the configuration directory: what lies sealed there, and the service key's boxes."""
    stolen = tmp_path / "data"
    shutil.copytree(told.house.data / "keys", stolen / "keys")
    with transit_peer(Engine(mounts={"transit"})) as address:
        token = tmp_path / "token"
        token.touch(mode=0o600)
        token.write_text(ROOT_TOKEN)
        transit = Transit(Server(address, token))
        for process in PROCESSES if custody == "vault" else ():
            directory = stolen / "keys" / process
            boxed = store_keys(FileCustody(directory), process, transit)
            (directory / BOXED_FILE).write_text(boxed)
        transit.close()
    for path in stolen.rglob("*.key"):
        path.unlink()

    assert len(list(stolen.rglob("service.sealed"))) == 3
    assert len(list(stolen.rglob(BOXED_FILE))) == (3 if custody == "vault" else 0)
    assert Burglar.with_what_lies_there(told.thief, stolen).everything() == {}


def test_every_way_in_costs_a_guess_of_128_mib(told: Told) -> None:
    """Passphrases and printed codes, as the ceremony, an invitation and an account's page make
    them; nothing cheaper to compare a guess with lies beside them (`test_leaks`)."""
    for maker in (found, seed, enrol, Door):
        assert inspect.signature(maker).parameters["cost"].default == STRONG
    assert Cost(memory_kib=128 * 1024, iterations=3, lanes=4) == STRONG
    assert {row.kind for row in told.thief.rows_of("slot")} <= {"passphrase", "recovery"}
