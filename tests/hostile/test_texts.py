"""The strongest promise: any text that can be delivered is stored once, and read as it was."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.hostile.many import many
from tests.house import House
from tests.looking import cases_of, read_by_a_handler, rows
from tests.web.gateways import SMS, WHATSAPP, Gateway, form, running
from workervoice.channels.simulator import signed_headers
from workervoice.workflow.commands import command

_NUMBERS = count(15550400000)
# Everything but surrogates, which no UTF-8 carries.
ANY = st.characters(exclude_categories=["Cs"])
WORDS = st.sampled_from(
    [*("STOP", "DELETE", "help", "1", "0", "passport", "\0", "\r\n", "\u202e", "\u0000\ufffd")]
)
EVERY = st.text(ANY, max_size=300) | st.lists(WORDS | st.text(ANY, max_size=8)).map("".join)
TEXTS = EVERY.filter(lambda text: command(text) is None)


@pytest.fixture(scope="module")
def gateway(shared_house: House) -> Iterator[Gateway]:
    with running(shared_house) as started:
        yield started


@pytest.mark.parametrize("word", ["STOP", "help", "Delete", "\N{THUMBS UP SIGN} status!"])
def test_a_command_before_any_report_is_known_once(gateway: Gateway, word: str) -> None:
    assert command(word) is not None
    fields, before = form(word, f"+{next(_NUMBERS)}"), rows(gateway.house)

    answers = [gateway.post(fields) for _ in range(3)]

    assert answers == [(204, b"")] * 3
    assert rows(gateway.house)["seen"] == before["seen"] + 1
    assert rows(gateway.house)["message"] <= before["message"] + 1


@many(60)
@given(text=TEXTS, path=st.sampled_from([SMS, WHATSAPP]))
def test_any_text_at_all_is_stored_once_and_read_by_a_handler_to_the_letter(
    gateway: Gateway, text: str, path: str
) -> None:
    number = f"+{next(_NUMBERS)}"
    fields = form(text, number if path == SMS else f"whatsapp:{number}")
    known, before = cases_of(gateway.house), rows(gateway.house)

    answers = [gateway.post(fields, path) for _ in range(3)]

    (case_id,) = cases_of(gateway.house) - known
    after = rows(gateway.house)
    assert answers == [(204, b"")] * 3
    assert read_by_a_handler(gateway.house, case_id) == [text]
    assert after["message"] == before["message"] + 1
    assert after["seen"] == before["seen"] + 1


@many(15)
@given(texts=st.lists(TEXTS, min_size=2, max_size=4))
def test_what_follows_stands_in_its_order_or_nowhere_else(
    gateway: Gateway, texts: list[str]
) -> None:
    """Several texts from one number: each is stored, in one case or another."""
    number, before = f"+{next(_NUMBERS)}", rows(gateway.house)["message"]
    known = cases_of(gateway.house)

    answers = {gateway.post(form(text, number)) for text in texts}

    said = [
        words
        for case_id in cases_of(gateway.house) - known
        for words in read_by_a_handler(gateway.house, case_id)
    ]
    assert answers == {(204, b"")}
    assert sorted(said) == sorted(texts)
    assert rows(gateway.house)["message"] == before + len(texts)


@many(40)
@given(
    body=st.binary(max_size=200)
    | st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(
                st.sampled_from(["id", "from", "text", "also", "media", "url", "type"]) | st.text(),
                inner,
                max_size=6,
            )
        ),
    ).map(lambda value: json.dumps(value).encode())
)
def test_signed_json_of_any_shape_is_taken_or_refused(gateway: Gateway, body: bytes) -> None:
    path = "/in/simulator/demo-sms"
    before = rows(gateway.house)
    headers = signed_headers(
        "a secret of the simulator",
        "https://hotline.example" + path,
        body,
        now=time.time(),
    )

    status, said = gateway.call("POST", path, body, headers)

    assert status in {204, 400}
    assert said == b""
    assert status == 204 or rows(gateway.house) == before
