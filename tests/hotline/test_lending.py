"""Lending one text to a translator from outside: what they read, how long, and what comes back."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from tests.house import House
from tests.looking import Worker, a_worker, asked
from tests.web.console_scenes import lent_to_tara
from workervoice.errors import Declined, GuardFailed, NotFound
from workervoice.hotline import borrowing, lending, redacting, restricting
from workervoice.hotline.lending import Wish
from workervoice.hotline.redacting import Cut
from workervoice.hotline.thread import Said
from workervoice.store.engine import Scope
from workervoice.store.erasure import erase_words
from workervoice.store.tables import officer as officer_table

SPANISH = "Nos quitaron los pasaportes. Marta lo vio. Mi número es 5550 123 456. Estamos en RIVER"
MEANS = "They took our passports."


@pytest.fixture
def house(emptied_house: House) -> House:
    return emptied_house


def a_case(house: House) -> tuple[Worker, UUID, UUID]:
    worker = a_worker(house)
    worker.say(SPANISH)
    assert worker.case_id is not None
    return worker, worker.case_id, worker.case.thread[0].id


def words(said: Said) -> str:
    return "".join(text for text, _, _ in said.passages)


def a_wish(house: House, entry: UUID, **changed: object) -> Wish:
    wish = Wish(entry, house.actor("tara").id, 24, "nobody reads it", frozenset(), untied=True)
    return replace(wish, **changed)  # type: ignore[arg-type]


def lend(house: House, case_id: UUID, wish: Wish) -> None:
    lending.lend(house.console, house.actor("asha"), case_id, wish)


def test_a_translator_reads_what_is_left_of_one_text_and_nothing_else(house: House) -> None:
    _, case_id, entry = a_case(house)

    loan_id = lent_to_tara(house, case_id, entry, left_out=frozenset({1, 2, 3}))
    (line,) = borrowing.borrowed(house.console, house.actor("tara"))
    loan = borrowing.read_loan(house.console, house.actor("tara"), loan_id)

    assert (line.id, line.language) == (loan_id, "es")
    assert loan.text == "Nos quitaron los pasaportes. [left out]. Estamos en RIVER"
    assert len(house.leaves("text_lent")) == len(house.leaves("lent_read")) == 1
    assert "pasaportes" not in str(house.leaves("text_lent") + house.leaves("lent_read"))
    with pytest.raises(NotFound):
        borrowing.read_loan(house.console, house.actor("nora"), loan_id)
    with pytest.raises(NotFound):
        borrowing.read_loan(house.console, house.actor("tara"), uuid4())


def test_what_comes_back_stands_beside_the_original_under_the_translators_name(
    house: House,
) -> None:
    worker, case_id, entry = a_case(house)
    loan_id = lent_to_tara(house, case_id, entry)

    borrowing.give_back(house.console, house.actor("tara"), loan_id, MEANS)
    page = worker.case

    told = [(said.kind, said.by, words(said)) for said in page.thread[:2]]
    assert told[1] == ("translation", "Tara, translator (from outside)", MEANS)
    assert page.translated == {entry}
    assert [said.kind for said in worker.case.thread].count("translation") == 1
    assert asked(house, "SELECT id FROM lent") == []
    assert len(house.leaves("lent_returned")) == len(house.leaves("translation_came")) == 1


def test_once_given_back_nothing_of_it_is_open_to_the_translator(house: House) -> None:
    _, case_id, entry = a_case(house)
    tara, loan_id = house.actor("tara"), lent_to_tara(house, case_id, entry)
    borrowing.give_back(house.console, tara, loan_id, MEANS)

    ((kept,),) = asked(house, "SELECT words FROM lent")

    assert bytes(kept) == b""
    assert borrowing.borrowed(house.console, tara) == []
    with pytest.raises(NotFound):
        borrowing.read_loan(house.console, tara, loan_id)
    with pytest.raises(NotFound):
        borrowing.give_back(house.console, tara, loan_id, "something else")


def test_after_its_time_nothing_opens_and_the_tick_destroys_the_words(house: House) -> None:
    _, case_id, entry = a_case(house)
    loan_id = lent_to_tara(house, case_id, entry, hours=1)

    house.wait(hours=1)

    with pytest.raises(NotFound):
        borrowing.read_loan(house.console, house.actor("tara"), loan_id)
    with pytest.raises(NotFound):
        borrowing.give_back(house.console, house.actor("tara"), loan_id, MEANS)
    house.deliver()
    assert asked(house, "SELECT id FROM lent") == []
    assert [leaf["object"] for leaf in house.leaves("lent_over")] == [str(loan_id)]


def test_a_handler_takes_a_loan_back(house: House) -> None:
    worker, case_id, entry = a_case(house)
    loan_id = lent_to_tara(house, case_id, entry)
    assert [(each.id, each.name) for each in worker.case.lent] == [(loan_id, "Tara, translator")]

    lending.take_back(house.console, house.actor("ben"), case_id, loan_id)

    assert worker.case.lent == ()
    assert asked(house, "SELECT id FROM lent") == []
    with pytest.raises(NotFound):
        borrowing.read_loan(house.console, house.actor("tara"), loan_id)
    with pytest.raises(GuardFailed):
        lending.take_back(house.console, house.actor("ben"), case_id, loan_id)


def test_restricting_a_case_takes_back_what_of_it_is_lent(house: House) -> None:
    _, case_id, entry = a_case(house)
    loan_id = lent_to_tara(house, case_id, entry)

    sam = house.actor("sam")
    restricting.restrict(house.console, sam, case_id, [sam.id], "about somebody here")

    with pytest.raises(NotFound):
        borrowing.read_loan(house.console, house.actor("tara"), loan_id)
    assert [leaf["object"] for leaf in house.leaves("lent_taken_back")] == [str(case_id)]


@pytest.mark.parametrize("how", ["set aside", "deleted by its worker"])
def test_what_is_lent_of_a_case_ends_with_it(house: House, how: str) -> None:
    worker, case_id, entry = a_case(house)
    loan_id = lent_to_tara(house, case_id, entry)

    if how == "set aside":
        house.desk.move(house.actor("asha"), case_id, "set_aside", "not about work")
    else:
        said = worker.say("BORRAR")[-1]
        worker.say(next(digit for digit in "456789" if f" {digit}" in said))
    house.deliver()

    with pytest.raises(NotFound):
        borrowing.read_loan(house.console, house.actor("tara"), loan_id)
    assert [leaf["object"] for leaf in house.leaves("lent_over")] == [str(loan_id)]


def test_taking_a_passage_out_of_a_text_ends_its_loans(house: House) -> None:
    _, case_id, entry = a_case(house)
    lent_to_tara(house, case_id, entry)

    redacting.redact(house.console, house.actor("asha"), case_id, Cut(entry, "Marta"), "a name")

    assert asked(house, "SELECT id FROM lent") == []


def test_whoever_is_of_an_organisation_that_buys_from_the_site_is_lent_nothing(
    house: House,
) -> None:
    _, case_id, entry = a_case(house)
    tara, own = _id_of(house, "tara"), house.actor("tara").officer.organisation_id
    _move(house, house.actor("nora").officer.organisation_id)
    try:
        with pytest.raises(GuardFailed, match="tied to the site"):
            lend(house, case_id, Wish(entry, tara, 24, "why", untied=True))
    finally:
        _move(house, own)


def _move(house: House, organisation_id: UUID) -> None:
    """Tara belongs to this organisation from now on."""
    with house.owner.begin(Scope(house.programme)) as tx:
        change = officer_table.update().where(officer_table.c.login == "tara")
        tx.connection.execute(change.values(organisation_id=organisation_id))
    house.believe()


def _id_of(house: House, login: str) -> UUID:
    ((found,),) = asked(house, "SELECT id FROM officer WHERE login = :login", login=login)
    return UUID(str(found))


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"hours": 0}, "1 to 72 hours"),
        ({"hours": 73}, "1 to 72 hours"),
        ({"reason": " "}, "say why"),
        ({"untied": False}, "a tie to the site"),
        ({"left_out": frozenset({0, 1, 2, 3, 4})}, "at least one piece"),
        ({"left_out": frozenset({9})}, "at least one piece"),
        ({"to": UUID(int=7)}, "choose a translator"),
    ],
)
def test_a_loan_that_may_not_be_is_refused_and_leaves_nothing(
    house: House, changed: dict[str, object], why: str
) -> None:
    _, case_id, entry = a_case(house)

    with pytest.raises(GuardFailed, match=why):
        lend(house, case_id, a_wish(house, entry, **changed))

    assert asked(house, "SELECT id FROM lent") == []


def test_a_colleague_is_no_translator_and_one_text_goes_to_each_once(house: House) -> None:
    _, case_id, entry = a_case(house)
    with pytest.raises(GuardFailed, match="choose a translator"):
        lend(house, case_id, a_wish(house, entry, to=house.actor("ben").id))
    lend(house, case_id, a_wish(house, entry))

    with pytest.raises(GuardFailed, match="has this text already"):
        lend(house, case_id, a_wish(house, entry))
    with pytest.raises(NotFound):
        lend(house, case_id, a_wish(house, uuid4()))


def test_a_handler_is_warned_of_numbers_before_a_text_is_lent(house: House) -> None:
    _, case_id, entry = a_case(house)

    offer = lending.offer(house.console, house.actor("asha"), case_id, entry)

    warned = [text for text, why in offer.pieces if why]
    assert warned == ["5550 123 456"]
    assert [each.login for each in offer.translators] == ["tara"]


@pytest.mark.parametrize("text", ["", " \n", "x" * 4001])
def test_nothing_and_too_much_are_no_translation(house: House, text: str) -> None:
    _, case_id, entry = a_case(house)
    loan_id = lent_to_tara(house, case_id, entry)

    with pytest.raises(Declined):
        borrowing.give_back(house.console, house.actor("tara"), loan_id, text)

    assert borrowing.read_loan(house.console, house.actor("tara"), loan_id).text


def test_erasing_a_case_takes_its_loans_with_it(house: House) -> None:
    _, case_id, entry = a_case(house)
    lent_to_tara(house, case_id, entry, hours=72)
    with house.owner.begin(Scope(house.programme)) as tx:
        erase_words(tx, case_id)
        tx.stored.clear()

    assert asked(house, "SELECT id FROM lent") == []
