"""Which site a text names: a code typed as a code, never an ordinary word that is one by chance."""

from __future__ import annotations

from uuid import UUID

import pytest

from tests.house import House
from tests.looking import Worker, a_worker
from workervoice.hotline.poster import Poster
from workervoice.store.programme import Site

REPORT = "They took our passports"


def a_site(code: str, name: str = "Riverside Garments", number: int = 1) -> Site:
    return Site(UUID(int=number), code, name, "BD")


def names(text: str, *sites: Site, asked: bool = False) -> bool:
    return Poster(sites).named(text, asked=asked) is not None


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("RIVER", "we drink from the river"),
        ("RIVER", "they threw his phone in the river. please come"),
        ("RIVER", "river"),
        ("RIVER", "River water comes into the room"),
        ("RIVER", "WE DRINK FROM THE RIVER AND GET SICK"),
        ("RIVER", "RIVERSIDE RIVERS RIVERA x"),
        ("HOPE", "I hope you help us"),
        ("HILL", "the guard sits on the hill, we can not go out"),
        ("SOL", "trabajamos al sol sin agua"),
        ("SOL", "TRABAJAMOS TODO EL DIA AL SOL SIN AGUA"),
        ("PAN", "Solo nos dan pan y agua"),
        ("CASA", "no me dejan ir a mi casa"),
        ("NADA", "no nos pagan nada"),
        ("SI", "SI me quejo me pegan"),
        ("NO", "NO nos pagan"),
        ("ALTO", "el muro es muy alto"),
        ("আশা", "আমাদের কোনো আশা নেই"),
        ("নদী", "কারখানার পাশে নদী, পানি খারাপ"),
        ("ASHA", "amader kono asha nai"),
        ("NODI", "nodi r pani khai"),
        ("I", "I work here and they hit me"),
        ("US", "they hit US every day"),
        ("4021", "they owe me 4021 taka"),
        ("MILL7", "at the mill 7 workers are ill"),
    ],
)
def test_an_ordinary_word_is_no_code(code: str, text: str) -> None:
    assert not names(text, a_site(code))


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("RIVER", "RIVER"),
        ("RIVER", "(RIVER)."),
        ("RIVER", "Boss took our passports. RIVER"),
        ("RIVER", "no le dan el pasaporte. es RIVER"),
        ("RIVER", "আমরা RIVER এ কাজ করি"),
        ("RIVER", "ＲＩＶＥＲ, they hit us"),
        ("RIVER", "\u200eRIVER\u200f they hit us"),
        ("MILL7", "i work at mill7"),
        ("MILL7", "mill৭ তে কাজ করি"),
        ("BM-12", "it is bm-12"),
        ("BM-12", "it is BM12"),
    ],
)
def test_a_code_is_known_where_it_is_typed_as_the_poster_has_it(code: str, text: str) -> None:
    assert names(text, a_site(code, "Somewhere Else Ltd"))


@pytest.mark.parametrize(
    ("code", "answer"),
    [
        ("RIVER", "river"),
        ("RIVER", " River. "),
        ("RIVER", "riverside garments"),
        ("SOL", "sol"),
        ("আশা", "আশা"),
        ("US", "us"),
        ("4021", "৪০২১"),
    ],
)
def test_the_whole_answer_to_where_do_you_work_may_be_a_code_in_any_case(
    code: str, answer: str
) -> None:
    assert names(answer, a_site(code), asked=True)


@pytest.mark.parametrize(
    ("code", "answer"),
    [
        ("RIVER", "near the river"),
        ("NO", "no"),
        ("SI", "sí"),
        ("HELP", "help"),
        ("ALTO", "alto"),
        ("NA", "না"),
    ],
)
def test_an_answer_that_means_something_else_is_no_code(code: str, answer: str) -> None:
    assert not names(answer, a_site(code), asked=True)


@pytest.mark.parametrize(
    ("name", "text", "named"),
    [
        ("Riverside Garments", "It is called riverside garments in town", True),
        ("Riverside Garments", "RIVERSIDE GARMENTS", True),
        ("Riverside Garments", "the garments smell, we live riverside", False),
        ("Sun", "we have no day off, not even sunday, only sun", False),
        ("আশা গার্মেন্টস", "আমি আশা গার্মেন্টস এ কাজ করি", True),
        ("আশা", "আমাদের কোনো আশা নেই", False),
    ],
)
def test_a_name_is_known_in_full_and_by_more_than_one_word(
    name: str, text: str, named: bool
) -> None:
    assert names(text, a_site("ZZZ", name)) is named


def test_two_sites_in_one_text_are_left_for_a_person() -> None:
    river, hill = a_site("RIVER"), a_site("HILL", "Hillside Electronics", 2)

    poster = Poster([river, hill])
    assert poster.named("is it RIVER or HILL", asked=True) is None
    assert poster.named("it is HILL", asked=True) == hill.id


def site_of(worker: Worker) -> str | None:
    site = worker.case.site
    return site.code if site else None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("I work at RIVER", "RIVER"),
        ("(HILL)", "HILL"),
        ("It is called riverside garments in town", "RIVER"),
        ("HARBOUR SEAFOOD", "HARBOR"),
        ("I work at the river", None),
        ("we live on a hill.", None),
        ("Hillsides", None),
        ("drivers", None),
    ],
)
def test_a_site_is_known_by_its_poster_code_or_its_name(
    shared_house: House, text: str, code: str | None
) -> None:
    worker = a_worker(shared_house)
    worker.say(REPORT)
    worker.say(text)

    assert site_of(worker) == code


def test_an_ordinary_word_in_a_first_text_leaves_the_site_to_be_asked(shared_house: House) -> None:
    worker = a_worker(shared_house)
    worker.say("they took our passports, we wash in the river")

    (question,) = worker.say("1")
    worker.say("river")

    assert "poster" in question
    assert site_of(worker) == "RIVER"


def test_after_the_question_a_lone_word_is_no_code_any_more(shared_house: House) -> None:
    worker = a_worker(shared_house)
    for text in (REPORT, "1", "never", "river"):
        worker.say(text)

    assert site_of(worker) is None
