"""When a test may run something as in a container: see read_only.sh."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
READ_ONLY = Path(__file__).parent / "read_only.sh"
NOBODY = 65534


def can_unshare() -> bool:
    if os.geteuid() != 0 or any(shutil.which(n) is None for n in ("unshare", "setpriv", "mount")):
        return False
    tried = [
        "unshare",
        "--mount",
        "--propagation",
        "private",
        "mount",
        "-t",
        "tmpfs",
        "none",
        "/mnt",
    ]
    return subprocess.run(tried, capture_output=True, check=False).returncode == 0


as_in_a_container = pytest.mark.skipif(
    not can_unshare() or str(ROOT).startswith("/tmp/"),
    reason="needs root who may make mounts, unshare and setpriv, and a place outside /tmp",
)
