"""The tree against what was signed of it, and what a restore explains.

A checkpoint that a witness kept and that does not fit says that entries were changed, or that the
database was put back from a backup since. It counts as the second only by an entry that the log's
own key signed, over how many entries the backup had and their root; and only for a checkpoint that
covers more than these and was made before that restore.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from workervoice.crypto import checkpoint
from workervoice.crypto.checkpoint import Checkpoint
from workervoice.crypto.merkle import Frontier
from workervoice.crypto.seal import verify
from workervoice.errors import CryptoError
from workervoice.hotline.restoring import EVENT, Statement


@dataclass
class Report:
    """What was found: `problems` in sentences that name objects by id, and how much was read.
    `restored` are checkpoints that a restore explains, and from which backup that was."""

    problems: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    restored: list[tuple[UUID, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Claim:
    """A checkpoint and where it comes from."""

    source: str
    checkpoint: Checkpoint
    witness: bool = False


def claims(
    report: Report,
    notes: Iterable[tuple[str, str | bytes]],
    origin: str,
    keys: Sequence[bytes],
    *,
    witnesses: bool = False,
) -> list[Claim]:
    """The checkpoints whose signatures hold, smallest first; the others are problems."""
    found = []
    for source, note in notes:
        try:
            found.append(Claim(source, checkpoint.verify(note, origin, keys), witnesses))
        except CryptoError as refused:
            report.problems.append(f"{source} does not hold: {refused}.")
    return sorted(found, key=lambda claim: claim.checkpoint.size)


@dataclass(frozen=True, slots=True)
class Unfit:
    """A claim that the log does not lead to, and what that would mean."""

    claim: Claim
    means: str


def grow(hashes: Iterable[bytes], signed: Sequence[Claim]) -> tuple[Frontier, list[Unfit]]:
    """Grow the tree leaf by leaf, and compare it with what was signed at each size."""
    frontier, unfit = Frontier(), []
    leaves = iter(hashes)
    for claim in sorted(signed, key=lambda each: each.checkpoint.size):
        said = claim.checkpoint
        frontier = frontier.grown(_next(leaves, said.size - frontier.size))
        if frontier.size < said.size:
            means = (
                f"{claim.source} is of {said.size} entries, but the log has {frontier.size} in "
                "order: its end was cut."
            )
            unfit.append(Unfit(claim, means))
        elif frontier.root() != said.root:
            means = (
                f"{claim.source} of {said.size} entries does not fit the log: entries were "
                "changed, swapped or replaced."
            )
            unfit.append(Unfit(claim, means))
    return frontier.grown(leaves), unfit


def _next(leaves: Iterator[bytes], count: int) -> Iterator[bytes]:
    for _ in range(count):
        try:
            yield next(leaves)
        except StopIteration:
            return


@dataclass(frozen=True, slots=True)
class Restore:
    """What is said of a restore, and where in the log; an export does not say where."""

    said: Statement
    position: int | None = None

    @classmethod
    def of(cls, position: int, fields: Mapping[str, str]) -> Restore | None:
        """None for an entry of anything else. Raises `SealBroken`."""
        if fields["event"] != EVENT:
            return None
        return cls(Statement.read(fields["detail"]), position)


@dataclass(frozen=True, slots=True)
class Judge:
    """Who says whether a restore explains what does not fit. `root_of` gives the root of the
    present log's first entries."""

    programme: UUID
    keys: Sequence[bytes]
    restores: Sequence[Restore]
    root_of: Callable[[int], bytes]

    def judge(self, report: Report, signed: Sequence[Claim], unfit: Sequence[Unfit]) -> None:
        """Sort what does not fit into problems and what a restore explains."""
        bad = {id(each.claim) for each in unfit}
        sizes = (claim.checkpoint.size for claim in signed if id(claim) not in bad)
        covered = max(sizes, default=0)
        held = [each for each in self.restores if self._holds(each, covered)] if unfit else []
        for each in unfit:
            restore = _explains(held, each.claim.checkpoint) if each.claim.witness else None
            if restore is None:
                report.problems.append(each.means)
            else:
                said = _sentence(each.claim, restore)
                report.restored.append((restore.said.backup_id, said))

    def _holds(self, restore: Restore, covered: int) -> bool:
        """Signed by the log's key, over entries that are still there, and signed again since."""
        said = restore.said
        place = said.entries if restore.position is None else restore.position
        if not said.entries <= place < covered:
            return False
        statement = said.place(self.programme, self.root_of(said.entries))
        return any(_signed(key, statement, said.signature) for key in self.keys)


def _signed(public: bytes, statement: bytes, signature: bytes) -> bool:
    try:
        verify(public, statement, signature)
    except CryptoError:
        return False
    return True


def _explains(held: Sequence[Restore], said: Checkpoint) -> Restore | None:
    """The last restore to fewer entries than the checkpoint covers, if it came after that."""
    made_after = [n for n, restore in enumerate(held) if restore.said.id == said.restored]
    later = held[made_after[0] + 1 :] if made_after else held
    found = [restore for restore in later if restore.said.entries < said.size]
    return found[-1] if found else None


def _sentence(claim: Claim, restore: Restore) -> str:
    first, last = restore.said.entries, claim.checkpoint.size - 1
    lost = f"entry {first} is" if first == last else f"entries {first} to {last} are"
    return (
        f"{claim.source} is of {claim.checkpoint.size} entries, but this hotline was restored on "
        f"{restore.said.at} from backup {restore.said.backup_id}: your checkpoint is newer than "
        f"the backup; {lost} not in it. Ask who restored it, and why: whoever holds the log's key "
        "could say the same of a log that they cut."
    )
