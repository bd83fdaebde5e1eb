"""The command line of `workervoice packs`: for people who write language packs."""

from __future__ import annotations

import argparse
import json
import os
import sys
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from workervoice.triage.lexicon import Pack
    from workervoice.triage.packproof import Proof
    from workervoice.triage.trying import Hit, Trial, Trier

_REPORTED: Final = "30;43"  # black on yellow
_GRAVE: Final = "97;41"  # white on red: violence, threats, a child, danger
_DENIED: Final = "9;90"  # struck through, grey
_DIRECTIONS = frozenset({*range(0x202A, 0x202F), *range(0x2066, 0x206A)})


def declare(commands: Any) -> None:
    """The parsers of `packs check`, `packs compile` and `packs try`."""
    packs = commands.add_parser("packs", help="language packs")
    below = packs.add_subparsers(required=True, metavar="DO")
    about = "prove packs: every fault with file and line, and the examples"
    check = below.add_parser("check", help=about, description=about)
    check.add_argument("files", nargs="*", type=Path, metavar="FILE", help="default: every pack")
    check.set_defaults(run=_check)
    about = "compile all packs now, so that no process has to when it starts"
    below.add_parser("compile", help=about, description=about).set_defaults(run=_compile)
    about = "show what packs find in a text; keeps and logs nothing"
    tried = below.add_parser("try", help=about, description=about)
    tried.add_argument("text", metavar="TEXT", help="a text, or - for lines of standard input")
    about = "read with this pack alone; may be given several times"
    tried.add_argument("--pack", action="append", default=[], type=Path, metavar="FILE", help=about)
    tried.add_argument("--json", action="store_true", help="for programs, one line a text")
    tried.add_argument("--color", choices=("auto", "always", "never"), default="auto")
    tried.set_defaults(run=_try)


def _check(parsed: argparse.Namespace) -> int:
    from workervoice.triage.packproof import prove  # noqa: PLC0415 - `triage` must start fast
    from workervoice.triage.packs import files  # noqa: PLC0415

    failed = 0
    for path in parsed.files or files(_own()):
        proof = prove(path)
        failed += bool(proof.problems)
        for problem in proof.problems:
            print(_plain(str(problem)))
        for lacking in proof.warnings:
            print(_plain(f"{lacking.file}:{lacking.line}: warning: {lacking.reason}"))
        print(_plain(_summary(proof)))
    return 1 if failed else 0


def _compile(_parsed: argparse.Namespace) -> int:
    from workervoice.triage.sets import is_kept, prepared  # noqa: PLC0415

    own = _own()
    found = prepared(own)
    if not is_kept(found, own):
        print(
            f"The set {found.name} cannot be kept: let this user write to the directory of the "
            "packs.",
            file=sys.stderr,
        )
        return 1
    print(f"The set {found.name} of {len(found.tables['packs'])} packs is ready.")
    return 0


def _own() -> Path | None:
    """The directory of one's own packs."""
    from workervoice.settings import load  # noqa: PLC0415

    return load().packs_dir


def _trier_of_all() -> Trier:
    """With every pack and the rule of the hotline."""
    from workervoice.settings import load  # noqa: PLC0415
    from workervoice.triage.trying import Trier  # noqa: PLC0415

    settings = load()
    return Trier(own=settings.packs_dir, rule=settings.rule)


def _summary(proof: Proof) -> str:
    from workervoice.triage.packproof import count  # noqa: PLC0415

    pack, wrong = proof.pack, len(proof.problems)
    if pack is None:
        return f"{proof.file}: not a pack that can be read ({count(wrong, 'fault')})"
    phrases = f"{count(len(pack.rules), 'phrase')}, {count(proof.examples, 'example')}"
    said = f"version {pack.version.partition(':')[0]}, {pack.status}, {_signers(pack)}"
    return f"{pack.file}: {phrases}, {said}: {count(wrong, 'problem') if wrong else 'proven'}"


def _signers(pack: Pack) -> str:
    if not pack.signed:
        return "signed by nobody"
    each = (f"{one.by} (version {one.of}, {one.date})" for one in pack.signed)
    return f"signed by {', '.join(each)}"


def _try(parsed: argparse.Namespace) -> int:
    from workervoice.triage.trying import Trier  # noqa: PLC0415 - `triage` must start fast

    trier = Trier(parsed.pack) if parsed.pack else _trier_of_all()
    if trier.fault:
        print(_plain(f"workervoice: {trier.fault}: the last good packs read"), file=sys.stderr)
    auto = sys.stdout.isatty() and not os.getenv("NO_COLOR")  # see no-color.org
    coloured = parsed.color == "always" or (parsed.color == "auto" and auto)
    for number, text in enumerate(_texts(parsed.text)):
        trial = trier.read(text)
        if parsed.json:
            print(json.dumps(trial.to_json()), flush=True)
            continue
        if number:
            print()
        print("\n".join(_shown(trial, coloured=coloured)), flush=True)
    return 0


def _texts(given: str) -> Iterator[str]:
    """The text that was given, or every line of standard input that is not empty."""
    if given != "-":
        yield given
        return
    for line in sys.stdin.buffer:
        text = line.decode("utf-8", errors="replace").rstrip("\r\n")
        if text.strip():
            yield text


def _shown(trial: Trial, *, coloured: bool) -> Iterator[str]:
    yield _marked(trial.text, trial.hits) if coloured else _plain(trial.text)
    for hit in trial.hits:
        yield _plain(_line(trial.text, hit))
    if not trial.hits:
        yield "  nothing found"
    facts, judged = trial.facts, trial.judged
    yield f"language: {trial.language.code}, by {trial.language.step} ({trial.heard})"
    yield f"indicators: {', '.join(sorted(facts.indicators)) or 'none'}"
    flags = (("child", facts.child), ("danger", facts.imminent_danger))
    yield "; ".join(f"{name}: {'reported' if said else 'not reported'}" for name, said in flags)
    yield f"grade: {judged.grade.value}; priority: {judged.priority.value} ({judged.rule})"


def _line(text: str, hit: Hit) -> str:
    found = hit.evidence
    said = "denied" if found.denied else "reported"
    item = f"{found.item} ({hit.indicator or 'no indicator'})"
    place = f"{hit.file}:{hit.line}: {hit.phrase}"
    return f'  {said} {item} "{text[found.start : found.end]}" by {found.rule}, {place}'


def _marked(text: str, hits: Sequence[Hit]) -> str:
    """The text with its hits in colour; where several overlap, the gravest shows."""
    cuts = sorted({0, len(text), *(place for hit in hits for place in _span(hit))})
    pieces = []
    for start, end in pairwise(cuts):
        here = [hit for hit in hits if _span(hit)[0] <= start and end <= _span(hit)[1]]
        colour = max(map(_colour, here), key=_GRAVITY.index, default="")
        piece = _plain(text[start:end])
        pieces.append(f"\x1b[{colour}m{piece}\x1b[0m" if colour else piece)
    return "".join(pieces)


_GRAVITY = ("", _DENIED, _REPORTED, _GRAVE)


def _span(hit: Hit) -> tuple[int, int]:
    return hit.evidence.start, hit.evidence.end


def _colour(hit: Hit) -> str:
    from workervoice.triage.ilo import ITEMS  # noqa: PLC0415

    if hit.evidence.denied:
        return _DENIED
    return _GRAVE if ITEMS[hit.evidence.item].protected else _REPORTED


def _plain(text: str) -> str:
    """Without what a terminal would obey: control characters and orders to turn the direction."""
    return "".join("\N{REPLACEMENT CHARACTER}" if _is_order(char) else char for char in text)


def _is_order(char: str) -> bool:
    return unicodedata.category(char) in ("Cc", "Cs") or ord(char) in _DIRECTIONS
