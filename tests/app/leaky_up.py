"""`workervoice up` as it would be with Python's own allocator: the control of the memory test."""

from __future__ import annotations

from collections.abc import Mapping

from workervoice import cli
from workervoice.app import supervisor
from workervoice.app.children import environment_of
from workervoice.settings import Settings

WIPING = {"PYTHONMALLOC", "MALLOC_PERTURB_"}


def _with_defaults(settings: Settings, process: str) -> dict[str, str]:
    given: Mapping[str, str] = environment_of(settings, process)
    return {name: value for name, value in given.items() if name not in WIPING}


if __name__ == "__main__":
    supervisor.environment_of = _with_defaults  # type: ignore[attr-defined]
    cli.main()
