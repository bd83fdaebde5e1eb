"""Which language a message is in: the script, then its letters, then its words, then statistics.

The first step that is sure decides, and its name is part of the answer. Short or doubtful text
keeps the language the sender wrote before, else that of the line, else is `und`. The answer chooses
the reply only: triage reads every message with every pack of its script.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from workervoice.triage import detectors, greetings, scripts, words

LANGUAGES = frozenset(
    {"en", "es", "pt", "fr", "ar", "tr", "hi", "ur", "bn", "ne", "ta", "si", "my", "th", "km", "lo"}
    | {"vi", "id", "ms", "tl", "zh-cn", "zh-tw", "ko", "ug", "sw", "am", "ht", *words.ROMANISED}
)
UNKNOWN = "und"

_SHORT = 12  # letters; below, statistics are noise ("ok" is Slovak to them with certainty)
_FOREIGN = 40  # letters; from here cld2 is believed about languages that we do not speak
_STRANGERS = frozenset(
    {"de", "it", "nl", "pl", "ro", "cs", "sk", "hu", "sq", "hr", "sr", "bs", "sl", "so", "uz"}
    | {"az", "ha", "om", "rw", "sv", "da", "no", "fi"}
)
_IN_LATIN = frozenset({*detectors.LATIN, "ms", "ht"})
_LANGDETECT, _CLD2_SURE, _CLD2_UNSURE = 0.9, 1.2, 0.5  # what a detector's word weighs, in words
_BY_EAR = 0.5  # the share of that where the words sound romanised, which no detector knows
_SMALL_WORDS = 0.5  # English without them is mostly the names in a text of another language
_ENOUGH, _NEAR = 0.9, 0.3
_GREETING, _HELLO = 1.5, 0.5  # what greetings weigh, in words: of one language, of any
_GUESS, _SMALL = 0.3, 0.6  # strength a word that a guess needs; a romanised one needs a small word


@dataclass(frozen=True, slots=True)
class Detected:
    """A language code, `und` when unknown, and the step that decided."""

    code: str
    step: str  # script, letters, words, langdetect, cld2, prior, line or none


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of the sender before a word is read."""

    prior: str | None
    line: str | None

    def settle(
        self, among: frozenset[str] = LANGUAGES, otherwise: Detected | None = None
    ) -> Detected:
        """The prior, else the line, else a weak guess, else unknown."""
        for code, step in ((self.prior, "prior"), (self.line, "line")):
            if code in among:
                return Detected(str(code), step)
        return otherwise or Detected(UNKNOWN, "none")


def detect(text: str, *, prior: str | None = None, line: str | None = None) -> Detected:
    """The language of a text; `prior` is what the sender wrote before, `line` the line's own."""
    known = _Known(prior, line)
    read = scripts.plain(text)
    script = scripts.script_of(read)
    if script in scripts.LANGUAGE_OF:
        return Detected(scripts.LANGUAGE_OF[script], "script")
    reader = _READERS.get(script)
    return reader(read, known) if reader else known.settle()


def _chinese(read: str, known: _Known) -> Detected:
    code = scripts.chinese(read)
    if code:
        return Detected(code, "letters")
    return known.settle(frozenset({"zh-cn", "zh-tw"}), Detected("zh-cn", "script"))


def _arabic(read: str, known: _Known) -> Detected:
    letters = scripts.letters_of(read)
    own = _own_letters(letters)
    if own:
        return Detected(own, "letters") if own in LANGUAGES else known.settle()
    if len(letters) >= _FOREIGN and detectors.ask_cld2(read) == ("fa", True):
        return known.settle()
    return _pair(read, known, ("ar", "ur"), also=frozenset({"ug"}))


def _own_letters(letters: str) -> str | None:
    """The language whose own letters are a good part of an Arabic-script text."""
    seen = Counter(
        code for letter in letters for code, own in words.letters().items() if letter in own
    )
    if not seen:
        return None
    code, times = seen.most_common(1)[0]
    return code if times * 25 >= len(letters) else None


def _devanagari(read: str, known: _Known) -> Detected:
    return _pair(read, known, ("hi", "ne"))


def _pair(
    read: str, known: _Known, pair: tuple[str, str], also: frozenset[str] = frozenset()
) -> Detected:
    """One of two languages that share a script, the first the commoner; `also` only as a prior."""
    among = also.union(pair)
    heard = words.vote(read, frozenset(pair))
    if heard.first >= 2 * heard.second + 1.5:
        return Detected(str(heard.leader), "words")
    guess = Detected(heard.leader or pair[0], "words" if heard.leader else "script")
    if len(scripts.letters_of(read)) < _SHORT:
        return guess if heard.first > heard.second else known.settle(among, guess)
    code, probability = detectors.ask_langdetect(read, pair)
    if code and heard.of(code) + probability >= heard.first:
        return Detected(code, "langdetect")
    return guess


def _latin(read: str, known: _Known) -> Detected:
    own = words.letters()["vi"]
    if sum(letter in own for letter in read) * 12 > len(read):
        return Detected("vi", "letters")
    greeting = greetings.greeted(read)
    if not greeting.rest:
        return _by_greeting(greeting.languages, known)
    heard = words.vote(greeting.rest)
    heard = heard.plus(_greeting_weight(greeting, heard))
    read = greeting.rest
    if _foreign(read, heard):
        return known.settle()
    if _clear(heard):
        return _named(str(heard.leader), "words", read, known)
    if len(scripts.letters_of(read)) < _SHORT:
        return known.settle(otherwise=_guess(heard, read, known))
    return _by_statistics(read, heard, known)


def _by_greeting(languages: frozenset[str], known: _Known) -> Detected:
    """What a message of greetings alone says: its one language, else what is known."""
    if languages == {greetings.EVERYWHERE}:
        return known.settle(otherwise=Detected("en", "words"))
    if len(languages) > 1:
        return known.settle()
    (code,) = languages
    if code == words.MALAYIC:
        return known.settle(frozenset({"id", "ms"}), Detected("id", "words"))
    found = Detected(code, "words")
    return known.settle(otherwise=found) if code in words.ROMANISED else found


def _greeting_weight(greeting: greetings.Greeted, heard: words.Vote) -> tuple[str, float]:
    """What the greetings before a text add to the vote of its words."""
    if greeting.languages == {greetings.EVERYWHERE}:
        return ("en", _HELLO if heard.leader == "en" else 0.0)
    if len(greeting.languages) == 1:
        (code,) = greeting.languages
        return (code, _HELLO if code in words.ROMANISED else _GREETING)
    return ("en", 0.0)


def _clear(heard: words.Vote) -> bool:
    """Two words or more, well ahead of any other language, and not a few among many."""
    ahead = heard.first >= 1.5 * heard.second and heard.first - heard.second >= 0.6
    return heard.first >= 1.5 and ahead and heard.first >= 0.15 * heard.tokens


def _foreign(read: str, heard: words.Vote) -> bool:
    """True if cld2 is sure of a language that we do not speak, and few words are ours."""
    if len(read) < _FOREIGN or heard.first >= 0.35 * heard.tokens:
        return False
    code, reliable = detectors.ask_cld2(read)
    return reliable and code in _STRANGERS and heard.leader not in words.ROMANISED


def _guess(heard: words.Vote, read: str, known: _Known) -> Detected | None:
    """What a single word suggests, if it suggests one language only."""
    if len(read) < 2 or not heard.leader or heard.first <= 1.2 * heard.second:
        return None
    if heard.first < _GUESS * heard.tokens:
        return None
    if heard.leader in words.ROMANISED and heard.first < _SMALL:
        return None
    return _named(heard.leader, "words", read, known)


def _by_statistics(read: str, heard: words.Vote, known: _Known) -> Detected:
    """Both detectors and the words together; near ties are the sender's or the line's to break."""
    second, reliable = detectors.ask_cld2(read)
    first, probability = detectors.ask_langdetect(read, detectors.LATIN)
    share = _BY_EAR if heard.leader in words.ROMANISED else 1.0
    strength = defaultdict(float, heard.strength)
    strength[_family(first)] += share * _LANGDETECT * probability
    if second in _IN_LATIN:
        strength[_family(second)] += share * (_CLD2_SURE if reliable else _CLD2_UNSURE)
    if heard.of("en") < _SMALL_WORDS:
        strength["en"] /= 2
    return _strongest(strength, {"langdetect": first, "cld2": second}, read, known)


def _strongest(
    strength: Mapping[str, float], said: Mapping[str, str], read: str, known: _Known
) -> Detected:
    best, most = max(strength.items(), key=lambda item: item[1])
    if most < _ENOUGH:
        return known.settle()
    step = next((step for step, code in said.items() if _family(code) == best), "words")
    near = frozenset(code for code, value in strength.items() if value > most - _NEAR)
    answer = _named(best, step, read, known)
    if len(near) == 1:
        return answer
    return known.settle(near | {"id", "ms"} if words.MALAYIC in near else near, answer)


def _family(code: str) -> str:
    return words.MALAYIC if code in ("id", "ms") else code


def _named(code: str, step: str, read: str, known: _Known) -> Detected:
    """The answer; Indonesian and Malay told apart by own words and cld2, else by the sender."""
    if code != words.MALAYIC:
        return Detected(code, step)
    said, reliable = detectors.ask_cld2(read)
    leaning: float = words.more_indonesian(read)
    leaning += {"id": 1, "ms": -1}.get(said, 0) * (0.9 if reliable else 0.5)
    answer = Detected("ms" if leaning < 0 else "id", step)
    return answer if abs(leaning) >= 1 else known.settle(frozenset({"id", "ms"}), answer)


_READERS = {"han": _chinese, "arabic": _arabic, "devanagari": _devanagari, "latin": _latin}
