"""Asking people at the terminal for what must not stand on a command line."""

from __future__ import annotations

import getpass
import sys

from workervoice.errors import SettingsError


def ask_secret(what: str) -> str:
    """A passphrase or printed key: typed unseen, or a line of standard input in a script.

    Raises `SettingsError` if there is nothing to read.
    """
    if sys.stdin.isatty():
        return getpass.getpass(f"{what}: ").strip()
    line = sys.stdin.readline().strip()
    if not line:
        raise SettingsError(f"{what} is missing: type it, or give it on standard input")
    return line


def ask(what: str) -> str:
    """As `ask_secret`, for what is no secret: it can be seen while it is typed."""
    if sys.stdin.isatty():
        sys.stderr.write(f"{what}: ")
        sys.stderr.flush()
    line = sys.stdin.readline().strip()
    if not line:
        raise SettingsError(f"{what}: nothing was typed")
    return line


def confirm(question: str) -> None:
    """Go on only after a typed "yes". Raises `SettingsError` for anything else."""
    sys.stderr.write(f"{question} Type yes to go on: ")
    sys.stderr.flush()
    if sys.stdin.readline().strip().lower() != "yes":
        raise SettingsError("nothing was done")
