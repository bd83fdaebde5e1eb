"""Checkpoints: published notes read and verify, ours come out as published, nothing else passes."""

from __future__ import annotations

import base64
from uuid import UUID

import pytest

from workervoice.crypto.checkpoint import (
    NOTE_BYTES,
    SIGNATURES_MAX,
    Checkpoint,
    key_id,
    origin_of,
    read,
    sign,
    verify,
)
from workervoice.crypto.merkle import root
from workervoice.crypto.seal import SigningKey, generate_signing
from workervoice.crypto.spoken import WORDS, spoken
from workervoice.errors import CryptoError, NotTrusted, SealBroken

# The example of C2SP tlog-checkpoint; its signature is of nobody's.
EXAMPLE = (
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
    "— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/"
    "Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
)
# What Go's checksum database signed, and its key as the go command knows it.
SUMDB_KEY = base64.b64decode("Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8")[1:]
SUMDB = [
    "go.sum database tree\n65209736\n5+uGFjx6xBZG8ip1+wi77v+grwbhhukIrxEUS8PXvRo=\n\n"
    "— sum.golang.org Az3grnbssgK7ubgFX36gVETtNv0U23qxyAhAMai2QUfeGa3nB/akvkMdlUErfcZz7l/R3cVtYspg3"
    "dxXABkGZZKdsQ8=\n",
    "go.sum database tree\n6476701\nmb8QLQIs0Z0yP5Cstq6guj87oXWeC9gEM8oVikmm9Wk=\n\n"
    "— sum.golang.org Az3grsLX85Gz+s1SiTbgkuqxgItqFq7gsMUEyVnrsa9LM7Us9S+1xbFIGu95949rj4nPRYfvimWEP"
    "WL+o3GeoWwOoAw=\n",
]
# The key and note of Go's own tests of signed notes.
PETER = base64.b64decode("ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")[1:]
PETER_SEED = base64.b64decode("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")[1:]
PETER_SAID = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
)
PETER_SIGNED = (
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
)

PROGRAMME = UUID("3f1c6c0e-8d6f-4f0b-9a53-0c2f7a1f7d10")
KEY = SigningKey(b"k" * 32)
SAID = Checkpoint(origin_of(PROGRAMME), 3, root([bytes([n]) * 32 for n in range(3)]))
NOTE = sign(SAID, KEY.public, KEY.sign)


def refused(note: str | bytes) -> bool:
    try:
        verify(note, SAID.origin, [KEY.public])
    except CryptoError:
        return True
    return False


def test_the_example_of_the_specification_is_read() -> None:
    note = read(EXAMPLE)

    assert note.checkpoint.origin == "example.com/behind-the-sofa"
    assert note.checkpoint.size == 20852163
    assert note.checkpoint.root.hex().startswith("0ac5186a91863e8e")
    assert [(name, by.hex()) for name, by, _ in note.signatures] == [
        ("example.com/behind-the-sofa", "033de0ae")
    ]


@pytest.mark.parametrize("note", SUMDB)
def test_what_another_log_published_verifies_by_its_published_key(note: str) -> None:
    said = verify(note, "go.sum database tree", [SUMDB_KEY], name="sum.golang.org")

    assert said.size in {65209736, 6476701}
    for changed in (note.replace("6", "7", 1), note.replace("tree", "treе", 1)):
        with pytest.raises(CryptoError):
            verify(changed, "go.sum database tree", [SUMDB_KEY], name="sum.golang.org")


def test_key_ids_and_signatures_are_those_of_the_published_note() -> None:
    key = SigningKey(PETER_SEED)

    signed = base64.b64encode(key_id("PeterNeumann", PETER) + key.sign(PETER_SAID.encode()))

    assert key.public == PETER
    assert key_id("PeterNeumann", PETER).hex() == "c74f20a3"
    assert key_id("sum.golang.org", SUMDB_KEY).hex() == "033de0ae"
    assert signed.decode() == PETER_SIGNED


def test_a_checkpoint_is_read_as_it_was_signed() -> None:
    assert verify(NOTE, SAID.origin, [generate_signing().public, KEY.public]) == SAID
    assert verify(NOTE.encode(), SAID.origin, [KEY.public]) == SAID
    assert NOTE.split("\n")[:3] == [
        f"workervoice/log/{PROGRAMME}",
        "3",
        base64.b64encode(SAID.root).decode(),
    ]


def test_the_empty_log_can_be_signed() -> None:
    nothing = Checkpoint(SAID.origin, 0, root([]))

    assert verify(sign(nothing, KEY.public, KEY.sign), SAID.origin, [KEY.public]) == nothing


def test_witnesses_may_add_their_lines() -> None:
    witness = generate_signing()
    name = "witness.example/w1"
    line = base64.b64encode(key_id(name, witness.public) + b"\x00" * 72).decode()

    cosigned = f"{NOTE}— {name} {line}\n"

    assert verify(cosigned, SAID.origin, [KEY.public]) == SAID
    assert read(cosigned).text == read(NOTE).text


def test_a_known_key_whose_signature_does_not_hold_condemns_the_note() -> None:
    name = SAID.origin
    forged = base64.b64encode(key_id(name, KEY.public) + b"\x00" * 64).decode()

    assert refused(f"{NOTE}— {name} {forged}\n")


@pytest.mark.parametrize("part", ["origin", "key", "name"])
def test_a_foreign_origin_key_or_name_is_not_trusted(part: str) -> None:
    other = generate_signing()
    origin = origin_of(UUID(int=1)) if part == "origin" else SAID.origin
    publics = [other.public] if part == "key" else [KEY.public]
    name = "somebody.example" if part == "name" else ""

    with pytest.raises(NotTrusted):
        verify(NOTE, origin, publics, name=name)


def test_every_changed_byte_is_refused() -> None:
    data = NOTE.encode()

    for at in range(len(data)):
        for changed in (data[at] ^ 1, data[at] ^ 0x80, 0x0A):
            if changed != data[at]:
                assert refused(data[:at] + bytes([changed]) + data[at + 1 :]), at


def test_every_cut_is_refused() -> None:
    data = NOTE.encode()

    assert all(refused(data[:end]) for end in range(len(data)))
    assert all(refused(data[start:]) for start in range(1, len(data)))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("\n3\n", "\n03\n"),
        ("\n3\n", "\n+3\n"),
        ("\n3\n", "\n3 \n"),
        ("\n3\n", "\n３\n"),
        ("\n3\n", "\n\n"),
        ("\n3\n", f"\n{'9' * 40}\n"),
        ("\n\n", "\nmore\n\n"),
        ("\n\n", "\n\n\n"),
        ("\n\n", "\n"),
        ("— ", "- "),
        ("— ", "—"),
        ("=\n\n", "\n\n"),
        ("\n", "\r\n"),
        ("\n", "\n\t"),
    ],
)
def test_another_form_of_the_same_is_refused(old: str, new: str) -> None:
    changed = NOTE.replace(old, new, 1)

    assert changed != NOTE
    with pytest.raises(SealBroken):
        read(changed)


def test_base64_has_one_form_only() -> None:
    text, _, line = NOTE.rstrip("\n").rpartition(" ")
    loose = line[:-2] + chr(ord(line[-2]) + 1) + line[-1]  # the same bytes, other spare bits

    assert base64.b64decode(loose) == base64.b64decode(line)
    with pytest.raises(SealBroken):
        read(f"{text} {loose}\n")


def test_too_large_a_note_is_not_read() -> None:
    name = "w.example"
    line = f"— {name} {base64.b64encode(b'0' * 68).decode()}\n"

    assert len(read(NOTE + line * (SIGNATURES_MAX - 1)).signatures) == SIGNATURES_MAX
    for many in (line * SIGNATURES_MAX, line * (NOTE_BYTES // len(line) + 1)):
        with pytest.raises(SealBroken):
            read(NOTE + many)


@pytest.mark.parametrize(
    "said",
    [
        Checkpoint("", 1, b"r" * 32),
        Checkpoint("two\nlines", 1, b"r" * 32),
        Checkpoint("a name", 1, b"r" * 32),
        Checkpoint("a+b", 1, b"r" * 32),
        Checkpoint("log.example", -1, b"r" * 32),
        Checkpoint("log.example", 1, b"r" * 31),
    ],
)
def test_what_could_not_be_read_back_is_not_signed(said: Checkpoint) -> None:
    with pytest.raises(SealBroken):
        sign(said, KEY.public, KEY.sign)


def test_a_fingerprint_in_words_differs_for_every_checkpoint() -> None:
    others = [
        SAID,
        Checkpoint(SAID.origin, 4, SAID.root),
        Checkpoint(SAID.origin, 3, b"r" * 32),
        Checkpoint(origin_of(UUID(int=1)), 3, SAID.root),
    ]

    told = [spoken(said.fingerprint()) for said in others]

    assert len(set(told)) == len(others)
    assert {len(words.split()) for words in told} == {8}


def test_every_byte_has_a_word_of_its_own_that_is_easy_to_say() -> None:
    assert len(set(WORDS)) == len(WORDS) == 256
    assert sorted(WORDS) == list(WORDS)
    assert all(word.isascii() and word.islower() and 4 <= len(word) <= 9 for word in WORDS)
    assert len({word[:4] for word in WORDS}) > 230


def test_after_a_restore_a_fourth_line_says_which_was_the_last() -> None:
    key, restore = generate_signing(), UUID(int=9)
    origin = origin_of(UUID(int=1))
    said = Checkpoint(origin, 3, bytes(32), restore)

    note = sign(said, key.public, key.sign)

    assert note.split("\n")[3] == f"restored {restore}"
    assert verify(note, origin, [key.public]) == said
    assert said.fingerprint() != Checkpoint(origin, 3, bytes(32)).fingerprint()
    with pytest.raises(CryptoError):
        verify(note.replace(f"restored {restore}\n", ""), origin, [key.public])


@pytest.mark.parametrize(
    "line",
    ["restored", "restored ", "restored 9", "more", f"restored {{{UUID(int=9)}}}", "restored\t9"],
)
def test_no_other_fourth_line_is_read(line: str) -> None:
    origin, size, root_line, rest = EXAMPLE.split("\n", 3)

    with pytest.raises(SealBroken):
        read("\n".join((origin, size, root_line, line, rest)))
