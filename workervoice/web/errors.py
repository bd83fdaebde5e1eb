"""Refusals as HTTP: the one table from an error to a status.

Whatever may not be known to exist and whatever may not be seen answer alike, with 404.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from workervoice.errors import (
    CryptoError,
    Forbidden,
    Malformed,
    NotFound,
    Refused,
    Unavailable,
    WorkervoiceError,
    WorkflowError,
    WrongCode,
    WrongPassphrase,
)


class NoSession(WorkervoiceError):
    """Nobody is signed in with this cookie, or not any more."""


class Unfinished(NoSession):
    """The passphrase was right, and the second factor is still missing."""


class Waits(WorkervoiceError):
    """Nobody has confirmed this account yet; `visit` is told so."""

    def __init__(self, visit: Any) -> None:
        super().__init__("the account is not confirmed yet")
        self.visit = visit


class StaleForm(WorkervoiceError):
    """The form does not come from a page of this session."""


class TooLarge(WorkervoiceError):
    """A form larger than any of ours."""


class Unreadable(WorkervoiceError):
    """A form that no page of ours could have sent."""


class TooSoon(WorkervoiceError):
    """Too many wrong tries: the next one may be made in so many seconds."""

    def __init__(self, seconds: int) -> None:
        super().__init__("too many wrong tries")
        self.seconds = seconds


class NotFresh(WorkervoiceError):
    """What was asked for needs a fresh proof of who is there; `visit` is asked for it."""

    def __init__(self, visit: Any, problem: str = "") -> None:
        super().__init__("a fresh proof is missing")
        self.visit, self.problem = visit, problem


class Busy(Unavailable):
    """Too many people are signing in at once."""


STATUS: Mapping[type[WorkervoiceError], int] = MappingProxyType(
    {
        Malformed: 400,
        WrongPassphrase: 401,
        WrongCode: 401,
        NoSession: 403,
        Waits: 403,
        Refused: 403,
        StaleForm: 403,
        Forbidden: 404,
        NotFound: 404,
        CryptoError: 409,
        WorkflowError: 409,
        TooLarge: 413,
        Unreadable: 422,
        TooSoon: 429,
        Unavailable: 503,
        WorkervoiceError: 500,
    }
)


def status_of(error: WorkervoiceError) -> int:
    """The status of the nearest class in the table."""
    return next(STATUS[each] for each in type(error).__mro__ if each in STATUS)
