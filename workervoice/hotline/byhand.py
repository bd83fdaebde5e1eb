"""By hand: the gateway takes what people wrote down, open ▸ triage ▸ conversation ▸ case ▸ seal +
store, as if it were a message, in one transaction. Nothing is said to the worker.

Whose number it is only the gateway can tell; the writer learns which case it is in, if it is one
that they may read. Each handing over is in the log, under their name, before anything is looked up.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID, uuid4

from workervoice.crypto.seal import ctx
from workervoice.errors import CryptoError, KeysAway, NotFound, WorkflowError
from workervoice.hotline import complaints, registry
from workervoice.hotline.casefile import read_facts
from workervoice.hotline.complaints import Docket, Filed
from workervoice.hotline.dossier import Arrival, Entered, Filing
from workervoice.hotline.handover import NO_NUMBERS, Entry, opened
from workervoice.hotline.hearing import with_language, without_codes
from workervoice.hotline.meeting import Met, meet
from workervoice.hotline.noting import note_once, refusals_noted
from workervoice.hotline.poster import Poster
from workervoice.hotline.process import Outdated, Pen, Signer
from workervoice.hotline.receive import Reception
from workervoice.hotline.records import NOBODY, ConversationRecord
from workervoice.hotline.returncodes import take
from workervoice.message import Address, AddressKind, Facts, Inbound
from workervoice.store import handover as store
from workervoice.store.cases import case_by_id
from workervoice.store.engine import Scope, Tx
from workervoice.store.handover import HandoverRow
from workervoice.store.intake import (
    Conversation,
    MetBefore,
    SeenBefore,
    add_contact,
    lock_conversation,
    remember_once,
    save_conversation,
)
from workervoice.store.log import Event
from workervoice.store.programme import Line, programmes
from workervoice.triage.engine import Reading
from workervoice.triage.language import Detected
from workervoice.workflow import returncodes
from workervoice.workflow.byhand import after_entry
from workervoice.workflow.dialogue import Turn
from workervoice.workflow.progress import Progress

FRESH_FOR = timedelta(days=7)  # an entry that waited longer is refused; ids are kept for longer
KEPT_FOR = timedelta(days=2)  # what became of an entry can be looked up

FILED, APART, REFUSED = "filed", "apart", "refused"  # what became of an entry

_RACES = 3


@dataclass(frozen=True, slots=True)
class ByHand:
    """The gateway's part."""

    reception: Reception

    def take_waiting(self) -> int:
        """Take every entry that waits; returns how many. Raises `Unavailable`, `KeysAway`."""
        return sum(self.take(programme, row) for programme, row in self.waiting())

    def waiting(self) -> Iterator[tuple[UUID, HandoverRow]]:
        """Every entry that nobody has taken, with its programme."""
        database = self.reception.process.database
        with database.begin() as tx:
            known = programmes(tx)
        for programme in known:
            with database.begin(Scope(programme)) as tx:
                rows = store.waiting(tx)
            yield from ((programme, row) for row in rows)

    def take(self, programme: UUID, row: HandoverRow) -> bool:
        """One entry; False if it has to wait, or another gateway has it."""
        scope = Scope(programme)
        entry = self._opened(scope, row)
        if entry is None:  # perhaps by somebody who was admitted a moment ago
            self.reception.process.trust.forget(programme)
            entry = self._opened(scope, row)
        if entry is None:
            return self._refused(scope, row)
        reading = self._read(entry)
        for _ in range(_RACES):
            try:
                return self._filed(scope, row, entry, reading)
            except (SeenBefore, WorkflowError, NotFound):  # put back; a line or case that is gone
                return self._refused(scope, row)
            except MetBefore:
                continue
            except Outdated:
                self.reception.process.trust.forget(programme)
            except CryptoError:  # of the case that it belongs to; the refusal is in the log
                return False
        return False

    def _opened(self, scope: Scope, row: HandoverRow) -> Entry | None:
        """None for what may not be taken: forged, of somebody without the right, or too old."""
        process = self.reception.process
        now = process.clock()
        try:
            with process.database.begin(scope) as tx:
                directory = process.directory(tx, now)
                entry, at = opened(tx, process.vault, process.custody, directory, row)
        except KeysAway:
            raise
        except (CryptoError, WorkflowError, ValueError):
            return None
        return entry if abs(now.timestamp() - at) <= FRESH_FOR.total_seconds() else None

    def _read(self, entry: Entry) -> Reading:
        """Triage, as of a message; the language is the one that the writer chose, if they did."""
        inbound = Inbound("", Address(AddressKind.OTHER, ""), entry.text)
        reading = self.reception.read(inbound)
        if not entry.language:
            return reading
        return replace(reading, language=Detected(entry.language, "prior"))

    def _refused(self, scope: Scope, row: HandoverRow) -> bool:
        process = self.reception.process
        note_once(process, scope, Event("open_refused", process.id, row.id, "entry"))
        with process.database.begin(scope) as tx:
            if store.hold(tx, row.id):
                store.settle(tx, process.vault, row.id, {"became": REFUSED})
        return True

    def _filed(self, scope: Scope, row: HandoverRow, entry: Entry, reading: Reading) -> bool:
        process = self.reception.process
        now = process.clock()
        with (
            refusals_noted(process, scope, process.id, row.id),
            process.database.begin(scope) as tx,
        ):
            if not store.hold(tx, row.id):
                return False
            signer = Signer(process.id, process.sign)
            pen = Pen(process.vault, signer, process.directory(tx, now), now)
            outcome = self._file(tx, pen, row, (entry, reading))
            store.settle(tx, pen.vault, row.id, outcome)
            store.forget_settled(tx, now.date() - KEPT_FOR)
        return True

    def _file(
        self, tx: Tx, pen: Pen, row: HandoverRow, what: tuple[Entry, Reading]
    ) -> dict[str, str]:
        entry, reading = what
        lines = {line.id: line for line in registry.lines(tx, pen.vault, pen.directory)}
        line = lines.get(entry.line_id)
        if line is None or line.channel in NO_NUMBERS:
            raise NotFound("there is no such line")
        place = ctx("seen", tx.programme, "", str(row.id))  # no line has an empty name
        message_mac = self.reception.process.custody.mac("duplicates", place)
        inbound = _inbound(entry, line)
        if entry.case_id is not None:
            met = _of_case(tx, pen, entry.case_id, row.officer_id)
        elif entry.number:
            met = meet(tx, self.reception.process, pen, (inbound, line), message_mac)
        else:
            met = _nobody(line)
        entered = Entered(entry.way, row.officer_id)
        arrival = Arrival(line, inbound, reading, entered)
        arrival = without_codes(with_language(arrival, met.record.progress.language))
        known = [met.row.logged()] if met.known else []
        docket = _for_its_writer(complaints.sort(tx, pen, met.record, arrival, known), reading)
        filing = _filing(tx, pen, (met, docket), (entry, arrival))
        filed = complaints.take(tx, pen, docket, filing)
        _store(tx, pen, met, filing, filed)
        self._take_code(tx, pen, met, entry)
        remember_once(tx, message_mac, pen.now.date())
        pen.log(tx, "entered_by_hand", filed.any or met.row.id, entry.way)
        return _outcome(docket, filed, row.officer_id)

    def _take_code(self, tx: Tx, pen: Pen, met: Met, entry: Entry) -> None:
        """A worker who calls from another phone tells the code: as if they had sent it."""
        code = returncodes.found(entry.text)
        if code is not None and met.phone:
            sender = met.phone[met.own].own_id
            take(tx, pen, self.reception.process.custody, sender, code.digits)


def _inbound(entry: Entry, line: Line) -> Inbound:
    """As if it had come from the number, by the channel of the line and by the other one: whoever
    is known by either is the same worker."""
    sms, whatsapp = (Address(k, entry.number) for k in (AddressKind.PHONE, AddressKind.WHATSAPP))
    first, other = (whatsapp, sms) if line.channel == "whatsapp" else (sms, whatsapp)
    return Inbound("", first, entry.text, also=(other,))


def _nobody(line: Line) -> Met:
    """A conversation that no phone leads to."""
    record = ConversationRecord(Progress(), line.id, NOBODY)
    return Met(Conversation(uuid4(), Progress().state, 0, record.to_json()), record, {})


def _of_case(tx: Tx, pen: Pen, case_id: UUID, officer_id: UUID) -> Met:
    """Somebody to whom no phone leads came again. Raises `NotFound`."""
    seen = case_by_id(tx, case_id)
    talk = lock_conversation(tx, pen.vault, seen.conversation_id)  # first, as in `receive`
    record = ConversationRecord.from_json(talk.record)
    named = read_facts(tx, pen.vault, pen.directory, case_by_id(tx, case_id)).is_for(officer_id)
    if record.contact_id != NOBODY or record.case_id != case_id or not named:
        raise NotFound("nothing is added to this case by hand")
    return Met(talk, record, {})


def _for_its_writer(docket: Docket, reading: Reading) -> Docket:
    """The words are their writer's already: only a complaint goes to the complaint that is open
    beside the case, so that nobody learns by calling that there is one."""
    if complaints.is_complaint(reading):
        return docket
    return replace(docket, to_apart=False)


def _filing(tx: Tx, pen: Pen, where: tuple[Met, Docket], what: tuple[Entry, Arrival]) -> Filing:
    (met, docket), (entry, arrival) = where, what
    known = registry.sites(tx, pen.vault, pen.directory)
    learnt = complaints.learn(docket, arrival, Poster(known), asked=False).facts
    before = (docket.apart if docket.to_apart else docket.main).facts.site_id
    chosen = entry.site_id if any(site.id == entry.site_id for site in known) else None
    facts = replace(learnt, site_id=before or chosen or learnt.site_id)
    answers = Facts(
        child=entry.child,
        imminent_danger=entry.danger,
        consent=entry.consent,
        safe_to_talk=entry.may_write if entry.number else None,
    )
    language = arrival.reading.language
    progress = after_entry(
        met.record.progress,
        at=int(pen.now.timestamp()),
        language=None if language.step == "line" else language.code,
        may_write=entry.may_write,
    )
    return Filing(arrival, Turn(progress, report=True, answers=answers), facts, met.row.id)


def _store(tx: Tx, pen: Pen, met: Met, filing: Filing, filed: Filed) -> None:
    """The conversation, and addresses that we did not know."""
    progress = replace(filing.turn.progress, case_open=filed.any is not None)
    record = replace(
        met.record,
        progress=progress,
        case_id=filed.main or met.record.case_id,
        complaint_id=filed.apart or met.record.complaint_id,
    )
    for contact in met.new:
        add_contact(tx, contact)
    save_conversation(tx, pen.vault, met.row, state=progress.state, record=record.to_json())


def _outcome(docket: Docket, filed: Filed, officer_id: UUID) -> dict[str, str]:
    """What its writer is told: the case, unless it is for others."""
    record = docket.main.record if docket.main.id == filed.main else None
    if docket.to_apart or filed.main is None or (record and not record.is_for(officer_id)):
        return {"became": APART}
    return {"became": FILED, "case": str(filed.main)}
