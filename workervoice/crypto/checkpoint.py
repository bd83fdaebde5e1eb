"""Checkpoints: a log's size and root, signed, in a form that other programs read too.

    workervoice/log/<programme>
    1234
    <root, base64>

    — workervoice/log/<programme> <key id and signature, base64>

After a restore a line `restored <id>` stands below the root and says which was the last, so that a
checkpoint from before it can be told from one that was made since.

Sources: C2SP tlog-checkpoint and signed-note (Ed25519, type 1). The signature covers the text as
it stands, not a `ctx(...)`, because the format says so; the key of a log signs nothing else. Lines
of other signers, such as witnesses, may follow and are left alone.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from uuid import UUID

from workervoice.crypto.merkle import HASH_BYTES
from workervoice.crypto.seal import ctx, digest
from workervoice.crypto.seal import verify as verify_signature
from workervoice.errors import NotTrusted, SealBroken

NOTE_BYTES = 65536  # more than any honest note has
SIGNATURES_MAX = 100

_ED25519 = b"\x01"
_KEY_ID_BYTES = 4
_DASH = "\N{EM DASH} "
_SPOKEN = "checkpoint-spoken"
_RESTORED = "restored "


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a log says of itself: this many entries, with this root."""

    origin: str
    size: int
    root: bytes
    restored: UUID | None = None  # the last restore before it

    def text(self) -> str:
        """What is signed. Raises `SealBroken` for what could not be read back."""
        text = f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"
        text += f"{_RESTORED}{self.restored}\n" if self.restored else ""
        if not _is_name(self.origin) or _read_text(text) != self:
            raise SealBroken("not a checkpoint")
        return text

    def fingerprint(self) -> bytes:
        """Eight bytes to be compared by people; see `crypto.spoken`."""
        also = (self.restored,) if self.restored else ()
        return digest(ctx(_SPOKEN, self.origin, self.size, self.root, *also))[:8]


@dataclass(frozen=True, slots=True)
class Note:
    """A checkpoint with its signature lines, each a name, a key id and a signature; unchecked."""

    checkpoint: Checkpoint
    text: bytes
    signatures: tuple[tuple[str, bytes, bytes], ...] = field(repr=False)


def origin_of(programme: UUID) -> str:
    """The name of a programme's log, and of the keys that sign it."""
    return f"workervoice/log/{programme}"


def key_id(name: str, public: bytes) -> bytes:
    """How a signature line says which of a name's keys made it."""
    return digest(name.encode() + b"\n" + _ED25519 + public)[:_KEY_ID_BYTES]


def sign(checkpoint: Checkpoint, public: bytes, signer: Callable[[bytes], bytes]) -> str:
    """The signed note; `signer` holds the private half of `public`."""
    text = checkpoint.text()
    name = checkpoint.origin
    signature = key_id(name, public) + signer(text.encode())
    return f"{text}\n{_DASH}{name} {base64.b64encode(signature).decode()}\n"


def read(note: str | bytes) -> Note:
    """Take a note apart. Raises `SealBroken` for anything that is not exactly in the form."""
    data = note.encode() if isinstance(note, str) else note
    try:
        whole = data.decode()
    except UnicodeDecodeError:
        raise SealBroken("not a checkpoint: not UTF-8") from None
    text, parted, below = whole.rpartition("\n\n")
    controls = any(ord(c) < 0x20 and c != "\n" for c in whole)
    if len(data) > NOTE_BYTES or controls or not parted or not below.endswith("\n"):
        raise SealBroken("not a checkpoint: not a signed note")
    lines = below[:-1].split("\n")
    if len(lines) > SIGNATURES_MAX:
        raise SealBroken("not a checkpoint: too many signatures")
    text += "\n"
    return Note(_read_text(text), text.encode(), tuple(_signature(line) for line in lines))


def verify(
    note: str | bytes, origin: str, publics: Iterable[bytes], *, name: str = ""
) -> Checkpoint:
    """The checkpoint, if one of these keys signed it as the log of this origin.

    Keys are named like the origin unless `name` says otherwise. Unknown signers are passed over; a
    line of a known key that does not hold condemns the note. Raises `SealBroken` or `NotTrusted`.
    """
    found, name = read(note), name or origin
    if found.checkpoint.origin != origin:
        raise NotTrusted(f"the checkpoint is of another log than {origin}")
    known = {key_id(name, public): public for public in publics}
    held = 0
    for signer, by, signature in found.signatures:
        if signer == name and by in known:
            verify_signature(known[by], found.text, signature)
            held += 1
    if not held:
        raise NotTrusted(f"the checkpoint is not signed by a key of {origin}")
    return found.checkpoint


def _read_text(text: str) -> Checkpoint:
    """Exactly three lines, and a fourth after a restore: the format allows more, which no monitor
    could check."""
    *lines, end = text.split("\n")
    restored = _restore_in(lines.pop()) if len(lines) == 4 else None
    if len(lines) != 3 or end or not lines[0]:
        raise SealBroken("not a checkpoint: not three lines")
    origin, size, root = lines
    if not (size.isascii() and size.isdecimal()) or str(int(size[:20])) != size:
        raise SealBroken("not a checkpoint: no size")
    hashed = _from_base64(root)
    if len(hashed) != HASH_BYTES:
        raise SealBroken("not a checkpoint: no root")
    return Checkpoint(origin, int(size), hashed, restored)


def _restore_in(line: str) -> UUID:
    """Only the one form that an id is written in."""
    said = line.removeprefix(_RESTORED)
    try:
        restored = UUID(said)
    except ValueError:
        raise SealBroken("not a checkpoint: not three lines") from None
    if line != f"{_RESTORED}{restored}":
        raise SealBroken("not a checkpoint: not three lines")
    return restored


def _signature(line: str) -> tuple[str, bytes, bytes]:
    name, _, coded = line.removeprefix(_DASH).rpartition(" ")
    if not line.startswith(_DASH) or not _is_name(name):
        raise SealBroken("not a checkpoint: a malformed signature line")
    signature = _from_base64(coded)
    if len(signature) <= _KEY_ID_BYTES:
        raise SealBroken("not a checkpoint: a short signature")
    return name, signature[:_KEY_ID_BYTES], signature[_KEY_ID_BYTES:]


def _is_name(name: str) -> bool:
    return bool(name) and not any(c.isspace() or c == "+" for c in name)


def _from_base64(text: str) -> bytes:
    """Only the one form that encoding gives back."""
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error):
        raise SealBroken("not a checkpoint: not base64") from None
    if base64.b64encode(data).decode() != text:
        raise SealBroken("not a checkpoint: not base64")
    return data
