"""What in a text for buyers could point at a person: numbers, dates, and the worker's own words.

Errs towards refusal: a finding is reworded by the drafter, never waved through by a machine. It
cannot see what only people know (a name, who is the only speaker of a language, who was on shift),
which is why two people read every packet. `docs/threat-model.md` lists what it does not find.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from workervoice.disclosure.pointers import RULES, without_ordinary

RUN_WORDS = 5  # so many words in the worker's order are a quotation
OWN_WORDS = "the worker's own words"

# Where no space ends a word, letters are compared: as many as about five words have. Marks (vowel
# signs, tones) are left out, as are spaces and stops. Of each script: the letters, and how many.
_UNSPACED: tuple[tuple[str, int], ...] = (
    (
        r"\u3005\u3041-\u3096\u30a1-\u30fa\u30fc\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U000323af",
        8,  # Chinese and Japanese
    ),
    (r"\u0e01-\u0e30\u0e32\u0e33\u0e40-\u0e46", 18),  # Thai
    (r"\u0e81-\u0eb0\u0eb2\u0eb3\u0ebd-\u0ec6\u0edc-\u0edf", 18),  # Lao
    (r"\u1780-\u17b3", 14),  # Khmer
    (r"\u1000-\u102a\u103f\u1050-\u1055\u1075-\u1081\uaa60-\uaa7a", 14),  # Burmese
)
# Vowel signs and accents are no \w, and would cut a Bangla or Thai word into syllables.
_WORD = re.compile(
    r"[^\W_][\w\u0300-\u036f\u064b-\u065f\u0670\u0900-\u0963\u0966-\u0eff\u1000-\u109f"
    r"\u1780-\u17d3\u200c\u200d]*"
    r"(?:['’][^\W_]+)?"
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One passage that may point at a person: why, and where in the text (code points)."""

    why: str
    start: int
    end: int
    passage: str = field(repr=False)


def findings(text: str, worker_texts: Iterable[str]) -> list[Finding]:
    """Every doubtful passage of a packet's free text, in order of place."""
    plain = text.translate(_PLAIN)
    spoken = [worker.translate(_PLAIN) for worker in worker_texts]
    looked_at = without_ordinary(plain)
    places = [
        *((why, *match.span()) for why, rule in RULES for match in rule.finditer(looked_at)),
        *((OWN_WORDS, *place) for place in _words_in_common(plain, spoken)),
        *(
            (OWN_WORDS, *place)
            for letters, length in _UNSPACED
            for place in _letters_in_common(plain, spoken, letters, length)
        ),
    ]
    found = [Finding(why, start, end, text[start:end]) for why, start, end in places]
    return sorted(found, key=lambda finding: (finding.start, finding.end))


def _words_in_common(text: str, spoken: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Where five words or more stand as in one of the worker's messages, in the same order."""
    said = {run for worker in spoken for run in _runs([w for w, _, _ in _words(worker)])}
    words = _words(text)
    shared = [i for i, run in enumerate(_runs([w for w, _, _ in words])) if run in said]
    for first, last in _stretches(shared, RUN_WORDS):
        yield words[first][1], words[last][2]


def _runs(words: list[str]) -> Iterator[tuple[str, ...]]:
    return zip(*(words[i:] for i in range(RUN_WORDS)), strict=False)


def _words(text: str) -> list[tuple[str, int, int]]:
    text = text.replace("_", " ")
    return [(_folded(match.group()), *match.span()) for match in _WORD.finditer(text)]


def _folded(word: str) -> str:
    if word.isascii():
        return word.lower()
    return unicodedata.normalize("NFKC", word).casefold().replace("’", "'")


def _letters_in_common(
    text: str, spoken: Sequence[str], letters: str, length: int
) -> Iterator[tuple[int, int]]:
    """Where so many letters of a script without spaces stand as in one of the messages."""
    places = [match.start() for match in re.finditer(f"[{letters}]", text)]
    if len(places) < length:
        return
    others = re.compile(f"[^{letters}]+")
    bare = (others.sub("", worker) for worker in spoken)
    said = {worker[i : i + length] for worker in bare for i in range(len(worker) - length + 1)}
    own = "".join(text[place] for place in places)
    shared = [i for i in range(len(own) - length + 1) if own[i : i + length] in said]
    for first, last in _stretches(shared, length):
        yield places[first], _past_marks(text, places[last] + 1)


def _past_marks(text: str, end: int) -> int:
    while end < len(text) and unicodedata.category(text[end]).startswith("M"):
        end += 1
    return end


def _stretches(starts: list[int], length: int) -> Iterator[tuple[int, int]]:
    """Runs of that length that touch or overlap, as one: its first and its last element."""
    breaks = [i for i, (a, b) in enumerate(pairwise(starts), 1) if b > a + length]
    for begin, end in pairwise([0, *breaks, len(starts)]):
        if begin < end:
            yield starts[begin], starts[end - 1] + length - 1


class _Plain(dict[int, str]):
    """Each character as its plain form, one code point for one, so that places stay the same:
    digits of any script as 0 to 9, wide letters as usual ones, every dash as "-"."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        digit = unicodedata.digit(character, None)
        if digit is not None:
            plain = str(digit)
        elif unicodedata.category(character) == "Pd":
            plain = "-"
        else:
            compatible = unicodedata.normalize("NFKC", character)
            plain = compatible if len(compatible) == 1 else character
        return self.setdefault(code, plain)


_PLAIN = _Plain()
