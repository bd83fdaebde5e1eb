"""The count: what clients were told, against what is stored, what was sent, and the log.

`Record` is plain values, gathered by `ground`; `judge` compares them. A promise that is broken is
a sentence in `Verdict.problems`, which name no number and no words.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tests.faults.load import Worker
from tests.faults.peer import Taken


@dataclass(frozen=True)
class Record:
    """Everything that is known after a scenario. `words` are the texts of each worker as a handler
    reads them, by mark; `reference` is what a worker got who wrote the same in quiet."""

    workers: Sequence[Worker]
    words: Mapping[str, Sequence[str]]
    received: int
    outbox: Mapping[str, str]
    sends: Sequence[Taken]
    reference: Sequence[Sequence[str]]
    log_problems: Sequence[str]
    statuses: Mapping[str, int] = field(default_factory=dict)


@dataclass
class Verdict:
    """The counts of one scenario, and what is wrong."""

    told: int = 0
    stored: int = 0
    sent: int = 0
    lost: int = 0
    doubled: int = 0
    answered_twice: int = 0
    unanswered: int = 0
    problems: list[str] = field(default_factory=list)

    @property
    def whole(self) -> bool:
        return not self.problems


def judge(record: Record, *, late: bool = False) -> Verdict:
    """Compare. With `late`, a text may not have gone out if its row says why: it waits until the
    worker writes, or was too old to be of use. Twice is never allowed."""
    verdict = Verdict(sent=len(record.sends))
    _stored(record, verdict)
    _sent(record, verdict, late=late)
    verdict.problems += [f"the log: {problem}" for problem in record.log_problems]
    for status, times in record.statuses.items():
        if status.startswith("4"):
            verdict.problems.append(f"{times} signed requests were refused with {status}")
    return verdict


def _stored(record: Record, verdict: Verdict) -> None:
    """Every text that was told 2xx is there once; one in doubt, once or not; nothing else."""
    for worker in record.workers:
        told = Counter(text.body for text in worker.texts if text.told)
        written = Counter(text.body for text in worker.texts)
        found = Counter(record.words.get(worker.mark, ()))
        verdict.told += told.total()
        verdict.lost += (told - found).total()
        verdict.doubled += (found - written).total()
        verdict.stored += found.total()
    everything = sum(len(each) for each in record.words.values())
    if verdict.lost:
        verdict.problems.append(f"{verdict.lost} texts that got a 2xx are not stored")
    if verdict.doubled:
        verdict.problems.append(f"{verdict.doubled} texts are stored twice")
    if everything != verdict.stored:
        verdict.problems.append(f"{everything - verdict.stored} texts are stored that nobody wrote")
    if record.received != everything:
        verdict.problems.append(
            f"the log knows {record.received} texts, and {everything} are stored"
        )


def _sent(record: Record, verdict: Verdict, *, late: bool) -> None:
    """Each phone got what a phone gets in quiet, each text once; each row was sent at most once."""
    rows = Counter(each.outbox for each in record.sends)
    verdict.answered_twice = sum(times - 1 for times in rows.values())
    if verdict.answered_twice:
        verdict.problems.append(f"{verdict.answered_twice} texts were sent twice")
    if foreign := len(rows.keys() - record.outbox.keys()):
        verdict.problems.append(f"{foreign} texts were sent that no row owes")
    _phones(record, verdict)
    waits = sum(state in {"held", "expired"} for state in record.outbox.values())
    if (missing := verdict.unanswered - (waits if late else 0)) > 0:
        verdict.problems.append(f"{missing} answers never went out")
    _states(record, rows, verdict)


def _phones(record: Record, verdict: Verdict) -> None:
    """Each phone, against what a phone gets in quiet for as many texts."""
    by_number: dict[str, Counter[str]] = {}
    for each in record.sends:
        by_number.setdefault(each.to, Counter())[each.body] += 1
    for worker in record.workers:
        due: Counter[str] = Counter()
        for answers in record.reference[: len(record.words.get(worker.mark, ()))]:
            due.update(answers)
        got = by_number.pop(worker.number, Counter())
        verdict.unanswered += (due - got).total()
        if surplus := (got - due).total():
            verdict.problems.append(f"a phone got {surplus} texts that are not due to it")
    if by_number:
        verdict.problems.append(f"{len(by_number)} phones got texts that wrote nothing")


def _states(record: Record, rows: Counter[str], verdict: Verdict) -> None:
    """What our rows say of each text is what the provider says."""
    taken = {row for row, state in record.outbox.items() if state in {"accepted", "delivered"}}
    if never := len(taken - rows.keys()):
        verdict.problems.append(f"{never} rows say that a text went out which never did")
    open_ = Counter(s for s in record.outbox.values() if s in {"owed", "claimed", "unknown"})
    if open_:
        verdict.problems.append(f"{open_.total()} texts are still not settled")
    if unsaid := len(rows.keys() & (record.outbox.keys() - taken)):
        verdict.problems.append(f"{unsaid} texts went out of which our rows say otherwise")
