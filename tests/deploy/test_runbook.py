"""The runbook's commands are commands, its anchors lead somewhere, and it leaves nothing out."""

from __future__ import annotations

import re
import shlex
from uuid import uuid4

import pytest

from tests.deploy.units import SYSTEMD
from workervoice.cli import _parser

PAGES = {name: (SYSTEMD.parent / name).read_text() for name in ("runbook.md", "README.md")}
RUNBOOK = PAGES["runbook.md"]
PARTS = {
    "A key": ("restore --data", "rotate pepper", "rotate courier", "rotate service", "root take"),
    "A line": ("lines change", "lines list"),
    "An officer": ("officers remove", "officers forget-factors", "officers request --end"),
    "A server": ("--backup", "log verify --checkpoint"),
    "A legal order": ("access worker",),
    "Notice within 72 hours": ("Art. 33", "Art. 34", "status --json"),
    "Upgrade and roll back": ("db upgrade", "backup open", "restore --data"),
}


def lines_of(text: str) -> list[str]:
    """Every command of ours in a block, without what a shell does with it."""
    blocks = re.findall(r"^ {4,}(workervoice [^|>\n]+)", text, flags=re.M)
    inline = re.findall(r"`(workervoice [a-z][^`|>]*)`", text)
    return [line.partition("  #")[0].strip(" \\") for line in (*blocks, *inline)]


@pytest.mark.parametrize("line", sorted(set(lines_of(RUNBOOK))))
def test_every_command_of_the_runbook_is_one_that_the_program_takes(line: str) -> None:
    filled = re.sub(r"\b(CASE|BACKUP_ID)\b", str(uuid4()), line)

    parsed = _parser().parse_args(shlex.split(filled)[1:])

    assert callable(parsed.run)


def test_a_command_that_is_none_would_be_found() -> None:
    (line,) = lines_of("    workervoice officers sack LOGIN --as ME\n")

    with pytest.raises(SystemExit):
        _parser().parse_args(shlex.split(line)[1:])


@pytest.mark.parametrize("title", PARTS)
def test_each_day_has_a_part_that_says_what_to_type(title: str) -> None:
    part = re.search(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", RUNBOOK, flags=re.S | re.M)

    assert part is not None
    assert [needed for needed in PARTS[title] if needed not in part[1]] == []


def test_the_units_that_are_named_are_there() -> None:
    named = {u for text in PAGES.values() for u in re.findall(r"workervoice-[a-z]+\.\w+", text)}
    started = re.findall(r"systemctl \w+ (?:--now )?((?:workervoice[\w.-]* ?)+)", RUNBOOK)
    units = {u if "." in u else f"{u}.service" for line in started for u in line.split()}

    files = {path.name for path in SYSTEMD.iterdir()}
    assert units
    assert units - files == set()
    assert {u for u in named if u.endswith((".service", ".socket", ".timer"))} - files == set()
