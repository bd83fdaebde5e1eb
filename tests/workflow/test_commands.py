"""Command words: the whole text or nothing; a worker in trouble is never cut off by a keyword."""

from __future__ import annotations

import pytest

from workervoice.workflow.commands import Command, command, digit, yes_or_no


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("STOP", Command.STOP),
        (" stop. ", Command.STOP),
        ("Stop!!!", Command.STOP),
        ("ＳＴＯＰ", Command.STOP),
        ("\u200eSTOP\u200f", Command.STOP),
        ("Stop  all", Command.STOP),
        ("ALTO", Command.STOP),
        ("বন্ধ করুন", Command.STOP),
        ("থামুন।", Command.STOP),
        ("thamun", Command.STOP),
        ("start", Command.START),
        ("Iniciar", Command.START),
        ("শুরু", Command.START),
        ("HELP", Command.HELP),
        ("help!", Command.HELP),
        ("¡AYUDA!", Command.HELP),
        ("ayúdenme", Command.HELP),
        ("Ayudenme", Command.HELP),
        ("ayu\u0301dame", Command.HELP),
        ("বাঁচান!", Command.HELP),
        ("bachao", Command.HELP),
        ("Delete", Command.DELETE),
        ("borrar todo", Command.DELETE),
        ("মুছে ফেলুন", Command.DELETE),
        ("status?", Command.STATUS),
        ("ESTADO", Command.STATUS),
        ("উত্তর", Command.STATUS),
    ],
)
def test_a_command_is_known_in_its_sms_spellings(text: str, expected: Command) -> None:
    assert command(text) is expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "stop hitting me",
        "please stop",
        "I want to quit",
        "quit",
        "end",
        "cancel",
        "info",
        "yes",
        "stop 1",
        "help they locked us in",
        "delete my name from the list",
        "no status here",
        "basta",
        "para",
        "no puedo parar",
        "বন্ধ",
        "আমাদের বাঁচান এখানে আগুন",
        "1",
    ],
)
def test_what_may_be_a_report_is_no_command(text: str) -> None:
    assert command(text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1", 1),
        ("১", 1),
        ("٢", 2),
        ("3.", 3),
        ("3️⃣", 3),
        ("③", 3),
        ("12", None),
        ("a", None),
        ("", None),
    ],
)
def test_a_lone_digit_is_read_in_any_script(text: str, expected: int | None) -> None:
    assert digit(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("Yes!", True), ("sí", True), ("SI", True), ("হ্যাঁ", True), ("no", False), ("না", False)],
)
def test_yes_and_no_are_read_when_alone(text: str, expected: bool) -> None:
    assert yes_or_no(text) is expected
    assert yes_or_no(f"{text} but they shout") is None
