"""Runs a program that has no network, no sockets, no settings, cannot write or delete a file, sees
no process but its own, and ends with all that it started when this one ends:

    python -m workervoice.app.shut_in HIDDEN PROGRAM [ARGUMENT…]

HIDDEN are directories and files that it cannot see, with colons between them, or nothing. Ends with
`NO_WALL` if the system does not let us take all that from it.
"""

from __future__ import annotations

import os
import resource
import sys
from collections.abc import Callable
from pathlib import Path

from workervoice.app.walls import NoWall, apart, no_sockets, read_only

NO_WALL = 97  # exit codes that no program of one's own should have
NO_PROGRAM = 98
_MOST_MEMORY = 8 * 2**30
_MOST_FILES = 256


def main(argv: list[str]) -> int:
    hidden, *program = argv
    try:
        apart()
    except NoWall:
        return NO_WALL
    places = [Path(place) for place in hidden.split(os.pathsep) if place]
    return _in_a_child(lambda: _first(places, program))


def _first(hidden: list[Path], program: list[str]) -> int:
    """The first process of its world. It stays: when it ends, so do all others in it."""
    try:
        read_only(hidden)
    except NoWall:
        return NO_WALL
    return _in_a_child(lambda: _run(program))


def _run(program: list[str]) -> int:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # not even one that was left open
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_NOFILE, (_MOST_FILES, _MOST_FILES))
    try:
        no_sockets()
        os.execve(program[0], program, {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"})  # noqa: S606
    except NoWall:
        return NO_WALL
    except OSError:
        return NO_PROGRAM


def _in_a_child(work: Callable[[], int]) -> int:
    """Its exit code, as the shell tells it. The parent lets go of the pipes, so that their end is
    the program's."""
    child = os.fork()
    if child == 0:
        os._exit(work())
    for handle in (0, 1):
        os.close(handle)
    while True:  # the first process of a world is the parent of all that lost theirs
        ended, status = os.wait()
        if ended == child:
            code = os.waitstatus_to_exitcode(status)
            return code if code >= 0 else 128 - code


if __name__ == "__main__":
    os._exit(main(sys.argv[1:]))
