"""The service key's records: bound to kind, programme, row and version, and of few sizes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workervoice.errors import SealBroken
from workervoice.message import INDICATORS, Grade, Priority
from workervoice.store.vault import QueueRecord, Vault

VAULT = Vault(b"v" * 32)
PROGRAMME, ROW = UUID(int=1), UUID(int=2)
RECORD = {"site": "RIVER", "answers": [1, 2, 3], "none": None, "words": "তারা পাসপোর্ট রেখেছে"}
HOUR = datetime(2026, 11, 22, 9, tzinfo=UTC)
CASE = QueueRecord(Grade.FL_NONE, Priority.P4, frozenset(), HOUR, HOUR, None, None, "en")
BLOB_BYTES = 1 + 1 + 12 + 42 + 16  # key version, format, nonce, record, tag

hours = st.integers(min_value=1, max_value=2**32 // 3600 - 1).map(
    lambda hour: datetime.fromtimestamp(hour * 3600, tz=UTC)
)
queue_records = st.builds(
    QueueRecord,
    grade=st.sampled_from(Grade),
    priority=st.sampled_from(Priority),
    indicators=st.frozensets(st.sampled_from(INDICATORS)),
    opened_at=hours,
    last_in_at=hours,
    answered_at=st.none() | hours,
    site_id=st.none() | st.uuids(),
    language=st.sampled_from(["en", "bn", "es", "hi-latn", "zh-tw", "und"]),
    child=st.booleans(),
    imminent_danger=st.booleans(),
    waits=st.booleans(),
)


def sealed() -> bytes:
    return VAULT.seal("facts", PROGRAMME, ROW, 3, RECORD)


def flipped(blob: bytes, at: int) -> bytes:
    return blob[:at] + bytes([blob[at] ^ 1]) + blob[at + 1 :]


def test_a_record_opens_where_it_was_put() -> None:
    assert VAULT.open("facts", PROGRAMME, ROW, 3, sealed()) == RECORD


@pytest.mark.parametrize(
    "opens",
    [
        lambda blob: VAULT.open("clock", PROGRAMME, ROW, 3, blob),
        lambda blob: VAULT.open("facts", uuid4(), ROW, 3, blob),
        lambda blob: VAULT.open("facts", PROGRAMME, uuid4(), 3, blob),
        lambda blob: VAULT.open("facts", PROGRAMME, ROW, 2, blob),
        lambda blob: VAULT.open("facts", PROGRAMME, ROW, 4, blob),
        lambda blob: VAULT.open_queue(PROGRAMME, ROW, 3, blob),
        lambda blob: Vault(b"w" * 32).open("facts", PROGRAMME, ROW, 3, blob),
    ],
    ids=["kind", "programme", "row", "older version", "newer version", "queue", "other key"],
)
def test_a_record_opens_nowhere_else(opens: Callable[[bytes], object]) -> None:
    with pytest.raises(SealBroken):
        opens(sealed())


@pytest.mark.parametrize("at", [0, 1, 5, 20, 200, -1])
def test_a_record_changed_in_one_byte_does_not_open(at: int) -> None:
    blob = sealed()

    with pytest.raises(SealBroken):
        VAULT.open("facts", PROGRAMME, ROW, 3, flipped(blob, at % len(blob)))


@pytest.mark.parametrize("blob", [b"", b"\x01", sealed()[:-1], sealed() + b"\0", b"\x02" * 90])
def test_what_is_no_record_is_refused_by_its_id(blob: bytes) -> None:
    with pytest.raises(SealBroken, match=str(ROW)):
        VAULT.open("facts", PROGRAMME, ROW, 3, blob)


def test_records_have_few_sizes_and_equal_ones_do_not_look_equal() -> None:
    sizes = {len(VAULT.seal("facts", PROGRAMME, ROW, 1, "x" * n)) for n in range(0, 4000, 37)}

    assert len(sizes) == 2
    assert sealed() != sealed()


def test_the_key_does_not_show() -> None:
    assert repr(VAULT) == "Vault()"


@given(record=queue_records)
def test_a_queue_record_is_always_of_one_size_and_comes_back_whole(record: QueueRecord) -> None:
    blob = VAULT.seal_queue(PROGRAMME, ROW, 7, record)

    assert len(blob) == BLOB_BYTES
    assert VAULT.open_queue(PROGRAMME, ROW, 7, blob) == record


@pytest.mark.parametrize("place", [(uuid4(), ROW, 7), (PROGRAMME, uuid4(), 7), (PROGRAMME, ROW, 6)])
def test_a_queue_record_opens_nowhere_else(place: tuple[UUID, UUID, int]) -> None:
    blob = VAULT.seal_queue(PROGRAMME, ROW, 7, CASE)

    with pytest.raises(SealBroken, match=str(place[1])):
        VAULT.open_queue(*place, blob)


def test_a_queue_record_knows_hours_only() -> None:
    late = HOUR + timedelta(minutes=59, seconds=59)
    record = replace(CASE, opened_at=late, last_in_at=late, answered_at=late)

    kept = VAULT.open_queue(PROGRAMME, ROW, 7, VAULT.seal_queue(PROGRAMME, ROW, 7, record))

    assert (kept.opened_at, kept.last_in_at, kept.answered_at) == (HOUR, HOUR, HOUR)
