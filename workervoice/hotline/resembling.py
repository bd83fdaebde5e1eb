"""Which registered sites a worker may have meant: misspelled names and codes, for a handler to see.

Nothing is decided here, and no worker is told: a wrong site sends a report to the wrong buyers.
What names a site beyond doubt is found by `poster`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from workervoice.hotline.soundalike import skeleton
from workervoice.store.programme import Site
from workervoice.triage.normalise import Token, script_of, tokens_of

MOST = 3  # sites that are shown
_COMMON_FROM = 3  # sites with a word in their names, from which on it tells none of them apart
_TEXTS_MAX = 4_000  # characters of a case that are looked at: where somebody works comes early
_ANSWER = 3  # words: so short a text is likely an answer to "Where do you work?"
_CODE_LETTERS, _WORD_LETTERS, _LONG_WORD = 4, 5, 8
_SKELETON_LETTERS = 4
_UNSEGMENTED_LETTERS, _UNSEGMENTED_LIKE = 3, 75
_TRADE = frozenset(  # words of names that name nobody, as `tokens_of` folds them
    (
        *(
            "garment",
            "garments",
            "textile",
            "textiles",
            "factory",
            "apparel",
            "fashion",
            "fashions",
        ),
        *("company", "limited", "ltd", "private", "industries", "group", "mills"),
        *("গার্মেন্টস", "লিমিটেড", "ফ্যাক্টরি", "شركه", "مصنع", "للملابس", "الملابس"),
    )
)

# how sure a likeness is; what is surer stands first
_NAME, _CODE, _WORD, _CODE_AS_A_WORD, _SOUND = 4.0, 3.0, 2.0, 1.5, 1.0


@dataclass(frozen=True, slots=True)
class _Known:
    """A site, as it is compared: its name with and without the words of the trade, joined, each
    with the number of its words; the words that tell it from others; its code."""

    site: Site
    names: tuple[tuple[str, int], ...]
    words: tuple[str, ...]
    code: str
    unsegmented: bool


@dataclass(frozen=True, slots=True)
class _Said:
    """A text, as it is compared: its words, runs of up to four of them joined, and which of those
    were written in capitals or as the whole answer."""

    words: frozenset[str]
    runs: dict[int, dict[str, bool]]  # length in words -> joined -> it stands out
    folded: str


def resembling(texts: Iterable[str], sites: Sequence[Site]) -> tuple[Site, ...]:
    """At most three sites that these texts may mean, the likeliest first. Nothing if more than
    three are as likely: then the likeness tells nothing."""
    said, left = [], _TEXTS_MAX
    for text in texts:
        said.append(_said(text[:left]))
        left = max(0, left - len(text))
    found = [(_best(known, said), known.site) for known in _known(tuple(sites))]
    likely = sorted((each for each in found if each[0]), key=lambda e: (-e[0], e[1].name))
    if len(likely) > MOST and likely[0][0] == likely[MOST][0]:
        return ()
    return tuple(site for _, site in likely[:MOST])


def _best(known: _Known, said: Sequence[_Said]) -> float:
    return max((_likeness(known, each) for each in said), default=0.0)


def _likeness(known: _Known, said: _Said) -> float:
    """How much a text looks as if it named this site; 0 for not at all."""
    return max(_by_name(known, said), _by_code(known, said), _by_word(known, said))


def _by_name(known: _Known, said: _Said) -> float:
    if known.unsegmented:
        name = known.names[0][0]
        alike = fuzz.partial_ratio(name, said.folded)
        long = min(len(name), len(said.folded)) >= _UNSEGMENTED_LETTERS
        return _NAME if long and alike >= _UNSEGMENTED_LIKE else 0.0
    best = 0.0
    for name, size in known.names:
        around = (size - 1, size, size + 1)
        for run in (run for each in around for run in said.runs.get(each, ())):
            distance = _distance(name, run, max(1, len(name) // 5))
            if distance is not None:
                best = max(best, _NAME - distance / len(name))
    return best


def _by_code(known: _Known, said: _Said) -> float:
    """One slip in a code that stands out: it has digits, is in capitals, or is the answer."""
    code, best = known.code, 0.0
    if len(code) < _CODE_LETTERS:
        return best
    mixed = _is_mixed(code)
    for runs in said.runs.values():
        for run, stands_out in runs.items():
            distance = _distance(code, run, 1)
            if distance is None or (not mixed and distance and not stands_out):
                continue
            if mixed and not _is_mixed(run):
                continue
            best = max(best, _CODE if stands_out or mixed else _CODE_AS_A_WORD)
    return best


def _by_word(known: _Known, said: _Said) -> float:
    """A word that tells this site from others, or one that sounds so in another script."""
    best = 0.0
    for word in known.words:
        allowed = (len(word) >= _WORD_LETTERS) + (len(word) >= _LONG_WORD)
        for heard in said.words:
            if (distance := _distance(word, heard, allowed)) is not None:
                best = max(best, _WORD - distance / len(word))
            elif best < _SOUND and _sounds_alike(word, heard):
                best = _SOUND
    return best


def _sounds_alike(word: str, heard: str) -> bool:
    sound = skeleton(word)
    other = script_of(word[0]) != script_of(heard[0])
    return other and len(sound) >= _SKELETON_LETTERS and sound == skeleton(heard)


def _distance(one: str, other: str, allowed: int) -> int | None:
    """Letters left out, put in, mistaken or swapped; None if more than allowed."""
    if abs(len(one) - len(other)) > allowed:
        return None
    distance = OSA.distance(one, other, score_cutoff=allowed)
    return distance if distance <= allowed else None


def _is_mixed(code: str) -> bool:
    return any(map(str.isdigit, code)) and any(map(str.isalpha, code))


@lru_cache(4)
def _known(sites: tuple[Site, ...]) -> tuple[_Known, ...]:
    named = [(site, tokens_of(site.name)) for site in sites]
    counts = Counter(word for _, tokens in named for word in {token.text for token in tokens})
    return tuple(_compared(site, tokens, counts) for site, tokens in named)


def _compared(site: Site, tokens: Sequence[Token], counts: Mapping[str, int]) -> _Known:
    whole = [token.text for token in tokens]
    own = [word for word in whole if word not in _TRADE]
    telling = (word for word in own if counts[word] < _COMMON_FROM and len(word) >= _WORD_LETTERS)
    names = {"".join(words): len(words) for words in (whole, own) if len(words) > 1}
    code = "".join(token.text for token in tokens_of(site.code) if token.text.isalnum())
    unsegmented = any(token.unsegmented for token in tokens)
    words = tuple(_bare(word) for word in telling)
    return _Known(site, tuple(names.items()), words, code, unsegmented and bool(names))


def _bare(word: str) -> str:
    """Without the Arabic article, which is written or not."""
    return word.removeprefix("ال") if len(word) > _WORD_LETTERS else word


def _said(text: str) -> _Said:
    tokens = [token for token in tokens_of(text) if token.text.strip("-'.,:/")]
    words = {_bare(token.text) for token in tokens if len(token.text) >= _CODE_LETTERS}
    runs: dict[int, dict[str, bool]] = {}
    for size in (1, 2, 3, 4):
        for first in range(len(tokens) - size + 1):
            run = tokens[first : first + size]
            joined = "".join(token.text for token in run if token.text != "-")
            stands_out = size == len(tokens) <= _ANSWER or _in_capitals(text, run)
            known = runs.setdefault(size, {})
            known[joined] = known.get(joined, False) or stands_out
    return _Said(frozenset(words), runs, "".join(token.text for token in tokens))


def _in_capitals(text: str, run: Sequence[Token]) -> bool:
    """True for a run in capitals in a text that is not all in capitals."""
    return text[run[0].start : run[-1].end].isupper() and not text.isupper()
