"""Sealed and written formats: what was changed never opens, and never ends but in its own error."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.hostile.many import many
from workervoice.channels.simulator import address
from workervoice.crypto import checkpoint, keyedlist, paper, seal, sessions, suite
from workervoice.crypto.backup import Head, open_backup, seal_backup
from workervoice.crypto.keyring import Holder, LockedPair, new_pair, unlock, unwrap, wrap
from workervoice.crypto.merkle import Frontier
from workervoice.crypto.slots import CHEAP, Bundle, Slot, box_bundle, new_slot, open_slot
from workervoice.errors import CryptoError, Malformed
from workervoice.hotline.logfile import read_export
from workervoice.store.rows import Row
from workervoice.store.vault import Vault

ONE, TWO = UUID(int=1), UUID(int=2)
PURPOSE, AT = "recovery code", 1_700_000_000
KEY = b"k" * 32
KEM, SIGNING = suite.generate_kem(), seal.generate_signing()
HOLDER = Holder("case", ONE, 1)
BUNDLE = Bundle(KEM, SIGNING)
TOKEN, SESSION, BOXED = sessions.new_session(KEY, ONE, BUNDLE, at=AT)


@dataclass(frozen=True)
class Format:
    """A blob, and what opens it. `exact`: any change at all is found."""

    blob: bytes
    opens: Callable[[bytes], Any]
    exact: bool = True


def a_backup() -> bytes:
    sink = io.BytesIO()
    seal_backup(KEM.public, KEY, Head(ONE, AT), io.BytesIO(b"rows" * 100), sink)
    return sink.getvalue()


def opened_backup(blob: bytes) -> bytes:
    sink = io.BytesIO()
    open_backup(KEM, KEY, io.BytesIO(blob), sink)
    return sink.getvalue()


def a_note() -> bytes:
    said = checkpoint.Checkpoint(checkpoint.origin_of(ONE), 3, b"r" * 32)
    return checkpoint.sign(said, SIGNING.public, SIGNING.sign).encode()


def a_list() -> bytes:
    tail, lines = keyedlist.Tail(), keyedlist.FIRST
    for number in range(3):
        line = keyedlist.seal_line(KEY, tail, {"erased": str(number)})
        lines, tail = lines + line, keyedlist.Tail(tail.lines + 1, seal.digest(line))
    return lines


def formats() -> dict[str, Format]:
    pair, kek = new_pair(HOLDER)
    vault = Vault(KEY)
    umk, boxed_bundle = box_bundle(ONE, BUNDLE)
    slot = new_slot(ONE, "a passphrase", umk, CHEAP)
    return {
        "box": Format(seal.box(KEY, b"words", b"place"), lambda b: seal.unbox(KEY, b, b"place")),
        "sealed": Format(
            suite.seal_to(KEM.public, b"words", b"place"),
            lambda b: suite.open_with(KEM, b, b"place"),
        ),
        "wrap": Format(
            wrap(kek, holder=HOLDER, reader_id=TWO, reader_public=KEM.public),
            lambda b: unwrap(b, holder=HOLDER, reader_id=TWO, reader=KEM),
        ),
        "pair": Format(pair.box, lambda b: unlock(kek, HOLDER, LockedPair(pair.public, b))),
        "public half": Format(pair.public, lambda b: unlock(kek, HOLDER, LockedPair(b, pair.box))),
        "record": Format(
            vault.seal("officer", ONE, TWO, 1, {"a": 1}),
            lambda b: vault.open("officer", ONE, TWO, 1, b),
        ),
        "session": Format(BOXED, lambda b: sessions.open_session(KEY, TOKEN, ONE, b, at=AT)),
        "slot": Format(
            slot.wrapped_umk,
            lambda b: open_slot(
                ONE,
                "a passphrase",
                Slot(slot.kind, slot.salt, slot.cost, slot.auth_hash, b),
                boxed_bundle,
            ),
        ),
        "bundle": Format(boxed_bundle, lambda b: open_slot(ONE, "a passphrase", slot, b)),
        "backup": Format(a_backup(), opened_backup),
        "checkpoint": Format(
            a_note(), lambda b: checkpoint.verify(b, checkpoint.origin_of(ONE), [SIGNING.public])
        ),
        "signature": Format(
            SIGNING.sign(b"statement"), lambda b: seal.verify(SIGNING.public, b"statement", b)
        ),
        "keyed list": Format(a_list(), lambda b: keyedlist.read_list(KEY, b), exact=False),
        "paper": Format(
            paper.to_paper(PURPOSE, KEY).encode(),
            lambda b: paper.from_paper(PURPOSE, b.decode("latin-1"), 32),
            exact=False,  # small letters, spaces and dashes are as people type them
        ),
        "frontier": Format(
            Frontier().grown([b"a" * 32, b"b" * 32, b"c" * 32]).to_bytes(),
            Frontier.from_bytes,
            exact=False,  # plain: the tree's root is compared
        ),
        "row": Format(
            Row.of("officer", ONE, 1, b"x").written().encode(),
            lambda b: Row.read(b.decode("latin-1")),
            exact=False,
        ),
        "address": Format(b"tel:+15550100123", lambda b: address(b.decode("latin-1")), exact=False),
        "export": Format(
            b"workervoice-log-export 1\norigin x\nend 0 0\n",
            lambda b: read_export(b.decode("latin-1").splitlines()),
            exact=False,
        ),
    }


FORMATS = formats()


@st.composite
def changed(draw: st.DrawFn, blob: bytes) -> bytes:
    """A blob with bits flipped, cut, lengthened, its parts changed about, or something else."""
    way = draw(st.sampled_from(["flip", "cut", "add", "swap", "twice", "other"]))
    at = draw(st.integers(0, max(0, len(blob) - 1)))
    if way == "flip":
        bit = 1 << draw(st.integers(0, 7))
        return blob[:at] + bytes([blob[at] ^ bit]) + blob[at + 1 :]
    if way == "cut":
        return draw(st.sampled_from([blob[:at], blob[at + 1 :], blob[:at] + blob[at + 1 :]]))
    if way == "add":
        return blob[:at] + draw(st.binary(min_size=1, max_size=40)) + blob[at:]
    if way == "swap":
        return blob[at:] + blob[:at]
    return blob + blob if way == "twice" else draw(st.binary(max_size=300))


@pytest.mark.parametrize("name", FORMATS)
def test_unchanged_it_opens(name: str) -> None:
    FORMATS[name].opens(FORMATS[name].blob)


@pytest.mark.parametrize("name", FORMATS)
@many(60)
@given(data=st.data())
def test_what_was_changed_does_not_open(name: str, data: st.DataObject) -> None:
    tried = FORMATS[name]
    blob = data.draw(changed(tried.blob))

    try:
        tried.opens(blob)
    except (CryptoError, Malformed):
        return

    assert not tried.exact or blob == tried.blob


@pytest.mark.parametrize("name", [name for name in FORMATS if FORMATS[name].exact])
def test_what_lies_in_the_place_of_another_does_not_open(name: str) -> None:
    for other, format_ in FORMATS.items():
        if other != name and format_.blob != FORMATS[name].blob:
            with pytest.raises(CryptoError):
                FORMATS[name].opens(format_.blob)


@many(80)
@given(data=st.data())
def test_a_keyed_list_gives_back_a_beginning_of_what_was_written_or_nothing(
    data: st.DataObject,
) -> None:
    whole = keyedlist.read_list(KEY, a_list())
    blob = data.draw(changed(FORMATS["keyed list"].blob))

    try:
        found = keyedlist.read_list(KEY, blob)
    except CryptoError:
        return

    assert found.entries == whole.entries[: len(found.entries)]


COOKIES = (
    st.text(max_size=60)
    | st.binary(max_size=48).map(lambda raw: raw.hex())
    | changed(TOKEN.encode()).map(lambda raw: raw.decode("latin-1"))
)


@many(150)
@given(cookie=COOKIES)
def test_no_other_cookie_opens_a_session(cookie: str) -> None:
    try:
        opened = sessions.open_session(KEY, cookie, ONE, BOXED, at=AT)
    except CryptoError:
        return

    assert sessions.session_id(cookie) == SESSION
    assert opened == BUNDLE


@many(100)
@given(
    officer=st.sampled_from([ONE, TWO]),
    stage=st.sampled_from([sessions.FULL, sessions.HALF, "other", ""]),
    at=st.sampled_from([AT, AT + 1, 0, -1, 2**40]),
    boot=st.sampled_from([KEY, b"x" * 32]),
)
def test_a_session_opens_only_as_what_it_is(
    officer: UUID, stage: str, at: int, boot: bytes
) -> None:
    itself = (officer, stage, at, boot) == (ONE, sessions.FULL, AT, KEY)
    try:
        sessions.open_session(boot, TOKEN, officer, BOXED, stage, at=at)
    except CryptoError:
        assert not itself
    else:
        assert itself


@many(100)
@given(stored=st.binary(max_size=60) | changed(sessions.proof(KEY, SESSION, AT)))
def test_a_proof_that_was_changed_is_of_no_time(stored: bytes) -> None:
    whole = sessions.proof(KEY, SESSION, AT)

    assert sessions.proved_at(KEY, SESSION, stored) == (AT if stored == whole else 0)


LINES = st.one_of(
    st.builds(
        "{} {}".format,
        st.sampled_from(["key", "leaf", "restored", "checkpoint", "end", "origin", ""]),
        st.sampled_from(
            [
                "00 {}",
                "0 0",
                "00 " + "[" * 100_000,
                "ff " + "[" * 100_000,
                "a" * 64,
                "00 " + '{"a":1e999}',
            ]
        )
        | st.text(max_size=40),
    ),
    st.text(max_size=40),
)


@many(150)
@given(lines=st.lists(LINES, max_size=6), proper=st.booleans())
def test_an_export_of_any_kind_is_read_or_refused(lines: list[str], proper: bool) -> None:
    first = ["workervoice-log-export 1", "origin x"] if proper else []

    try:
        found = read_export([*first, *lines])
    except CryptoError:
        return

    assert found.ended
