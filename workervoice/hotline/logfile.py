"""The log in files: an export that anybody can verify without our database, and proofs of an entry.

An export is text, a line each:

    workervoice-log-export 1
    origin <name of the log>
    key <signature, hex> <directory entry, JSON>        every key that the root gave to the log
    leaf <hash, hex>                                    in order, the first is entry 0
    restored <restore> <backup> <size> <hour> <signature>   by the log's key, oldest first
    checkpoint <signed note, base64>                    smallest first
    end <number of leaves> <number of checkpoints>

No body of an entry is in it. A proof is a JSON object with the same keys, one leaf hash, its index,
the hashes that lead to the root, and the checkpoint that signs it.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from workervoice.crypto import checkpoint, merkle
from workervoice.crypto.directory import Signed, once_vouched
from workervoice.crypto.merkle import Frontier
from workervoice.errors import CryptoError, NotFound, NotTrusted, SealBroken
from workervoice.hotline.restoring import Statement
from workervoice.hotline.treecheck import Judge, Report, Restore, claims, grow
from workervoice.store import logbook
from workervoice.store.engine import Tx
from workervoice.store.keys import directory_entries, entry_from_body, entry_to_body
from workervoice.store.restored import restores

_FIRST = "workervoice-log-export 1"
_PROOF = "workervoice-log-proof 1"
_KIND = "log"


@dataclass
class Export:
    """An export, read and in its form; nothing of it is trusted yet."""

    origin: str = ""
    keys: list[Signed] = field(default_factory=list)
    leaves: list[bytes] = field(default_factory=list)
    notes: list[bytes] = field(default_factory=list)
    restores: list[Restore] = field(default_factory=list)
    ended: bool = False

    def root_of(self, size: int) -> bytes:
        """Of its first entries."""
        return Frontier().grown(self.leaves[:size]).root()

    def trusted_keys(self, root_public: bytes) -> list[bytes]:
        return _trusted(root_public, self.keys, self.origin)


def write_export(tx: Tx) -> Iterator[str]:
    """The lines of an export: all that is in order now."""
    yield _FIRST
    yield f"origin {checkpoint.origin_of(tx.programme)}"
    for signed in _log_entries(tx):
        yield f"key {signed.signature.hex()} {entry_to_body(signed.entry).decode()}"
    count = 0
    for leaf in logbook.ordered_hashes(tx):
        yield f"leaf {leaf.hex()}"
        count += 1
    for row in restores(tx):
        if row.waits:
            yield f"restored {Statement.of(row).written()}"
    notes = logbook.checkpoints(tx)
    for _, note in notes:
        yield f"checkpoint {base64.b64encode(note.encode()).decode()}"
    yield f"end {count} {len(notes)}"


def read_export(lines: Iterable[str]) -> Export:
    """Raises `SealBroken` naming the line that is not in the form."""
    export = Export()
    for number, line in enumerate(lines, start=1):
        try:
            _take(export, number, line.removesuffix("\n"))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise SealBroken(f"line {number} of the export cannot be read") from None
    if not export.ended:
        raise SealBroken("the export is not complete: its last line is missing")
    return export


def _take(export: Export, number: int, line: str) -> None:
    """One line more. Raises `ValueError` or `KeyError` for what may not stand here."""
    word, _, rest = line.partition(" ")
    if number == 1 and line == _FIRST:
        return
    if number == 2 and word == "origin":
        export.origin = rest
    elif number <= 2 or export.ended:
        raise ValueError
    elif line == f"end {len(export.leaves)} {len(export.notes)}":
        export.ended = True
    else:
        _READERS[word](export, rest)


def _take_key(export: Export, rest: str) -> None:
    signature, _, body = rest.partition(" ")
    export.keys.append(Signed(entry_from_body(body.encode()), None, bytes.fromhex(signature)))


def _take_leaf(export: Export, rest: str) -> None:
    if len(rest) != 2 * merkle.HASH_BYTES:
        raise ValueError
    export.leaves.append(bytes.fromhex(rest))


def _take_checkpoint(export: Export, rest: str) -> None:
    export.notes.append(base64.b64decode(rest, validate=True))


def _take_restored(export: Export, rest: str) -> None:
    export.restores.append(Restore(Statement.read(rest)))


_READERS = {
    "key": _take_key,
    "leaf": _take_leaf,
    "restored": _take_restored,
    "checkpoint": _take_checkpoint,
}


def verify_export(
    export: Export, root_public: bytes, witnesses: Sequence[tuple[str, bytes]] = ()
) -> Report:
    """Signatures, and that the leaves lead to every checkpoint."""
    report = Report()
    keys = export.trusted_keys(root_public)
    if not keys:
        report.problems.append(f"The root vouches for no key of {export.origin}.")
    inside = [("A checkpoint of the export", note) for note in export.notes]
    signed = [
        *claims(report, inside, export.origin, keys),
        *claims(report, witnesses, export.origin, keys, witnesses=True),
    ]
    _, unfit = grow(export.leaves, signed)
    judge = Judge(_programme(export.origin), keys, export.restores, export.root_of)
    judge.judge(report, signed, unfit)
    report.told.append(
        f"{export.origin}: {len(export.leaves)} entries, {len(inside)} checkpoints in the export, "
        f"{len(witnesses)} of witnesses. What the entries say is not in an export."
    )
    return report


def prove(tx: Tx, entry: UUID | bytes) -> dict[str, Any]:
    """An inclusion proof of one leaf. Raises `NotFound` for a leaf that is not signed yet."""
    note, leaf = logbook.newest_checkpoint(tx), logbook.find_leaf(tx, entry)
    size = 0 if note is None else checkpoint.read(note).checkpoint.size
    if leaf.position is None or leaf.position >= size:
        raise NotFound("no checkpoint covers this entry yet: ask again in 15 minutes")
    leaves = [hashed for _, hashed in logbook.hashes(tx, 0, size)]
    return {
        "format": _PROOF,
        "origin": checkpoint.origin_of(tx.programme),
        "keys": [
            {"entry": entry_to_body(s.entry).decode(), "signature": s.signature.hex()}
            for s in _log_entries(tx)
        ],
        "leaf": leaf.hash.hex(),
        "index": leaf.position,
        "path": [hashed.hex() for hashed in merkle.inclusion_proof(leaves, leaf.position)],
        "checkpoint": note,
    }


def verify_proof(proof: Any, root_public: bytes) -> Report:
    """That a signed checkpoint covers the leaf of this proof."""
    report = Report()
    try:
        if proof["format"] != _PROOF:
            raise ValueError
        origin, leaf, index = proof["origin"], bytes.fromhex(proof["leaf"]), proof["index"]
        stated = [
            Signed(entry_from_body(each["entry"].encode()), None, bytes.fromhex(each["signature"]))
            for each in proof["keys"]
        ]
        path = [bytes.fromhex(each) for each in proof["path"]]
        keys = _trusted(root_public, stated, origin)
        said = checkpoint.verify(proof["checkpoint"], origin, keys)
        merkle.verify_inclusion(leaf, index, said.size, path, said.root)
    except CryptoError as refused:
        report.problems.append(f"The proof does not hold: {refused}.")
    except (ValueError, KeyError, TypeError, AttributeError):
        report.problems.append("The file is not a proof of ours.")
    else:
        report.told.append(f"{origin}: leaf {leaf.hex()} is entry {index} of {said.size}, signed.")
    return report


def _log_entries(tx: Tx) -> list[Signed]:
    """What the directory says of the log, whether the root vouches for it or not."""
    return [signed for signed in directory_entries(tx) if signed.entry.kind == _KIND]


def _trusted(root_public: bytes, stated: Iterable[Signed], origin: str) -> list[bytes]:
    """The keys of this log that the root vouches for."""
    programme = _programme(origin)
    return [entry.sign_public for entry in once_vouched(root_public, stated, _KIND, programme)]


def _programme(origin: str) -> UUID:
    try:
        programme = UUID(origin.rpartition("/")[2])
    except ValueError:
        raise NotTrusted(f"{origin} is not the name of a log") from None
    if checkpoint.origin_of(programme) != origin:
        raise NotTrusted(f"{origin} is not the name of a log")
    return programme
