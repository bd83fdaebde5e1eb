"""Plays a dialogue written as a transcript, so that an officer can read and extend the tests.

    > text            the worker writes (a blank text is an empty one, <photo> a medium)
    < phrase ...      what the hotline says, by phrase key, in order; no line: it says nothing
    * mark ...        all that the turn asks for: report, release=N, effects, answers (consent=5)
    = setting value   the world changes: missing, site, left, digit, language, known, day, minutes,
                      hold reply|confirm|prompt, notice, lost, fresh, fact consent|danger, tells
    state word        the state of the conversation now

Everything is checked after each text, and what is not written must not happen.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from workervoice.message import Facts
from workervoice.workflow.dialogue import Heard, Progress, Turn, converse
from workervoice.workflow.progress import HeldKind, fresh, hold, lost, noticed
from workervoice.workflow.secretwords import secrets_in
from workervoice.workflow.turn import POSSIBLE_DISTRESS

NOON = datetime(2030, 5, 6, 12, 0, tzinfo=UTC)

HEARD = Heard(
    text="",
    now=NOON,
    facts=Facts(),
    missing="documents",
    site_known=False,
    left=False,
    random_digit=4,
    known=False,
    language=None,
    spoken=("bn", "en", "es"),
)


def _mark(secret: str) -> str:
    return f"mark of {secret}"


_KINDS: Mapping[str, HeldKind] = {"reply": "reply", "confirm": "confirm", "prompt": "prompt"}


@dataclass
class Stage:
    """The world around one dialogue, as the hotline would keep it."""

    progress: Progress = field(default_factory=Progress)
    heard: Heard = HEARD
    turns: list[Turn] = field(default_factory=list)
    tells: bool = False  # triage reads something in the next text
    _ids: int = 0

    def write(self, text: str) -> Turn:
        """The worker writes; the progress and the facts move on."""
        words = "" if text == "<photo>" else text
        secrets = secrets_in(words, self.progress, _mark)
        heard = replace(
            self.heard,
            text=secrets.rest,
            media_only=text == "<photo>",
            opened=secrets.opened,
            forced=secrets.forced,
            secret=None if self.tells else secrets.candidate,
            mark=_mark,
        )
        turn = converse(self.progress, heard)
        self.progress = Progress.from_dict(turn.progress.to_dict())
        self.heard = replace(self.heard, facts=_merged(self.heard.facts, turn.answers))
        if turn.report:
            self.heard = replace(self.heard, known=True)
        self.turns.append(turn)
        return turn

    def change(self, setting: str, value: str) -> None:
        """Something happens that is not a text."""
        _CHANGES[setting](self, value)

    def next_id(self) -> UUID:
        """A new outbox id."""
        self._ids += 1
        return UUID(int=self._ids)


def _merged(old: Facts, new: Facts) -> Facts:
    return replace(
        old,
        consent=old.consent if new.consent is None else new.consent,
        safe_to_talk=old.safe_to_talk if new.safe_to_talk is None else new.safe_to_talk,
        imminent_danger=old.imminent_danger or new.imminent_danger,
    )


def _hear(name: str, read: Callable[[str], object]) -> Callable[[Stage, str], None]:
    def change(stage: Stage, value: str) -> None:
        stage.heard = replace(stage.heard, **{name: read(value)})  # type: ignore[arg-type]

    return change


def _later(stage: Stage, by: timedelta) -> None:
    stage.heard = replace(stage.heard, now=stage.heard.now + by)


def _become(stage: Stage, progress: Progress) -> None:
    stage.progress = progress


def _fact(stage: Stage, value: str) -> None:
    fact = {"consent": Facts(consent=1), "danger": Facts(imminent_danger=True)}[value]
    stage.heard = replace(stage.heard, facts=_merged(stage.heard.facts, fact))


_CHANGES: Mapping[str, Callable[[Stage, str], None]] = {
    "missing": _hear("missing", lambda value: None if value == "nothing" else value),
    "site": _hear("site_known", lambda value: value == "known"),
    "left": _hear("left", lambda value: value == "yes"),
    "known": _hear("known", lambda value: value == "yes"),
    "digit": _hear("random_digit", int),
    "language": _hear("language", lambda value: None if value == "doubtful" else value),
    "day": lambda stage, value: _later(stage, timedelta(days=int(value))),
    "minutes": lambda stage, value: _later(stage, timedelta(minutes=int(value))),
    "hold": lambda s, kind: _become(s, hold(s.progress, s.next_id(), _KINDS[kind])),
    "notice": lambda stage, _: _become(stage, noticed(stage.progress)),
    "lost": lambda stage, _: _become(stage, lost(stage.progress)),
    "fresh": lambda stage, _: _become(stage, fresh(stage.progress)),
    "freeze": lambda stage, _: _become(stage, replace(stage.progress, state="frozen")),
    "fact": _fact,
    "tells": lambda stage, value: setattr(stage, "tells", value == "yes"),
}


def marks(turn: Turn) -> set[str]:
    """All that a turn asks for, in the words of a transcript."""
    answers = turn.answers
    found = {effect.value for effect in turn.effects}
    found |= {"report"} if turn.report else set()
    found |= {f"release={len(turn.release)}"} if turn.release else set()
    found |= {f"consent={answers.consent}"} if answers.consent is not None else set()
    found |= {"danger"} if answers.imminent_danger else set()
    found |= {"secret"} if turn.secret else set()
    found |= {"distress"} if POSSIBLE_DISTRESS in answers.items else set()
    if answers.safe_to_talk is not None:
        found.add("safe" if answers.safe_to_talk else "unsafe")
    return found


def play(transcript: str, stage: Stage | None = None) -> Stage:
    """Play it; an `AssertionError` names the line that did not happen as written."""
    stage = stage or Stage()
    lines = [line.strip() for line in transcript.strip().splitlines() if line.strip()]
    for number, line in enumerate(lines):
        mark, _, rest = line.partition(" ")
        if mark == ">":
            turn = stage.write(rest.strip())
            said, asked = _expected(lines[number + 1 :])
            assert [say.key for say in turn.says] == said, line
            assert marks(turn) == asked, line
        elif mark == "=":
            setting, _, value = rest.partition(" ")
            stage.change(setting, value)
        elif mark == "state":
            assert stage.progress.state == rest, f"line {number + 1}"
    return stage


def _expected(lines: list[str]) -> tuple[list[str], set[str]]:
    said: list[str] = []
    asked: set[str] = set()
    for line in lines:
        mark, _, rest = line.partition(" ")
        if mark == "<":
            said += rest.split()
        elif mark == "*":
            asked |= set(rest.split())
        else:
            break
    return said, asked
