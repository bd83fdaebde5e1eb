"""What workers set for their own safety, after the word SAFETY, and how a PIN and a word for duress
are heard.

    4  a PIN, or a word, without which no answer is let go
    5  a word for duress: everything stops behind a harmless answer, and a person knows
    6  answers come at once, for a phone that nobody else uses
    7  the hours in which we may write
    8  voice messages are all right
    9  none of this any more
    0  WhatsApp only: an SMS may say that something waits, where WhatsApp takes no text of ours

No digit here is one of question 1, whose 1, 2 and 3 keep their meaning. What opens the phone to
others (6, 9 and 0) is confirmed by a random digit, and where there is a PIN, everything here and a
code for another phone asks for it. Of a PIN or a word we keep a keyed mark, never itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

from workervoice.message import Answer, Facts
from workervoice.workflow.commands import Command, digit
from workervoice.workflow.progress import Progress, Setting, came_back, left
from workervoice.workflow.turn import POSSIBLE_DISTRESS, Effect, Heard, Say, Turn

MENU, BY_SMS = "safety_menu", "safety_sms"
SETTING_SECONDS = 3600  # later, a digit or a word is no answer to what was asked here
TRIES_MAX = 5  # wrong PINs a day; then nothing is let go until the next, and a person looks
HOURS: Mapping[int, tuple[int, int] | None] = MappingProxyType(
    {4: None, 5: (6, 12), 6: (12, 18), 7: (18, 22)}
)
# the phone may be in other hands: a person looks within a day
_SOMEBODY_ELSE = Facts(items={POSSIBLE_DISTRESS: Answer.REPORTED})


def asked_for(progress: Progress, heard: Heard, command: Command) -> Turn:
    """SAFETY, or another command that needs the PIN where there is one."""
    if locked(progress, heard):
        return need_pin(progress, heard, str(command))
    asked = asking(progress, heard, "menu", Say(MENU))
    return replace(asked, says=(*asked.says, Say(BY_SMS))) if heard.may_text else asked


def locked(progress: Progress, heard: Heard) -> bool:
    """True if there is a PIN and this text does not begin with it."""
    return progress.pin is not None and not heard.opened


def need_pin_to_read(progress: Progress, heard: Heard) -> Turn:
    """Something waits, there is a PIN, and it was not sent."""
    return need_pin(progress, heard, "read")


def is_out_of_tries(progress: Progress, heard: Heard) -> bool:
    return progress.tried_on == heard.today and progress.tries >= TRIES_MAX


def answer(progress: Progress, heard: Heard) -> Turn | None:
    """The answer to what was asked here last; None if the text is none, or comes too late. Then it
    is heard as if nothing had been asked."""
    heed = _BY_SETTING.get(progress.setting or "")
    if heed is None or not in_time(progress, heard):
        return None
    return heed(replace(progress, setting=None), heard)


def in_time(progress: Progress, heard: Heard) -> bool:
    """True while a text may be the answer to what was asked last about safety."""
    return heard.at - (progress.setting_at or 0) <= SETTING_SECONDS


def forced(progress: Progress, heard: Heard) -> Turn:
    """The word for duress: frozen until a person thaws it, behind an answer that tells nothing. A
    DELETE that somebody may have been forced to send is taken back."""
    effects = {Effect.WITHHOLD, Effect.ASK_HUMAN}
    if progress.state == "withdrawn":
        progress = replace(came_back(progress, "cancel_withdrawal"), withdrawn_at=None)
        effects |= {Effect.CANCEL_WITHDRAWAL}
    if progress.state != "frozen":
        progress = left(progress, "freeze")
    quiet = replace(progress, awaiting=None, setting=None, delete_digit=None, notice_last=False)
    return Turn(
        quiet,
        (Say("nothing_waits"),),
        report=True,
        answers=_SOMEBODY_ELSE,
        effects=frozenset(effects),
        secret=True,
    )


def asking(progress: Progress, heard: Heard, setting: Setting, say: Say) -> Turn:
    """Say this, and take the next text for an answer to it."""
    return Turn(replace(progress, setting=setting, setting_at=heard.at), (say,))


def need_pin(progress: Progress, heard: Heard, wanted: str) -> Turn:
    """What is wanted goes on once the PIN came; after too many wrong ones, not today."""
    if is_out_of_tries(progress, heard):
        return Turn(progress, (Say("pin_later"),))
    return asking(replace(progress, wanted=wanted), heard, "read", Say("pin_needed"))


def _chosen(progress: Progress, heard: Heard) -> Turn | None:
    number = digit(heard.text)
    chosen = None if number is None or (number == 0 and not heard.may_text) else _MENU.get(number)
    return None if chosen is None else chosen(progress, heard)


def _ask_pin(progress: Progress, heard: Heard) -> Turn:
    return asking(progress, heard, "pin", Say("pin_ask"))


def _ask_duress(progress: Progress, heard: Heard) -> Turn:
    return asking(progress, heard, "duress", Say("duress_ask"))


def _ask_hours(progress: Progress, heard: Heard) -> Turn:
    return asking(progress, heard, "hours", Say("hours_ask"))


def _ask_sure(progress: Progress, heard: Heard, wanted: str) -> Turn:
    sure = replace(progress, wanted=wanted, sure=heard.random_digit)
    return asking(sure, heard, "sure", Say("confirm_digit", {"digit": str(heard.random_digit)}))


def _voice(progress: Progress, _heard: Heard) -> Turn:
    return Turn(replace(progress, voice=True), (Say("set_done"),))


def _pin(progress: Progress, heard: Heard) -> Turn | None:
    """A new PIN; what tells of something is a report, and no PIN."""
    return _kept(progress, heard, "pin", progress.duress)


def _duress(progress: Progress, heard: Heard) -> Turn | None:
    return _kept(progress, heard, "duress", progress.pin)


def _kept(progress: Progress, heard: Heard, name: Setting, other: str | None) -> Turn | None:
    if heard.secret is None:
        return None
    mark = heard.mark(heard.secret)
    if mark == other:
        return replace(asking(progress, heard, name, Say("word_taken")), secret=True)
    if heard.anothers:
        return anothers(progress, heard, name)
    kept = replace(progress, pin=mark) if name == "pin" else replace(progress, duress=mark)
    return Turn(kept, (Say(f"{name}_set"),), secret=True)


def _hours(progress: Progress, heard: Heard) -> Turn | None:
    number = digit(heard.text)
    if number is None or number not in HOURS:
        return None
    return Turn(replace(progress, hours=HOURS[number]), (Say("set_done"),))


def _sure(progress: Progress, heard: Heard) -> Turn | None:
    if digit(heard.text) != progress.sure:
        return None
    progress = replace(progress, sure=None)
    if progress.wanted == "direct":
        return Turn(replace(progress, direct=True), (Say("set_done"),))
    if progress.wanted == "by_sms":
        return Turn(replace(progress, by_sms=True), (Say("set_done"),))
    opened = replace(progress, pin=None, duress=None, tries=0)
    undone = replace(opened, direct=False, hours=None, voice=False, by_sms=False)
    return Turn(undone, (Say("set_done"),))


def tried(progress: Progress, heard: Heard) -> Turn | None:
    """Four to six digits alone, where there is a PIN and they are not it, and no question that they
    may answer: somebody tries, though nobody asked."""
    digits = heard.secret is not None and heard.secret.isdecimal()
    if progress.pin is None or not digits or progress.awaiting == "missing":
        return None
    return _tried(progress, heard, "read", "pin_wrong", is_word=False)


def _wrong(progress: Progress, heard: Heard) -> Turn | None:
    """Asked for the PIN, and this is another one. Digits are masked, being nearly it; a word may be
    the one thing that somebody could write just then, and is a report."""
    if heard.secret is None:
        return None
    return _tried(progress, heard, "read", "pin_wrong", is_word=not heard.secret.isdecimal())


def anothers(progress: Progress, heard: Heard, setting: Setting) -> Turn:
    """A PIN or a word that calls another conversation of this phone cannot be taken. Saying so
    tells that it is one, and counts as a try at it."""
    if is_out_of_tries(progress, heard):
        return Turn(progress, (Say("pin_later"),), secret=True)
    return _tried(progress, heard, setting, "word_taken", is_word=False)


def _tried(progress: Progress, heard: Heard, setting: Setting, say: str, *, is_word: bool) -> Turn:
    tries = progress.tries + 1 if progress.tried_on == heard.today else 1
    tried = replace(progress, tries=tries, tried_on=heard.today)
    if tries < TRIES_MAX:
        asked = asking(tried, heard, setting, Say(say))
        return replace(asked, secret=not is_word, report=is_word)
    return Turn(
        tried,
        (Say("pin_later"),),
        report=is_word,
        answers=_SOMEBODY_ELSE,
        effects=frozenset({Effect.ASK_HUMAN}),
        secret=not is_word,
    )


_MENU: Mapping[int, Callable[[Progress, Heard], Turn]] = MappingProxyType(
    {
        4: _ask_pin,
        5: _ask_duress,
        6: lambda progress, heard: _ask_sure(progress, heard, "direct"),
        7: _ask_hours,
        8: _voice,
        9: lambda progress, heard: _ask_sure(progress, heard, "undo"),
        0: lambda progress, heard: _ask_sure(progress, heard, "by_sms"),
    }
)

_BY_SETTING: Mapping[str, Callable[[Progress, Heard], Turn | None]] = MappingProxyType(
    {
        "menu": _chosen,
        "pin": _pin,
        "duress": _duress,
        "hours": _hours,
        "sure": _sure,
        "read": _wrong,
    }
)
