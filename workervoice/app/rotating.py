"""Rotating the processes' own keys, beside the hotline: both sides in children, a line between.

This process opens no key. It starts a child with the gateway's keys and one with the courier's,
each with its own environment and rights in the database, and goes on where an earlier run stopped.
"""

from __future__ import annotations

import fcntl
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workervoice.app.children import environment_of
from workervoice.app.ownership import owner_url
from workervoice.app.recovery import PUBLIC, seal_process_keys
from workervoice.crypto.belonging import unreadable, write_owned
from workervoice.errors import Declined, ServerError, SettingsError
from workervoice.settings import PREFIX, Settings

# What was begun under the old key has ended by then: a directory is read anew after 5 seconds, and
# the database ends a transaction that says nothing for 60.
SETTLE_SECONDS = 75.0
AGAIN_SECONDS = 5.0
PASSES = 40  # at most, while texts are being sent
PROCESS_OF = dict.fromkeys(("open", "begin-courier", "owed", "end-courier"), "courier")


class ChildFailed(ServerError):
    """One side ended; it has said why."""


@dataclass(frozen=True, slots=True)
class Rotation:
    """A rotation that nobody else does meanwhile."""

    settings: Settings
    say: Callable[[str], None]

    def pepper(self) -> None:
        """Raises `Declined` if rows that somebody changed keep the old pepper."""
        self._alone("begin-pepper")
        self._keep_copy()
        done = self._with_courier("pepper")
        self.say(f"{done['done']} addresses have a new index.")
        self._refuse_broken("contacts", done["broken"], "pepper")
        self._keep_copy()
        self.say("The old pepper is destroyed.")

    def courier(self) -> str | None:
        """What the root has to sign first, or None when all is done. Raises `Declined`."""
        request = self._alone("begin-courier")["request"]
        self._keep_copy()
        if request is not None:
            return str(request)
        self._settled(self._pass)
        self._alone("end-courier")
        self._keep_copy()
        self.say("The old key of the courier is destroyed.")
        return None

    def service(self) -> None:
        """Raises `Declined` if rows that somebody changed keep the old key."""
        kinds = ("courier", "console")
        publics = json.dumps({each: self._public(each) for each in kinds})
        self._alone("begin-service", publics)
        self._keep_copy()
        self._settled(lambda: self._records(publics))
        self._alone("end-service", publics)
        self._keep_copy()
        self.say("The old service key is destroyed.")

    def _public(self, process: str) -> str:
        return str(self._ended(self._start("public", process, of=process), "public")["public"])

    def _records(self, publics: str) -> int:
        found = self._alone("service", publics)
        self._refuse_broken("rows", found["broken"], "service")
        for each in found["lost"]:
            self.say(f"record {each}: it opens under no key, and did not before")
        self.say(f"{found['done']} records are sealed anew.")
        return int(found["done"])

    def _settled(self, once: Callable[[], int]) -> None:
        """Do this until nothing is left to do, and nothing can come that was begun before."""
        once()
        self.say(f"Waiting {SETTLE_SECONDS:.0f} seconds for what was begun under the old key.")
        time.sleep(SETTLE_SECONDS)
        for _ in range(PASSES):
            if once() == 0:
                return
            time.sleep(AGAIN_SECONDS)
        raise Declined("there is still something under the old key: run this again")

    def _pass(self) -> int:
        """Go once through everything that is sealed to the courier; how much was not yet new."""
        contacts = self._with_courier("contacts")
        self._refuse_broken("contacts", contacts["broken"], "courier")
        owed = self._alone("owed")
        for each in owed["broken"]:
            self.say(f"text {each}: it is not what was logged, and nobody will open it any more")
        self.say(f"{contacts['done']} addresses and {owed['done']} texts are sealed anew.")
        return int(contacts["done"] + owed["done"] + owed["left"])

    def _refuse_broken(self, kind: str, broken: list[str], what: str) -> None:
        if broken:
            raise Declined(
                f"the old key stays, because these {kind} are not what was logged: "
                f"{', '.join(broken)}. Put their rows back from a backup, or delete them, and run "
                f"`workervoice rotate {what}` again"
            )

    def _keep_copy(self) -> None:
        """The sealed copy for the recovery key, if there is one, has the keys of now."""
        if (self.settings.data_dir / PUBLIC).is_file():
            seal_process_keys(self.settings.data_dir)

    def _alone(self, task: str, given: str = "") -> dict[str, Any]:
        return self._ended(self._start(task, given), task)

    def _with_courier(self, task: str) -> dict[str, Any]:
        """A task of the gateway's, with the courier at the other end of its line."""
        ours, theirs = socket.socketpair()
        with ours, theirs:
            opener = self._start("open", str(theirs.fileno()), theirs)
            worker = self._start(task, str(ours.fileno()), ours)
        try:
            return self._ended(worker, task)
        finally:
            self._ended(opener, "open", must=False)

    def _start(
        self, task: str, given: str = "", line: socket.socket | None = None, *, of: str = ""
    ) -> subprocess.Popen[str]:
        program = (sys.executable, "-P", "-m", "workervoice.app.rotating_child", task)
        environment = environment_of(self.settings, of or PROCESS_OF.get(task, "gateway"))
        if task.endswith("service") and self.settings.database_url is not None:
            name, owner = f"{PREFIX}DATABASE_URL", self.settings.database_url.get_secret_value()
            environment[name] = owner  # leaves and links are no process's to change
        return subprocess.Popen(  # noqa: S603 - our own program, with fixed arguments
            [*program, given] if given else program,
            env=environment,
            stdin=subprocess.PIPE,  # it ends when this one does
            stdout=subprocess.PIPE,
            pass_fds=() if line is None else (line.fileno(),),
            process_group=0,
            text=True,
        )

    def _ended(
        self, child: subprocess.Popen[str], task: str, *, must: bool = True
    ) -> dict[str, Any]:
        with child:
            said = child.stdout.read() if child.stdout else ""
        if child.returncode == 0:
            found: dict[str, Any] = json.loads(said)
            return found
        if must:
            raise ChildFailed(f"the rotation stopped at {task}, see above: run it again to go on")
        return {}


def _opened(lock: Path) -> int:
    try:
        with suppress(FileExistsError):
            write_owned(lock, b"")
        return os.open(lock, os.O_RDWR)
    except PermissionError:
        raise unreadable(lock) from None


@contextmanager
def rotation(settings: Settings, say: Callable[[str], None]) -> Iterator[Rotation]:
    """Raises `SettingsError` where keys are not in files, or while another rotation runs."""
    if settings.custody != "file":
        raise SettingsError(
            f"WORKERVOICE_CUSTODY is {settings.custody}: keys are rotated in files. Put your "
            "sealed copy of the key files back, rotate with WORKERVOICE_CUSTODY=file, and bring "
            "them to the custody again with `workervoice keys`"
        )
    with ExitStack() as held:
        handle = _opened(settings.data_dir / "rotating.lock")
        held.callback(os.close, handle)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SettingsError("another rotation runs: let it end first") from None
        held.enter_context(owner_url(settings, given=settings.gateway_database_url))
        yield Rotation(settings, say)
