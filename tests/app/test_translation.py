"""Tests of the translation program: real programs, which translate, hang, end, say too much and try
to reach the network."""

from __future__ import annotations

import socket
import sys
import time
from pathlib import Path

import pytest

from workervoice.app.programs import Program
from workervoice.app.translation import MOST_CHARACTERS, TranslationProgram
from workervoice.errors import Declined

WORDS = "import sys\ntext = sys.stdin.read()\n"


def a_program(tmp_path: Path, what: str) -> TranslationProgram:
    program = tmp_path / "translate"
    program.write_text(f"#!{sys.executable}\n{WORDS}{what}\n", encoding="utf-8")
    program.chmod(0o755)
    return TranslationProgram(Program(program), patience=5)


def test_a_program_gets_text_and_language_and_says_what_it_makes_of_it(tmp_path: Path) -> None:
    program = a_program(tmp_path, "print(sys.argv[1:], text.upper())")

    assert program("hola\ncaña", "es") == "['es'] HOLA\nCAÑA"


def test_a_text_of_any_kind_is_taken(tmp_path: Path) -> None:
    program = a_program(tmp_path, "print(len(text))")

    assert program("\U0001f600" * MOST_CHARACTERS, "bn-latn") == str(MOST_CHARACTERS)
    assert program("\x00\ud800", "es") == "2"


@pytest.mark.parametrize(
    ("what", "why"),
    [
        ("import time; time.sleep(60)", "longer than 5 seconds"),
        ("import os, time; os.close(1); time.sleep(60)", "longer than 5 seconds"),
        ("sys.exit(3)", "ended without a translation"),
        ("print(text); sys.exit(1)", "ended without a translation"),
        ("print('  ')", "ended without a translation"),
        ("print('x' * 1_000_000)", "far too much"),
    ],
)
def test_a_program_that_fails_is_ended_and_told_of_in_one_sentence(
    tmp_path: Path, what: str, why: str
) -> None:
    program, before = a_program(tmp_path, what), time.monotonic()

    with pytest.raises(Declined, match=why) as refused:
        program("zebra-in-the-blue-room", "es")

    assert "zebra" not in str(refused.value)
    assert time.monotonic() - before < 15


@pytest.mark.parametrize("language", ["", "und", "--help", "es; rm", "e" * 30, "ES", "es\n"])
def test_what_is_no_language_is_not_given_to_a_program(tmp_path: Path, language: str) -> None:
    with pytest.raises(Declined, match="which language"):
        a_program(tmp_path, "print(text)")("hola", language)


def test_what_is_too_long_is_not_given_to_a_program(tmp_path: Path) -> None:
    with pytest.raises(Declined, match="at most"):
        a_program(tmp_path, "print(text)")("x" * (MOST_CHARACTERS + 1), "es")


def test_a_program_that_is_not_there_is_said_to_be(tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.write_text("no program", encoding="utf-8")

    for program in (tmp_path / "nothing", plain):
        with pytest.raises(Declined, match="cannot be started"):
            TranslationProgram(Program(program))("hola", "es")


def test_it_has_no_network_no_secret_of_ours_and_writes_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORKERVOICE_BOOT_SECRET", "ours")
    listening = socket.create_server(("127.0.0.1", 0))
    port, left = listening.getsockname()[1], tmp_path / "left"
    program = a_program(
        tmp_path,
        f"""
import os, socket
try:
    socket.create_connection(("127.0.0.1", {port}), 1)
    print("network")
except OSError:
    pass
try:
    open({str(left)!r}, "w").write("x" * 10000)
except OSError:
    pass
print(sorted(os.environ))
""",
    )

    said = program("hola", "es")

    listening.close()
    assert "network" not in said
    assert set(eval(said)) <= {"PATH", "LANG", "LC_CTYPE"}  # noqa: S307 - our own program's list
    assert not left.exists() or left.stat().st_size == 0
