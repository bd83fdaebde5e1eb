"""Run a program so that it ends when the process that asked for it ends.

A script, run by path in a bare interpreter, as whoever asked; it imports nothing of ours.
    lifeline.py hold  PARENT SIGNAL UID GID PROGRAM ARGUMENT...   becomes PROGRAM
    lifeline.py watch PID SIGNAL                                  signals PID when stdin ends
`hold` asks the Linux kernel for SIGNAL at the death of the thread that started it; `watch` does
it elsewhere, through a pipe that only the asking process holds open. UID "-" changes no account.
"""

from __future__ import annotations

import ctypes
import os
import resource
import sys

_PR_SET_PDEATHSIG = 1


def hold(arguments: list[str]) -> None:
    """Drop privileges, tie to the parent, become the program."""
    parent, signal_number, uid, gid, *program = arguments
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core would hold what was in memory
    os.umask(0o077)
    if uid != "-":  # first: a change of account would untie us again
        os.setgroups([])
        os.setgid(int(gid))
        os.setuid(int(uid))
    if int(signal_number):
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.prctl(_PR_SET_PDEATHSIG, int(signal_number), 0, 0, 0) != 0:
            sys.exit("the kernel refuses to signal this process when its parent ends")
    if os.getppid() != int(parent):  # it ended before we were tied to it
        sys.exit("the parent has ended")
    os.execv(program[0], program)  # noqa: S606 - our own command line, no shell


def watch(arguments: list[str]) -> None:
    """Wait until the pipe is closed, by will or by death, then signal."""
    pid, signal_number = map(int, arguments)
    while os.read(0, 1):
        pass
    if os.getsid(pid) == pid:  # still the session that was made for it, not a reused number
        os.kill(pid, signal_number)


if __name__ == "__main__":
    {"hold": hold, "watch": watch}[sys.argv[1]](sys.argv[2:])
