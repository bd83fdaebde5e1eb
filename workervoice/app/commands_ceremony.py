"""The commands of the ceremony: `init`, `root sign` and `root take`."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import Any

from workervoice.errors import SettingsError


def declare(commands: Any) -> None:
    """Add these commands to the command line's parser."""
    init = commands.add_parser(
        "init",
        help="the ceremony: make a programme's root, keys and first people",
        description="Run it on a machine that is not online; carry the directory to the server.",
    )
    init.set_defaults(run=_init)
    init.add_argument("--out", type=Path, required=True, help="new directory for the server's part")
    init.add_argument("--programme", required=True, help="the programme's name")
    init.add_argument("--operator", required=True, help="the organisation that runs it")
    init.add_argument("--profile", choices=("standard", "small"), default="standard")
    for name, about in (
        ("supervisor", "a supervisor, who also vouches for others: LOGIN or LOGIN=NAME; repeat"),
        ("handler", "a case handler; repeat"),
        ("monitor", "somebody who sees how cases go and never what they say; repeat"),
        ("partner-supervisor", "the partner organisation's second approver; repeat"),
    ):
        init.add_argument(f"--{name}", action="append", default=[], help=about, metavar="LOGIN")
    init.add_argument("--partner", default="", help="a partner organisation (small profile)")
    init.add_argument(
        "--root-file", type=Path, help="write the root there instead of showing it; not in --out"
    )
    _declare_root(commands)


def _declare_root(commands: Any) -> None:
    root = commands.add_parser("root", help="what needs the offline root")
    parts = root.add_subparsers(required=True, metavar="DO")
    about = "what the root has to say again because it ends soon, to standard output"
    again = parts.add_parser("request", help=about, description=about)
    again.set_defaults(run=_request)
    sign = parts.add_parser("sign", help="sign a request; asks for the root: not on the server")
    sign.set_defaults(run=_sign)
    sign.add_argument("request", type=Path)
    sign.add_argument("--out", type=Path, required=True, help="file for the answer")
    take = parts.add_parser("take", help="store what the root signed")
    take.set_defaults(run=_take)
    take.add_argument("signed", type=Path)


def _init(parsed: argparse.Namespace) -> int:
    from workervoice.app import initiating  # noqa: PLC0415 - `triage` must start fast
    from workervoice.app.private_files import write_private  # noqa: PLC0415
    from workervoice.app.processes import wall_clock  # noqa: PLC0415

    _refuse_root_in_out(parsed.root_file, parsed.out)
    plan = initiating.Plan(
        programme=parsed.programme,
        operator=parsed.operator,
        supervisors=parsed.supervisor,
        handlers=parsed.handler,
        monitors=parsed.monitor,
        partner=parsed.partner,
        partner_supervisors=parsed.partner_supervisor,
        profile=parsed.profile,
    )
    if parsed.root_file is not None:
        write_private(parsed.root_file, "")  # before there is a root that could be lost
    try:
        made = initiating.found(plan, parsed.out, now=wall_clock())
    except BaseException:
        if parsed.root_file is not None:
            parsed.root_file.unlink(missing_ok=True)
        raise
    kept = parsed.root_file is not None and _keep_root(parsed.root_file, made.root_paper)
    for line in initiating.tell(made, parsed.out, root_file=parsed.root_file if kept else None):
        print(line)
    return 0


def _refuse_root_in_out(root_file: Path | None, out: Path) -> None:
    if root_file is not None and root_file.resolve().is_relative_to(out.resolve()):
        raise SettingsError("--root-file lies in --out: the root must never be on the server")


def _keep_root(path: Path, root: str) -> bool:
    """Whether it is on the disk. If not, it is shown, for it cannot be made again."""
    try:
        with path.open("r+", encoding="utf-8") as file:
            file.write(root + "\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError as exc:
        print(f"{path} cannot be written ({exc.strerror}): the root is shown", file=sys.stderr)
        return False
    return True


def _request(parsed: argparse.Namespace) -> int:
    from workervoice.app.ownership import programme_of_owner  # noqa: PLC0415
    from workervoice.app.processes import wall_clock  # noqa: PLC0415
    from workervoice.app.vouching import names_of, write_request  # noqa: PLC0415
    from workervoice.crypto.directory import Directory  # noqa: PLC0415
    from workervoice.hotline.renewing import for_the_root  # noqa: PLC0415
    from workervoice.settings import load  # noqa: PLC0415
    from workervoice.store.keys import directory_entries  # noqa: PLC0415

    now = wall_clock()
    with programme_of_owner(load()) as (tx, root_public):
        directory = Directory(root_public, directory_entries(tx), int(now.timestamp()))
        found = for_the_root(directory, now)
        text = write_request(found, names_of(tx, found))
    if not found:
        raise SettingsError("nothing that the root signed ends within 120 days")
    sys.stdout.write(text)
    return 0


def _sign(parsed: argparse.Namespace) -> int:
    from workervoice.app import comparing, vouching  # noqa: PLC0415
    from workervoice.app.asking import ask_secret  # noqa: PLC0415
    from workervoice.app.private_files import write_private  # noqa: PLC0415
    from workervoice.app.processes import wall_clock  # noqa: PLC0415

    text, now = _read(parsed.request), wall_clock()
    entries, names = vouching.read_request(text), vouching.read_names(text)
    print(f"By the clock of this computer it is {now.date().isoformat()}.")
    for entry in entries:
        print(comparing.describe(entry, names, now), flush=True)
        comparing.compare(entry, now)
    root = vouching.root_from_paper(ask_secret("Root"))
    write_private(parsed.out, vouching.sign_request(entries, root))
    print(f"Signed {len(entries)}. Carry {parsed.out} back: `workervoice root take`.")
    return 0


def _take(parsed: argparse.Namespace) -> int:
    from workervoice.app import vouching  # noqa: PLC0415
    from workervoice.app.keyfiles import keys_of  # noqa: PLC0415
    from workervoice.app.ownership import programme_of_owner  # noqa: PLC0415
    from workervoice.app.processes import wall_clock  # noqa: PLC0415
    from workervoice.settings import load  # noqa: PLC0415

    settings, text, now = load(), _read(parsed.signed), wall_clock()
    vault = keys_of(settings, "courier").vault()
    with programme_of_owner(settings) as (tx, root_public):
        taken = vouching.take_signed(tx, vault, root_public, text, now)
    print(f"Stored {len(taken)} of the root's signatures.")
    return 0


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, ValueError):
        raise SettingsError(f"{path} cannot be read") from None
