"""An officer acts: authorise ▸ advance a state machine ▸ disclose | plan | remedy ▸ store ▸ owe.

Here is what a handler does with a case. What becomes of a sensitive issue is in `disclosing`, of a
corrective action in `planning`, what a buyer sees in `buying`; who sees what at all in `overview`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from workervoice.errors import Forbidden, GuardFailed, IllegalMove
from workervoice.hotline import casefile, registry
from workervoice.hotline.clockwork import acknowledged, promise_again
from workervoice.hotline.erasing import erase
from workervoice.hotline.holding import LIFTED, SET
from workervoice.hotline.judging import after_verdict
from workervoice.hotline.opening import UNREAD, OpenCase, open_case
from workervoice.hotline.owing import Debt, owe_text
from workervoice.hotline.process import Process
from workervoice.hotline.reading import Actor
from workervoice.hotline.records import NOBODY
from workervoice.message import INDICATORS, Priority, Role
from workervoice.store.intake import save_conversation
from workervoice.workflow.consent import Override
from workervoice.workflow.hours import read_hours
from workervoice.workflow.phrasebook import PhraseBook
from workervoice.workflow.progress import (
    UNANSWERED_MAX,
    HeldKind,
    Progress,
    answered_at_once,
    goes_at_once,
    hold,
    lost,
    may_notify,
    noticed,
)

ANSWER_MAX = 1500  # characters; providers take 1600 in one message


@dataclass(frozen=True, slots=True)
class Desk:
    """The console's part of the hotline."""

    process: Process
    phrases: PhraseBook

    def answer(self, actor: Actor, case_id: UUID, text: str) -> None:
        """Answer the worker: held until asked for, announced without content. Takes the case up."""
        if not text.strip() or len(text) > ANSWER_MAX:
            raise GuardFailed(f"an answer has 1 to {ANSWER_MAX} characters")
        with open_case(self.process, actor, case_id) as file:
            if file.just_said(text):
                return
            file.take_up()
            outbox_id = self._hold(file, text, "reply")
            file.note("out", {"kind": "answer", "text": text, "outbox": str(outbox_id)})
            _answered(file)
            file.save("answered")

    def assess(
        self, actor: Actor, case_id: UUID, indicator: str, verdict: str, reason: str
    ) -> None:
        """Confirm, overrule or add one indicator; kept beside the machine's own judgement. Grade
        and priority follow from what stands."""
        if indicator not in INDICATORS or verdict not in {"confirmed", "overruled", "added"}:
            raise GuardFailed("choose an indicator and a verdict from the list")
        if not reason.strip():
            raise GuardFailed("say why, in a few words")
        said = {"indicator": indicator, "verdict": verdict, "reason": reason}
        with open_case(self.process, actor, case_id) as file:
            if file.just_judged(said):
                return
            file.record = after_verdict(file.record, indicator, verdict)
            left = {"grade": str(file.record.grade), "priority": str(file.record.priority)}
            words: dict[str, Any] = {**said, "left": left}
            casefile.add_assessment(file.tx, file.pen, file.row, judge="person", words=words)
            file.save("assessed")

    def set_priority(self, actor: Actor, case_id: UUID, priority: Priority, reason: str) -> None:
        """Only a person lowers a priority, and says why."""
        if not reason.strip():
            raise GuardFailed("say why, in a few words")
        with open_case(self.process, actor, case_id) as file:
            if file.just_judged({"priority": str(priority), "reason": reason}):
                return
            words = {"priority": str(priority), "was": str(file.record.priority), "reason": reason}
            casefile.add_assessment(file.tx, file.pen, file.row, judge="person", words=words)
            file.record = replace(file.record, priority=priority)
            file.save("priority_set")

    def set_site(self, actor: Actor, case_id: UUID, site_id: UUID) -> None:
        """Name the place of work, from what the worker wrote."""
        with open_case(self.process, actor, case_id) as file:
            if site_id not in {
                site.id for site in registry.sites(file.tx, file.pen.vault, file.pen.directory)
            }:
                raise GuardFailed("choose a site from the list")
            facts = replace(file.record.facts, site_id=site_id)
            file.record = replace(file.record, facts=facts)
            file.save("site_set")

    def note(self, actor: Actor, case_id: UUID, text: str, once: UUID | None = None) -> None:
        """Leave a note for colleagues, sealed like the rest; with the id `once`, only once."""
        if not text.strip():
            raise GuardFailed("an empty note says nothing")
        with open_case(self.process, actor, case_id) as file:
            if file.has_entry(once):
                return
            file.note("note", {"kind": "note", "text": text}, once)
            file.save("noted")

    def hold(self, actor: Actor, case_id: UUID, *, held: bool, reason: str) -> None:
        """Put a case under legal hold, or lift it: a supervisor's, who says why. Nothing of this
        worker is erased meanwhile."""
        if actor.role is not Role.SUPERVISOR:
            raise Forbidden("a legal hold is a supervisor's")
        if not reason.strip():
            raise GuardFailed("say why, in a few words")
        with open_case(self.process, actor, case_id) as file:
            if file.under_hold == held:
                raise IllegalMove(f"the hold on case {case_id} is so already: look again")
            kind = SET if held else LIFTED
            file.note("note", {"kind": kind, "text": reason})
            file.record = replace(file.record, legal_hold=held)
            file.save(kind)

    def move(
        self,
        actor: Actor,
        case_id: UUID,
        move: str,
        reason: str,
        override: Override | None = None,
    ) -> str:
        """Make a move of the case machine; returns the new state, or "proposed" where the table
        asks for a second person and this is the first. An override stands in for the worker's
        consent to a referral."""
        with open_case(self.process, actor, case_id) as file:
            try:
                return self._moved(file, move, reason, override)
            except GuardFailed:
                if not file.awaits_second(move) or file.proposed_by_other(move):
                    raise
                if actor.id in file.proposers(move):  # a button pressed twice
                    return "proposed"
                file.note("note", {"kind": "proposal", "move": move, "text": reason})
                file.save("proposed")
                return "proposed"

    def _moved(self, file: OpenCase, move: str, reason: str, override: Override | None) -> str:
        was, override = file.row.state, override if move == "refer" else None
        file.advance(move, reason, override)
        if move == "erase":
            erase(file)
            return file.state
        words: dict[str, Any] = {"kind": "move", "move": move, "text": reason, "to": file.state}
        if override is not None:
            words["override"] = {"ground": override.ground, "reason": override.reason}
        file.note("note", words)
        if move == "report_remedy" and file.conversation.contact_id != NOBODY:
            question = self._say(file, "confirm_question")
            outbox_id = self._hold(file, question, "confirm")
            words = {"kind": "question", "text": question, "outbox": str(outbox_id)}
            file.note("out", words)
            _answered(file)
        if move == "refer":
            file.record = replace(file.record, disclosed=True)  # something was passed on
        if file.state in {"closed", "out_of_scope"}:
            file.record = replace(file.record, closed_at=file.pen.now)
        elif was in {"closed", "out_of_scope"}:
            file.record = replace(file.record, closed_at=None)
            unread, priority = file.state in UNREAD, file.record.priority
            promise_again(file.tx, file.pen, file.row.id, priority, unread=unread)
        file.save(f"case_{move}")
        return file.state

    def _say(self, file: OpenCase, key: str) -> str:
        line, language = file.line_and_language()
        return self.phrases.say(key, language, line=line.language, emergency=line.emergency_number)

    def _hold(self, file: OpenCase, text: str, kind: HeldKind) -> UUID:
        """Hold a text until the worker asks for it, and tell them without content that it waits."""
        tx, pen = file.tx, file.pen
        row, record = file.talk, file.conversation
        state = record.progress.state
        if state in {"withdrawn", "frozen"}:
            raise GuardFailed(f"nothing may be sent: the conversation is {state}")
        if record.contact_id == NOBODY:
            raise GuardFailed("nothing can be sent: no phone leads to this worker")
        to = (row.id, record.contact_id, record.line_id)
        if kind == "reply" and goes_at_once(record.progress):
            debt = Debt(*to, text, direct=True, not_before=_when(file))
            return self._sent(file, owe_text(tx, pen, debt), answered_at_once(record.progress))
        debt = Debt(*to, text, held=True, asks=kind == "confirm")
        outbox_id = owe_text(tx, pen, debt)
        progress = hold(record.progress, outbox_id, kind)
        if may_notify(progress):
            key = "question_waits" if kind == "confirm" else "reply_waits"
            line, language = file.line_and_language()
            said = f"{key}:{self.phrases.language(language, line.language)}"
            debt = Debt(*to, self._say(file, key), not_before=_when(file), template=said)
            owe_text(tx, pen, debt)
            progress = noticed(progress)
        elif progress.unanswered >= UNANSWERED_MAX and state != "lost_contact":
            progress = lost(progress)
        return self._sent(file, outbox_id, progress)

    def _sent(self, file: OpenCase, outbox_id: UUID, progress: Progress) -> UUID:
        """Keep where the dialogue stands now that something is owed to the worker."""
        record = replace(file.conversation, progress=progress).to_json()
        file.talk = save_conversation(
            file.tx, file.pen.vault, file.talk, state=progress.state, record=record
        )
        return outbox_id


def _when(file: OpenCase) -> datetime:
    """Now, or when the hours begin in which this worker wants to be written to."""
    line, _ = file.line_and_language()
    if not line.reading_hours:
        return file.pen.now
    return read_hours(line.reading_hours).soonest(file.pen.now, file.conversation.progress.hours)


def _answered(file: OpenCase) -> None:
    """A person answered; the first time acknowledges the report."""
    if file.record.answered_at is None:
        acknowledged(file.tx, file.pen, file.row.id, file.record.priority)
    file.record = replace(file.record, answered_at=file.pen.now)
