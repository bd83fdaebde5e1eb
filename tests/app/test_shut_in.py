"""A program that is given words tries to get out, and to do harm."""

from __future__ import annotations

import os
import socket
import sys
import time
from pathlib import Path

import pytest

from workervoice.app.programs import Program
from workervoice.app.translation import TranslationProgram
from workervoice.settings import Settings

TRIES = """
import os, socket, sys, time
sys.stdin.read()
def tried(what):
    try:
        return what()
    except OSError as exc:
        return type(exc).__name__
"""


def said_by(directory: Path, what: str, hidden: tuple[Path, ...] = ()) -> str:
    """What a program says that does this with a text."""
    program = directory / "program"
    program.write_text(f"#!{sys.executable}\n{TRIES}\n{what}\n", encoding="utf-8")
    program.chmod(0o755)
    return TranslationProgram(Program(program, hidden), patience=20)("a text", "es")


@pytest.mark.parametrize(
    "what",
    [
        "open(there / 'new', 'w')",
        "open(there / 'old', 'a')",
        "(there / 'words').mkdir()",
        "(there / 'words').symlink_to('what the worker wrote')",
        "(there / 'old').unlink()",
        "(there / 'old').rename(there / 'other')",
        "(there / 'old').chmod(0o777)",
        "os.mkfifo(there / 'pipe')",
        "open('/dev/shm/words', 'w')",
    ],
)
def test_it_can_write_make_and_delete_no_file(tmp_path: Path, what: str) -> None:
    place = tmp_path / "place"
    place.mkdir()
    (place / "old").write_text("ours", encoding="utf-8")

    there = f"from pathlib import Path\nthere = Path({str(place)!r})\n"
    said = said_by(tmp_path, f"{there}print(tried(lambda: {what}))")

    assert said in {"OSError", "PermissionError"}
    assert [each.name for each in place.iterdir()] == ["old"]
    assert (place / "old").read_text(encoding="utf-8") == "ours"


def test_it_reaches_no_socket_in_the_file_system(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "socket"))
        listening.listen()
        where = str(tmp_path / "socket")

        what = f"lambda: socket.socket(socket.AF_UNIX).connect({where!r})"
        said = said_by(tmp_path, f"print(tried({what}))")

    assert said == "PermissionError"


def test_it_sees_and_ends_no_process_of_ours(tmp_path: Path) -> None:
    ours = os.getpid()

    said = said_by(
        tmp_path,
        f"print(tried(lambda: os.kill({ours}, 0)), os.path.exists('/proc/{ours}/environ'))",
    )

    assert said == "ProcessLookupError False"


def test_what_left_its_session_ends_with_it_too(tmp_path: Path) -> None:
    mark = f"survivor-{os.getpid()}"
    said_by(
        tmp_path,
        f"import subprocess\n"
        f"subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)', {mark!r}],"
        " start_new_session=True, stdout=subprocess.DEVNULL)\nprint('begun')",
    )

    time.sleep(0.2)
    assert not [path for path in Path("/proc").iterdir() if mark.encode() in _command(path)]


def test_places_of_ours_are_empty_to_it(tmp_path: Path) -> None:
    keys, token = tmp_path / "data" / "keys", tmp_path / "token"
    keys.mkdir(parents=True)
    (keys / "own.key").write_text("ours", encoding="utf-8")
    token.write_text("ours", encoding="utf-8")
    told = {"data_dir": tmp_path / "data", "vault_token_file": token}
    hidden = Program.beside(Settings.model_validate(told), tmp_path).hidden

    said = said_by(
        tmp_path,
        f"print(os.listdir({str(tmp_path / 'data')!r}), repr(tried(open({str(token)!r}).read)))",
        hidden,
    )

    assert said == "[] ''"
    assert (keys / "own.key").read_text(encoding="utf-8") == "ours"


def _command(process: Path) -> bytes:
    try:
        return (process / "cmdline").read_bytes()
    except OSError:
        return b""
