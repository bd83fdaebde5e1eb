"""One side of a rotation, in a process of its own: started by `rotating`, with one process's keys.

`python -m workervoice.app.rotating_child TASK [GIVEN]`. Over the line between two sides goes one
address at a time, which is written nowhere. Says on standard output, as JSON, how far it came.
"""

from __future__ import annotations

import json
import secrets
import socket
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from uuid import UUID

from workervoice.app import memory
from workervoice.app.beside import process_beside
from workervoice.app.custodies import keys_directory, open_custody
from workervoice.app.keyfiles import write_service
from workervoice.app.logging_setup import set_up_logging
from workervoice.app.ownership import owner_database
from workervoice.app.serving import end_with_parent
from workervoice.app.vouching import write_request
from workervoice.crypto.custody import FileCustody
from workervoice.crypto.seal import KEY_BYTES
from workervoice.errors import CryptoError, NotFound, NotTrusted, ServerError, WorkervoiceError
from workervoice.hotline.process import Process
from workervoice.hotline.rotating_contacts import Renewed, open_address, renew_contacts
from workervoice.hotline.rotating_keys import (
    begin_courier,
    begin_pepper,
    begin_service,
    end_courier,
    end_pepper,
    end_service,
    sole_programme,
)
from workervoice.hotline.rotating_leftovers import reseal_leftovers
from workervoice.hotline.rotating_owed import reseal_owed
from workervoice.hotline.rotating_records import reseal_records
from workervoice.message import Address
from workervoice.settings import load
from workervoice.store.servicekeys import ServiceKeys

Said = dict[str, object]


@dataclass(frozen=True, slots=True)
class Line:
    """This side's end of the line to the other process."""

    file: IO[str]

    def ask(self, **question: object) -> Mapping[str, str | None]:
        self._say(question)
        answer = self.file.readline()
        if not answer:
            raise ServerError("the courier's side of the rotation ended: run this again")
        found: Mapping[str, str | None] = json.loads(answer)
        return found

    def answer(self, reply: Callable[[Mapping[str, str]], Said]) -> None:
        """Until the other side hangs up."""
        for question in self.file:
            self._say(reply(json.loads(question)))

    def _say(self, said: Mapping[str, object]) -> None:
        self.file.write(json.dumps(said) + "\n")
        self.file.flush()

    def opening(
        self, programme: UUID, contact_id: UUID, version: int, *, only_old: bool
    ) -> Address | None:
        """What `open_address` gives, from the courier's process."""
        what: Said = {"programme": str(programme), "contact": str(contact_id), "version": version}
        found = self.ask(**what, only_old=only_old)
        if "refused" in found:
            away = found["refused"] == "NotFound"
            raise NotFound("no such contact") if away else NotTrusted(f"contact {contact_id}")
        uri = found["address"]
        return None if uri is None else Address.from_uri(uri)


def _open(process: Process, directory: Path, line: Line) -> Said:
    """The courier's side: open what is asked for, and say nothing to anybody else."""

    def reply(question: Mapping[str, str]) -> Said:
        which = UUID(question["programme"]), UUID(question["contact"]), int(question["version"])
        try:
            address = open_address(process, *which, only_old=bool(question["only_old"]))
        except NotFound:
            return {"refused": "NotFound"}
        except CryptoError:
            return {"refused": "CryptoError"}
        return {"address": None if address is None else address.uri()}

    line.answer(reply)
    return {}


def _begin_pepper(process: Process, directory: Path, line: Line) -> Said:
    version = begin_pepper(process, lambda key: _make(directory, mac=key))
    return {"version": version}


def _pepper(process: Process, directory: Path, line: Line) -> Said:
    done = renew_contacts(process, sole_programme(process), line.opening, only_old=False)
    if not done.broken:
        end_pepper(process, FileCustody(directory).destroy)
    return _told(done)


def _begin_courier(process: Process, directory: Path, line: Line) -> Said:
    entry = begin_courier(process, lambda key: _make(directory, kem=key))
    return {"request": None if entry is None else write_request([entry])}


def _contacts(process: Process, directory: Path, line: Line) -> Said:
    return _told(renew_contacts(process, sole_programme(process), line.opening, only_old=True))


def _owed(process: Process, directory: Path, line: Line) -> Said:
    programme = sole_programme(process)
    reseal_leftovers(process, programme)
    return _told(reseal_owed(process, programme))


def _end_courier(process: Process, directory: Path, line: Line) -> Said:
    end_courier(process, FileCustody(directory).destroy)
    return {}


def _hand_out(process: Process, data: Path, keys: ServiceKeys, publics: Mapping[str, str]) -> None:
    """To the gateway last: what it has is how far the rotation is."""
    for kind in ("courier", "console"):
        write_service(data, kind, bytes.fromhex(publics[kind]), keys)
    write_service(data, "gateway", process.custody.public("own"), keys)


def service(task: str, publics: Mapping[str, str]) -> Said:
    """A part of the service key's rotation, by the gateway and the owner of the tables."""
    settings = load()
    with process_beside(settings, "gateway") as process, owner_database(settings) as owner:
        data, keys = settings.data_dir, process.vault.refresh()
        if task == "begin-service":
            new = begin_service(process, keys, lambda: secrets.token_bytes(KEY_BYTES))
            _hand_out(process, data, new, publics)
            _hand_out(process, data, new.sealing_newest(), publics)  # all of them can open it
        elif task == "end-service":
            _hand_out(process, data, end_service(process, keys), publics)
        else:
            done = reseal_records(process, owner, sole_programme(process))
            return {
                "done": done.done,
                "broken": [str(each) for each in done.broken],
                "lost": [str(each) for each in done.lost],
            }
    return {}


def public_of(kind: str) -> Said:
    """What the service key of a process is sealed to."""
    return {"public": open_custody(load(), kind).public("own").hex()}


def _told(done: Renewed) -> Said:
    return {"done": done.done, "broken": [str(each) for each in done.broken], "left": done.left}


def _make(directory: Path, *, mac: str = "", kem: str = "") -> None:
    FileCustody.create(directory, macs=[mac] if mac else [], kems=[kem] if kem else [])


TASKS: Mapping[str, tuple[str, Callable[[Process, Path, Line], Said]]] = {
    "open": ("courier", _open),
    "begin-pepper": ("gateway", _begin_pepper),
    "pepper": ("gateway", _pepper),
    "begin-courier": ("courier", _begin_courier),
    "contacts": ("gateway", _contacts),
    "owed": ("courier", _owed),
    "end-courier": ("courier", _end_courier),
}


def _at_the_line(task: str, handle: str | None) -> Said:
    settings, (kind, run) = load(), TASKS[task]
    own = socket.socket() if handle is None else socket.socket(fileno=int(handle))
    with own, own.makefile("rw") as file, process_beside(settings, kind) as process:
        return run(process, keys_directory(settings.data_dir, kind), Line(file))


def main(task: str, given: str | None = None) -> int:
    """`given` is this side's end of the line; for the service key, where it is sealed to; or a
    process's name."""
    set_up_logging("rotation", "warning", "text")
    memory.keep_to_itself()
    end_with_parent()
    try:
        if task == "public":
            said = public_of(given or "")
        elif task.endswith("service"):
            said = service(task, json.loads(given or "{}"))
        else:
            said = _at_the_line(task, given)
    except WorkervoiceError as exc:
        sys.stderr.write(f"workervoice: {exc}\n")
        return 1
    sys.stdout.write(json.dumps(said) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
