"""The commands about people and keys: `officers`, `teams` and `rotate`."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from workervoice.app import commands_rotate

ROLES = ("handler", "supervisor", "buyer", "monitor", "translator", "administrator")


def declare(commands: Any) -> None:
    """Add these commands to the command line's parser."""
    parts = _group(commands, "officers", "people: how they come and go")
    invite = _as(parts, "invite", _invite, "invite somebody: prints a one-time token for them")
    invite.add_argument("login")
    invite.add_argument("--name", required=True)
    invite.add_argument("--role", required=True, choices=ROLES)
    invite.add_argument("--organisation", help="its name (default: your own)")
    _plain(parts, "enrol", _enrol, "make your account with the token you were given")
    _as(parts, "admit", _admit, "vouch for somebody who waits, by their fingerprint").add_argument(
        "login"
    )
    request = _plain(parts, "request", _request, "what the root has to sign, to standard output")
    request.add_argument("login")
    request.add_argument("--end", action="store_true", help="they stop being a registrar")
    remove = _as(parts, "remove", _remove, "let somebody go; again to finish")
    remove.add_argument("login")
    remove.add_argument(
        "--not-vouching",
        default="",
        metavar="LOGIN,…",
        help="of those for whom only they vouched, let these go with them",
    )
    _as(parts, "forget-factors", _forget, "they lost their second factors").add_argument("login")
    _as(parts, "list", _list, "everybody, and who waits to be confirmed")
    _as(parts, "renew", _renew, "say again what ends soon: people, team and organisations")
    teams = _group(commands, "teams", "the hotline's team")
    _as(teams, "list", _teams, "who reads cases, and the epoch of the team's keys")
    rotate = _group(commands, "rotate", "new keys for what comes")
    _as(rotate, "team", _rotate_team, "for the team and its cases; again to finish")
    _as(rotate, "case", _rotate_case, "for one case").add_argument("case", metavar="ID")
    commands_rotate.declare(rotate)


def _group(commands: Any, name: str, about: str) -> Any:
    return commands.add_parser(name, help=about).add_subparsers(required=True, metavar="DO")


def _plain(parts: Any, name: str, run: Any, about: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = parts.add_parser(name, help=about, description=about)
    parser.set_defaults(run=run)
    return parser


def _as(parts: Any, name: str, run: Any, about: str) -> argparse.ArgumentParser:
    parser = _plain(parts, name, run, about)
    parser.add_argument("--as", dest="login_as", required=True, metavar="LOGIN", help="who you are")
    return parser


def _invite(parsed: argparse.Namespace) -> int:
    from workervoice.app.as_officer import as_officer  # noqa: PLC0415 - `triage` must start fast
    from workervoice.hotline.registering import organisation_named  # noqa: PLC0415
    from workervoice.hotline.staffing import Guest, invite  # noqa: PLC0415
    from workervoice.message import Role  # noqa: PLC0415
    from workervoice.settings import load  # noqa: PLC0415

    with as_officer(load(), parsed.login_as) as (process, actor):
        of = organisation_named(process, actor, parsed.organisation)
        guest = Guest(parsed.login, parsed.name, Role(parsed.role), of)
        token = invite(process, actor, guest)
    print(token)
    sys.stderr.write(
        f"Give this token to {parsed.login} in person or over the phone, within 7 days: they open "
        "/join at the console's address, or run `workervoice officers enrol` here.\n"
    )
    return 0


def _enrol(parsed: argparse.Namespace) -> int:
    from workervoice.app.asking import ask_secret  # noqa: PLC0415
    from workervoice.app.beside import process_beside  # noqa: PLC0415
    from workervoice.errors import Declined  # noqa: PLC0415
    from workervoice.hotline.staffing import enrol  # noqa: PLC0415
    from workervoice.settings import load  # noqa: PLC0415

    def try_code(code: str) -> str:
        print(f"Recovery code (print it, keep it in a safe; it is shown once): {code}", flush=True)
        return ask_secret("Recovery code, from your paper")

    with process_beside(load(), "console") as process:
        token, new = ask_secret("Token"), ask_secret("New passphrase")
        if ask_secret("New passphrase, again") != new:
            raise Declined("the two new passphrases are not the same: nothing was made")
        made = enrol(process, token, new, try_code=try_code)
    print(f"Your account {made.officer.login} waits to be confirmed. Read this to your registrar:")
    print(made.fingerprint)
    return 0


def _admit(parsed: argparse.Namespace) -> int:
    from workervoice.app.as_officer import as_officer  # noqa: PLC0415
    from workervoice.app.asking import ask_secret  # noqa: PLC0415
    from workervoice.hotline.staffing import admit  # noqa: PLC0415
    from workervoice.settings import load  # noqa: PLC0415

    with as_officer(load(), parsed.login_as) as (process, actor):
        heard = ask_secret(f"Fingerprint, as {parsed.login} reads it to you")
        admit(process, actor, parsed.login, heard)
    print(f"{parsed.login} is admitted.")
    return 0


def _request(parsed: argparse.Namespace) -> int:
    from workervoice.app.ownership import programme_of_owner  # noqa: PLC0415
    from workervoice.app.processes import wall_clock  # noqa: PLC0415
    from workervoice.app.vouching import names_of, write_request  # noqa: PLC0415
    from workervoice.crypto.directory import Directory  # noqa: PLC0415
    from workervoice.hotline.registering import root_request  # noqa: PLC0415
    from workervoice.settings import load  # noqa: PLC0415
    from workervoice.store.keys import directory_entries  # noqa: PLC0415

    now = int(wall_clock().timestamp())
    with programme_of_owner(load()) as (tx, root_public):
        directory = Directory(root_public, directory_entries(tx), now)
        entry = root_request(tx, directory, parsed.login, now, end=parsed.end)
        text = write_request([entry], names_of(tx, [entry]))
    sys.stdout.write(text)
    return 0


def _remove(parsed: argparse.Namespace) -> int:
    from workervoice.app.as_officer import as_officer  # noqa: PLC0415
    from workervoice.hotline.leaving import foresee, remove  # noqa: PLC0415
    from workervoice.settings import load  # noqa: PLC0415

    also = [login for login in parsed.not_vouching.split(",") if login]
    with as_officer(load(), parsed.login_as) as (process, actor):
        outlook = foresee(process, actor, parsed.login)
        print(f"{parsed.login} is {outlook.name}. {outlook.fingerprint}".rstrip(), flush=True)
        left = remove(process, actor, parsed.login, not_vouching=also)
    for each in outlook.vouched:
        done = "let go" if each.login in also else "vouched for anew"
        print(f"{done}: {each.login}\t{each.role}\tsince {each.since:%Y-%m-%d}\t{each.name}")
    print(f"{parsed.login} is removed.")
    if left.needs_root:
        print(
            f"Their signature still counts until the root ends it: `officers request --end "
            f"{parsed.login}`, then `root sign` and `root take`."
        )
    return _tell(left.renewal)


def _forget(parsed: argparse.Namespace) -> int:
    from workervoice.app.as_officer import as_officer  # noqa: PLC0415
    from workervoice.hotline.leaving import forget_factors  # noqa: PLC0415
    from workervoice.settings import load  # noqa: PLC0415

    with as_officer(load(), parsed.login_as) as (process, actor):
        count = forget_factors(process, actor, parsed.login)
    print(f"{count} second factors of {parsed.login} are forgotten.")
    return 0


def _list(parsed: argparse.Namespace) -> int:
    from workervoice.app.as_officer import as_officer  # noqa: PLC0415
    from workervoice.hotline.roster import list_people  # noqa: PLC0415
    from workervoice.settings import load  # noqa: PLC0415

    with as_officer(load(), parsed.login_as) as (process, actor):
        for person in list_people(process, actor):
            kind = "registrar" if person.registrar else ""
            fields = (person.login, person.role, person.state, kind, person.name)
            print("\t".join(fields))
    return 0


def _renew(parsed: argparse.Namespace) -> int:
    from workervoice.app.as_officer import as_officer  # noqa: PLC0415
    from workervoice.hotline.renewing import renew  # noqa: PLC0415
    from workervoice.settings import load  # noqa: PLC0415

    with as_officer(load(), parsed.login_as) as (process, actor):
        for entry in renew(process, actor):
            print(f"{entry.kind} {entry.id} holds for two more years.")
    return 0


def _teams(parsed: argparse.Namespace) -> int:
    from workervoice.app.as_officer import as_officer  # noqa: PLC0415
    from workervoice.hotline.epochs import team_now  # noqa: PLC0415
    from workervoice.settings import load  # noqa: PLC0415

    with as_officer(load(), parsed.login_as) as (process, actor):
        team = team_now(process, actor)
    print(f"team {team.id}\tepoch {team.epoch}\tcases still to renew: {team.stale}")
    for login in team.logins:
        print(login)
    return 0


def _rotate_team(parsed: argparse.Namespace) -> int:
    from workervoice.app.as_officer import as_officer  # noqa: PLC0415
    from workervoice.hotline.epochs import renew_team  # noqa: PLC0415
    from workervoice.settings import load  # noqa: PLC0415

    with as_officer(load(), parsed.login_as) as (process, actor):
        return _tell(renew_team(process, actor))


def _rotate_case(parsed: argparse.Namespace) -> int:
    from uuid import UUID  # noqa: PLC0415

    from workervoice.app.as_officer import as_officer  # noqa: PLC0415
    from workervoice.errors import SettingsError  # noqa: PLC0415
    from workervoice.hotline.epochs import renew_case  # noqa: PLC0415
    from workervoice.settings import load  # noqa: PLC0415

    try:
        case_id = UUID(parsed.case)
    except ValueError:
        raise SettingsError("give the case's id, as its page's address has it") from None
    with as_officer(load(), parsed.login_as) as (process, actor):
        renew_case(process, actor, case_id)
    print(f"Case {case_id} has new keys.")
    return 0


def _tell(renewal: Any) -> int:
    """How far the cases are; 1 if some could not get new keys."""
    if renewal.only_finished:
        print("An earlier renewal was finished. The team got no new keys: ask again for new ones.")
    print(f"{renewal.renewed} cases have new keys.")
    for case_id in renewal.broken:
        sys.stderr.write(f"case {case_id}: its signatures do not hold, so its keys are as before\n")
    return 1 if renewal.broken else 0
