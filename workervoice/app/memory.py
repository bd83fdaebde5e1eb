"""What was in a process's memory stays there: no core files, and no reading by its own user.

Not dumpable (prctl(2)) means: the kernel writes no core file, also where cores are piped to a
program, which a limit does not prevent; and other processes of the same user cannot attach, nor
read /proc/PID/mem or environ. Debuggers and profilers then need root (CAP_SYS_PTRACE). Overwriting
what was freed is the allocator's work: see `children.environment_of` and the units.
"""

from __future__ import annotations

import ctypes
import resource
import sys

from workervoice.journal import Journal

_JOURNAL = Journal("workervoice")
_PR_SET_DUMPABLE = 4


def keep_to_itself() -> None:
    """Close this process's memory to others, as far as the system can."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform != "linux":
        return
    if ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0) != 0:
        _JOURNAL.note("memory_open")
