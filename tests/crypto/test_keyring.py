"""Key rings: who can open a case, and what becomes of anything that was moved."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from workervoice.crypto.keyring import (
    Holder,
    Kek,
    LockedPair,
    new_pair,
    open_words,
    seal_words,
    statement,
    unlock,
    unwrap,
    wrap,
)
from workervoice.crypto.seal import MESSAGE_SIZES, ctx, generate_signing, pad, verify
from workervoice.crypto.suite import KemKey, Suite, generate_kem, seal_to
from workervoice.errors import NotTrusted, SealBroken

CASE = Holder("case", UUID(int=1), 1)
ELSEWHERE = [
    replace(CASE, id=UUID(int=2)),
    replace(CASE, epoch=2),
    replace(CASE, kind="team"),
]
READER, MESSAGE = UUID(int=10), UUID(int=20)
BOTH = pytest.mark.parametrize("suite", list(Suite))


def opens_wrap(blob: bytes, holder: Holder, reader_id: UUID, reader: KemKey) -> bool:
    try:
        unwrap(blob, holder=holder, reader_id=reader_id, reader=reader)
    except SealBroken:
        return False
    return True


def opens_words(
    key: KemKey,
    blob: bytes,
    holder: Holder = CASE,
    message_id: UUID = MESSAGE,
    direction: str = "in",
    version: int = 1,
) -> bool:
    try:
        open_words(
            key, blob, holder=holder, message_id=message_id, direction=direction, version=version
        )
    except SealBroken:
        return False
    return True


@BOTH
def test_a_reader_opens_the_words_of_a_case(suite: Suite) -> None:
    reader = generate_kem(suite)
    pair, kek = new_pair(CASE, suite)
    wrapped = wrap(kek, holder=CASE, reader_id=READER, reader_public=reader.public)
    blob = seal_words(
        pair.public, "বেতন দেয়নি".encode(), holder=CASE, message_id=MESSAGE, direction="in"
    )

    opened_kek = unwrap(wrapped, holder=CASE, reader_id=READER, reader=reader)
    key = unlock(opened_kek, CASE, pair)
    words = open_words(key, blob, holder=CASE, message_id=MESSAGE, direction="in")

    assert words.decode() == "বেতন দেয়নি"


def test_a_wrap_opens_for_its_reader_holder_and_epoch_only() -> None:
    reader, stranger = generate_kem(), generate_kem()
    _, kek = new_pair(CASE)
    blob = wrap(kek, holder=CASE, reader_id=READER, reader_public=reader.public)

    assert opens_wrap(blob, CASE, READER, reader)
    assert not opens_wrap(blob, CASE, READER, stranger)
    assert not opens_wrap(blob, CASE, UUID(int=11), reader)
    for holder in ELSEWHERE:
        assert not opens_wrap(blob, holder, READER, reader)


def test_no_byte_of_a_wrap_can_be_changed() -> None:
    reader = generate_kem()
    blob = wrap(new_pair(CASE)[1], holder=CASE, reader_id=READER, reader_public=reader.public)

    for at in {*range(0, len(blob), 7), len(blob) - 1}:
        forged = blob[:at] + bytes([blob[at] ^ 1]) + blob[at + 1 :]
        assert not opens_wrap(forged, CASE, READER, reader)


def test_a_wrap_of_something_else_than_a_key_is_refused() -> None:
    reader = generate_kem()
    blob = wrap(Kek(b"short"), holder=CASE, reader_id=READER, reader_public=reader.public)

    assert not opens_wrap(blob, CASE, READER, reader)


def test_a_pair_opens_under_its_own_key_in_its_own_place_only() -> None:
    pair, kek = new_pair(CASE)
    other_pair, other_kek = new_pair(CASE)

    assert unlock(kek, CASE, pair).public == pair.public
    refused = [
        (other_kek, CASE, pair),
        (kek, CASE, other_pair),
        (kek, CASE, LockedPair(other_pair.public, pair.box)),  # a swapped public key
        (kek, CASE, LockedPair(pair.public, other_pair.box)),
        *((kek, holder, pair) for holder in ELSEWHERE),
    ]
    for given_kek, holder, locked in refused:
        with pytest.raises(SealBroken):
            unlock(given_kek, holder, locked)


def test_a_removed_reader_cannot_open_the_new_epoch_and_still_can_the_old() -> None:
    stays, leaves = generate_kem(), generate_kem()
    stays_id, leaves_id = uuid4(), uuid4()
    old, new = CASE, replace(CASE, epoch=2)
    old_kek, new_kek = new_pair(old)[1], new_pair(new)[1]

    old_wrap = wrap(old_kek, holder=old, reader_id=leaves_id, reader_public=leaves.public)
    new_wrap = wrap(new_kek, holder=new, reader_id=stays_id, reader_public=stays.public)

    assert opens_wrap(new_wrap, new, stays_id, stays)
    assert opens_wrap(old_wrap, old, leaves_id, leaves)
    for reader_id in (stays_id, leaves_id):
        for holder in (old, new):
            assert not opens_wrap(new_wrap, holder, reader_id, leaves)
    assert not opens_wrap(old_wrap, new, leaves_id, leaves)


@BOTH
def test_words_open_only_where_they_were_put(suite: Suite) -> None:
    pair, kek = new_pair(CASE, suite)
    key = unlock(kek, CASE, pair)
    blob = seal_words(pair.public, b"words", holder=CASE, message_id=MESSAGE, direction="in")

    assert opens_words(key, blob)
    assert not opens_words(key, blob, message_id=UUID(int=21))
    assert not opens_words(key, blob, direction="out")
    assert not opens_words(key, blob, version=2)
    assert not opens_words(generate_kem(suite), blob)
    for holder in ELSEWHERE:
        assert not opens_words(key, blob, holder=holder)


@BOTH
def test_no_byte_of_sealed_words_can_be_changed(suite: Suite) -> None:
    pair, kek = new_pair(CASE, suite)
    key = unlock(kek, CASE, pair)
    blob = seal_words(pair.public, b"words", holder=CASE, message_id=MESSAGE, direction="in")

    for at in {*range(0, len(blob), 7), len(blob) - 1}:
        assert not opens_words(key, blob[:at] + bytes([blob[at] ^ 1]) + blob[at + 1 :])


def test_sealed_words_have_only_two_lengths() -> None:
    public = generate_kem().public
    texts = [b"", b"x", b"x" * 160, b"x" * 2044, b"x" * 2045, b"x" * 16_000]

    lengths = [
        len(seal_words(public, text, holder=CASE, message_id=MESSAGE, direction="in"))
        for text in texts
    ]

    overhead = 1 + 1120 + 16
    assert lengths == [MESSAGE_SIZES[0] + overhead] * 4 + [MESSAGE_SIZES[1] + overhead] * 2


def test_words_that_were_not_padded_are_refused() -> None:
    key = generate_kem()
    place = ctx("words", CASE.kind, CASE.id, CASE.epoch, MESSAGE, "in", 1)

    assert opens_words(key, seal_to(key.public, pad(b"words", MESSAGE_SIZES), place))
    assert not opens_words(key, seal_to(key.public, b"words", place))


def test_a_signature_over_a_pair_does_not_pass_for_another() -> None:
    signer, key, other = generate_signing(), generate_kem(), generate_kem()
    signature = signer.sign(statement(CASE, key.public))

    verify(signer.public, statement(CASE, key.public), signature)
    for holder, public in [(CASE, other.public), *((holder, key.public) for holder in ELSEWHERE)]:
        with pytest.raises(NotTrusted):
            verify(signer.public, statement(holder, public), signature)


def test_an_error_names_ids_and_nothing_else() -> None:
    key = generate_kem()

    with pytest.raises(SealBroken) as refused:
        open_words(key, b"junk", holder=CASE, message_id=MESSAGE, direction="in")

    assert str(refused.value) == f"message {MESSAGE} of case {CASE.id} epoch 1 does not open"


def test_an_unknown_kind_of_holder_is_refused() -> None:
    with pytest.raises(ValueError, match="site"):
        Holder("site", UUID(int=1), 1)


def test_a_pair_shows_no_key_when_printed() -> None:
    pair, _ = new_pair(CASE)

    assert repr(pair) == "LockedPair()"
