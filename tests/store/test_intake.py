"""Who wrote: a message is taken once, and an address belongs to one conversation."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import pytest

from tests.house import House
from tests.store.books import VAULT, Books
from workervoice.errors import NotFound, SealBroken
from workervoice.hotline.receive import Taken
from workervoice.store import tables
from workervoice.store.intake import (
    Contact,
    MetBefore,
    add_contact,
    contact_by_id,
    conversations_by_index,
    forget_seen_before,
    lock_conversation,
    remember,
)
from workervoice.store.vault import Vault

TODAY = date(2026, 11, 22)


def a_contact(books: Books, index: bytes = b"i" * 32) -> Contact:
    conversation = books.conversation()
    return Contact(uuid4(), conversation.id, 1, 1, index, b"sealed", uuid4(), b"signed")


def test_a_providers_id_is_remembered_once_by_its_keyed_hash(books: Books) -> None:
    with books.begin() as tx:
        first, again, other = (remember(tx, mac * 32, TODAY) for mac in (b"a", b"a", b"b"))
    with Books(books.house).begin() as tx:
        elsewhere = remember(tx, b"a" * 32, TODAY)

    assert (first, again, other, elsewhere) == (True, False, True, True)


def test_a_message_that_is_delivered_twice_is_stored_once(
    shared_house: House, books: Books
) -> None:
    house, texts = shared_house, ["our passports are with the boss", "the same id, another text"]

    taken = [house.text("+15550120001", text, external_id="SMtwice") for text in texts]
    on_other_line = house.text(
        "+15550120001", texts[0], external_id="SMtwice", line="demo-whatsapp"
    )

    assert taken == [Taken.STORED, Taken.DUPLICATE]
    assert on_other_line is Taken.STORED


def test_the_provider_id_itself_is_not_in_the_row(shared_house: House) -> None:
    shared_house.text("+15550120002", "our passports", external_id="SMplain0042")
    with shared_house.owner.begin() as tx:
        macs = [bytes(row.mac) for row in tx.connection.execute(tables.seen.select())]

    assert {len(mac) for mac in macs} == {32}
    assert not any(b"SMplain0042" in mac for mac in macs)


def test_what_is_older_than_the_given_day_is_forgotten(books: Books) -> None:
    with books.begin() as tx:
        for days in (0, 29, 30, 31):
            remember(tx, bytes([days]) * 32, TODAY - timedelta(days=days))
        dropped = forget_seen_before(tx, TODAY - timedelta(days=30))
        again = [remember(tx, bytes([days]) * 32, TODAY) for days in (30, 31)]

    assert dropped == 1
    assert again == [False, True]


def test_one_index_has_one_contact(books: Books) -> None:
    first = a_contact(books)
    with books.begin() as tx:
        add_contact(tx, first)
        add_contact(tx, replace(first, id=uuid4(), index_version=2))
    with pytest.raises(MetBefore), books.begin() as tx:
        add_contact(tx, replace(first, id=uuid4()))

    with books.begin() as tx:
        found = conversations_by_index(tx, VAULT, [(9, first.index), (1, first.index)])
        unknown = conversations_by_index(tx, VAULT, [(1, b"?" * 32)])

    assert [(row[0], row[2].id) for row in found] == [(first.id, first.conversation_id)] * 1
    assert unknown == []


def test_only_the_courier_reads_an_address(books: Books) -> None:
    contact = a_contact(books, b"j" * 32)
    with books.begin() as tx:
        add_contact(tx, contact)

    with books.begin("courier") as tx:
        read = contact_by_id(tx, contact.id)
        with pytest.raises(NotFound):
            contact_by_id(tx, uuid4())

    assert read == contact


def test_a_conversation_is_found_in_its_programme_and_opened_by_its_key(books: Books) -> None:
    made = books.conversation()

    with books.begin() as tx:
        assert lock_conversation(tx, VAULT, made.id) == made
        with pytest.raises(SealBroken, match=str(made.id)):
            lock_conversation(tx, Vault(b"x" * 32), made.id)
    with Books(books.house).begin() as tx, pytest.raises(NotFound):
        lock_conversation(tx, VAULT, made.id)
