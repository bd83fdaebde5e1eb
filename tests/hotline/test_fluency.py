"""Which languages people read: what is kept of it, and what a shortened list leaves out."""

from __future__ import annotations

import pytest

from tests.house import House
from tests.looking import a_worker, asked
from workervoice.errors import Declined, NotFound
from workervoice.hotline import leaving
from workervoice.hotline.fluency import CHOICES, Fluency, fluency, tell
from workervoice.hotline.overview import queue

SPANISH = "Nos quitaron los pasaportes y no podemos salir"
DANGER = "Nos pegan con un palo, ayuda, nos van a matar hoy"


def read_by(house: House, login: str) -> Fluency:
    return fluency(house.console, house.actor(login))


def told(house: House, login: str, *languages: str) -> None:
    tell(house.console, house.actor(login), languages)


def test_what_somebody_reads_is_theirs_and_the_teams(house: House) -> None:
    told(house, "asha", "bn", "en")
    told(house, "ben", "es")

    asha, ben = read_by(house, "asha"), read_by(house, "ben")

    assert asha.own == {"bn", "en"}
    assert ben.own == {"es"}
    assert asha.team == ben.team == {"bn", "en", "es"}
    assert asha.reads("bn")
    assert not asha.reads("es")
    assert not asha.nobody_reads("es")
    assert asha.nobody_reads("vi")


def test_a_case_in_a_language_of_others_is_named_as_theirs(house: House) -> None:
    told(house, "asha", "bn")
    told(house, "ben", "es", "hi")
    told(house, "sam", "es")

    asha, ben = read_by(house, "asha"), read_by(house, "ben")

    assert asha.theirs("es") == ("Ben, handler", "Sam, supervisor")
    assert asha.theirs("hi-latn") == ("Ben, handler",)
    assert asha.theirs("bn") == asha.theirs("und") == ()
    assert asha.theirs("vi") == ()
    assert ben.theirs("es") == ()


def test_it_is_told_anew_and_taken_back(house: House) -> None:
    for languages in (("bn", "en"), ("vi",), ()):
        told(house, "asha", *languages)

        assert read_by(house, "asha").own == set(languages)
    assert len(house.leaves("languages_told")) == 3


def test_while_nobody_has_told_anything_no_case_is_marked(house: House) -> None:
    assert not read_by(house, "asha").nobody_reads("vi")


def test_who_has_left_reads_nothing_any_more(house: House) -> None:
    told(house, "ben", "es")
    told(house, "asha", "en")
    leaving.remove(house.console, house.actor("sam"), "ben")

    assert read_by(house, "asha").team == {"en"}


@pytest.mark.parametrize(
    ("language", "own", "reads"),
    [
        ("hi-latn", "hi", True),
        ("hi-latn", "ne", False),
        ("id-ms", "id", True),
        ("id-ms", "ms", True),
        ("zh", "zh-tw", True),
        ("zh-cn", "zh-tw", False),
        ("und", "en", True),
        ("", "en", True),
    ],
)
def test_varieties_are_read_by_who_reads_the_language(language: str, own: str, reads: bool) -> None:
    mine = Fluency(frozenset({own}), frozenset({own}))

    assert mine.reads(language) is reads
    assert mine.nobody_reads(language) is not reads


def test_a_shortened_list_keeps_what_is_in_danger_and_what_nobody_else_reads(house: House) -> None:
    told(house, "asha", "en")
    told(house, "ben", "es")
    texts = ("They took our passports", SPANISH, DANGER, "Ông chủ giữ hộ chiếu của chúng tôi")
    for text in texts:
        a_worker(house).say(text)
    asha = house.actor("asha")

    lines = queue(house.console, asha)
    mine = [line for line in lines if read_by(house, "asha").is_mine(line)]

    assert sorted(line.record.language for line in lines) == ["en", "es", "es", "vi"]
    assert sorted(line.record.language for line in mine) == ["en", "es", "vi"]
    (spanish,) = [line for line in mine if line.record.language == "es"]
    assert spanish.record.imminent_danger


def test_only_the_hotlines_own_people_tell_and_only_what_there_is(house: House) -> None:
    with pytest.raises(NotFound):
        told(house, "nora", "en")
    with pytest.raises(NotFound):
        read_by(house, "otto")
    with pytest.raises(Declined):
        told(house, "asha", "en", "id-ms")
    with pytest.raises(Declined):
        told(house, "asha", "<script>")

    assert not asked(house, "SELECT * FROM fluency")
    assert "id-ms" not in CHOICES


def test_a_row_that_was_written_by_hand_says_nothing(house: House) -> None:
    told(house, "asha", "en")
    told(house, "ben", "es")
    with house.owner.begin() as tx:
        tx.connection.exec_driver_sql(
            "UPDATE fluency a SET record = b.record FROM fluency b WHERE a.id <> b.id"
        )

    assert read_by(house, "asha").team == frozenset()
