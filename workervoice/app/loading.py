"""A dump into an empty database, by the `psql` that came with the embedded server: all or nothing.

The opened backup goes from memory into psql and touches no disk. Everything is one transaction,
which ends only after the backup's last byte was found to be right, and leaves the mark of a restore
that is not finished.

psql also takes commands of its own, which run on this machine. It is told to take none, and a dump
that has any is refused: pg_dump writes none but that same order, for scripts that are run by hand.
"""

from __future__ import annotations

import re
import secrets
import subprocess
import tempfile
from collections.abc import Callable
from contextlib import suppress
from typing import IO

from workervoice.app.dumping import reaching
from workervoice.embedded.binaries import program
from workervoice.errors import SettingsError
from workervoice.store.roles import CONSOLE_ROLES, LOGIN_ROLES
from workervoice.store.unfinished import MARK

_POLICY = re.compile(rb"(CREATE POLICY .*? TO )([^()]*?)( USING | WITH CHECK |;)")
_COPY, _COPIED = re.compile(rb"COPY .* FROM stdin;\n"), b"\\.\n"
_RESTRICTED = re.compile(rb"\\(?:un)?restrict [A-Za-z0-9]+\n")  # pg_dump's, around everything
_LIFTED = re.compile(rb"(?<!\\)(?:\\\\)*\\u")  # what begins so could end that; no dump has it
_NEWER = b"SET transaction_timeout"  # of PostgreSQL 17, and off anyway
_REFUSED = b"commands are restricted"  # of psql, about a command in the middle of a line
_COMMAND = (
    "The backup holds a command for psql itself, as no dump does: it was not put back (nothing was "
    "changed)."
)
_OURS = frozenset(role.encode() for role in (*LOGIN_ROLES, *CONSOLE_ROLES))


class Adapted:
    """A dump on its way to psql, made fit for the user that loads it.

    A policy names the owner of the server where it was made. Rows are passed on as they are.
    Raises `SettingsError` for a command to psql.
    """

    def __init__(self, sink: IO[bytes]) -> None:
        self._sink = sink
        self._rest = b""
        self._in_rows = False

    def write(self, data: bytes, /) -> int:
        *lines, self._rest = (self._rest + data).split(b"\n")
        self._sink.write(b"".join(self._fit(line + b"\n") for line in lines))
        return len(data)

    def end(self) -> None:
        self._sink.write(self._fit(self._rest + b"\n"))

    def _fit(self, line: bytes) -> bytes:
        if not self._in_rows and _RESTRICTED.fullmatch(line):
            return b""
        if b"\\u" in line and _LIFTED.search(line):
            raise SettingsError(_COMMAND)
        if self._in_rows:
            self._in_rows = line != _COPIED
            return line
        if line.lstrip().startswith(b"\\"):
            raise SettingsError(_COMMAND)
        self._in_rows = _COPY.fullmatch(line) is not None
        if line.startswith(_NEWER):
            return b""
        return _POLICY.sub(_with_this_owner, line) if line.startswith(b"CREATE POLICY ") else line


def _with_this_owner(found: re.Match[bytes]) -> bytes:
    roles = [role if role in _OURS else b"CURRENT_USER" for role in found[2].split(b", ")]
    return found[1] + b", ".join(roles) + found[3]


def load(url: str, write_dump: Callable[[Adapted], object]) -> None:
    """Run all that `write_dump` writes, or nothing of it. Raises `SettingsError`, and whatever
    `write_dump` raises."""
    options = ("--quiet", "--no-psqlrc", "--set=ON_ERROR_STOP=1", "--set=VERBOSITY=sqlstate")
    with tempfile.TemporaryFile() as said:
        psql = subprocess.Popen(  # noqa: S603 - our own program, nothing of a user's
            [str(program("psql")), *options],
            env=reaching(url),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=said,
        )
        if psql.stdin is None:
            raise SettingsError("psql could not be run")
        try:
            _tell(psql.stdin, write_dump)
        except BaseException:
            psql.kill()  # before it sees an end: what it was told so far is undone
            psql.wait()
            with suppress(BrokenPipeError):
                psql.stdin.close()
            raise
        if psql.wait():
            said.seek(0)
            told = said.read()
            if _REFUSED in told:
                raise SettingsError(_COMMAND)
            raise SettingsError(
                "the database refused the backup, and nothing of it was stored: is it of the "
                f"version of PostgreSQL that was dumped, or newer? ({_reason(told)})"
            )


def _tell(stdin: IO[bytes], write_dump: Callable[[Adapted], object]) -> None:
    """If psql goes before its time, it has said why."""
    adapted = Adapted(stdin)
    with suppress(BrokenPipeError):
        stdin.write(b"\\restrict %s\nBEGIN;\n" % secrets.token_hex(31).encode())
        write_dump(adapted)
        adapted.end()
        stdin.write(MARK + b"COMMIT;\n")
        stdin.close()
    with suppress(BrokenPipeError):
        stdin.close()


def _reason(said: bytes) -> str:
    """A code only: a whole sentence may quote a row."""
    found = re.findall(rb"(?:ERROR|FATAL): +(\w{5})\b", said)
    return found[0].decode() if found else "psql did not say why"
