"""JSON lines: the two stable interfaces, `workervoice triage --json` and `language --json`.

Each function turns one request into one answer. A request that is not one raises `ValueError` with
a sentence that names what is wrong and repeats nothing of it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from workervoice.triage import ilo
from workervoice.triage.engine import Engine
from workervoice.triage.language import detect

_FLAGS = frozenset({"child", "imminent_danger"})


def parse_line(raw: str | bytes) -> dict[str, Any]:
    """One line as a request with "id" and "text"."""
    try:
        request = json.loads(raw)
    except (ValueError, RecursionError):
        raise ValueError("the line is not JSON") from None
    return dict(_checked(request))


def triage_line(engine: Engine, request: Mapping[str, Any]) -> dict[str, Any]:
    """The answer of `triage --json` to {"id", "text"}."""
    checked = _checked(request)
    reading = engine.read(checked["text"])
    judged = ilo.assess(reading.facts, reading.rule)
    return {
        "id": checked["id"],
        "language": reading.language.code,
        "indicators": sorted(reading.facts.indicators),
        "items": sorted(ilo.reported(reading.facts) - _FLAGS),
        "child": reading.facts.child,
        "imminent_danger": reading.facts.imminent_danger,
        "grade": judged.grade.value,
        "priority": judged.priority.value,
        "evidence": [
            {"item": e.item, "start": e.start, "end": e.end, "rule": e.rule, "denied": e.denied}
            for e in reading.evidence
        ],
    }


def language_line(request: Mapping[str, Any]) -> dict[str, Any]:
    """The answer of `language --json` to {"id", "text"}."""
    checked = _checked(request)
    found = detect(checked["text"])
    return {"id": checked["id"], "language": found.code, "step": found.step}


def _checked(request: object) -> Mapping[str, Any]:
    if not isinstance(request, Mapping):
        raise ValueError('the line is not an object with "id" and "text"')
    for name in ("id", "text"):
        if name not in request:
            raise ValueError(f'the line has no "{name}"')
    if not isinstance(request["text"], str):
        raise ValueError('"text" is not a string')
    if isinstance(request["id"], bool) or not isinstance(request["id"], str | int):
        raise ValueError('"id" is neither a string nor a whole number')
    return request
