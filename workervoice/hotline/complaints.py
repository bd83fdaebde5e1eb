"""Complaints about the hotline or one of its people: a case of its own, for the supervisors alone.

It stands beside the conversation's case, which knows nothing of it. While it is open, everything
that this worker writes goes to it; the other case gets only what the worker decides about that case
itself, in one digit or command. It is sealed to the supervisors by the gateway, so that a key for
handlers never exists. What a worker is answered is the same as ever.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID

from workervoice.crypto.directory import Directory, Entry
from workervoice.errors import CryptoError, NotTrusted
from workervoice.hotline import dossier as case_side
from workervoice.hotline import newest
from workervoice.hotline.casefile import read_facts
from workervoice.hotline.dossier import Arrival, Dossier, Filing
from workervoice.hotline.moving import OVER, follow
from workervoice.hotline.opening import OpenCase
from workervoice.hotline.poster import Poster
from workervoice.hotline.practised import Practised
from workervoice.hotline.process import Pen
from workervoice.hotline.reading import OFFICERS
from workervoice.hotline.records import ConversationRecord
from workervoice.message import Answer, Facts, Role
from workervoice.store import cases, people
from workervoice.store.engine import Tx
from workervoice.store.rows import Row
from workervoice.store.vault import Vault
from workervoice.triage import facts as triage_facts
from workervoice.triage.engine import Reading
from workervoice.workflow.commands import command, digit, yes_or_no
from workervoice.workflow.dialogue import Effect, Turn

ITEM = "hotline_complaint"
_WORD_ON_REMEDY = frozenset({Effect.CONFIRMED, Effect.DISPUTED})
_WORD_ON_ALL = frozenset({Effect.WITHDRAW, Effect.CANCEL_WITHDRAWAL})
_LATE = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Docket:
    """The case of a conversation and its complaint about us, and whether a message is for the
    latter; with the facts that each would have then."""

    main: Dossier
    apart: Dossier
    to_apart: bool = False

    @property
    def has_case(self) -> bool:
        return self.main.has_case or self.apart.has_case

    @property
    def is_living(self) -> bool:
        """False if what there was has been over for too long."""
        return self.main.row is not None or self.apart.row is not None

    def practice(self, code: Practised | None) -> Practised | None:
        """Which practice a new case would belong to: that of the conversation's living case, else
        that of the code. Who has a real case practises nothing, and a complaint about us is never
        a test: those whom it is about may know the code."""
        if self.to_apart:
            return None
        living = [each.record for each in (self.main, self.apart) if each.record is not None]
        return living[0].practice if living else code

    @property
    def disclosed(self) -> bool:
        return self.main.disclosed or self.apart.disclosed


@dataclass(frozen=True, slots=True)
class Learnt:
    """What is known with a message: of the case that it is for, and of both."""

    facts: Facts
    together: Facts


@dataclass(frozen=True, slots=True)
class Filed:
    """Which cases the message is in now."""

    main: UUID | None
    apart: UUID | None

    @property
    def any(self) -> UUID | None:
        return self.apart or self.main

    def noted_in(self, record: ConversationRecord) -> ConversationRecord:
        """What the conversation points to since."""
        apart = self.apart or record.complaint_id
        return replace(record, case_id=self.main or record.case_id, complaint_id=apart)


def sort(
    tx: Tx, pen: Pen, record: ConversationRecord, arrival: Arrival, known: Sequence[Row]
) -> Docket:
    """Where this message belongs."""
    main = case_side.find(tx, pen, record.case_id, known)
    says_so = is_complaint(arrival.reading)
    if record.complaint_id is None and not says_so:
        return Docket(main, Dossier())
    guards = guardians(tx, pen)
    new = Dossier(complaint=True, named=tuple(guards))
    if record.complaint_id is None:
        return Docket(main, new, to_apart=True)
    found = case_side.find(tx, pen, record.complaint_id, ())
    apart = replace(found, complaint=True, named=new.named)
    if says_so and apart.is_open and not _is_guarded(apart, guards):
        return Docket(main if main.is_open else found, new, to_apart=True)
    if says_so or _is_stuck(apart):
        return Docket(main, apart if _is_guarded(apart, guards) else new, to_apart=True)
    takes = apart.is_open or (apart.row is not None and not main.is_open)
    return Docket(main, apart, to_apart=takes)


def is_complaint(reading: Reading) -> bool:
    """Whether this text complains about the hotline."""
    return reading.facts.items.get(ITEM) is Answer.REPORTED


def _is_stuck(apart: Dossier) -> bool:
    """Open, and nobody with us vouches for its key: what comes needs another one."""
    return apart.past is not None and apart.past[0].state not in OVER


def guardians(tx: Tx, pen: Pen) -> list[Entry]:
    """Every supervisor of the programme by the signed directory, without those who were let go.

    If nobody's entry holds any more, those whose time ran out: they are still the same people, and
    read again once somebody vouches for them. Nobody at all only if there never was one.
    """
    known = _supervisors(tx, pen.vault, pen.directory)
    return [each for each in known if _holds(pen.directory, each)] or known


def supervisors_now(tx: Tx, vault: Vault, directory: Directory) -> int:
    """How many supervisors there are today."""
    return sum(_holds(directory, each) for each in _supervisors(tx, vault, directory))


def _supervisors(tx: Tx, vault: Vault, directory: Directory) -> list[Entry]:
    """Everybody whom the newest entry made one, ended or not, and who was not let go."""
    found = []
    for entry_id in sorted({*directory.ids("officer"), *directory.ids("registrar")}):
        with suppress(NotTrusted):
            found.append(directory.newest(entry_id).entry)
    known = [each for each in found if each.role == Role.SUPERVISOR and each.kem_public]
    gone = people.left(tx, vault, [each.id for each in known])
    return [each for each in known if each.id not in gone]


def _holds(directory: Directory, entry: Entry) -> bool:
    with suppress(NotTrusted):
        return directory.trusted(entry.id, *OFFICERS) == entry
    return False


def _is_guarded(apart: Dossier, guards: Sequence[Entry]) -> bool:
    """Whether nobody but supervisors reads it: one that was handed to others takes no new
    complaint, which may be about them."""
    if apart.row is None or apart.record is None:
        return False
    readers = apart.record.readers
    return bool(readers) == bool(guards) and readers <= {each.id for each in guards}


def learn(docket: Docket, arrival: Arrival, poster: Poster, *, asked: bool) -> Learnt:
    """What is known with this message. The dialogue goes by both, so that nothing is asked twice
    and what it asks does not depend on where the message goes."""
    ours, other = docket.main, docket.apart
    if docket.to_apart:
        ours, other = other, ours
    facts = case_side.learn(ours, arrival, poster, asked=asked)
    consent = facts.consent if facts.consent is not None else other.facts.consent
    return Learnt(facts, replace(triage_facts.merge(other.facts, facts), consent=consent))


def take(tx: Tx, pen: Pen, docket: Docket, filing: Filing) -> Filed:
    """File the message where it belongs; "delete all" and taking that back concern every case."""
    filing = replace(filing, practice=docket.practice(filing.arrival.practice))
    main_turn, apart_turn = _turns(docket, filing.turn)
    if docket.to_apart:
        is_new = docket.apart.row is None
        apart = case_side.take(tx, pen, docket.apart, replace(filing, turn=apart_turn))
        if is_new and apart is not None and not docket.apart.named:
            pen.log(tx, "complaint_unguarded", apart)
        main = _decided(tx, pen, docket.main, replace(filing, turn=main_turn))
    else:
        apart = None
        main = case_side.take(tx, pen, docket.main, replace(filing, turn=main_turn))
    filed = Filed(main or docket.main.id, apart)
    if filing.turn.effects & _WORD_ON_ALL:
        _tell_others(tx, pen, filing, {main, apart})
    return filed


def _turns(docket: Docket, turn: Turn) -> tuple[Turn, Turn]:
    """The turn as each of the two takes it. The team does not see that something else was asked
    for, and "it is fixed" is for whichever asked, the first if both did."""
    if not docket.apart.has_case:
        return turn, turn
    main_turn, apart_turn = replace(turn, release=()), turn
    if docket.to_apart and docket.main.is_open and docket.apart.is_open:
        without = turn.effects - _WORD_ON_REMEDY
        if _asked(docket.apart) < _asked(docket.main):
            main_turn = replace(main_turn, effects=without)
        else:
            apart_turn = replace(apart_turn, effects=without)
    return main_turn, apart_turn


def _asked(case: Dossier) -> tuple[bool, datetime]:
    """Sorts first what waits for the worker's word, and has waited longest."""
    if case.row is None or case.record is None:
        return True, _LATE
    return case.row.state != "remedy_reported", case.record.answered_at or _LATE


def _decided(tx: Tx, pen: Pen, main: Dossier, filing: Filing) -> UUID | None:
    """What the worker decides about the other case although the message is not for it: its words
    do not go there, a digit does."""
    turn, text = filing.turn, filing.arrival.inbound.text
    decided = turn.answers != Facts() or turn.effects & _WORD_ON_REMEDY
    if Effect.WITHDRAW in turn.effects or (main.is_open and decided and is_wordless(text)):
        facts = triage_facts.merge(main.facts, filing.arrival.reading.facts)
        return case_side.take(tx, pen, main, replace(filing, facts=facts))
    return None


def is_wordless(text: str) -> bool:
    """True for a lone digit, command, yes or no."""
    return any(read(text) is not None for read in (command, digit, yes_or_no))


def _tell_others(tx: Tx, pen: Pen, filing: Filing, filed: set[UUID | None]) -> None:
    """A DELETE, and whatever takes it back, for the cases that the message is not in: those that
    are for named people, whom nobody else could remind, and those that are withdrawn."""
    for row in cases.cases_of_conversation(tx, filing.conversation_id):
        if row.id in filed or row.state == "erased":
            continue
        with suppress(CryptoError):  # nobody's message is refused for a row that does not hold
            record = read_facts(tx, pen.vault, pen.directory, row)
            newest.check(tx, pen.vault, [row.logged()])
            if record.readers or row.state == "withdrawn":
                follow(tx, pen, (row, record), filing.turn)


def note_first_look(case: OpenCase) -> bool:
    """Note once that a supervisor opened a complaint, which the monitor is told; True if so."""
    record = case.record
    if not record.complaint or record.seen_at or case.actor.role is not Role.SUPERVISOR:
        return False
    case.record = replace(record, seen_at=case.pen.now)
    case.save("case_read")
    return True
