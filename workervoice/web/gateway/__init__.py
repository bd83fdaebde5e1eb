"""The gateway's routes: providers' webhooks in, empty answers out. Knows no case.

app      the routes
storing  what waits for the database: bounded in time and number
counts   what was taken and refused, as numbers only
failing  whether it can be stored now
"""

from __future__ import annotations

from workervoice.web.gateway.app import create_gateway_app
from workervoice.web.gateway.counts import Counts

__all__ = ["Counts", "create_gateway_app"]
