"""The numbers of system calls behind the wall, against libseccomp's tables."""

from __future__ import annotations

import ctypes

import pytest

from tests.deploy.confine import LIBRARY
from tests.deploy.locked import needs_seccomp
from workervoice.app import walls

COMPUTING = (
    *("read", "write", "close", "fstat", "lseek", "mmap", "mprotect", "munmap", "brk"),
    *("rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "readv", "writev", "sched_yield"),
    *("mremap", "madvise", "nanosleep", "getpid", "exit", "gettimeofday", "getrusage"),
    *("sysinfo", "sigaltstack", "gettid", "futex", "sched_getaffinity"),
    *("restart_syscall", "clock_gettime", "clock_getres", "clock_nanosleep"),
    *("exit_group", "getrandom"),
)
OF_ONE = {"x86_64": ("poll",), "aarch64": ("ppoll",)}


def number(processor: str, call: str) -> int:
    library = ctypes.CDLL(LIBRARY)
    machine = ctypes.c_uint32(walls.PROCESSORS[processor])
    return int(library.seccomp_syscall_resolve_name_arch(machine, call.encode()))


@needs_seccomp
@pytest.mark.parametrize("processor", sorted(walls.COMPUTING))
def test_behind_the_wall_are_these_calls_and_no_others(processor: str) -> None:
    named = {number(processor, call) for call in (*COMPUTING, *OF_ONE[processor])}

    assert min(named) >= 0
    assert set(walls.COMPUTING[processor]) == named


@needs_seccomp
@pytest.mark.parametrize("processor", sorted(walls.COMPUTING))
def test_a_socket_has_its_number(processor: str) -> None:
    assert walls.SOCKET[processor] == number(processor, "socket")
