"""How many files and connections a process may have open: as many as the system lets it."""

from __future__ import annotations

import resource

LEAST = 4096  # connections come in bursts, and each is a file
MOST = 65536


def raise_limit() -> None:
    """Up to the hard limit; the soft one is often meant for programs of another age."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST if hard == resource.RLIM_INFINITY else min(hard, MOST)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def allowed() -> int:
    """What a process of this user may have at most."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    return MOST if hard == resource.RLIM_INFINITY else hard
