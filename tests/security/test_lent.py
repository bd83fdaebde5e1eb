"""What is lent to a translator: their key opens that and nothing else, a thief who writes to the
database cannot lend, lengthen or speak in their name, and no word of it lies in clear."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from tests.house import House
from tests.looking import Worker, a_worker
from tests.security.needles import forms_of_word
from tests.security.thief import Thief
from tests.store.rights import connected
from tests.web.console_scenes import lent_to_tara
from workervoice.crypto.lent import Loan, open_loan, seal_loan
from workervoice.errors import CryptoError, NotFound, SealBroken
from workervoice.hotline import borrowing, reading
from workervoice.store import cases
from workervoice.store.engine import Scope

MARK = "marzipanlantern"
SPANISH = f"Nos quitaron los pasaportes y {MARK} no volvió a salir"
MEANS = "They took our passports and juniperwindow did not come out again"


@pytest.fixture
def worker(house: House) -> Worker:
    found = a_worker(house)
    found.say(SPANISH)
    return found


def lend(house: House, worker: Worker) -> UUID:
    assert worker.case_id is not None
    return lent_to_tara(house, worker.case_id, worker.case.thread[0].id)


def test_a_translators_key_opens_no_word_of_the_case(house: House, worker: Worker) -> None:
    loan_id = lend(house, worker)
    tara, case_id = house.actor("tara"), worker.case_id
    assert case_id is not None

    with house.owner.begin(Scope(house.programme)) as tx:  # as if no right of the database held
        directory = house.console.directory(tx, house.now)
        row = cases.case_by_id(tx, case_id)
        with pytest.raises(NotFound):
            reading.case_keys(tx, tara, directory, row)
    for other in ("asha", "sam", "nora"):
        with pytest.raises(NotFound):
            borrowing.read_loan(house.console, house.actor(other), loan_id)


def test_a_translators_database_role_sees_no_row_of_anybody_else(
    house: House, worker: Worker
) -> None:
    lend(house, worker)
    scope = {"programme": house.programme}

    with connected(house, "translator", **scope, officer=house.actor("tara").id) as connection:
        own = connection.execute("SELECT id FROM lent").fetchall()
    with connected(house, "translator", **scope, officer=house.actor("mina").id) as connection:
        others = connection.execute("SELECT id FROM lent").fetchall()

    assert (len(own), others) == (1, [])


def test_a_loan_that_was_lengthened_or_moved_by_hand_opens_for_nobody(
    house: House, worker: Worker, thief_of_own: Thief
) -> None:
    loan_id = lend(house, worker)
    tara = house.actor("tara")

    thief_of_own.change("UPDATE lent SET until = %(u)s", u=house.now + timedelta(days=300))
    with pytest.raises(CryptoError):
        borrowing.read_loan(house.console, tara, loan_id)
    thief_of_own.change("UPDATE lent SET officer_id = %(m)s", m=house.actor("mina").id)
    with pytest.raises(NotFound):
        borrowing.read_loan(house.console, tara, loan_id)


def test_a_translation_that_a_thief_wrote_is_not_put_beside_the_original(
    house: House, worker: Worker, thief_of_own: Thief
) -> None:
    loan_id = lend(house, worker)
    borrowing.give_back(house.console, house.actor("tara"), loan_id, MEANS)

    thief_of_own.change("UPDATE lent SET back_signature = signature")

    assert "translation" not in {said.kind for said in worker.case.thread}


def test_no_word_of_a_loan_lies_in_clear(house: House, worker: Worker, thief_of_own: Thief) -> None:
    loan_id = lend(house, worker)
    before = thief_of_own.rows_of("lent")
    borrowing.give_back(house.console, house.actor("tara"), loan_id, MEANS)
    assert len(before) == 1
    stored = b"".join(
        value if isinstance(value, bytes) else str(value).encode()
        for row in [*before, *thief_of_own.rows_of("lent")]
        for value in row
    )

    for word in (MARK, "juniperwindow"):
        assert not [name for name, form in forms_of_word(word).items() if form in stored]


def test_a_sealed_text_opens_at_its_own_place_only(house: House) -> None:
    key = house.actor("tara").bundle.kem
    loan = Loan(UUID(int=1), UUID(int=2), UUID(int=3), UUID(int=4))
    blob = seal_loan(key.public, b"words", loan)

    assert open_loan(key, blob, loan) == b"words"
    for place in range(4):
        ids = [UUID(int=9) if place == each else UUID(int=each + 1) for each in range(4)]
        with pytest.raises(SealBroken):
            open_loan(key, blob, Loan(*ids))
    with pytest.raises(SealBroken):
        open_loan(key, b"", loan)
