"""A direct child that runs as an account and does not outlive us. See `lifeline`."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO

from workervoice.embedded.account import Account

_LIFELINE = Path(__file__).with_name("lifeline.py")
_BARE = (sys.executable, "-I", "-S", str(_LIFELINE))
_ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}  # none of ours: it holds secrets


class Child:
    """One running program. `end_with` is the signal that it gets when we die."""

    def __init__(
        self,
        command: list[str],
        account: Account,
        *,
        end_with: signal.Signals,
        output: int | IO[bytes],
    ) -> None:
        tied = kernel_can_tie()
        who = [str(account.uid), str(account.gid)] if account.switched else ["-", "-"]
        self._process = subprocess.Popen(  # noqa: S603 - fixed program, no shell
            [*_BARE, "hold", str(os.getpid()), str(int(end_with) if tied else 0), *who, *command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd="/",
            env=_ENVIRONMENT,
            start_new_session=True,  # Ctrl-C in a terminal is for us to pass on, in order
        )
        self._watcher = None if tied else _watch(self._process.pid, end_with)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    def output(self) -> str:
        """What it printed, once it ended; only for a child whose output is a pipe."""
        printed, _ = self._process.communicate()
        self.release()
        return printed.decode(errors="replace")

    @property
    def exit_code(self) -> int | None:
        return self._process.poll()

    def end(self, signals: tuple[signal.Signals, ...], patience_seconds: float) -> None:
        """Signal and reap: each signal in turn, until one of them was enough."""
        self.release()
        for number in signals:
            if not self.running:
                return
            self._process.send_signal(number)
            try:
                self._process.wait(patience_seconds)
            except subprocess.TimeoutExpired:
                continue
        self._process.wait()

    def release(self) -> None:
        """Take the watcher off a child that has ended or is being ended."""
        if self._watcher is not None:
            self._watcher.kill()
            self._watcher.communicate()
            self._watcher = None


def kernel_can_tie() -> bool:
    """True where the kernel itself ends a child with its parent.

    Linux does it when the *thread* ends that started the child, so it must be the main one.
    """
    on_main_thread = threading.current_thread() is threading.main_thread()
    return sys.platform == "linux" and on_main_thread


def _watch(pid: int, end_with: signal.Signals) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 - fixed program, no shell
        [*_BARE, "watch", str(pid), str(int(end_with))],
        stdin=subprocess.PIPE,
        cwd="/",
        env=_ENVIRONMENT,
        start_new_session=True,
    )
