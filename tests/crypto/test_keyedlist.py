"""The keyed list: lines in their place and no other, of one size, and whole after a crash."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from workervoice.crypto.keyedlist import FIRST, ListFile, Tail, list_key, read_list, seal_line
from workervoice.errors import SealBroken

FIXTURES = Path(__file__).parent / "fixtures"
KEY = list_key(bytes(range(32)))


@pytest.fixture
def file(tmp_path: Path) -> ListFile:
    return ListFile(tmp_path / "beside" / "keyed.list", KEY)


def entries(file: ListFile) -> list[object]:
    return [entry["n"] for entry in ListFile(file.path, file.key).read().entries]


def test_a_list_that_was_written_before_is_read_today() -> None:
    kept = json.loads((FIXTURES / "keyedlist.json").read_text())
    data = FIRST + "".join(f"{line}\n" for line in kept["lines"]).encode()

    found = read_list(list_key(bytes.fromhex(kept["mac_key"])), data)

    assert [entry["kind"] for entry in found.entries] == ["erased", "alive"]
    assert {len(line) for line in kept["lines"]} == {len(kept["lines"][0])}


def test_lines_are_added_and_read_back(file: ListFile) -> None:
    first = file.append([{"n": 1}, {"n": 2}])
    last = file.append([{"n": 3}])

    contents = ListFile(file.path, KEY).read()

    assert entries(file) == [1, 2, 3]
    assert (contents.tail, first.lines, last.lines) == (last, 2, 3)
    assert contents.reaches(first)
    assert contents.reaches(Tail())
    assert not contents.reaches(Tail(2, last.last))
    assert not contents.reaches(Tail(4, last.last))


@pytest.mark.parametrize(
    "change",
    [
        lambda lines: lines[1:],
        lambda lines: [lines[0], lines[2]],
        lambda lines: [lines[1], lines[0], lines[2]],
        lambda lines: [*lines, lines[2]],
        lambda lines: [lines[0][:-2] + b"A\n", *lines[1:]],
        lambda lines: [b"\n", *lines],
        lambda lines: [b"not base64!\n", *lines],
    ],
)
def test_what_was_taken_out_swapped_repeated_or_altered_does_not_open(
    file: ListFile, change: object
) -> None:
    assert callable(change)
    file.append([{"n": 1}, {"n": 2}, {"n": 3}])
    lines = file.path.read_bytes().splitlines(keepends=True)[1:]

    with pytest.raises(SealBroken):
        read_list(KEY, FIRST + b"".join(change(lines)))


@pytest.mark.parametrize("data", [b"", b"something else\n", FIRST[:-3]])
def test_another_file_is_no_list(data: bytes) -> None:
    with pytest.raises(SealBroken):
        read_list(KEY, data)


def test_lines_of_another_key_do_not_open() -> None:
    line = seal_line(list_key(bytes(32)), Tail(), {"n": 1})

    with pytest.raises(SealBroken):
        read_list(KEY, FIRST + line)


def test_what_a_crash_left_half_is_cut_off_by_the_next_line(file: ListFile) -> None:
    file.append([{"n": 1}])
    with file.path.open("ab") as torn:
        torn.write(b"half a line")

    ListFile(file.path, KEY).append([{"n": 2}])

    assert entries(file) == [1, 2]


def test_two_who_write_do_not_write_over_each_other(file: ListFile) -> None:
    other = ListFile(file.path, KEY)
    file.append([{"n": 1}])
    other.append([{"n": 2}])

    assert file.changed()
    file.append([{"n": 3}])

    assert entries(file) == [1, 2, 3]


def test_a_list_that_was_deleted_begins_anew(file: ListFile) -> None:
    file.append([{"n": 1}])
    file.path.unlink()

    tail = file.append([{"n": 2}])

    assert (entries(file), tail.lines) == ([2], 1)
    assert file.path.stat().st_mode & 0o777 == 0o600
