"""The two statistical detectors, each asked only what it is good at.

langdetect gets a choice of languages and a fixed seed, and loads the profiles of ours only;
pycld2 answers for all it knows, so it can also say that a message is in none of our languages.
Neither raises, whatever the text.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from threading import Lock

import pycld2
from langdetect import detector_factory
from langdetect.lang_detect_exception import LangDetectException

LATIN = ("en", "es", "pt", "fr", "tr", "vi", "id", "tl", "sw")
OTHER = ("ar", "ur", "hi", "ne")

_READ = 600  # letters; langdetect needs 3 ms a thousand, and is as sure of two hundred

_building = Lock()


def ask_langdetect(text: str, candidates: tuple[str, ...]) -> tuple[str, float]:
    """The likeliest candidate and its probability; ("", 0.0) if the text has no usable letters."""
    detector = _profiles().create()
    detector.set_prior_map(dict.fromkeys(candidates, 1.0))
    detector.append(text[:_READ])
    try:
        answers = detector.get_probabilities()
    except LangDetectException:
        return "", 0.0
    return (str(answers[0].lang), float(answers[0].prob)) if answers else ("", 0.0)


def ask_cld2(text: str) -> tuple[str, bool]:
    """The likeliest language of all, and whether cld2 calls that reliable; "un" if none."""
    try:
        reliable, _, found = pycld2.detect(text[:_READ].encode(), isPlainText=True, bestEffort=True)
    except (pycld2.error, UnicodeError):
        return "un", False
    return str(found[0][1]), bool(reliable)


def _profiles() -> detector_factory.DetectorFactory:
    with _building:  # `cache` alone may build twice when two threads come first
        return _built()


@cache
def _built() -> detector_factory.DetectorFactory:
    directory = Path(detector_factory.PROFILES_DIRECTORY)
    factory = detector_factory.DetectorFactory()
    factory.set_seed(0)
    factory.load_json_profile([(directory / code).read_text("utf-8") for code in (*LATIN, *OTHER)])
    return factory
