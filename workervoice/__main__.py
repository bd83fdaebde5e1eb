"""`python -m workervoice`: the same as the `workervoice` command."""

from __future__ import annotations

from workervoice.cli import main

main()
