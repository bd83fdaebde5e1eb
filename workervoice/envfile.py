"""The `.env` file as people type it: a line that means nothing stops the start, by its number.

A forgotten "=" would otherwise leave a setting at its default, without a word.
"""

from __future__ import annotations

from pathlib import Path

from dotenv.parser import parse_stream

from workervoice.errors import SettingsError


def check_env_file(file: Path, prefix: str) -> None:
    """Return if every line is empty, a comment, or NAME=value. A file that is not there is well.

    Raises `SettingsError` with the file and the line's number, never with what stands there.
    """
    if file.is_dir():
        raise SettingsError(f"{file} is a directory: the settings are read from a file.")
    if not file.is_file():
        return
    with file.open(encoding="utf-8") as lines:
        for binding in parse_stream(lines):
            name = (binding.key or "").upper()
            if binding.error or (name.startswith(prefix) and binding.value is None):
                first = binding.original.string.lstrip("\n")
                skipped = len(binding.original.string) - len(first)
                number = binding.original.line + skipped
                raise SettingsError(f"{file}, line {number}, is malformed: write NAME=value.")
