"""Runs the contract of `contract.py` over each channel's table, row by row."""

from __future__ import annotations

import pytest

from tests.channels.contract import Contract

_PARTS = ("readable", "unreadable", "status", "bad_status", "refused", "answer", "lookup")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test a row; the row's name is the test's id."""
    if metafunc.cls is None or not issubclass(metafunc.cls, Contract):
        return
    for part in _PARTS:
        if part in metafunc.fixturenames:
            rows = getattr(metafunc.cls.table, part)
            metafunc.parametrize(part, list(rows.values()), ids=list(rows))
