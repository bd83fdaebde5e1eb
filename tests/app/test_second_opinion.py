"""Tests of the program for a second opinion: real programs, which answer, hang, end and try to
reach the network."""

from __future__ import annotations

import socket
import sys
import time
from pathlib import Path

import pytest

from workervoice.app import second_opinion
from workervoice.app.programs import Program
from workervoice.app.second_opinion import ModelProcess, started
from workervoice.errors import SettingsError

ANSWERS = """
import json, sys
for line in sys.stdin:
    asked = json.loads(line)
    text = asked["text"]
    {what}
    likely = {{"isolation": 0.9 if "alone" in text else 0.1}}
    print(json.dumps({{"model": "toy 1", "likely": likely}}))
    sys.stdout.flush()
"""


def a_program(tmp_path: Path, what: str = "pass") -> Path:
    program = tmp_path / "model"
    program.write_text(f"#!{sys.executable}\n" + ANSWERS.format(what=what), encoding="utf-8")
    program.chmod(0o755)
    return program


def begun(program: Path) -> ModelProcess:
    model = ModelProcess(Program(program))
    model.begin()
    until = time.monotonic() + 20
    while model.of("hello", "en") is None and time.monotonic() < until:
        time.sleep(0.05)
    return model


def test_a_program_that_answers_gives_its_opinion(tmp_path: Path) -> None:
    model = begun(a_program(tmp_path))

    opinion = model.of("we are alone here", "en")

    model.close()
    assert opinion is not None
    assert (opinion.model, opinion.likely) == ("toy 1", {"isolation": 0.9})


def test_a_text_of_any_length_is_taken(tmp_path: Path) -> None:
    model = begun(a_program(tmp_path))

    opinions = [model.of("\U0001f600" * 200_000, "en"), model.of("\x00\ud800", "en")]

    model.close()
    assert opinions[0] is not None


@pytest.mark.parametrize(
    "what",
    [
        "__import__('time').sleep(30) if 'hang' in text else None",
        "sys.exit(3) if 'hang' in text else None",
        "print('no json') if 'hang' in text else None",
        "print('x' * 100000) if 'hang' in text else None",
    ],
)
def test_a_message_goes_without_an_opinion_that_does_not_come(tmp_path: Path, what: str) -> None:
    model = begun(a_program(tmp_path, what))
    before = time.monotonic()

    opinion = model.of("hang", "en")

    took = time.monotonic() - before
    again = model.of("and the next one", "en")
    model.close()
    assert opinion is None
    assert again is None  # it rests before it is started again
    assert took < second_opinion.PATIENCE_SECONDS + 1


def test_it_has_no_network_no_environment_and_writes_no_file(tmp_path: Path) -> None:
    listening = socket.create_server(("127.0.0.1", 0))
    port, left = listening.getsockname()[1], tmp_path / "left"
    tries = f"""
    import os, socket
    try:
        socket.create_connection(("127.0.0.1", {port}), 1)
        sys.exit(4)
    except OSError:
        pass
    try:
        open("{left}", "w").write("x" * 10000)
    except OSError:
        pass
    if any(name.startswith("WORKERVOICE") for name in os.environ):
        sys.exit(5)
"""
    program = a_program(tmp_path, tries.strip())

    child = started(Program(program))

    opinion = child.ask("we are alone", "en", 5)
    child.end()
    listening.close()
    assert opinion is not None
    assert not left.exists() or left.stat().st_size == 0


def test_a_program_that_is_not_there_is_said_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be started"):
        started(Program(tmp_path / "nothing"))


def test_a_program_that_never_reads_holds_nobody_up(tmp_path: Path) -> None:
    program = tmp_path / "model"
    program.write_text(
        f"#!{sys.executable}\nimport time\nwhile True:\n"
        '    print(\'{"model": "m", "likely": {}}\', flush=True)\n    time.sleep(0.2)\n',
        encoding="utf-8",
    )
    program.chmod(0o755)
    model = ModelProcess(Program(program))
    model.begin()
    time.sleep(1.5)
    before = time.monotonic()

    for _ in range(8):
        model.of("x" * 9000, "en")

    model.close()
    assert time.monotonic() - before < 5


def test_an_answer_that_nobody_asked_for_is_taken_for_no_text(tmp_path: Path) -> None:
    twice = "print(json.dumps({'model': 'toy 1', 'likely': {'deception': 1.0}}), flush=True)"
    model = begun(a_program(tmp_path, twice))

    time.sleep(0.2)
    opinion = model.of("and the next one", "en")

    model.close()
    assert opinion is None


def test_a_number_too_large_to_be_one_is_no_opinion(tmp_path: Path) -> None:
    huge = 'print(\'{"model": "m", "likely": {"isolation": 1\' + \'0\' * 400 + \'}}\')'
    model = begun(a_program(tmp_path, f"{huge} if 'big' in text else None"))

    opinion = model.of("big", "en")

    model.close()
    assert opinion is None


def test_what_the_program_started_ends_with_it(tmp_path: Path) -> None:
    inner = a_program(tmp_path)
    wrapper = tmp_path / "wrapper"
    wrapper.write_text(f"#!/bin/sh\n{inner} & echo $! > /dev/null\nwait\n", encoding="utf-8")
    wrapper.chmod(0o755)
    child = second_opinion._Child(Program(wrapper), time.monotonic)  # noqa: SLF001
    time.sleep(0.5)

    child.end()

    living = [
        path
        for path in Path("/proc").iterdir()
        if path.name.isdigit() and str(inner).encode() in _command(path)
    ]
    assert living == []


def _command(process: Path) -> bytes:
    try:
        return (process / "cmdline").read_bytes()
    except OSError:
        return b""
