"""The phrase grammar: what a pack author may write, and the steps that it becomes.

    word          that word                   (a|b c)    one of these
    stem*         a word that starts so       [a|b]      one of these, or nothing
    {slot}        one of the slot's words     !(a|b)     not one of these here
    ..  ...       up to 2, up to 5 words      //         up to 8 words, over one sentence end
    <12-24>       a number in that range      <n> <less> a number, and later a smaller one
    <shift 12-24> clock times so many hours apart, such as "6am to 10pm"
    A & B         both near each other        A && B     both anywhere in the message
    A &! B        A in a sentence without B
    ^ A           A at the beginning of a sentence or after a comma
    ? A           weak: counts only in a message in which no other phrase says anything

And where a pack puts its phrases:

    items   `phrases` that report an item, `denies` that say the contrary ("they gave it back");
            examples that must be reported (`hits`), denied (`denied`), not reported (`not`)
    safe    phrases that make the hits of some items denied: up to the next "but" (`reach: side`),
            in their `sentence` or in the whole `message`; those of no item only silence weak ones
    asides  phrases about something else, which take the hits of some items out, reached likewise
    idioms  phrases whose words mean something else here: those words are not looked at again

Knows no language and no message: it only turns text into values.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final

GAPS: Final = {"..": 2, "...": 5, "//": 8}
NEAR, WITH, WITHOUT = "&", "&&", "&!"
OPENING: Final = "^"
WEAK = "? "
JOINERS = (NEAR, WITH, WITHOUT)
ANY_NUMBER, SMALLER = "<n>", "<less>"

_ELEMENT = re.compile(
    r"\^|&&|&!|&|//|\.\.\.|\.\.|!?\([^()]*\)|\[[^\[\]]*\]|!?\{\w+\}|<[^<>]*>|!?[^\s]+"
)
_RANGE = re.compile(r"<(?:(shift) )?(\d+)-(\d+)>")
_CLOSED_BY: Final = {"(": ")", "[": "]"}
_WORD = re.compile(r"[^\s(){}\[\]<>&|!*]+\*?")


@dataclass(frozen=True, slots=True)
class Step:
    """One element: any of `words` (as an author wrote them, slots opened), after a gap."""

    words: tuple[str, ...]
    gap: int = 0
    crosses: bool = False  # the gap may run over one sentence end
    optional: bool = False
    absent: bool = False
    smaller: bool = False  # a number below the number captured before
    opening: bool = False  # a clause begins with it

    @property
    def required(self) -> bool:
        """True if this step must be found for the phrase to match."""
        return not self.optional and not self.absent


@dataclass(frozen=True, slots=True)
class Part:
    """Steps that follow each other, and how the part is joined to what stands before it."""

    steps: tuple[Step, ...]
    joiner: str = ""


Slots = dict[str, tuple[str, ...]]


def parse(phrase: str, slots: Slots) -> tuple[Part, ...]:
    """The parts of a phrase. Raises `ValueError` with a reason a pack author understands."""
    parts: list[Part] = []
    steps: list[Step] = []
    joiner = ""
    gap, crosses, opening = 0, False, False
    for element in _ELEMENT.findall(phrase):
        if element in JOINERS:
            parts.append(_part(steps, joiner))
            steps, joiner, gap = [], element, 0
        elif element == OPENING:
            opening = True
        elif element in GAPS:
            gap, crosses = GAPS[element], element == "//"
        else:
            if steps and steps[-1].optional:  # left out, it leaves its gap to the next
                gap, crosses = max(gap, steps[-1].gap), crosses or steps[-1].crosses
            steps.append(replace(_step(element, slots, gap, crosses), opening=opening))
            gap, crosses, opening = 0, False, False
    parts.append(_part(steps, joiner))
    return tuple(parts)


def _part(steps: list[Step], joiner: str) -> Part:
    while steps and steps[0].optional:  # an optional beginning decides nothing
        steps = steps[1:]
    if not any(step.required for step in steps):
        raise ValueError("a phrase needs at least one word that must be there")
    if steps[0].absent:
        raise ValueError("a phrase cannot begin with !")
    return Part(tuple(steps), joiner)


def _step(element: str, slots: Slots, gap: int, crosses: bool) -> Step:
    absent = element.startswith("!")
    body = element[1:] if absent else element
    if body.startswith("<"):
        return Step((_number(body),), gap, crosses, smaller=body == SMALLER)
    optional = body.startswith("[")
    if body and body[0] in _CLOSED_BY and body[-1] != _CLOSED_BY[body[0]]:
        raise ValueError(f'"{body}": a bracket is not closed, or stands in another')
    choices = body[1:-1].split("|") if body[0] in "([" else [body]
    words: list[str] = []
    for choice in choices:
        words.extend(_choice(choice.strip(), slots))
    return Step(tuple(dict.fromkeys(words)), gap, crosses, optional, absent)


def _number(body: str) -> str:
    if body in (ANY_NUMBER, SMALLER):
        return body
    match = _RANGE.fullmatch(body)
    if not match or int(match[2]) > int(match[3]):
        raise ValueError(f"{body} is not a range such as <12-24>")
    return body


def listed(word: str) -> tuple[str, ...]:
    """A word, words or a range that may stand in a list of a pack. Raises `ValueError` with a
    reason: a list holds words, and no grammar of phrases."""
    if word in GAPS or word in JOINERS:
        raise ValueError(f'"{word}" belongs into a phrase, not into a list of words')
    return _choice(word, {})


def _choice(choice: str, slots: Slots) -> tuple[str, ...]:
    if choice.startswith("{") and choice.endswith("}"):
        name = choice[1:-1]
        if name not in slots:
            raise ValueError(f"there is no slot {{{name}}}")
        return slots[name]
    if choice.startswith("<"):
        return (_number(choice),)
    if not choice or not all(_WORD.fullmatch(word) for word in choice.split()):
        raise ValueError(f'"{choice}" is not a word, a stem* or a {{slot}}')
    if "*" in choice[:-1]:
        raise ValueError(f'"{choice}": a * may only end a phrase')
    if ".." in choice or "//" in choice:
        raise ValueError(f'"{choice}": a gap stands alone, with a space on both sides')
    return (choice,)


def range_of(word: str) -> tuple[bool, float, float] | None:
    """(is a shift, lowest, highest) if the word of a step stands for numbers, else None."""
    if word in (ANY_NUMBER, SMALLER):
        return False, 0, float("inf")
    match = _RANGE.fullmatch(word)
    return (bool(match[1]), float(match[2]), float(match[3])) if match else None
