"""The child that takes one file apart, from stdin to stdout; nothing but that is left to it:

    python -m workervoice.app.wash_child SECONDS [wav]

The wall stands before the first byte of the file is read. Where none can be had, nothing is read.
"""

from __future__ import annotations

import os
import resource
import secrets
import sys
from contextlib import suppress

from workervoice.app.walls import NoWall, only_computing
from workervoice.wash.outcome import MOST_IN, Reason, Unwashed
from workervoice.wash.washing import loaded, washed
from workervoice.wash.wire import said

MOST_MEMORY = 2 * 2**30


def main(argv: list[str]) -> int:
    if hasattr(os, "sched_setaffinity"):  # on one processor the libraries want no threads
        with suppress(OSError):  # with threads, there will be no wall
            os.sched_setaffinity(0, {secrets.choice(sorted(os.sched_getaffinity(0)))})
    loaded()
    os.chdir("/")
    os.closerange(2, 256)
    try:
        walled(int(argv[0]))
    except (NoWall, OSError):
        _say(said(Unwashed(Reason.NO_WALL)))
        return 0
    _say(said(washed(_given(), to_wav="wav" in argv[1:])))
    return 0


def walled(seconds: int) -> None:
    """Of this thread, which must be the only one. Limits first: the wall lets none be set."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    if len(os.listdir("/proc/self/task")) != 1:  # noqa: PTH208  a thread would be outside
        raise NoWall("threads")
    only_computing()


def _given() -> bytes:
    content = bytearray()
    while len(content) <= MOST_IN and (more := os.read(0, 2**16)):
        content += more
    return bytes(content)


def _say(answer: bytes) -> None:
    rest = memoryview(answer)
    while rest:
        rest = rest[os.write(1, rest) :]


if __name__ == "__main__":
    os._exit(main(sys.argv[1:]))
