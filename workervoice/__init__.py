"""Workervoice: a hotline by which workers report abuse, sealed, triaged and carried to remedy."""

__version__ = "0.1.0"
