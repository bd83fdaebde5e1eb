"""Second factors: what proves, besides the passphrase, that it is this person.

What a factor is made of is sealed under the service key and signed by its owner's own key: nobody
adds one for somebody else by writing to the database. The log knows every factor that was added or
removed, and is asked: one that somebody took away, or put back, lets nobody in with less.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from workervoice.crypto.passkeys import Asked, Passkey, Relying
from workervoice.crypto.seal import ctx, digest, verify
from workervoice.crypto.slots import Bundle
from workervoice.crypto.totp import matching_step, step_of
from workervoice.errors import CryptoError, GuardFailed, NotTrusted, WrongCode
from workervoice.hotline import newest
from workervoice.hotline.process import Process
from workervoice.message import Role
from workervoice.store import factors as store
from workervoice.store.engine import Scope, Tx
from workervoice.store.factors import FactorRow
from workervoice.store.log import Event, first_time, record_event
from workervoice.store.people import Officer
from workervoice.store.vault import Vault

TOTP, PASSKEY = "totp", "passkey"
REQUIRED = frozenset({Role.SUPERVISOR, Role.ADMINISTRATOR})
MOST = 8  # for one person
NAME_MAX = 60  # characters

_LABEL = "second-factor"
_USED = "second-factor-used"
USED_STEP = "totp-step"  # among the log's tags: a code that was used stays used


@dataclass(frozen=True, slots=True)
class Factor:
    """A factor of which its owner's signature holds. `fixed`: name, day, and what it is made of."""

    id: UUID
    kind: str
    fixed: Mapping[str, Any] = field(repr=False)
    version: int
    used: Mapping[str, int] = field(repr=False)

    @property
    def name(self) -> str:
        return str(self.fixed["name"])

    @property
    def passkey(self) -> Passkey:
        stored = self.fixed
        key = bytes.fromhex(stored["public"])
        return Passkey(bytes.fromhex(stored["credential"]), key, self.used["count"])


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody whose keys are open, and the vault that their factors lie in."""

    vault: Vault
    officer: Officer
    bundle: Bundle = field(repr=False)

    def place(self, factor_id: UUID, kind: str, fixed: Mapping[str, Any]) -> bytes:
        """What this person signs: what is sealed, so that it may be sealed to another key."""
        who, plain = self.officer, json.dumps(fixed, sort_keys=True, separators=(",", ":"))
        return ctx(_LABEL, who.programme_id, who.id, factor_id, kind, digest(plain.encode()))

    def make(
        self, factor_id: UUID, kind: str, fixed: Mapping[str, Any], used: Mapping[str, int]
    ) -> FactorRow:
        """The row of a new factor."""
        programme = self.officer.programme_id
        sealed = self.vault.seal(_LABEL, programme, factor_id, 1, dict(fixed))
        signature = self.bundle.sign.sign(self.place(factor_id, kind, fixed))
        counters = self.vault.seal(_USED, programme, factor_id, 1, dict(used))
        return FactorRow(factor_id, kind, sealed, 1, counters, signature)

    def read(self, row: FactorRow) -> Factor:
        """Raises `NotTrusted` or `SealBroken` for a factor that this person did not make."""
        programme = self.officer.programme_id
        fixed = self.vault.open(_LABEL, programme, row.id, 1, row.fixed)
        verify(self.bundle.sign.public, self.place(row.id, row.kind, fixed), row.signature)
        used = self.vault.open(_USED, programme, row.id, row.version, row.used)
        return Factor(row.id, row.kind, fixed, row.version, used)

    def note(self, tx: Tx, factor: Factor, used: Mapping[str, int]) -> None:
        """Keep what this use leaves behind. Raises `WrongCode` if another use came first."""
        version = factor.version + 1
        sealed = self.vault.seal(_USED, self.officer.programme_id, factor.id, version, dict(used))
        if not store.note_use(tx, self.officer, factor.id, version, sealed):
            raise WrongCode("this code was used at the same moment: wait for the next one")


def holder_of(process: Process, officer: Officer, bundle: Bundle) -> Holder:
    return Holder(process.vault, officer, bundle)


def _series(tx: Tx, vault: Vault, officer: Officer, rows: list[FactorRow]) -> newest.Series:
    logged = [row.logged(officer.id) for row in rows]
    return newest.compare(tx, vault, "factor", officer.id, logged)


def has_any(tx: Tx, vault: Vault, officer: Officer) -> bool:
    """Whether this person has a factor, even one that cannot be used or that somebody deleted."""
    rows = store.factors_of(tx, officer)
    return bool(rows or _series(tx, vault, officer, rows).gone)


def factors(tx: Tx, holder: Holder) -> list[Factor]:
    """All that can be used. Raises `NotTrusted` if there are only others, or were: whoever broke
    or deleted them must not get a person to set up a new one."""
    rows = store.factors_of(tx, holder.officer)
    series, good = _series(tx, holder.vault, holder.officer, rows), []
    for row in rows:
        if row.ordinal in series.altered:
            continue
        try:
            good.append(holder.read(row))
        except CryptoError:
            continue
    if not good and (rows or series.gone):
        raise NotTrusted(f"second factors of officer {holder.officer.id}")
    return sorted(good, key=lambda factor: (str(factor.fixed["day"]), factor.name))


def required(officer: Officer) -> bool:
    """Whether this person's role may not go without."""
    return officer.role in REQUIRED


def add(process: Process, holder: Holder, row: FactorRow) -> None:
    """Store a new factor. Raises `GuardFailed` if there are enough."""
    with process.database.begin(Scope(holder.officer.programme_id)) as tx:
        if len(store.factors_of(tx, holder.officer)) >= MOST:
            raise GuardFailed(f"there are {MOST} second factors already: remove one first")
        store.add_factor(tx, process.vault, holder.officer, row)
        log(tx, process, holder.officer, "factor_added", row.kind)


def remove(process: Process, holder: Holder, factor_id: UUID) -> None:
    """Remove a factor. Raises `GuardFailed` for the last one of a person who must have one."""
    with process.database.begin(Scope(holder.officer.programme_id)) as tx:
        rows = store.factors_of(tx, holder.officer)
        found = next((row for row in rows if row.id == factor_id), None)
        if found is None:
            raise GuardFailed("this second factor is gone already")
        if len(rows) == 1 and required(holder.officer):
            raise GuardFailed("your role needs a second factor: set up another one first")
        store.remove_factor(tx, process.vault, holder.officer, found)
        log(tx, process, holder.officer, "factor_removed", found.kind)


def forget(process: Process, by: UUID, officer: Officer) -> int:
    """Remove all of them, those too that somebody deleted by hand; a registrar says that this
    person lost them. Returns how many."""
    with process.database.begin(Scope(officer.programme_id)) as tx:
        rows = store.factors_of(tx, officer)
        gone = _series(tx, process.vault, officer, rows).gone
        for row in rows:
            store.remove_factor(tx, process.vault, officer, row)
        store.note_removed(tx, process.vault, officer, gone)
        leaf = Event("factor_removed", by, officer.id, "all")
        record_event(tx, process.vault, leaf, process.clock())
    return len(rows) + len(gone)


def log(tx: Tx, process: Process, officer: Officer, event: str, detail: str = "") -> None:
    """A leaf about somebody's own account."""
    leaf = Event(event, officer.id, officer.id, detail)
    record_event(tx, process.vault, leaf, process.clock())


def check_code(tx: Tx, holder: Holder, code: str, now: int) -> None:
    """A code from one of the person's apps, once. Raises `WrongCode`."""
    for factor in factors(tx, holder):
        if factor.kind != TOTP:
            continue
        secret = bytes.fromhex(factor.fixed["secret"])
        step = matching_step(secret, code, now=now, after=factor.used["step"])
        if step is not None and first_time(tx, holder.vault, USED_STEP, factor.id, step):
            holder.note(tx, factor, {"step": step})
            return
    raise WrongCode("this code is wrong, old or was used: wait for the next one")


def new_totp(
    holder: Holder, factor_id: UUID, secret: bytes, name: str, *, now: int, step: int | None = None
) -> FactorRow:
    """The row of an app that shows codes; the step of a code that was typed is used up."""
    fixed = {"name": name, "day": now // 86400, "secret": secret.hex()}
    return holder.make(factor_id, TOTP, fixed, {"step": step_of(now) if step is None else step})


def totp_from(
    holder: Holder, factor_id: UUID, secret: bytes, name: str, code: str, *, now: int
) -> FactorRow:
    """The same, once its owner typed a right code from it. Raises `WrongCode`."""
    step = matching_step(secret, code, now=now, after=0)
    if step is None:
        raise WrongCode("this code is wrong or old: type the one that is shown now")
    return new_totp(holder, factor_id, secret, clean_name(name, "App"), now=now, step=step)


def clean_name(name: str, default: str) -> str:
    return " ".join(name.split())[:NAME_MAX] or default


def new_passkey(
    holder: Holder, factor_id: UUID, made: Passkey, name: str, *, now: int
) -> FactorRow:
    """The row of a passkey that the browser has just made."""
    fixed = {
        "name": clean_name(name, "Passkey"),
        "day": now // 86400,
        "credential": made.credential.hex(),
        "public": made.public.hex(),
    }
    return holder.make(factor_id, PASSKEY, fixed, {"count": made.count})


def passkeys(every: list[Factor]) -> list[Factor]:
    return [factor for factor in every if factor.kind == PASSKEY]


def check_passkey(tx: Tx, holder: Holder, relying: Relying, asked: Asked, answer: str) -> None:
    """A passkey's answer to what it was asked. Raises `WrongCode`."""
    for factor in passkeys(factors(tx, holder)):
        if factor.passkey.answers(answer):
            count = relying.check(factor.passkey, asked, answer)
            holder.note(tx, factor, {"count": count})
            return
    raise WrongCode(f"officer {holder.officer.id}")
