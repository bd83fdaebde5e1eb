"""`make bench-triage`: how well messages are understood, and how fast.

`--half grow` scores the half of our corpus on which packs are grown; without it, the half that no
author of a pack has seen. Prints sums only, so that nobody grows a pack on the other half.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterable, Mapping
from statistics import mean, median

from benchmarks.triage.corpus import HALVES, SHARED, Row, half, rows
from benchmarks.triage.score import Score, scored
from benchmarks.triage.speaking import LENGTHS, Telling, sentences, steps, telling
from workervoice.message import INDICATORS
from workervoice.triage.engine import Engine

FLAGS = ("danger", "child")
_SAMPLE, _SPEECH = SHARED / "triage-sample.jsonl", SHARED / "langid-dev.jsonl"


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench-triage", description=__doc__)
    parser.add_argument("--half", choices=HALVES, default="score")
    half_of = parser.parse_args().half
    started = time.perf_counter()
    engine = Engine.load()
    print(f"started in {time.perf_counter() - started:.2f} s with {len(engine.packs)} packs\n")
    if engine.fault:
        raise SystemExit(f"a pack is broken, and nothing was measured: {engine.fault}")
    by_language = half(half_of)
    _languages(by_language)
    scores = {language: scored(engine, found) for language, found in by_language.items()}
    _cases(scores, half_of)
    _indicators(scores)
    if _SAMPLE.exists():
        print("the shared sample, English")
        _line("en", scored(engine, rows(_SAMPLE)))
        print()
    _speed(engine, [row.text for found in by_language.values() for row in found])


def _languages(by_language: Mapping[str, list[Row]]) -> None:
    if _SPEECH.exists():
        said = telling(sentences(_SPEECH))
        print(f"language told, % of sentences cut to {', '.join(map(str, LENGTHS))} characters")
        for language in sorted({language for language, _ in said.right}):
            _shares(language, [said.share(language, length) for length in LENGTHS])
        for name, romanised in (("native", False), ("romanised", True)):
            listed = said.languages(romanised=romanised)
            _shares(name, [mean(said.share(each, n) for each in listed) for n in LENGTHS])
        _micros(said)
    own = telling(
        ((row.language, row.text) for found in by_language.values() for row in found), [10_000]
    )
    print("language told, % of whole messages of our corpus")
    for language in sorted({language for language, _ in own.right}):
        _shares(language, [own.share(language, 10_000)])
    _micros(own)


def _shares(name: str, shares: Iterable[float]) -> None:
    print(f"  {name:10}", *(f"{100 * share:6.1f}" for share in shares))


def _micros(said: Telling) -> None:
    quick, asked = said.micros(asked=False), said.micros(asked=True)
    print(f"  median {quick or 0:.0f} us where langdetect was not asked, {asked or 0:.0f} us where")
    print("  steps:", ", ".join(f"{step} {count}" for step, count in steps(said).most_common()))
    print()


def _cases(scores: Mapping[str, Score], name: str) -> None:
    print(f"our corpus, half `{name}`: shares of")
    print("            cases  ordin.  hard  | recall  prec. | danger   prec.  child   prec.")
    print("            flagged flagged flagged|  of eleven  |  found          found")
    for language, score in scores.items():
        _line(language, score)
    others = Score()
    for language, score in scores.items():
        others = others.plus(score) if language != "en" else others
    _line("not en", others)
    print()


def _line(name: str, score: Score) -> None:
    told = [score.found(), score.found("ordinary"), score.found("hard_negative")]
    macro = [score.macro_recall(), score.macro_precision()]
    flags = [each for flag in FLAGS for each in (score.recall(flag), score.precision(flag))]
    columns = ["  ".join(map(_share, group)) for group in (told, macro, flags)]
    print(f"  {name:8}", "  |  ".join(columns), f" of {score.groups['case']}")


def _indicators(scores: Mapping[str, Score]) -> None:
    english, others = scores.get("en", Score()), Score()
    for language, score in scores.items():
        others = others.plus(score) if language != "en" else others
    print("by indicator           English: recall  prec.   not English: recall  prec.")
    for name in (*INDICATORS, *FLAGS):
        told = [each for s in (english, others) for each in (s.recall(name), s.precision(name))]
        print(f"  {name:36}", "   ".join(map(_share, told)))
    print()


def _share(share: float | None) -> str:
    return "  -  " if share is None else f"{share:5.2f}"


def _speed(engine: Engine, texts: list[str]) -> None:
    for text in texts:
        engine.read(text)
    times = [min(_seconds(engine, text) for _ in range(3)) for text in texts]
    times.sort()
    at99 = times[int(len(times) * 0.99)]
    print(f"a message takes {median(times) * 1e6:.0f} us (median, language included), ", end="")
    print(f"{mean(times) * 1e6:.0f} us (mean), {at99 * 1e6:.0f} us (99 of 100 take less)")
    long = " ".join(texts[:200])
    for size in (5_000, 10_000, 20_000):
        whole = (long * (size // len(long) + 1))[:size]
        print(f"  {size:6} characters: {_seconds(engine, whole) * 1e3:.0f} ms")


def _seconds(engine: Engine, text: str) -> float:
    started = time.perf_counter()
    engine.read(text)
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
