"""The engine that the tests share: its tables are large, and loaded once for each process."""

from __future__ import annotations

import gc
from functools import cache

from workervoice.triage.engine import Engine


@cache
def the_engine() -> Engine:
    """With the shipped packs. Its million tables are kept out of every later collection."""
    engine = Engine.load()
    gc.collect()
    gc.freeze()
    return engine
