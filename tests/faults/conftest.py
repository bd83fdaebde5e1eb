"""One ground for all tests of this package: each leaves it at rest for the next."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.faults.ground import Ground, a_ground
from workervoice.triage.engine import Engine


@pytest.fixture(scope="package")
def ground(engine: Engine) -> Iterator[Ground]:
    """Without waiting for disks: a kill takes nothing that was handed to the system."""
    with a_ground(engine, durable=False) as made:
        yield made
