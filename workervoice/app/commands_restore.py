"""`workervoice restore`: process keys from their sealed copy, the database from a backup."""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workervoice.errors import SettingsError

if TYPE_CHECKING:
    from workervoice.app.restoring import Outcome
    from workervoice.settings import Settings


def declare(commands: Any) -> None:
    """Add the command to the command line's parser."""
    about = "put back a backup onto an empty machine, and the process keys from their sealed copy"
    restore = commands.add_parser("restore", help=about, description=about)
    restore.set_defaults(run=_restore)
    restore.add_argument("--data", type=Path, required=True, help="the data directory")
    restore.add_argument("--sealed", type=Path, help="process-keys.sealed; asks for recovery key")
    restore.add_argument("--root", metavar="HEX", help="the root's public key; or asks for digits")
    restore.add_argument("--backup", type=Path, help="the backup of the database")
    restore.add_argument("--keys", type=Path, help="the directory of the backups' keys")
    beside = restore.add_mutually_exclusive_group()
    beside.add_argument("--list", type=Path, help="the list; default: beside the backup")
    about = "the list is lost: what was erased after the backup comes back"
    beside.add_argument("--without-list", action="store_true", help=about)


def _restore(parsed: argparse.Namespace) -> int:
    from workervoice.app.whose import stop_if_of_another, stop_if_unreadable  # noqa: PLC0415
    from workervoice.settings import load  # noqa: PLC0415 - `triage` must start fast

    if parsed.sealed is None and parsed.backup is None:
        raise SettingsError("say what to put back: --sealed FILE, --backup FILE, or both")
    if (parsed.backup is None) != (parsed.keys is None):
        raise SettingsError("--backup FILE and --keys DIR go together: the key opens the backup")
    settings = load().model_copy(update={"data_dir": parsed.data})
    stop_if_of_another(parsed.data, also_root=True)
    for given in (parsed.sealed, parsed.backup, parsed.keys, parsed.list):
        if given is not None:
            stop_if_unreadable(given)
    with _keys_put_back(settings, parsed):
        if parsed.backup is not None:
            _put_back(settings, parsed)
    return 0


@contextmanager
def _keys_put_back(settings: Settings, parsed: argparse.Namespace) -> Iterator[None]:
    """With `--sealed`; if what follows fails they are taken away again, unless they were there and
    no restore that was killed had put them there."""
    from workervoice.app.asking import ask, ask_secret  # noqa: PLC0415
    from workervoice.app.begun import finish, is_begun, undone_if_refused  # noqa: PLC0415
    from workervoice.app.keyfiles import has_key_files  # noqa: PLC0415
    from workervoice.app.proofs import write_proof  # noqa: PLC0415
    from workervoice.app.recovery import WRITTEN, restore_process_keys  # noqa: PLC0415

    if parsed.sealed is None:
        yield
        return
    root = parsed.root or ask("Fingerprint of the root, from your paper")
    typed = ask_secret("Recovery key")
    data: Path = parsed.data
    ours = is_begun(data) or not has_key_files(data)
    with undone_if_refused(data):
        files = restore_process_keys(parsed.sealed, data, typed, root)
        try:
            with suppress(SettingsError):  # of keys in another custody: once they are there
                write_proof(settings)
            yield
        except BaseException:
            if ours:
                for name in (name for name in WRITTEN if data / name != parsed.sealed):
                    (data / name).unlink(missing_ok=True)
                shutil.rmtree(data / "keys", ignore_errors=True)
            raise
    finish(data)
    print(f"{len(files)} files are back in {parsed.data}, of the root that you gave.")


def _put_back(settings: Settings, parsed: argparse.Namespace) -> None:
    from workervoice.app.processes import wall_clock  # noqa: PLC0415
    from workervoice.app.restoring import Order, put_back  # noqa: PLC0415

    listed = parsed.list or parsed.backup.parent / settings.list_file().name
    order = Order(parsed.backup, parsed.keys, None if parsed.without_list else listed)

    def tell(outcomes: list[Outcome]) -> None:
        for outcome in outcomes:
            for line in _told(outcome, listed=order.listed is not None):
                print(line)
        print("Nothing goes out until a supervisor says so: “Restored” on the page of cases.")
        sys.stdout.flush()

    put_back(settings, order, wall_clock(), tell)


def _told(outcome: Outcome, *, listed: bool) -> Iterable[str]:
    """What was done, and what people have to look at."""
    restored, done = outcome.restored, outcome.done
    made = outcome.made.strftime("%Y-%m-%d %H:%M UTC")
    yield (
        f"Backup {restored.backup_id} of {made} is back: {restored.entries} entries of the "
        "log. Tell the monitors this backup and this number."
    )
    if listed:
        yield (
            f"The list reaches to {outcome.until or 'nowhere'} UTC: what was erased or paused "
            "after that hour has to be done again by hand."
        )
    else:
        yield "Without the list nothing was erased again: whatever was erased since is back."
    yield (
        f"Erased again: {len(done.erased) + len(done.blanked)} cases, "
        f"{len(done.forgotten)} addresses, {done.destroyed} entries of threads. "
        f"Paused again: {len(done.silenced)} conversations. Withdrawn again: "
        f"{len(done.withdrawn)} cases."
    )
    for case_id in done.blanked:
        yield f"Case {case_id} was not as its log says; its words and keys are destroyed."
    for login in done.shut_out:
        yield f"{login} had been let go and cannot sign in: a registrar has to remove them again."
    yield from done.look
    yield f"{outcome.owed} texts were owed: they are looked up at the provider first."
