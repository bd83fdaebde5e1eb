"""The fallback receiver's routes: a provider's request in, sealed to the gateway, onto a disk.

app      the routes
spool    the disk: one file for each request, under a random name
draining what the courier asks for, by its secret
routes   its inventory
"""

from __future__ import annotations

from workervoice.web.fallback.app import create_fallback_app
from workervoice.web.fallback.spool import Spool

__all__ = ["Spool", "create_fallback_app"]
