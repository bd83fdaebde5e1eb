"""One process, by its name. What the others are made of is not even loaded in it."""

from __future__ import annotations

from workervoice.app import descriptors, memory
from workervoice.app.serving import Seat
from workervoice.settings import Settings


def run(process: str, settings: Settings, seat: Seat) -> None:
    """Run one process until it is told to end."""
    memory.keep_to_itself()
    descriptors.raise_limit()
    if process == "courier":
        from workervoice.app.courier import run_courier  # noqa: PLC0415

        run_courier(settings, seat)
    elif process == "gateway":
        from workervoice.app.gateway import run_gateway  # noqa: PLC0415

        run_gateway(settings, seat)
    elif process == "console":
        from workervoice.app.console import run_console  # noqa: PLC0415

        run_console(settings, seat)
    elif process == "fallback":
        from workervoice.app.fallback import run_fallback  # noqa: PLC0415

        run_fallback(settings, seat)
    else:
        from workervoice.app.phones import run_phones  # noqa: PLC0415

        run_phones(settings, seat)
