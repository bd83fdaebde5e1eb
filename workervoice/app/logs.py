"""`workervoice log verify|export|prove`: the log checked, carried out, and one entry proved."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from workervoice.app.keyfiles import keys_of, pinned_root
from workervoice.app.ownership import owner_database
from workervoice.errors import NotFound, SettingsError
from workervoice.hotline import logfile
from workervoice.hotline.treecheck import Report
from workervoice.hotline.verifying import verify_log
from workervoice.settings import Settings, load
from workervoice.store.engine import Database, Scope
from workervoice.store.programme import programmes

SHOWN = 200  # problems; more say no more


def run_verify(parsed: argparse.Namespace) -> int:
    settings = load()
    witnesses = [(f"The checkpoint in {path}", _read(path)) for path in parsed.checkpoint]
    root = pinned_root(settings.data_dir, _root(parsed.root) or settings.root_public)
    if parsed.export is not None:
        export = logfile.read_export(_read(parsed.export).decode(errors="replace").splitlines())
        return _tell([logfile.verify_export(export, root, witnesses)], parsed.restored)
    if parsed.proof is not None:
        return _tell([logfile.verify_proof(_json(parsed.proof), root)])
    return _tell(_verify_stored(settings, root, witnesses), parsed.restored)


def _verify_stored(
    settings: Settings, root: bytes, witnesses: Sequence[tuple[str, bytes]]
) -> list[Report]:
    """One report for each programme of the database."""
    vault = keys_of(settings, "courier").vault()
    with owner_database(settings, snapshot=True) as owner:
        reports = []
        for programme in _programmes(owner):
            with owner.begin(Scope(programme)) as tx:
                reports.append(verify_log(tx, vault, root, witnesses))
        return reports


def run_export(parsed: argparse.Namespace) -> int:
    with owner_database(load(), snapshot=True) as owner:
        programme = _programme(owner, parsed.programme)
        with owner.begin(Scope(programme)) as tx:
            _write(parsed.file, logfile.write_export(tx))
    return 0


def run_prove(parsed: argparse.Namespace) -> int:
    entry = _entry(parsed.entry)
    with owner_database(load(), snapshot=True) as owner:
        programme = _programme(owner, parsed.programme)
        with owner.begin(Scope(programme)) as tx:
            proof = logfile.prove(tx, entry)
    sys.stdout.write(json.dumps(proof, indent=2, ensure_ascii=False) + "\n")
    return 0


def _tell(reports: Sequence[Report], known: Collection[UUID] = ()) -> int:
    """Everything found, problems first; 0 if there is none. A restore from a backup in `known` is
    one that the asker was told of; any other is for a person to look at."""
    problems = [problem for report in reports for problem in report.problems]
    restored = [found for report in reports for found in report.restored]
    unknown = sum(1 for backup, _ in restored if backup not in known)
    lines = problems[:SHOWN]
    if len(problems) > SHOWN:
        lines.append(f"… and {len(problems) - SHOWN} more.")
    lines += [sentence for _, sentence in restored]
    lines += [told for report in reports for told in report.told]
    lines.append(_verdict(len(problems), unknown))
    sys.stdout.write("\n".join(lines) + "\n")
    return 1 if problems or unknown else 0


def _verdict(problems: int, unknown: int) -> str:
    if problems:
        return f"{problems} problems."
    if unknown:
        return (
            "The log holds, and was restored. If you were told of that restore, give its backup "
            "with --restored."
        )
    return "The log holds."


def _programmes(owner: Database) -> list[UUID]:
    with owner.begin() as tx:
        return sorted(programmes(tx))


def _programme(owner: Database, wanted: UUID | None) -> UUID:
    known = _programmes(owner)
    if wanted is not None and wanted in known:
        return wanted
    if wanted is None and len(known) == 1:
        return known[0]
    named = ", ".join(map(str, known)) or "none"
    raise NotFound(f"say which programme, with --programme; there are: {named}")


def _entry(text: str) -> UUID | bytes:
    """A leaf's id, or its hash of 64 digits."""
    try:
        return bytes.fromhex(text) if len(text) == 64 else UUID(text)
    except ValueError:
        raise NotFound("ENTRY is a leaf's id, or its hash of 64 hexadecimal digits") from None


def _root(text: str | None) -> str | None:
    if text is not None and len(text) != 64:
        raise SettingsError("--root has 64 hexadecimal digits")
    return text


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as exc:
        raise SettingsError(f"{path} cannot be read: {exc.strerror}") from None


def _write(path: Path, lines: Iterable[str]) -> None:
    try:
        with path.open("w", encoding="utf-8") as out:
            for line in lines:
                out.write(line + "\n")
    except OSError as exc:
        raise SettingsError(f"{path} cannot be written: {exc.strerror}") from None


def _json(path: Path) -> Any:
    try:
        return json.loads(_read(path))
    except (ValueError, RecursionError):
        raise SettingsError(f"{path} is not a JSON file") from None
