"""What the dialogue hears, and what it answers with: plain values, decided by `dialogue.converse`.

A `Turn` asks the hotline for everything; it does nothing itself. Its says go out even where an
effect pauses or withholds, because they are that effect's own confirmation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from workervoice.message import Facts
from workervoice.workflow.progress import Progress

# The item of the ILO table that stands for a cry for help; its row there lifts the priority.
POSSIBLE_DISTRESS = "possible_distress"


class Effect(StrEnum):
    """What the hotline has to do beside storing and saying."""

    PAUSE = "pause"  # send nothing until the worker writes
    RESUME = "resume"  # what was paused or withheld may go out again
    WITHDRAW = "withdraw"  # DELETE was confirmed: the 72 hours start
    CANCEL_WITHDRAWAL = "cancel_withdrawal"
    CONFIRMED = "confirmed"  # the worker says that it is fixed
    DISPUTED = "disputed"
    WITHHOLD = "withhold"  # nothing more may go out until RESUME
    ASK_HUMAN = "ask_human"  # a person should look now
    BEGIN = "begin"  # a conversation of its own on this phone
    GIVE_CODE = "give_code"  # the code that was said is good from now on
    TAKE_CODE = "take_code"  # whose code this was is to be looked up


def _no_mark(_secret: str) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Heard:
    """One text from a worker, with what is known by now (this text included)."""

    text: str = field(repr=False)
    now: datetime
    facts: Facts
    missing: str | None  # the question that the ILO rule misses most
    site_known: bool
    left: bool  # a disclosure has already left
    random_digit: int  # 4 to 9, for a DELETE to confirm: 1 to 3 mean something of their own
    known: bool  # False: a stranger, who has reported nothing yet
    language: str | None  # None when this text alone is doubtful
    media_only: bool = False
    must_choose: bool = False  # the line has no language of its own
    spoken: tuple[str, ...] = ()  # all that we have phrases in
    hours: Say | None = None  # when people read, as it is said with the first answer
    opened: bool = False  # it began with the PIN, which `text` is without
    hidden: int = 0  # letters in front that are the PIN
    forced: bool = False  # it is the word for duress
    secret: str | None = field(default=None, repr=False)  # what may be a PIN or a word, if it may
    mark: Callable[[str], str] = field(default=_no_mark, repr=False)  # of a secret, keyed
    anothers: bool = False  # the secret is one of another conversation of this phone
    room: bool = True  # for one more conversation on this phone
    may_text: bool = False  # their WhatsApp number can be written to by SMS, too
    code: str = field(default="", repr=False)  # to give, if a code is asked for
    code_came: bool = False  # it carried a code, which `text` is without

    @property
    def today(self) -> str:
        """The ISO date of this text, in the time zone of `now`."""
        return self.now.date().isoformat()

    @property
    def at(self) -> int:
        """The moment of this text in unix seconds."""
        return int(self.now.timestamp())


@dataclass(frozen=True, slots=True)
class Say:
    """One text to send, by its phrase key. The line's own facts (`emergency`) are added later."""

    key: str
    params: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def kept(self) -> str:
        """What a thread keeps of it: the key, and of the hours also which. Codes are told once."""
        return " ".join([self.key, *(self.params.values() if self.key == "hours" else ())])


@dataclass(frozen=True, slots=True)
class Turn:
    """The answer to one text: where the dialogue stands now, what is said, what is to be done."""

    progress: Progress
    says: tuple[Say, ...] = ()
    report: bool = False  # the text is words for the case
    answers: Facts = field(default_factory=Facts)  # what a menu answer adds to the facts
    release: tuple[UUID, ...] = ()  # held messages that the worker asked for, oldest first
    effects: frozenset[Effect] = frozenset()
    secret: bool = False  # the text is a PIN, a word or a code: nobody reads it
    quiet: str = ""  # why what would have been said is not: see `pace.Why`
