"""`workervoice init`: the ceremony that makes a programme's keys and first people.

Meant for a machine that is not online. The directory it writes goes to the server; the root, the
recovery key, passphrases and codes are told once and go to people.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from unicodedata import normalize
from uuid import UUID, uuid4

from workervoice.app import recovery
from workervoice.app.keyfiles import make_key_files
from workervoice.app.private_files import write_private
from workervoice.app.vouching import ROOT, sign_processes
from workervoice.crypto.directory import fingerprint
from workervoice.crypto.paper import ROOT_BYTES, to_paper
from workervoice.crypto.seal import SigningKey
from workervoice.crypto.slots import STRONG, Cost
from workervoice.errors import SettingsError
from workervoice.hotline.ceremony import (
    Ceremony,
    Root,
    Seat,
    new_passphrase,
    new_recovery_code,
)
from workervoice.hotline.founding import Founding
from workervoice.message import Role
from workervoice.store.people import Officer
from workervoice.store.programme import PARTNER, Organisation

FOUNDING = "founding.json"
PROFILES = ("standard", "small")
_LOGIN = frozenset("abcdefghijklmnopqrstuvwxyz0123456789.-_")


@dataclass(frozen=True, slots=True)
class Plan:
    """Who founds the programme. People are `login` or `login=Full Name`."""

    programme: str
    operator: str
    supervisors: Sequence[str]
    handlers: Sequence[str] = ()
    monitors: Sequence[str] = ()
    partner: str = ""
    partner_supervisors: Sequence[str] = ()
    profile: str = "standard"


@dataclass(frozen=True, slots=True)
class Made:
    """What is told once, on paper, and the document for the server."""

    founding: Founding
    root_public: bytes
    root_paper: str = field(repr=False)
    recovery_paper: str = field(repr=False)
    seats: tuple[Seat, ...] = field(repr=False)


def found(
    plan: Plan,
    out: Path,
    *,
    now: datetime,
    cost: Cost = STRONG,
    draw: Callable[[int], bytes] = secrets.token_bytes,
) -> Made:
    """Make everything, and write the server's part into `out`, which must not exist yet.

    Raises `SettingsError` with nothing written if the plan lacks somebody.
    """
    _check(plan)
    _make_room(out)
    seed, programme_id = draw(ROOT_BYTES), uuid4()
    root = Root(SigningKey(seed))
    organisations = _organisations(plan)
    seats = tuple(_seats(plan, programme_id, organisations))
    make_key_files(out, root.public)
    ceremony, recovery_seed = Ceremony(programme_id, root, now, cost), draw(ROOT_BYTES)
    processes = sign_processes(ceremony, out)
    courier = next(each for each in processes if each.entry.kind == "courier")
    recovery.begin_copies(out, recovery_seed, courier)
    founding = ceremony.hold(plan.programme, list(organisations.values()), seats, processes)
    write_private(out / FOUNDING, founding.to_json())
    recovery_paper = to_paper(recovery.PAPER, recovery_seed)
    return Made(founding, root.public, to_paper(ROOT, seed), recovery_paper, seats)


def _make_room(out: Path) -> None:
    """A directory of our own, in which something can be made."""
    try:
        if out.exists() and any(out.iterdir()):
            raise SettingsError(f"{out} holds something already: name a new directory with --out")
        out.mkdir(mode=0o700, parents=True, exist_ok=True)
        (out / "keys").mkdir(mode=0o700)
    except OSError as exc:
        raise SettingsError(
            f"{out} cannot be written ({exc.strerror}): name a new directory with --out"
        ) from None


def _check(plan: Plan) -> None:
    """The least that the rules of a release need: two people who may release, two who can read."""
    releasing = [*plan.supervisors, *plan.partner_supervisors]
    if not plan.programme.strip() or not plan.operator.strip():
        raise SettingsError("name the programme with --programme and who runs it with --operator")
    if plan.profile == "small" and not (plan.partner and plan.partner_supervisors):
        raise SettingsError(
            "the small profile needs a partner organisation as second approver: name it with "
            "--partner and its person with --partner-supervisor"
        )
    if not plan.supervisors or len(releasing) < 2:
        raise SettingsError(
            "every release takes two people: name two supervisors with --supervisor, or one and "
            "a partner's with --partner and --partner-supervisor"
        )
    if plan.partner_supervisors and not plan.partner:
        raise SettingsError("name the partner organisation with --partner")
    if _plain(plan.partner) == _plain(plan.operator):
        raise SettingsError(
            f"--partner and --operator are both {plan.operator}: whoever approves a release as a "
            "partner has to be of another organisation"
        )
    _check_logins([*releasing, *plan.handlers, *plan.monitors])


def _check_logins(people: Sequence[str]) -> None:
    logins = [_login(person)[0] for person in people]
    for login in logins:
        if not login or set(login) - _LOGIN or len(login) > 60:
            raise SettingsError(
                f"{login!r} cannot be a login: use small letters, digits, '.', '-' and '_'"
            )
        if logins.count(login) > 1:
            raise SettingsError(f"{login} is named twice: a person has one account")


def _plain(name: str) -> str:
    """A name, however it is spelt."""
    return " ".join(normalize("NFKC", name).casefold().split())


def _organisations(plan: Plan) -> dict[str, Organisation]:
    made = {"operator": Organisation(uuid4(), "operator", plan.operator)}
    if plan.partner:
        made["partner"] = Organisation(uuid4(), PARTNER, plan.partner)
    return made


def _seats(
    plan: Plan, programme_id: UUID, organisations: Mapping[str, Organisation]
) -> Iterable[Seat]:
    for people, of, role in (
        (plan.supervisors, "operator", Role.SUPERVISOR),
        (plan.partner_supervisors, "partner", Role.SUPERVISOR),
        (plan.handlers, "operator", Role.HANDLER),
        (plan.monitors, "operator", Role.MONITOR),
    ):
        for person in people:
            login, name = _login(person)
            officer = Officer(programme_id, uuid4(), organisations[of].id, login, name, role)
            vouches = role is Role.SUPERVISOR and of == "operator"
            yield Seat(officer, vouches, new_passphrase(), new_recovery_code())


def _login(person: str) -> tuple[str, str]:
    login, _, name = person.partition("=")
    return login.strip(), name.strip() or login.strip()


def tell(made: Made, out: Path, *, root_file: Path | None) -> Iterable[str]:
    """What is said once, line by line; it is stored nowhere else."""
    yield f"The programme is made. Carry {out} to the server; give each person their paper."
    yield ""
    yield f"Root fingerprint: {fingerprint(made.root_public)}"
    if root_file is None:
        yield f"ROOT (two copies on paper, in two safes):   {made.root_paper}"
    else:
        yield f"The root is in {root_file}: move it to a medium that is never in the server."
    yield f"RECOVERY KEY (kept with the root):          {made.recovery_paper}"
    yield ""
    for seat in made.seats:
        who = seat.officer
        yield f"{who.login} ({who.name}, {who.role})"
        yield f"    passphrase     {seat.passphrase}"
        yield f"    recovery code  {seat.recovery}"
    yield ""
    yield "These lines are shown once. On the server: `workervoice up --data DIRECTORY`."
