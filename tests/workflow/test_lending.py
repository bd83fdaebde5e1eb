"""Into which pieces a text falls before it is lent, and what is left of it."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workervoice.errors import GuardFailed
from workervoice.workflow.lending import LEFT_OUT, pieces, what_is_left


def cut(text: str, *pointing: str) -> list[str]:
    spans = [(text.index(each), text.index(each) + len(each)) for each in pointing]
    return [text[start:end] for start, end in pieces(text, spans)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("They took them. Marta saw it! Why?", ["They took them.", "Marta saw it!", "Why?"]),
        ("i am Kamal, they hit us", ["i am Kamal,", "they hit us"]),
        ("ผมชื่อสมชาย ทำงานที่โรงงาน", ["ผมชื่อสมชาย", "ทำงานที่โรงงาน"]),
        ("我叫王伟，老板拿走护照", ["我叫王伟，", "老板拿走护照"]),
        ("اسمي سمير، أخذوا جوازي", ["اسمي سمير،", "أخذوا جوازي"]),
        ("আমি করিম। বেতন দেয় না", ["আমি করিম।", "বেতন দেয় না"]),
        ("5. floor", ["5. floor"]),
        ("one\ntwo lines", ["one\ntwo lines"]),
        ("", []),
    ],
)
def test_a_text_falls_into_pieces_at_the_stops_and_commas_of_its_script(
    text: str, found: list[str]
) -> None:
    assert cut(text) == found


def test_a_text_without_any_stop_falls_into_pieces_at_its_spaces() -> None:
    text = "my name is kamal and we were not paid since may and the boss has all of our passports"

    found = cut(text)

    assert len(found) == 2
    assert " ".join(found) == text
    assert all(len(piece) <= 60 for piece in found)


def test_what_points_at_a_person_is_a_piece_of_its_own() -> None:
    text = "call me at 01712345678 at night"

    found = cut(text, "01712345678")

    assert found == ["call me at", "01712345678", "at night"]
    assert what_is_left(text, pieces(text, [(11, 22)]), {1}) == f"call me at {LEFT_OUT} at night"


def test_something_is_always_left() -> None:
    text = "they hit us, all of us"

    assert what_is_left(text, pieces(text), {0}) == f"{LEFT_OUT} all of us"
    for too_much in ({0, 1}, {7}):
        with pytest.raises(GuardFailed):
            what_is_left(text, pieces(text), too_much)


@given(st.text(alphabet="ab ,.\n。ก၊5", max_size=120), st.data())
def test_pieces_hold_every_letter_once_and_in_order(text: str, data: st.DataObject) -> None:
    where = st.integers(0, len(text))
    spans = [tuple(sorted(pair)) for pair in data.draw(st.lists(st.tuples(where, where)))]

    found = pieces(text, [(start, end) for start, end in spans])

    assert "".join("".join(text[start:end].split()) for start, end in found) == "".join(
        text.split()
    )
    assert all(before[1] <= after[0] for before, after in pairwise(found))
