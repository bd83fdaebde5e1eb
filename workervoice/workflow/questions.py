"""The three questions after a first text, and what their answers mean.

    1  danger and safe to talk   1 safe, 2 not safe now, 3 danger now
    2  what the ILO rule misses most, and the site; only after "safe"
    3  consents, one digit

Nothing is asked twice. An unclear answer is a report text. It leaves question 1 standing, because
its digits keep their meaning: a 3 at any later time is still "danger now". It closes question 3,
unless it came within `CROSSING_SECONDS` and may have been written before the menu was read. So a
stray digit is never taken for consent long after the menu.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

from workervoice.message import Consent, Facts
from workervoice.workflow import consent
from workervoice.workflow.commands import digit
from workervoice.workflow.progress import QUESTIONS_MAX, Progress, moved
from workervoice.workflow.tongues import chosen, listed
from workervoice.workflow.turn import Effect, Heard, Say, Turn

FIRST = "first_answer"
SITE = "question_site"
CONSENTS = "consent_menu"
CHOICE = "language_choice"
MISSING = ("penalty", "recruitment", "leave", "documents", "movement", "debt", "age")
_ONLY = "_only"  # the same question where the site is known already

# the only automatic texts that touch the matter
TOUCHES_MATTER = frozenset(
    f"question_{missing}{tail}" for missing in MISSING for tail in ("", _ONLY)
)
SOON_OR_NEVER = TOUCHES_MATTER | {"code_given"}  # in wrong hands either does harm

CROSSING_SECONDS = 3600

# the sum of buyers and factory is also the digit for "danger now" in question 1
_DOUBTFUL_SUM = Consent.BUYERS + Consent.FACTORY


def asks_for_site(progress: Progress) -> bool:
    """True while the worker was asked where they work, and has not answered."""
    return progress.awaiting == "missing" and not (progress.question or "").endswith(_ONLY)


def first(progress: Progress, heard: Heard) -> Turn:
    """The first answer, the same whatever was reported; once a number and day."""
    asked = replace(
        moved(progress, "write"), asked=1, awaiting="danger", question=FIRST, asked_at=heard.at
    )
    if progress.first_said_on == heard.today:
        return thank(asked, heard)
    said = replace(asked, first_said_on=heard.today)
    says = (Say(FIRST), *((heard.hours,) if heard.hours else ()))
    if not heard.must_choose or progress.language is not None or progress.offered:
        return Turn(said, says, report=True)
    offered = offer(said, heard)
    return replace(offered, says=(*says, *offered.says), report=True)


def offer(progress: Progress, heard: Heard) -> Turn:
    """Let the worker choose a language by its number."""
    told = Say(CHOICE, MappingProxyType({"languages": listed(heard.spoken)}))
    return Turn(replace(progress, offered=True), (told,))


def spoken(progress: Progress, heard: Heard) -> Turn | None:
    """The number of a language that was offered: what was asked is asked again in it."""
    language = chosen(heard.text, heard.spoken) if progress.offered else None
    if language is None:
        return None
    again = (Say(progress.question),) if progress.awaiting and progress.question else ()
    return Turn(replace(progress, language=language), again or (Say("started"),))


def menu(progress: Progress, heard: Heard) -> Turn:
    """An answer to question 1, or to nothing in particular: its digits mean the same at rest."""
    number = digit(heard.text)
    if number in _FIRST_MENU:
        turn = _FIRST_MENU[number](progress, heard)
        # at rest no menu is pending, so that a person should see what the digit was
        waiting = progress.awaiting == "danger" or number == 1
        return replace(turn, report=not waiting)
    if progress.awaiting == "danger":
        return thank(progress, heard)
    return _rested(progress, heard)


def told_missing(progress: Progress, heard: Heard) -> Turn:
    """Whatever was answered to question 2 is a report; a lone 2 or 3 is heeded as well."""
    return heeded(progress, heard) or replace(_go_on(progress, heard), report=True)


def heeded(progress: Progress, heard: Heard) -> Turn | None:
    """A lone 2 or 3 where something else was asked: "not safe" and "danger now" all the same."""
    number = digit(heard.text)
    if number not in {2, 3}:
        return None
    return replace(_FIRST_MENU[number](progress, heard), report=True)


def consented(progress: Progress, heard: Heard) -> Turn:
    """One digit is the consent. Anything else is none, and moves on."""
    answer = consent.parse(heard.text)
    if answer is None:
        crossing = heard.at - (progress.asked_at or 0) <= CROSSING_SECONDS
        return thank(progress if crossing else at_rest(progress), heard)
    doubtful = frozenset({Effect.ASK_HUMAN} if answer == _DOUBTFUL_SUM else ())
    return replace(_done(progress, heard), answers=Facts(consent=answer), effects=doubtful)


def in_danger(progress: Progress, _heard: Heard) -> Turn:
    """Danger now: the emergency number again, a person at once, no more questions for now."""
    return Turn(
        at_rest(progress),
        (Say("danger_now"),),
        answers=Facts(imminent_danger=True),
        effects=frozenset({Effect.ASK_HUMAN}),
    )


def thank(progress: Progress, heard: Heard, key: str = "thanks") -> Turn:
    """A report beyond the questions: thanked at most once a day."""
    if progress.thanked_on == heard.today:
        return Turn(progress, report=True)
    return Turn(replace(progress, thanked_on=heard.today), (Say(key),), report=True)


def at_rest(progress: Progress) -> Progress:
    """No question is pending any more."""
    if progress.state in {"safety", "clarifying"}:
        progress = moved(progress, "finish")
    return replace(progress, awaiting=None)


def _safe(progress: Progress, heard: Heard) -> Turn:
    safe = replace(progress, safe=True)
    if progress.awaiting is None and _next_question(safe, heard) is None:
        return _asked_for_nothing(progress)
    return replace(_go_on(safe, heard), answers=Facts(safe_to_talk=True))


def _asked_for_nothing(progress: Progress) -> Turn:
    """A 1 at rest for a reply that does not wait; after "not safe" it says safe again."""
    turn = Turn(progress, (Say("nothing_waits"),))
    if progress.safe is not False:
        return turn
    return replace(turn, progress=replace(progress, safe=True), answers=Facts(safe_to_talk=True))


def _not_safe(progress: Progress, _heard: Heard) -> Turn:
    rested = replace(at_rest(progress), safe=False)
    return Turn(rested, (Say("not_safe"),), answers=Facts(safe_to_talk=False))


def _rested(progress: Progress, heard: Heard) -> Turn:
    """Words at rest: whoever said "not safe" or "danger" and writes again is asked the rest."""
    back = progress.safe is False
    progress = replace(progress, safe=True) if back else progress
    asked = _ask(progress, heard) or thank(at_rest(progress), heard)
    return replace(asked, report=True, answers=Facts(safe_to_talk=True) if back else Facts())


def _go_on(progress: Progress, heard: Heard) -> Turn:
    return _ask(progress, heard) or _done(progress, heard)


def _done(progress: Progress, heard: Heard) -> Turn:
    return Turn(replace(at_rest(progress), thanked_on=heard.today), (Say("thanks"),))


def _ask(progress: Progress, heard: Heard) -> Turn | None:
    key = _next_question(progress, heard)
    if key is None:
        return None
    if progress.state != "clarifying":
        progress = moved(progress, "go_on")
    asked = replace(
        progress,
        asked=progress.asked + 1,
        awaiting="consent" if key == CONSENTS else "missing",
        question=key,
        asked_at=heard.at,
        notice_last=False,
    )
    return Turn(asked, (Say(key),))


def _next_question(progress: Progress, heard: Heard) -> str | None:
    """The next of the three that is not answered yet, or None."""
    if progress.asked >= QUESTIONS_MAX:
        return None
    if progress.question == FIRST and progress.safe:
        second = _second(heard)
        if second is not None:
            return second
    return CONSENTS if progress.question != CONSENTS and heard.facts.consent is None else None


def _second(heard: Heard) -> str | None:
    missing = heard.missing if heard.missing in MISSING else None
    if missing is None:
        return None if heard.site_known else SITE
    return f"question_{missing}{_ONLY if heard.site_known else ''}"


_FIRST_MENU: Mapping[int | None, Callable[[Progress, Heard], Turn]] = MappingProxyType(
    {1: _safe, 2: _not_safe, 3: in_danger}
)
