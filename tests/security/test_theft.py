"""What stolen things open: the database alone, with our key files, with an officer's key."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta

import pytest

from tests.builders import a_case
from tests.house import House
from tests.security import teller
from tests.security.burglar import Burglar
from tests.security.needles import Search, needles
from tests.security.teller import Teller, tell
from tests.security.thief import Thief
from workervoice.store.taken import REFUSED_WITHIN

WAITING = "perrywinklebasalt"
WAITING_NUMBER = "+15550100850"
OUTSIDE = ("message", "assessment", "issue", "disclosure", "action", "action_entry")


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
    shared_house.deliver()
    return Told(shared_house, thief)


def marks_in(plain: list[bytes]) -> set[str]:
    """Which planted words are in these bytes."""
    words = (*teller.WORDS, WAITING)
    found = Search(needles(words)).found_in(b"\n".join(plain))
    return {name.partition(": ")[0] for name in found}


def test_with_all_key_files_no_word_of_a_report_a_packet_or_an_action_opens(told: Told) -> None:
    burglar = told.burglar()

    assert burglar.held == {}
    assert burglar.words() == {table: [] for table in OUTSIDE}


def test_with_a_handlers_key_the_same_way_leads_to_every_word(told: Told) -> None:
    burglar, sealed = told.burglar("asha"), {t: len(told.thief.rows_of(t)) for t in OUTSIDE}
    opened = burglar.words()

    assert {table: len(plain) for table, plain in opened.items()} == {**sealed, "disclosure": 0}
    assert marks_in([plain for table in opened.values() for plain in table]) == {
        *(teller.REPORT, teller.DETAIL, teller.MEDIA, teller.ANSWER, teller.NOTE, teller.REASON),
        *(teller.PACKET, teller.ACTION, teller.EVIDENCE, teller.REMEDY, WAITING),
    }


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


def test_the_database_alone_opens_nothing(told: Told) -> None:
    burglar = Burglar(told.thief, [], [b"\0" * 32])
    burglar.break_in()

    assert burglar.held == {}
    assert burglar.words() == {table: [] for table in OUTSIDE}
    assert burglar.addresses() == burglar.owed() == []
