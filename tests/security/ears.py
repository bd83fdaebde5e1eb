"""Hears everything that the program says: all loggers at their most talkative, and both outputs."""

from __future__ import annotations

import io
import logging
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

_PROVIDERS = ("httpx", "httpcore")  # the test's own client, which plays the provider


@dataclass
class Heard:
    """What was said: log lines with their tracebacks, and what went to descriptors 1 and 2."""

    lines: io.StringIO = field(default_factory=io.StringIO)
    output: bytes = b""

    @property
    def log(self) -> bytes:
        return self.lines.getvalue().encode(errors="backslashreplace")


@contextmanager
def listening() -> Iterator[Heard]:
    """Until the end, every logger says all it can, and nothing is written where nobody looks."""
    heard = Heard()
    with _both_outputs(heard), _all_loggers(heard):
        yield heard


@contextmanager
def _all_loggers(heard: Heard) -> Iterator[None]:
    handler = logging.StreamHandler(heard.lines)
    handler.addFilter(lambda record: not record.name.startswith(_PROVIDERS))
    handler.setFormatter(logging.Formatter("%(name)s %(message)s %(args)s"))
    root = logging.getLogger()
    known = [each for each in root.manager.loggerDict.values() if isinstance(each, logging.Logger)]
    before = [(each, each.level) for each in (root, *known)]
    for each, _ in before:
        each.setLevel(1)
    root.addHandler(handler)
    try:
        yield
    finally:
        root.removeHandler(handler)
        for each, level in before:
            each.setLevel(level)


@contextmanager
def _both_outputs(heard: Heard) -> Iterator[None]:
    sys.stdout.flush()
    sys.stderr.flush()
    kept = os.dup(1), os.dup(2)
    with tempfile.TemporaryFile() as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
        try:
            yield
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            for number, old in zip((1, 2), kept, strict=True):
                os.dup2(old, number)
                os.close(old)
            file.seek(0)
            heard.output = file.read()
