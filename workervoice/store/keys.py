"""Keys in the store: the signed directory, pairs that several readers share, and their wraps.

Nothing here is trusted: callers check signatures before they use what they read.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from workervoice.crypto.directory import Entry, Signed
from workervoice.crypto.keyring import Holder, LockedPair
from workervoice.crypto.seal import ctx, digest
from workervoice.errors import NotFound
from workervoice.store import tables as t
from workervoice.store.engine import Tx
from workervoice.store.rows import Row
from workervoice.store.writing import inserted


@dataclass(frozen=True, slots=True)
class SharedPair:
    """A stored key pair and who vouches for it."""

    pair: LockedPair
    signer_id: UUID
    signature: bytes

    def logged(self, holder: Holder) -> Row:
        """What the log knows of it."""
        return Row.of("pair", holder.id, holder.epoch, self.pair.public, self.pair.box)


def entry_row(signed: Signed) -> Row:
    """What the log knows of an entry of the directory."""
    entry = signed.entry
    return Row.of("directory", entry.id, entry.version, entry_to_body(entry), signed.signature)


def wrap_row(holder_id: UUID, epoch: int, reader_id: UUID, wrap: bytes, kind: str = "wrap") -> Row:
    """What the log knows of who may read what. Each wrap is a series of its own, because the same
    pair may be taken from a reader and given back; kind "unwrapped" says that it was taken."""
    itself = UUID(bytes=digest(ctx("row", "wrap", wrap))[:16])
    return Row.of(kind, (holder_id, reader_id, itself), epoch, wrap)


def add_directory_entry(tx: Tx, signed: Signed) -> None:
    entry = signed.entry
    tx.connection.execute(
        t.directory.insert().values(
            programme_id=tx.programme,
            id=entry.id,
            version=entry.version,
            kind=entry.kind,
            organisation_id=entry.organisation_id,
            body=entry_to_body(entry),
            signer_id=signed.signer_id,
            signature=signed.signature,
        )
    )
    tx.stored.append(entry_row(signed))


def directory_entries(tx: Tx) -> list[Signed]:
    """Every signed entry that this role may see, unchecked."""
    query = select(t.directory).where(t.directory.c.programme_id == tx.programme)
    return [
        Signed(entry_from_body(row.body), row.signer_id, row.signature)
        for row in tx.connection.execute(query)
    ]


_PAIR = (
    "SELECT public, box, signer_id, signature FROM key_pair"
    " WHERE programme_id = $1 AND holder_kind = $2 AND holder_id = $3 AND epoch = $4"
)


def add_key_pair(tx: Tx, holder: Holder, shared: SharedPair) -> None:
    columns = {
        "programme_id": tx.programme,
        "holder_kind": holder.kind,
        "holder_id": holder.id,
        "epoch": holder.epoch,
        "public": shared.pair.public,
        "box": shared.pair.box,
        "signer_id": shared.signer_id,
        "signature": shared.signature,
    }
    tx.write(inserted(t.key_pair, columns))
    tx.stored.append(shared.logged(holder))


def key_pair_of(tx: Tx, holder: Holder) -> SharedPair:
    """The stored pair of a case, team, organisation or plan; `NotFound` if there is none to see."""
    found = tx.ask(_PAIR, tx.programme, holder.kind, holder.id, holder.epoch)
    if not found:
        raise NotFound(f"no key pair of {holder.kind} {holder.id}")
    public, box, signer_id, signature = found[0]
    return SharedPair(LockedPair(public, box), signer_id, signature)


def add_wrap(
    tx: Tx, holder: Holder, reader_id: UUID, wrap: bytes, *, reader_epoch: int = 0
) -> None:
    """Store a wrap to an officer, or to a team's or organisation's pair of an epoch."""
    columns = {
        "programme_id": tx.programme,
        "holder_kind": holder.kind,
        "holder_id": holder.id,
        "epoch": holder.epoch,
        "reader_id": reader_id,
        "reader_epoch": reader_epoch,
        "wrap": wrap,
    }
    tx.write(inserted(t.key_wrap, columns))
    tx.stored.append(wrap_row(holder.id, holder.epoch, reader_id, wrap))


def wraps_of(tx: Tx, holder: Holder) -> dict[tuple[UUID, int], bytes]:
    """Every wrap of a pair, by reader and the epoch of the reader's own pair (an officer's: 0)."""
    c = t.key_wrap.c
    rows = tx.connection.execute(
        select(c.reader_id, c.reader_epoch, c.wrap).where(
            c.programme_id == tx.programme,
            c.holder_kind == holder.kind,
            c.holder_id == holder.id,
            c.epoch == holder.epoch,
        )
    )
    return {(row.reader_id, row.reader_epoch): bytes(row.wrap) for row in rows}


def drop_wraps(
    tx: Tx, *, holder: tuple[str, UUID] | None = None, reader: UUID | None = None
) -> None:
    """Destroy wraps: of one holder's pairs, of one reader, or of one reader to one holder."""
    c = t.key_wrap.c
    chosen = [c.programme_id == tx.programme]
    if holder is not None:
        chosen += [c.holder_kind == holder[0], c.holder_id == holder[1]]
    if reader is not None:
        chosen.append(c.reader_id == reader)
    if len(chosen) == 1:
        raise ValueError("whose wraps?")
    gone = t.key_wrap.delete().where(*chosen).returning(c.holder_id, c.epoch, c.reader_id, c.wrap)
    for row in tx.connection.execute(gone):
        tx.stored.append(wrap_row(*row, kind="unwrapped"))


def epochs_of(tx: Tx, kind: str, holder_id: UUID) -> list[int]:
    """The epochs of a holder's pairs, oldest first."""
    c = t.key_pair.c
    query = select(c.epoch).where(
        c.programme_id == tx.programme, c.holder_kind == kind, c.holder_id == holder_id
    )
    return list(tx.connection.execute(query.order_by(c.epoch)).scalars())


def memberships(tx: Tx, officer_id: UUID, kind: str) -> list[Holder]:
    """The teams or organisations whose key is wrapped to this officer, newest epoch first."""
    c = t.key_wrap.c
    rows = tx.connection.execute(
        select(c.holder_id, c.epoch)
        .where(c.programme_id == tx.programme, c.holder_kind == kind, c.reader_id == officer_id)
        .order_by(c.epoch.desc())
    )
    return [Holder(kind, row.holder_id, row.epoch) for row in rows]


def entry_to_body(entry: Entry) -> bytes:
    """The entry's fields as JSON; its signature covers `entry.body()`, made from them again."""
    fields = {
        "id": str(entry.id),
        "kind": entry.kind,
        "programme": str(entry.programme_id),
        "version": entry.version,
        "role": entry.role,
        "organisation": None if entry.organisation_id is None else str(entry.organisation_id),
        "epoch": entry.epoch,
        "sign": entry.sign_public.hex(),
        "kem": entry.kem_public.hex(),
        "not_after": entry.not_after,
    }
    return json.dumps(fields, sort_keys=True, separators=(",", ":")).encode()


def entry_from_body(body: bytes) -> Entry:
    fields = json.loads(body)
    organisation = fields["organisation"]
    return Entry(
        id=UUID(fields["id"]),
        kind=fields["kind"],
        programme_id=UUID(fields["programme"]),
        version=fields["version"],
        role=fields["role"],
        organisation_id=None if organisation is None else UUID(organisation),
        epoch=fields["epoch"],
        sign_public=bytes.fromhex(fields["sign"]),
        kem_public=bytes.fromhex(fields["kem"]),
        not_after=fields["not_after"],
    )
