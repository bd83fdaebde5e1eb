"""Equal values of a set as one value, that is still the same."""

from __future__ import annotations

import marshal

from workervoice.triage.alike import Alike
from workervoice.triage.automaton import row


def test_equal_tuples_become_one_and_numbers_keep_their_kind() -> None:
    alike = Alike()

    said = alike.one({"a": (1, ("x", b"y")), "b": (1, ("x", b"y")), "c": (1.0, True), "d": (1, 1)})

    assert said["a"] is said["b"]
    assert [type(part) for part in said["c"]] == [float, bool]
    assert [type(part) for part in said["d"]] == [int, int]


def test_words_of_the_same_classes_share_them_and_on_disk_too() -> None:
    alike = Alike()
    rows = [alike.row(row(word, {1: bytes([2, 0])}, 1)) for word in (" wage ", " fine ")]

    one, other = marshal.loads(marshal.dumps(rows))  # noqa: S302  our own

    assert one[1:] == other[1:]
    assert one[1] is other[1]
    assert one[2] is other[2]
