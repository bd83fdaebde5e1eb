"""Walls around a program that we do not trust with words: Linux takes away from this process, and
from all that it starts, what the program must not have. None of them can be taken down again.
"""

from __future__ import annotations

import ctypes
import os
import platform
import struct
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

_NEW_NETWORK, _NEW_USER, _NEW_PROCESSES = 0x40000000, 0x10000000, 0x20000000  # linux/sched.h
_NEW_MOUNTS, _NEW_IPC = 0x00020000, 0x08000000
EVERYTHING = _NEW_NETWORK | _NEW_USER | _NEW_PROCESSES | _NEW_MOUNTS | _NEW_IPC
_RECURSIVE, _PRIVATE, _BIND, _READ_ONLY = 0x4000, 0x40000, 0x1000, 0x1  # linux/mount.h
_NO_SUID, _NO_DEVICES, _NO_PROGRAMS = 0x2, 0x4, 0x8
_MOUNT_SETATTR, _AT_RECURSIVE, _HERE = 442, 0x8000, -100  # on every processor since Linux 5.12
_NO_NEW_PRIVILEGES, _SET_SECCOMP, _FILTER = 38, 22, 2  # linux/prctl.h, linux/seccomp.h
_ALLOW, _REFUSE, _KILL = 0x7FFF0000, 0x00050000 | 13, 0x80000000  # refused: EACCES
_LOAD, _IF_EQUAL, _IF_AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06  # linux/bpf_common.h
_X32, _IO_URING_SETUP = 0x40000000, 425
PROCESSORS = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}  # linux/audit.h
SOCKET = {"x86_64": 41, "aarch64": 198}  # asm/unistd.h
# read write close fstat poll lseek mmap mprotect munmap brk rt_sigaction rt_sigprocmask
# rt_sigreturn readv writev sched_yield mremap madvise nanosleep getpid exit gettimeofday
# getrusage sysinfo
# sigaltstack gettid futex sched_getaffinity restart_syscall clock_gettime clock_getres
# clock_nanosleep exit_group getrandom. A file cannot be mapped that cannot be opened.
COMPUTING = {  # asm/unistd.h
    "x86_64": (
        *(0, 1, 3, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 19, 20, 24, 25, 28, 35, 39, 60, 96, 98, 99),
        *(131, 186, 202, 204, 219, 228, 229, 230, 231, 318),
    ),
    "aarch64": (
        *(63, 64, 57, 80, 73, 62, 222, 226, 215, 214, 134, 135, 139, 65, 66, 124, 216, 233, 101),
        *(172, 93, 169, 165, 179, 132, 178, 98, 123, 128, 113, 114, 115, 94, 278),
    ),
}


class NoWall(Exception):
    """This system does not let us build it."""


class _Walls:
    def __init__(self) -> None:
        self._library = ctypes.CDLL(None, use_errno=True)

    def asked(self, name: str, *arguments: object) -> None:
        """Call a function of the system's library. Raises `NoWall` if it refuses."""
        function = getattr(self._library, name, None)
        if function is None or function(*arguments) != 0:
            raise NoWall(name)


def apart() -> None:
    """From now on: no network, and what is started next knows no process but those it starts. Made
    in a user namespace of its own, in which nobody has the rights to go back, not even as root."""
    _Walls().asked("unshare", EVERYTHING)


def read_only(hidden: Iterable[Path]) -> None:
    """For a process that is `apart`: no file can be written, made or deleted, and directories and
    files that are `hidden` are empty."""
    walls = _Walls()
    walls.asked("mount", b"none", b"/", None, _RECURSIVE | _PRIVATE, None)
    bare = _NO_SUID | _NO_DEVICES | _NO_PROGRAMS
    for place in hidden:
        if place.is_dir():
            walls.asked("mount", b"none", os.fsencode(place), b"tmpfs", bare, b"size=4k")
        elif place.exists():  # not hidden already
            walls.asked("mount", b"/dev/null", os.fsencode(place), None, _BIND, None)
    with suppress(NoWall):  # where a container hides a part of it, it stays as it is
        walls.asked("mount", b"none", b"/proc", b"proc", bare, None)
    attributes = struct.pack("=4Q", _READ_ONLY, 0, 0, 0)
    path, size = b"/", ctypes.c_size_t(len(attributes))
    walls.asked("syscall", _MOUNT_SETATTR, _HERE, path, _AT_RECURSIVE, attributes, size)


def no_sockets() -> None:
    """No socket can be made: those in the file system, a database's or a container engine's, are
    none of a network."""
    if platform.machine() not in SOCKET:
        raise NoWall(platform.machine())
    processor, socket = PROCESSORS[platform.machine()], SOCKET[platform.machine()]
    steps = (
        (_LOAD, 0, 0, 4),  # the processor whose calls these are
        (_IF_EQUAL, 1, 0, processor),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, 0),  # the number of the call
        (_IF_AT_LEAST, 2, 0, _X32),
        (_IF_EQUAL, 1, 0, socket),
        (_IF_EQUAL, 0, 1, _IO_URING_SETUP),
        (_RETURN, 0, 0, _REFUSE),
        (_RETURN, 0, 0, _ALLOW),
    )
    _filter(steps)


def only_computing() -> None:
    """Nothing but computing, and reading and writing what is open: no file, socket, program,
    process or thread can be opened or begun, and no other process be reached."""
    if platform.machine() not in COMPUTING:
        raise NoWall(platform.machine())
    processor, calls = PROCESSORS[platform.machine()], COMPUTING[platform.machine()]
    _filter(
        (
            (_LOAD, 0, 0, 4),
            (_IF_EQUAL, 1, 0, processor),
            (_RETURN, 0, 0, _KILL),
            (_LOAD, 0, 0, 0),
            *((_IF_EQUAL, len(calls) - place, 0, call) for place, call in enumerate(calls)),
            (_RETURN, 0, 0, _REFUSE),
            (_RETURN, 0, 0, _ALLOW),
        )
    )


def _filter(steps: Sequence[tuple[int, int, int, int]]) -> None:
    told = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *step) for step in steps))
    program = struct.pack("@HP", len(steps), ctypes.addressof(told))
    walls = _Walls()
    walls.asked("prctl", _NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    walls.asked("prctl", _SET_SECCOMP, _FILTER, program, 0, 0)
