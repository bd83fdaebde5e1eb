"""Runs a program that has no network, no settings and no files of ours open: `python -m
workervoice.app.shut_in PROGRAM [ARGUMENT…]`. Ends with `NO_WALL` if the network cannot be taken
from it.
"""

from __future__ import annotations

import ctypes
import os
import resource
import sys

NO_WALL = 97  # exit codes that no program of one's own should have
NO_PROGRAM = 98
_NEW_NETWORK, _NEW_USER = 0x40000000, 0x10000000  # linux/sched.h
_MOST_MEMORY = 8 * 2**30
_MOST_FILES = 256


def main(argv: list[str]) -> int:
    program, *arguments = argv
    library = ctypes.CDLL(None, use_errno=True)
    unshare = getattr(library, "unshare", None)
    # In a user namespace of its own it has no rights to go back, not even as root.
    if unshare is None or unshare(_NEW_NETWORK | _NEW_USER) != 0:
        return NO_WALL
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # it writes no file
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_NOFILE, (_MOST_FILES, _MOST_FILES))
    try:
        os.execve(  # noqa: S606
            program, [program, *arguments], {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}
        )
    except OSError:
        return NO_PROGRAM


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
