"""The command line: `workervoice COMMAND`. What cannot be done is said in one clear sentence."""

from __future__ import annotations

import argparse
import json
import re
import signal
import sys
import threading
import webbrowser
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn, get_args

from workervoice import __version__
from workervoice.app import (
    commands_backup,
    commands_ceremony,
    commands_drain,
    commands_erasure,
    commands_keys,
    commands_log,
    commands_packs,
    commands_people,
    commands_phrases,
    commands_places,
    commands_posters,
    commands_practice,
    commands_restore,
    commands_status,
    commands_templates,
    uncaught,
)
from workervoice.errors import NotTrusted, WorkervoiceError
from workervoice.settings import Settings, load

POLL_SECONDS = 0.5
_ID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

_ROOMS = (
    commands_ceremony,
    commands_people,
    commands_places,
    commands_keys,
    commands_log,
    commands_erasure,
    commands_backup,
    commands_restore,
    commands_drain,
    commands_status,
    commands_templates,
    commands_packs,
    commands_phrases,
    commands_posters,
    commands_practice,
)


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run one command; exits 0 if all went well, 1 with a sentence if not, 2 for a wrong call."""
    uncaught.tell_plainly()
    parsed = _parser().parse_args(arguments)
    try:
        sys.exit(parsed.run(parsed))
    except NotTrusted as exc:
        print(f"workervoice: {_untrusted(str(exc))}", file=sys.stderr)
        sys.exit(1)
    except WorkervoiceError as exc:
        print(f"workervoice: {exc}", file=sys.stderr)
        sys.exit(1)
    except BrokenPipeError:
        sys.exit(1)


def _untrusted(said: str) -> str:
    """A refusal names where the chain of signatures breaks, and often by an id alone."""
    if not _ID.fullmatch(said):
        return f"this cannot be trusted: {said}"
    return (
        f"nobody whom the pinned root knows vouches for {said}: it was signed by another root, has "
        "ended, or was changed. Compare the root that `workervoice doctor` shows with your paper"
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="workervoice", description=__doc__)
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    up = _command(commands, "up", _up, "run everything on this machine")
    up.add_argument("--data", type=Path, help="data directory (default: WORKERVOICE_DATA_DIR)")
    up.add_argument("--demo", action="store_true", help="make and use a demo programme")
    for name, about in (
        ("gateway", "run the gateway alone"),
        ("courier", "run the courier alone"),
        ("console", "run the console alone"),
        ("fallback", "run the fallback receiver alone, on other infrastructure"),
        ("phones", "run the demo's simulated phones alone"),
    ):
        one = _command(commands, name, _process, about)
        one.set_defaults(process=name)
        one.add_argument("--fd", type=int, help="listening socket held by the supervisor")
        one.add_argument("--ops-fd", type=int, help="the same for its operations address")
        one.add_argument("--tied", action="store_true", help="end when standard input closes")
    db = commands.add_parser("db", help="the database").add_subparsers(required=True, metavar="DO")
    _command(db, "upgrade", _db_upgrade, "make roles and migrate to the newest schema")
    for room in _ROOMS:
        room.declare(commands)
    for name, run in (("triage", _triage), ("language", _language)):
        reader = _command(commands, name, run, f"{name} of JSON lines from standard input")
        reader.add_argument("--json", action="store_true", required=True, help="the only format")
        if name == "triage":
            _declare_replay(reader)
    return parser


def _declare_replay(reader: argparse.ArgumentParser) -> None:
    about = "judge again by a kept set of packs, as a judgement names it"
    reader.add_argument("--set", metavar="NAME", help=about)
    about = "judge by this rule (default: ilo-2012)"
    reader.add_argument(
        "--rule", choices=get_args(Settings.model_fields["rule"].annotation), help=about
    )


def _command(
    commands: Any, name: str, run: Callable[[argparse.Namespace], int], about: str
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(name, help=about, description=about)
    parser.set_defaults(run=run)
    return parser


def _settings(data: Path | None = None) -> Settings:
    settings = load()
    return settings if data is None else settings.model_copy(update={"data_dir": data})


def _up(parsed: argparse.Namespace) -> int:
    from workervoice.app import announcing, memory  # noqa: PLC0415 - `triage` must start fast
    from workervoice.app.logging_setup import set_up_logging  # noqa: PLC0415
    from workervoice.app.supervisor import Supervisor  # noqa: PLC0415

    settings = _settings(parsed.data)
    set_up_logging("up", settings.log_level, settings.log_format)
    memory.keep_to_itself()
    stop = _told_to_stop()
    supervisor = Supervisor(
        settings,
        with_demo=parsed.demo,
        say=lambda s: print(s, flush=True),
        on_seeded=announcing.tell_passphrases,
    )
    supervisor.start()
    try:
        announcing.announce(supervisor, settings)
        if supervisor.phones_url and sys.stdout.isatty():
            webbrowser.open(supervisor.phones_url)
        while not stop.wait(POLL_SECONDS):
            supervisor.watch()
    finally:
        supervisor.stop()
    return 0


def _told_to_stop() -> threading.Event:
    """Set when somebody asks the program to end."""
    stop = threading.Event()

    def tell(number: int, frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, tell)
    return stop


def _process(parsed: argparse.Namespace) -> int:
    from workervoice.app import serving, starting  # noqa: PLC0415 - `triage` must start fast
    from workervoice.app.logging_setup import set_up_logging  # noqa: PLC0415

    settings = load().only_for(parsed.process)
    set_up_logging(parsed.process, settings.log_level, settings.log_format)
    if parsed.tied:
        serving.end_with_parent()
    starting.run(parsed.process, settings, serving.Seat(parsed.fd, parsed.ops_fd, parsed.tied))
    return 0


def _db_upgrade(parsed: argparse.Namespace) -> int:
    from workervoice.app.upgrading import upgrade_database  # noqa: PLC0415

    print(upgrade_database(load()))
    return 0


def _triage(parsed: argparse.Namespace) -> int:
    from workervoice.triage.engine import Engine  # noqa: PLC0415
    from workervoice.triage.lines import triage_line  # noqa: PLC0415
    from workervoice.triage.sets import again  # noqa: PLC0415

    settings = load()
    rule, own = parsed.rule or settings.rule, settings.packs_dir
    engine = Engine(again(parsed.set, own), rule) if parsed.set else Engine.load(own, rule)
    if engine.fault:
        print(f"workervoice: {engine.fault}; the last good packs read", file=sys.stderr)
    return _json_lines(lambda line: triage_line(engine, line))


def _language(parsed: argparse.Namespace) -> int:
    from workervoice.triage.lines import language_line  # noqa: PLC0415

    return _json_lines(language_line)


def _json_lines(answer: Callable[[dict[str, object]], dict[str, object]]) -> int:
    """Answer each line of standard input; a malformed line is named by its number, never quoted."""
    from workervoice.triage.lines import parse_line  # noqa: PLC0415

    broken = 0
    for number, line in enumerate(sys.stdin.buffer, start=1):
        if not line.strip():
            continue
        try:
            found = answer(parse_line(line))
        except ValueError as exc:
            print(f"workervoice: line {number}: {exc}", file=sys.stderr)
            broken += 1
            continue
        print(json.dumps(found), flush=True)
    return 1 if broken else 0
