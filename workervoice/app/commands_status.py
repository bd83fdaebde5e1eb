"""The command line of `workervoice status` and `workervoice doctor`."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from workervoice.app.status import Status

_UNITS = ("B", "kB", "MB", "GB", "TB")


def declare(commands: Any) -> None:
    """The parsers of both commands."""
    about = "say how the hotline is now, and what needs somebody"
    status = commands.add_parser("status", help=about, description=about)
    status.set_defaults(run=_status)
    status.add_argument("--json", action="store_true", help="for programs")
    about = "say what is wrong and what to do"
    commands.add_parser("doctor", help=about, description=about).set_defaults(run=_doctor)


def _status(parsed: argparse.Namespace) -> int:
    from workervoice.app.processes import wall_clock  # noqa: PLC0415 - `triage` must start fast
    from workervoice.app.status import look  # noqa: PLC0415
    from workervoice.settings import load  # noqa: PLC0415

    found = look(load(), wall_clock())
    if parsed.json:
        shown = found.as_json()
        for heard in shown["processes"].values():
            del heard["numbers"]
        print(json.dumps(shown, indent=2))
    else:
        print("\n".join(_lines(found)))
    return 1 if found.needs else 0


def _doctor(parsed: argparse.Namespace) -> int:
    from workervoice.app.doctor import examine  # noqa: PLC0415
    from workervoice.app.processes import wall_clock  # noqa: PLC0415
    from workervoice.settings import load  # noqa: PLC0415

    findings = examine(load(), wall_clock())
    for finding in findings:
        print(finding.sentence)
    return 0 if all(finding.well for finding in findings) else 1


def _lines(found: Status) -> Iterator[str]:
    """What needs somebody first."""
    if found.needs:
        yield "Somebody has to see to this:"
    else:
        yield "What was asked is well." if found.not_asked else "All is well."
    yield from (f"  {sentence}" for sentence in found.needs)
    for name, heard in found.processes.items():
        state = "ready" if heard.ready else "not ready" if heard.answers else "no answer"
        memory = "" if heard.memory_bytes is None else f", {size(heard.memory_bytes)}"
        yield f"{name}: {state}{memory} ({heard.address})"
    yield from _of_database(found)
    yield from _of_provider(found)
    for disk in found.disks:
        yield f"disk of the {disk.what}: {size(disk.free_bytes)} of {size(disk.total_bytes)} free"
    if found.not_asked:
        yield "Not asked:"
        yield from (f"  {sentence}" for sentence in found.not_asked)


def _of_database(found: Status) -> Iterator[str]:
    if found.oldest_owed_seconds is None or found.database_bytes is None:
        return
    for state, ages in found.texts.items():
        told = ", ".join(f"{count} {_AGES[age]}" for age, count in ages.items() if count)
        yield f"texts {state}: {told or 'none'}"
    yield f"oldest text that is due: {int(found.oldest_owed_seconds // 60)} minutes"
    told = ", ".join(f"{count} {state}" for state, count in found.cases.items())
    yield f"cases: {told or 'none'}"
    yield f"log: {found.unsequenced} leaves without a place"
    revision = f", revision {found.revision}" if found.revision else ""
    yield f"database: {size(found.database_bytes)}{revision}"


def _of_provider(found: Status) -> Iterator[str]:
    for provider, at in found.last_webhook.items():
        yield f"last webhook of {provider}: {at or 'none since the start'}"
    if found.not_stored is not None:
        told = ", ".join(f"{count} {name}" for name, count in found.not_stored.items())
        yield f"webhooks not stored since the start: {told or 'none'}"
    for window, codes in (found.provider_errors or {}).items():
        told = ", ".join(f"{count} x {code}" for code, count in sorted(codes.items()))
        yield f"provider's errors of the last {window}: {told or 'none'}"


_AGES = {"fresh": "fresh", "day": "of today", "older": "older"}


def size(count: float) -> str:
    """Bytes as people read them."""
    for unit in _UNITS[:-1]:
        if count < 1000:
            return f"{count:.0f} {unit}"
        count /= 1000
    return f"{count:.1f} {_UNITS[-1]}"
