"""`python -m workervoice.app.alive`: a container's health check.

Asks the process of this container at its operations address whether it lives. A database that is
away is no ill of the process: no new start heals that.
"""

from __future__ import annotations

import sys

from workervoice.app.ops_addresses import addresses
from workervoice.app.ops_client import listen_to
from workervoice.errors import SettingsError
from workervoice.settings import PREFIX, load


def problems() -> list[str]:
    """What is not well, in a sentence each."""
    known = addresses(load())
    if not known:
        return [f"No operations address is known: set {PREFIX}GATEWAY_OPS_PORT or its like."]
    asked = {process: listen_to(address) for process, address in known.items()}
    return [f"The {process} does not live." for process, heard in asked.items() if not heard.alive]


def main() -> int:
    try:
        ill = problems()
    except SettingsError as exc:
        ill = [str(exc)]
    for sentence in ill:
        sys.stderr.write(sentence + "\n")
    return 1 if ill else 0


if __name__ == "__main__":
    sys.exit(main())
