"""Whether an automatic answer is owed: not to a robot, nor to a stranger in a flood. Whatever comes
is taken in any case, and its case opened; a handler sees which text was not answered, and why.

What it costs: a text of a known number counts once, in the statement that stores it; one of a
number that was never answered asks one question more, by which all gateways agree on a flood.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from uuid import UUID

from workervoice.crypto.seal import ctx
from workervoice.hotline.dossier import Arrival
from workervoice.hotline.process import Pen
from workervoice.journal import Journal
from workervoice.store import counting, linestates
from workervoice.store.counting import What
from workervoice.store.engine import Tx
from workervoice.store.programme import Line
from workervoice.workflow.echoes import MARK_DIGITS, known_by
from workervoice.workflow.pace import HOUR, NEEDED, Limits, Pace, Text, Why, paced
from workervoice.workflow.progress import Progress
from workervoice.workflow.quieting import Flood, LineState, Strangers
from workervoice.workflow.turn import Turn
from workervoice.workflow.unsaid import unsaid

NEW_MINUTE, NEW_HOUR, TEXTS_HOUR = "new_minute", "new_hour", "texts_hour"
_MINUTE = 60
_JOURNAL = Journal(__name__)


@dataclass(frozen=True, slots=True)
class Coming:
    """A message, whose it is, and where the dialogue with them stood."""

    conversation_id: UUID
    arrival: Arrival
    pace: Pace
    before: Progress

    @property
    def urgent(self) -> bool:
        """It tells of danger or of a child."""
        facts = self.arrival.reading.facts
        return bool(facts.imminent_danger or facts.child)


@dataclass(frozen=True, slots=True)
class Pacing:
    """What is too much, of a number and of a line."""

    limits: Limits = field(default_factory=Limits)
    flood: Flood = field(default_factory=Flood)

    def owed(
        self, tx: Tx, pen: Pen, coming: Coming, turn: Turn, wording: Callable[[Turn], str]
    ) -> tuple[Turn, Pace]:
        """The turn with its answer if that is owed, else without; and the number's pace since."""
        why = ""
        if turn.says and coming.before.first_said_on is None:
            why = self._line_is_quiet(tx, pen, coming.arrival.line)
        urgent = coming.urgent or bool(turn.answers.imminent_danger)
        needed = urgent or any(say.key in NEEDED for say in turn.says)
        text = Text(
            int(pen.now.timestamp()),
            _mark(tx, pen, coming.conversation_id, coming.arrival.inbound.text),
            answered=bool(turn.says) and (not why or needed),
            needed=needed,
        )
        pace, answers = paced(coming.pace, text, self.limits)
        if text.answered and answers:
            said = _mark(tx, pen, coming.conversation_id, wording(turn))
            return turn, replace(pace, echo=pace.echo.said_now(said))
        if not turn.says:
            return turn, pace
        return unsaid(coming.before, turn, why or pace.quiet.why or Why.HOUR), pace

    def _line_is_quiet(self, tx: Tx, pen: Pen, line: Line) -> str:
        """Why a stranger is not answered on this line now; empty if they are."""
        now = int(pen.now.timestamp())
        version, said = linestates.stored(tx, pen.vault, line.id)
        state = LineState() if said is None else LineState.from_dict(said)
        after = state.seen(_strangers(tx, pen, line, now), self.flood, now)
        begins = after is not state and state.quiet(now) is None
        stored = after is not state and linestates.put(
            tx, pen.vault, line.id, version, after.to_dict()
        )
        if begins and stored:
            pen.log(tx, "line_quieted", line.id, str(Why.FLOOD))
            _JOURNAL.note("line_quieted", id=line.id)
        quiet = after.quiet(now)
        return "" if quiet is None else quiet.why


def count(tx: Tx, pen: Pen, line: Line, *, new: bool) -> None:
    """Count a message, and that its number is new; the last that is written of it."""
    now, day = int(pen.now.timestamp()), pen.now.date()
    if new:
        counting.add(tx, pen.vault, What(NEW_MINUTE, line.id, now // _MINUTE), day)
        counting.add(tx, pen.vault, What(NEW_HOUR, line.id, now // HOUR), day)
    counting.add(tx, pen.vault, What(TEXTS_HOUR, line.id, now // HOUR), day)


def _strangers(tx: Tx, pen: Pen, line: Line, now: int) -> Strangers:
    minute, hour = now // _MINUTE, now // HOUR
    places = (
        (NEW_MINUTE, minute),
        (NEW_MINUTE, minute - 1),
        (NEW_HOUR, hour),
        (NEW_HOUR, hour - 1),
    )
    groups = [[What(kind, line.id, place)] for kind, place in places]
    return Strangers(*(each.amount for each in counting.sums(tx, pen.vault, groups)))


def _mark(tx: Tx, pen: Pen, conversation_id: UUID, text: str) -> str:
    """By which a text is known again in this conversation; tells next to nothing of it."""
    known = known_by(text)
    place = ctx("echo", tx.programme, conversation_id, known)
    return pen.vault.mac(place).hex()[:MARK_DIGITS] if known else ""
