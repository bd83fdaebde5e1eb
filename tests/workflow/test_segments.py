"""What a text costs in SMS, at the edges where a part begins."""

from __future__ import annotations

import pytest

from workervoice.gsm7 import is_gsm7
from workervoice.workflow.segments import segments


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),  # an extension character is two septets
        ("€" * 81, 2),
        ("a" * 152 + "€" * 5, 2),
        ("€" * 153, 3),  # 76 pairs in a part: no pair is torn
        ("é¿ñ" * 50, 1),
        ("í" * 70, 1),
        ("í" * 71, 2),
        ("í" * 134, 2),
        ("í" * 135, 3),
        ("\U0001f600" * 35, 1),
        ("\U0001f600" * 36, 2),
        ("ক" * 66 + "কি" + "ক" * 66, 3),  # a vowel sign stays with its letter
    ],
)
def test_parts_are_counted_as_carriers_count_them(text: str, parts: int) -> None:
    assert segments(text) == parts


def test_one_foreign_letter_turns_the_whole_text_to_ucs_2() -> None:
    assert segments("a" * 100) == 1
    assert segments("a" * 99 + "í") == 2


def test_letters_of_the_default_alphabet_are_known() -> None:
    assert is_gsm7("ñandú".replace("ú", "ù"))
    assert not is_gsm7("ú")
    assert not is_gsm7("“")
