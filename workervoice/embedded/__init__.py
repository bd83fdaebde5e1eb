"""PostgreSQL in a box: the server binaries of a wheel, run as a child of ours.

Reading order: `server` (start, stop, watch), `account` (as whom), `places` and `sockets` (where),
`binaries` (which), `cluster` (the files), `child` and `lifeline` (how it ends when we end).
Knows no table and no SQLAlchemy.
"""

from __future__ import annotations

from workervoice.embedded.server import EmbeddedServer

__all__ = ["EmbeddedServer"]
