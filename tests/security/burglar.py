"""A burglar: has the whole database and some keys, and opens everything that they lead to."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.security.thief import Thief
from workervoice.app.keyfiles import PROCESSES, load_key_files
from workervoice.crypto import keyring
from workervoice.crypto.keyring import Holder, Kek
from workervoice.crypto.medium import MediumKey
from workervoice.crypto.seal import ctx, unbox, unpad
from workervoice.crypto.suite import KemKey, open_with
from workervoice.errors import SealBroken
from workervoice.store.vault import Vault

# table, column, direction ("" where a column says it), kind of holder, its column
_WORDS = (
    ("message", "words", "", "case", "case_id"),
    ("assessment", "words", "assessment", "case", "case_id"),
    ("issue", "packet", "packet", "plan", "id"),
    ("disclosure", "packet", "disclosure", "organisation", "organisation_id"),
    ("action", "words", "action", "plan", "issue_id"),
    ("action_entry", "words", "entry", "plan", "issue_id"),
    ("draft", "words", "draft", "case", "case_id"),
    ("issue_note", "words", "issue-note", "team", "team_id"),
)
# what lies under the service key: its label, table, column, version ("" for the row's own)
_RECORDS: tuple[tuple[str, str, str, int | None], ...] = (
    ("facts", "cases", "facts", None),
    ("conversation", "conversation", "record", None),
    ("issue-link", "issue", "link", 1),
    ("disclosure-link", "disclosure", "link", 1),
    ("clock", "clock", "record", 0),
    ("leaf", "log_leaf", "body", 1),
    ("second-factor", "second_factor", "fixed", 1),
    ("second-factor-used", "second_factor", "used", None),
)
_RUN = re.compile(rb"[0-9a-fA-F]{32,}|[A-Za-z0-9+/_-]{22,}={0,2}")


@dataclass
class Burglar:
    """`keys` grow as one opens another; `secrets` are tried as keys of boxes."""

    thief: Thief
    keys: list[KemKey]
    secrets: list[bytes]
    held: dict[Holder, KemKey] = field(default_factory=dict)

    @classmethod
    def with_key_files(cls, thief: Thief, data: Path) -> Burglar:
        """All key files of the gateway, the courier and the console, read as anybody could."""
        keys, secrets = [], [load_key_files(data, kind).service_key for kind in PROCESSES]
        for path in sorted((data / "keys").glob("*/*.key")):
            use, _, coded = path.read_text().strip().partition(" ")
            if use == "workervoice-kem-1":
                keys.append(KemKey.from_bytes(bytes.fromhex(coded)))
            else:
                secrets.append(bytes.fromhex(coded))
        assert (len(keys), len(secrets)) == (4, 3 + 6)
        return cls(thief, keys, secrets)

    @classmethod
    def with_what_lies_there(cls, thief: Thief, *directories: Path) -> Burglar:
        """Whatever is in the database and in these files, tried as a key: as it is, and read from
        hexadecimal and base64."""
        found: set[bytes] = set()
        files = [p for each in directories for p in each.rglob("*") if p.is_file()]
        cells = [c if isinstance(c, bytes) else str(c).encode() for _, c in thief.cells()]
        for content in (*cells, *(path.read_bytes() for path in files)):
            found |= {content, *_decoded(content)}
        secrets = {each[:32] for each in found} | {each[-32:] for each in found}
        made = cls(thief, [], [each for each in secrets if len(each) == 32])
        made.keys += filter(None, map(_kem, found))
        for path in files:
            made._unseal_service_key(path)
        made.break_in()
        return made

    def _unseal_service_key(self, path: Path) -> None:
        for key in self.keys if path.name == "service.sealed" else ():
            try:
                place = ctx("service-key", path.parent.name)
                self.secrets.append(open_with(key, path.read_bytes(), place))
            except SealBroken:
                continue

    def vault(self) -> Vault:
        return Vault(self.secrets[0])

    def break_in(self) -> None:
        """Follow wraps to pairs and pairs to wraps until nothing more opens."""
        known = -1
        while known < len(self.held):
            known = len(self.held)
            for row in self.thief.rows_of("key_pair"):
                holder = Holder(row.holder_kind, row.holder_id, row.epoch)
                if holder not in self.held:
                    self._try(holder, keyring.LockedPair(bytes(row.public), bytes(row.box)))

    def _try(self, holder: Holder, pair: keyring.LockedPair) -> None:
        for kek in (*self._keks(holder), *map(Kek, self.secrets)):
            try:
                key = keyring.unlock(kek, holder, pair)
            except SealBroken:
                continue
            self.held[holder] = key
            self.keys.append(key)
            return

    def _keks(self, holder: Holder) -> Iterator[Kek]:
        for row in self.thief.rows_of("key_wrap"):
            if (row.holder_kind, row.holder_id, row.epoch) == (
                holder.kind,
                holder.id,
                holder.epoch,
            ):
                yield from self._unwrapped(holder, row)
        for plain in self._opened("disclosure"):
            plan = json.loads(plain)["plan"]
            if plan["issue"] == str(holder.id):
                yield Kek(bytes.fromhex(plan["kek"]))

    def _unwrapped(self, holder: Holder, row: Any) -> Iterator[Kek]:
        for key in self.keys:
            try:
                yield keyring.unwrap(
                    bytes(row.wrap), holder=holder, reader_id=row.reader_id, reader=key
                )
            except SealBroken:
                continue

    def words(self) -> dict[str, list[bytes]]:
        """Everything sealed to a case, plan or organisation that opens, by table."""
        return {table: list(self._opened(table)) for table, *_ in _WORDS}

    def _opened(self, wanted: str) -> Iterator[bytes]:
        issues = {row.id: row.issue_id for row in self.thief.rows_of("action")}
        for table, column, direction, kind, about in _WORDS:
            for row in self.thief.rows_of(table) if table == wanted else ():
                owner = issues[row.action_id] if table == "action_entry" else getattr(row, about)
                place = {
                    "holder": Holder(kind, owner, row.epoch),
                    "message_id": row.id,
                    "direction": direction or row.direction,
                    "version": row.version if table == "issue" else 1,
                }
                yield from self._tried(bytes(getattr(row, column)), place)

    def _tried(self, blob: bytes, place: dict[str, Any]) -> Iterator[bytes]:
        for key in self.keys:
            try:
                yield keyring.open_words(key, blob, **place)
                return
            except SealBroken:
                continue

    def media(self) -> list[bytes]:
        """Heads and contents of all media that open."""
        return list(self._media())

    def _media(self) -> Iterator[bytes]:
        chunks = sorted(self.thief.rows_of("medium_chunk"), key=lambda row: row.ordinal)
        for row in self.thief.rows_of("medium"):
            holder = Holder(row.holder_kind, row.holder_id, row.epoch)
            for key in self.keys:
                with suppress(SealBroken):
                    own = MediumKey.opened(holder, row.id, bytes(row.key), key)
                    yield own.open_head(bytes(row.head))
                    boxes = [bytes(each.box) for each in chunks if each.medium_id == row.id]
                    opened = [own.open_chunk(b, n, len(boxes)) for n, b in enumerate(boxes)]
                    yield b"".join(opened)

    def addresses(self) -> list[bytes]:
        """Every return address that opens."""
        rows = self.thief.rows_of("contact")
        return list(self._sealed((row.address, "address", row.id) for row in rows))

    def owed(self) -> list[bytes]:
        """Every text in the outbox that opens."""
        rows = self.thief.rows_of("outbox")
        return [
            unpad(plain) for plain in self._sealed((row.payload, "outbox", row.id) for row in rows)
        ]

    def _sealed(self, blobs: Iterable[tuple[Any, str, Any]]) -> Iterator[bytes]:
        for blob, label, row_id in blobs:
            for key in self.keys:
                try:
                    yield open_with(key, bytes(blob), ctx(label, self.thief.programme, row_id))
                    break
                except SealBroken:
                    continue

    def records(self) -> dict[str, list[Any]]:
        """Everything under the service key: facts, conversations, links, clocks."""
        return {kind: list(self._recorded(kind)) for kind, *_ in _RECORDS}

    def _recorded(self, wanted: str) -> Iterator[Any]:
        (place,) = (each for each in _RECORDS if each[0] == wanted)
        kind, table, column, fixed = place
        vaults = [Vault(secret) for secret in self.secrets]
        for row in self.thief.rows_of(table):
            version = row.version if fixed is None else fixed
            for vault in vaults:
                try:
                    blob = bytes(getattr(row, column))
                    yield vault.open(kind, self.thief.programme, row.id, version, blob)
                    break
                except SealBroken:
                    continue

    def bundles(self) -> list[bytes]:
        """Officers' private keys that open: from their account, or from a session."""
        boxed = [(r.bundle, ctx("bundle", r.id)) for r in self.thief.rows_of("officer")]
        for row in self.thief.rows_of("session"):
            for label in ("session", "session-half"):
                boxed.append((row.box, ctx(label, bytes(row.id), row.officer_id)))
        found = []
        for blob, place in boxed:
            for secret in self.secrets:
                try:
                    found.append(unbox(secret, bytes(blob), place))
                except SealBroken:
                    continue
        return found

    def everything(self) -> dict[str, int]:
        """How much of each kind opens; what does not is left out."""
        counts = {table: len(plain) for table, plain in self.words().items()}
        counts |= {kind: len(found) for kind, found in self.records().items()}
        counts |= {"number": len(self.addresses()), "owed": len(self.owed())}
        counts |= {"bundle": len(self.bundles()), "pair": len(self.held)}
        return {kind: count for kind, count in counts.items() if count}


def _decoded(content: bytes) -> Iterator[bytes]:
    """Every run in here that is hexadecimal or base64."""
    for run in _RUN.findall(content):
        with suppress(ValueError):
            yield bytes.fromhex(run.decode())
        with suppress(ValueError):
            yield base64.b64decode(run + b"=" * (-len(run) % 4), b"-_" if b"-" in run else None)


def _kem(candidate: bytes) -> KemKey | None:
    try:
        return KemKey.from_bytes(candidate)
    except (SealBroken, ValueError):
        return None
