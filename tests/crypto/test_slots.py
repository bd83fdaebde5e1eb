"""Slots: the right passphrase opens, nothing else does, and strangers learn nothing."""

from __future__ import annotations

import threading
from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from tests.crypto import vectors
from workervoice.crypto import slots
from workervoice.crypto.seal import generate_signing
from workervoice.crypto.slots import (
    CHEAP,
    RECOVERY,
    STRONG,
    Bundle,
    Cost,
    Slot,
    box_bundle,
    decoy_slot,
    enrol,
    new_slot,
    open_slot,
    open_umk,
    stretch,
)
from workervoice.crypto.suite import Suite, generate_kem
from workervoice.errors import SealBroken, WrongPassphrase

OFFICER = UUID(int=5)
WORDS = "copper lantern Żółć বাংলা"


def a_bundle(suite: Suite = Suite.XWING) -> Bundle:
    return Bundle(generate_kem(suite), generate_signing())


def test_the_passphrase_opens_the_bundle() -> None:
    bundle = a_bundle()

    slot, boxed = enrol(OFFICER, WORDS, bundle, CHEAP)

    assert open_slot(OFFICER, WORDS, slot, boxed) == bundle


@pytest.mark.parametrize("wrong", ["", "copper lantern", WORDS + " ", WORDS.upper(), "\ud800"])
def test_a_wrong_passphrase_does_not_open(wrong: str) -> None:
    slot, boxed = enrol(OFFICER, WORDS, a_bundle(), CHEAP)

    with pytest.raises(WrongPassphrase) as refused:
        open_slot(OFFICER, wrong, slot, boxed)

    assert str(refused.value).endswith(str(OFFICER))


def test_a_passphrase_typed_with_composed_or_combining_letters_is_the_same() -> None:
    slot, boxed = enrol(OFFICER, "caf\u00e9", a_bundle(), CHEAP)

    open_slot(OFFICER, "cafe\u0301", slot, boxed)


def test_a_slot_of_another_officer_does_not_open() -> None:
    slot, boxed = enrol(OFFICER, WORDS, a_bundle(), CHEAP)

    with pytest.raises(WrongPassphrase):
        open_slot(uuid4(), WORDS, slot, boxed)


def test_changed_or_exchanged_rows_are_refused() -> None:
    slot, boxed = enrol(OFFICER, WORDS, a_bundle(), CHEAP)
    other_slot, other_boxed = enrol(OFFICER, WORDS, a_bundle(), CHEAP)
    flipped = boxed[:-1] + bytes([boxed[-1] ^ 1])

    for row, bundle in [
        (slot, other_boxed),
        (slot, flipped),
        (slot, b""),
        (replace(slot, wrapped_umk=other_slot.wrapped_umk), boxed),
        (replace(slot, wrapped_umk=b""), boxed),
        (replace(slot, kind="recovery"), boxed),
        (replace(slot, cost=Cost(memory_kib=0, iterations=0, lanes=0)), boxed),
    ]:
        with pytest.raises(SealBroken, match=str(OFFICER)):
            open_slot(OFFICER, WORDS, row, bundle)


def test_a_changed_cost_or_salt_does_not_open() -> None:
    slot, boxed = enrol(OFFICER, WORDS, a_bundle(), CHEAP)

    for row in (replace(slot, cost=replace(CHEAP, iterations=2)), replace(slot, salt=bytes(16))):
        with pytest.raises(WrongPassphrase):
            open_slot(OFFICER, WORDS, row, boxed)


def test_enrolling_twice_shares_nothing() -> None:
    bundle = a_bundle()

    slot, boxed = enrol(OFFICER, WORDS, bundle, CHEAP)
    again, boxed_again = enrol(OFFICER, WORDS, bundle, CHEAP)

    assert slot.salt != again.salt
    assert slot.auth_hash != again.auth_hash
    assert slot.wrapped_umk != again.wrapped_umk
    assert boxed != boxed_again


def test_the_stored_hash_opens_nothing() -> None:
    """What is stored to compare with is a hash of the auth key, apart from the wrap key."""
    slot, _ = enrol(OFFICER, WORDS, a_bundle(), CHEAP)
    stretched = stretch(WORDS, slot.salt, CHEAP)

    assert stretched != slot.auth_hash
    assert stretched not in slot.wrapped_umk


def test_a_decoy_is_the_same_each_time_and_shaped_like_a_real_slot() -> None:
    key = bytes(range(32))
    real, _ = enrol(OFFICER, WORDS, a_bundle(), CHEAP)

    decoy = decoy_slot("nobody", key, CHEAP)

    assert decoy == decoy_slot("nobody", key, CHEAP)
    assert decoy != decoy_slot("nobody-else", key, CHEAP)
    assert decoy != decoy_slot("nobody", key[::-1], CHEAP)
    assert shape(decoy) == shape(real)


def test_trying_a_decoy_takes_the_same_work_as_a_wrong_passphrase(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    runs: list[Cost] = []

    def counted(passphrase: str, salt: bytes, cost: Cost) -> bytes:
        runs.append(cost)
        return stretch(passphrase, salt, cost)

    monkeypatch.setattr(slots, "stretch", counted)
    real, boxed = enrol(OFFICER, WORDS, a_bundle(), CHEAP)
    runs.clear()

    for slot in (real, decoy_slot("nobody", bytes(32), CHEAP)):
        with pytest.raises(WrongPassphrase):
            open_slot(OFFICER, "wrong", slot, boxed)

    assert runs == [CHEAP, CHEAP]


def test_no_more_than_two_passphrases_are_stretched_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    entered, release = threading.Semaphore(0), threading.Event()

    class Held:
        def __init__(self, **_: object) -> None: ...

        def derive(self, _: bytes) -> bytes:
            entered.release()
            release.wait(timeout=30)
            return bytes(32)

    monkeypatch.setattr(slots, "Argon2id", Held)
    logins = [threading.Thread(target=stretch, args=("x", bytes(16), CHEAP)) for _ in range(4)]
    for login in logins:
        login.start()

    two_work = all(entered.acquire(timeout=30) for _ in range(2))
    a_third_works = entered.acquire(timeout=0.3)
    release.set()
    for login in logins:
        login.join()
    the_others_follow = all(entered.acquire(timeout=30) for _ in range(2))

    assert two_work
    assert not a_third_works
    assert the_others_follow


def test_people_who_log_in_at_the_same_moment_do_not_wait_for_each_other_for_ever() -> None:
    lanes = Cost(memory_kib=1024, iterations=2, lanes=4)
    expected = stretch("x", bytes(16), lanes)
    made: list[bytes] = []
    logins = [
        threading.Thread(
            target=lambda: made.extend(stretch("x", bytes(16), lanes) for _ in range(20)),
            daemon=True,  # without the lock they hang, and would keep the tests from ending
        )
        for _ in range(4)
    ]

    for login in logins:
        login.start()
    for login in logins:
        login.join(60)

    assert made == [expected] * 80


def test_stretching_follows_rfc_9106() -> None:
    """The published case without secret and associated data, which we do not use."""
    [vector] = [
        v
        for v in vectors.blocks("KDF/argon2id.txt")
        if v.get("pass") == "01" * 32 and "secret" not in v and "ad" not in v
    ]
    cost = Cost(int(vector["memcost"]), int(vector["iter"]), int(vector["lanes"]))

    made = stretch(bytes.fromhex(vector["pass"]).decode(), bytes.fromhex(vector["salt"]), cost)

    assert made.hex() == vector["output"]


def test_the_cost_in_use_is_what_the_threat_model_says() -> None:
    assert Cost(memory_kib=131072, iterations=3, lanes=4) == STRONG


@pytest.mark.parametrize("suite", list(Suite))
def test_a_bundle_survives_being_written_and_read(suite: Suite) -> None:
    bundle = a_bundle(suite)

    assert Bundle.from_bytes(bundle.to_bytes()) == bundle
    for data in (b"", bundle.to_bytes()[:-1], b"\2" + bundle.to_bytes()[1:], b"\1"):
        with pytest.raises(SealBroken):
            Bundle.from_bytes(data)


def test_nothing_secret_is_printed() -> None:
    bundle = a_bundle()
    slot, _ = enrol(OFFICER, WORDS, bundle, CHEAP)

    assert repr(bundle) == "Bundle(kem=KemKey(suite=<Suite.XWING: 2>), sign=SigningKey())"
    assert repr(slot) == f"Slot(kind='passphrase', cost={CHEAP!r})"


def shape(slot: Slot) -> tuple[str, Cost, int, int]:
    return slot.kind, slot.cost, len(slot.salt), len(slot.auth_hash)


def test_a_recovery_slot_opens_the_same_keys_and_no_slot_opens_with_the_others_secret() -> None:
    bundle = a_bundle()
    umk, boxed = box_bundle(OFFICER, bundle)
    passphrase = new_slot(OFFICER, WORDS, umk, CHEAP)
    code = new_slot(OFFICER, "000G-40R4", umk, CHEAP, kind=RECOVERY)

    assert open_slot(OFFICER, WORDS, passphrase, boxed) == bundle
    assert open_slot(OFFICER, "000G-40R4", code, boxed) == bundle
    for secret, slot in ((WORDS, code), ("000G-40R4", passphrase)):
        with pytest.raises(WrongPassphrase):
            open_slot(OFFICER, secret, slot, boxed)


def test_a_forgotten_passphrase_is_replaced_by_whoever_holds_the_recovery_code() -> None:
    bundle = a_bundle()
    umk, boxed = box_bundle(OFFICER, bundle)
    code = new_slot(OFFICER, "000G-40R4", umk, CHEAP, kind=RECOVERY)

    replaced = new_slot(OFFICER, "new words", open_umk(OFFICER, "000G-40R4", code), CHEAP)

    assert open_slot(OFFICER, "new words", replaced, boxed) == bundle
