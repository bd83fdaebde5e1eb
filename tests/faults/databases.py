"""Faults of the database: restarted, cut off, full, and on files that cannot be written."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import quote, unquote

from tests.faults.ground import Ground
from tests.faults.load import Load
from tests.faults.peer import until
from tests.faults.proxy import Proxy, proxied

DISK_MEGABYTES = 160
FAULT_SECONDS = 20.0


def restarts(ground: Ground, times: int = 3) -> None:
    """Stopped in order and started again, under load."""
    with ground.under(ground.load()):
        for _ in range(times):
            time.sleep(0.7)
            ground.server.stop()
            time.sleep(0.3)
            ground.server.start()


def cuts(ground: Ground, *, stall_seconds: float = 4.0, times: int = 2) -> None:
    """The connection between the processes and the database is cut, stalled, half-closed; and the
    server's answers are lost, that to a commit among them."""
    (where,) = {unquote(url.partition("host=")[2]) for url in ground.urls.values()}
    direct = dict(ground.urls)
    with proxied(Path(where), ground.folder / "proxy") as proxy:
        for name, url in direct.items():
            ground.urls[name] = url.replace(
                quote(where, safe=""), quote(str(proxy.folder), safe="")
            )
        _restart_all(ground)
        with ground.under(ground.load()) as load:
            for _ in range(times):
                _harm(ground, proxy, load, stall_seconds)
        if proxy.passed == 0:
            raise AssertionError("nothing went through the proxy")
        ground.settle()
        ground.urls.update(direct)
        _restart_all(ground)


def _harm(ground: Ground, proxy: Proxy, load: Load, stall_seconds: float) -> None:
    for manner, seconds in (("deaf", 0.3), ("refuse", 1.0), ("stall", stall_seconds)):
        _some_more(load)
        proxy.manner = manner
        time.sleep(seconds)
        if manner != "stall":
            proxy.cut()
        time.sleep(0.1)
        proxy.manner = "pass"
    _some_more(load)
    proxy.half_close()
    _some_more(load)
    proxy.cut()
    _some_more(load)


def _some_more(load: Load, texts: int = 5) -> None:
    """Until a few more texts were taken."""
    told = load.told
    if not until(FAULT_SECONDS, lambda: load.told >= told + texts):
        raise AssertionError("nothing is taken any more")


def _restart_all(ground: Ground) -> None:
    for name in list(ground.running):
        ground.stop(name)
    ground.start_all()


def read_only(ground: Ground) -> None:
    """The database's files cannot be written any more, and it is killed meanwhile; so it cannot
    even start until they can."""
    files = ground.server.cluster
    with ground.under(ground.load()) as load:
        _some_more(load)
        subprocess.run(["chmod", "-R", "a-w", str(files)], check=True)
        try:
            time.sleep(0.5)
            if ground.server.pid is not None:
                with suppress(ProcessLookupError):
                    os.kill(ground.server.pid, signal.SIGKILL)
            refused = load.statuses["503"]
            ends = time.monotonic() + 2.0
            while time.monotonic() < ends:
                ground.watch_database()
                time.sleep(0.1)
            if not until(FAULT_SECONDS, lambda: load.statuses["503"] > refused):
                raise AssertionError("the fault did not take place: nobody was refused")
        finally:
            subprocess.run(["chmod", "-R", "u+w", str(files)], check=True)


def full(ground: Ground) -> None:
    """No room is left on the database's disk for a while. For a ground on a `small_disk`."""
    ballast = ground.folder / "data" / "ballast"
    refused = ground.statuses["503"]
    with ground.under(ground.load()) as load:
        _some_more(load)
        _fill(ballast)
        try:
            ends = time.monotonic() + FAULT_SECONDS
            while load.statuses["503"] <= refused and time.monotonic() < ends:
                ground.watch_database()
                _fill(ballast)
                time.sleep(0.05)
            time.sleep(1.0)
            if load.statuses["503"] <= refused:
                raise AssertionError("the fault did not take place: nobody was refused")
        finally:
            ballast.unlink()


def _fill(ballast: Path) -> None:
    with ballast.open("ab", buffering=0) as file, suppress(OSError):
        for size in (1 << 20, 1 << 12):
            with suppress(OSError):
                while file.write(b"\0" * size) == size:
                    continue


@contextmanager
def small_disk() -> Iterator[Path | str]:
    """A folder whose `data` is a small disk of its own; or the reason why there can be none."""
    if os.geteuid() != 0 or shutil.which("mount") is None:
        yield "only root can mount a small disk"
        return
    with tempfile.TemporaryDirectory(prefix="wv-faults-") as made:
        data = Path(made) / "data"
        data.mkdir(mode=0o711)
        options = f"size={DISK_MEGABYTES}m,mode=711"
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", options, "none", str(data)],
            check=False,
            capture_output=True,
        )
        if done.returncode != 0:
            yield "this machine lets nobody mount a small disk"
            return
        try:
            yield Path(made)
        finally:
            subprocess.run(["umount", "--lazy", str(data)], check=True)
