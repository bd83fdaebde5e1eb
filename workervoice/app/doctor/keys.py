"""The cryptography library, the pinned root, and each process's keys."""

from __future__ import annotations

from collections.abc import Iterator

from workervoice.app.begun import stop_if_begun
from workervoice.app.comparing import own_fingerprints
from workervoice.app.custodies import FILE_WARNING, keys_directory, open_custody
from workervoice.app.doctor.findings import Finding
from workervoice.app.keyfiles import PROCESSES, has_key_files, pinned_root, unseal_keys
from workervoice.crypto.belonging import of_others
from workervoice.crypto.directory import fingerprint
from workervoice.crypto.suite import self_test
from workervoice.errors import WorkervoiceError
from workervoice.hotline.rotating_keys import unfinished
from workervoice.settings import Settings

_WHERE = {
    "file": f"complete, and closed to others. WARNING: {FILE_WARNING} (WORKERVOICE_CUSTODY)",
    "systemd": "complete, in a credential of systemd, and no longer in files",
    "vault": "complete; the key service answers, and no key is in a file",
}
_HALF = "a rotation was begun and not finished: run `workervoice rotate {key}` again."


def cryptography() -> Iterator[Finding]:
    try:
        self_test()
    except WorkervoiceError as exc:
        yield Finding(False, f"The cryptography library does not work ({exc}): reinstall it.")
    else:
        yield Finding(True, "Cryptography: every primitive in use works.")


def keys(settings: Settings) -> Iterator[Finding]:
    data = settings.data_dir
    try:
        stop_if_begun(data)
    except WorkervoiceError as exc:
        yield Finding(False, f"Keys: {exc}")
        return
    if not has_key_files(data) and settings.root_public is None:
        yield Finding(
            False,
            f"Keys: there is no programme in {data}: make one, or try `workervoice up --demo`.",
        )
        return
    try:
        root = pinned_root(data, settings.root_public)
        yield Finding(True, f"Root: {fingerprint(root)} (compare it with your printed copy).")
    except WorkervoiceError as exc:
        yield Finding(False, f"Root: {exc}")
    for process in PROCESSES:
        yield from _custody(settings, process)


def _custody(settings: Settings, process: str) -> Iterator[Finding]:
    told: dict[str, str] = {}
    try:
        custody = open_custody(settings, process)
        files = unseal_keys(settings.data_dir, process, custody)
        half = [*unfinished(custody), *(["service"] if len(files.service.keys) > 1 else [])]
        strange = of_others(keys_directory(settings.data_dir, process))
        problems = [*custody.health(), *strange, *(_HALF.format(key=key) for key in half)]
        told = own_fingerprints(process, custody)
    except WorkervoiceError as exc:
        problems = [str(exc)]
    yield from (Finding(False, f"Keys of the {process}: {problem}") for problem in problems)
    for kind, digits in told.items():
        yield Finding(True, f"Fingerprint of the {kind}: {digits} (for `root sign`).")
    if not problems:
        yield Finding(True, f"Keys of the {process}: {_WHERE[settings.custody]}.")
