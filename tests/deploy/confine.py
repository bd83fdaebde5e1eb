"""Run a command under the system call filters of a unit, without a running systemd.

    python -m tests.deploy.confine UNIT [DROP-IN.conf] COMMAND ARGUMENT…

What systemd makes of SystemCallFilter, MemoryDenyWriteExecute and RestrictAddressFamilies is made
here with libseccomp: the groups' members come from `systemd-analyze`.
"""

from __future__ import annotations

import ctypes
import errno
import os
import subprocess
import sys
from collections.abc import Iterator

from tests.deploy.units import read

LIBRARY = "libseccomp.so.2"
ALLOW, REFUSE = 0x7FFF0000, 0x00050000
LESS, EQUAL, MORE, MASKED = 2, 4, 6, 7
PROT_WRITE, PROT_EXEC, SHM_EXEC = 2, 4, 0o100000
FAMILIES = {"AF_UNIX": 1, "AF_INET": 2, "AF_INET6": 10}


class Compared(ctypes.Structure):
    """scmp_arg_cmp of libseccomp."""

    _fields_ = (
        ("arg", ctypes.c_uint),
        ("op", ctypes.c_int),
        ("a", ctypes.c_uint64),
        ("b", ctypes.c_uint64),
    )


class Filter:
    """One filter; where several are loaded, the strictest answer counts."""

    def __init__(self, otherwise: int) -> None:
        self._library = ctypes.CDLL(LIBRARY, use_errno=True)
        self._library.seccomp_init.restype = ctypes.c_void_p
        self._context = ctypes.c_void_p(self._library.seccomp_init(ctypes.c_uint32(otherwise)))

    def rule(self, action: int, call: str, *compared: Compared) -> None:
        number = self._library.seccomp_syscall_resolve_name(call.encode())
        if number < 0:  # not on this machine's architecture
            return
        array = (Compared * len(compared))(*compared)
        code = self._library.seccomp_rule_add_array(
            self._context, ctypes.c_uint32(action), number, len(compared), array
        )
        if code != 0:
            raise OSError(-code, f"no rule for {call}")

    def load(self) -> None:
        code = self._library.seccomp_load(self._context)
        if code != 0:
            raise OSError(-code, "the filter was not taken")


def members(group: str) -> Iterator[str]:
    """The system calls of a group, those of groups in it included."""
    listed = subprocess.run(
        ["systemd-analyze", "--no-pager", "syscall-filter", group],
        capture_output=True,
        text=True,
        check=True,
    )
    for line in listed.stdout.splitlines()[1:]:
        name = line.strip()
        if name.startswith("@"):
            yield from members(name)
        elif name and not name.startswith("#"):
            yield name


def allowed(filters: list[str]) -> set[str]:
    """The calls that are left, when the lines are read in their order."""
    left: set[str] = set()
    for line in filters:
        named = line.lstrip("~").split()
        calls = {c for name in named for c in (members(name) if name[0] == "@" else (name,))}
        left = left - calls if line.startswith("~") else left | calls
    return left


def confine(unit: str, *more: str) -> None:
    """Take this process what the unit, with these drop-ins, takes its own."""
    told = read(unit)
    filters = [line for name in (unit, *more) for line in read(name)["SystemCallFilter"]]
    only = Filter(REFUSE | errno.EPERM)
    for call in sorted(allowed(filters)):
        only.rule(ALLOW, call)
    rest = Filter(ALLOW)
    if told["MemoryDenyWriteExecute"] == ["yes"]:
        both, run = PROT_WRITE | PROT_EXEC, PROT_EXEC
        no = REFUSE | errno.EPERM
        rest.rule(no, "mmap", Compared(2, MASKED, both, both))
        rest.rule(no, "mprotect", Compared(2, MASKED, run, run))
        rest.rule(no, "pkey_mprotect", Compared(2, MASKED, run, run))
        rest.rule(no, "shmat", Compared(2, MASKED, SHM_EXEC, SHM_EXEC))
    (families,) = told["RestrictAddressFamilies"]
    open_to = {FAMILIES[name] for name in families.split()}
    no = REFUSE | errno.EAFNOSUPPORT
    rest.rule(no, "socket", Compared(0, LESS, min(open_to)))
    rest.rule(no, "socket", Compared(0, MORE, max(open_to)))
    for family in set(range(min(open_to), max(open_to))) - open_to:
        rest.rule(no, "socket", Compared(0, EQUAL, family))
    rest.load()
    only.load()


if __name__ == "__main__":
    files = [each for each in sys.argv[1:3] if each.endswith((".service", ".conf"))]
    command = sys.argv[1 + len(files) :]
    confine(*files)
    os.execvp(command[0], command)  # noqa: S606 - what the test gave us
