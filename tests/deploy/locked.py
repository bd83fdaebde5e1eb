"""When a test may lock something up: as in a container, or under a unit's filters."""

from __future__ import annotations

import ctypes
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.deploy.confine import LIBRARY

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


def systemd_is_here() -> bool:
    if shutil.which("systemd-analyze") is None:
        return False
    told = subprocess.run(
        ["systemd-analyze", "--version"], capture_output=True, text=True, check=True
    )
    return int(re.findall(r"\d+", told.stdout)[0]) >= 250  # --offline


needs_systemd = pytest.mark.skipif(
    not systemd_is_here(), reason="systemd-analyze of 250 or newer is not here (apt: systemd)"
)


def seccomp_is_here() -> bool:
    try:
        ctypes.CDLL(LIBRARY)
    except OSError:
        return False
    return sys.platform == "linux"


needs_seccomp = pytest.mark.skipif(not seccomp_is_here(), reason=f"{LIBRARY} is not here")
