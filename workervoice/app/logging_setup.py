"""How a process logs: to standard error, one line an event, as text or as JSON.

Nothing gets past it: libraries' loggers, warnings, and what nobody caught in the main thread, in
another thread, in a task or while an object was being removed. Of all these the journal tells type
and place, never the text.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys
import threading
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Literal

from workervoice.journal import fields_of

Format = Literal["text", "json"]
_SILENT = ("twilio", "urllib3", "httpx")  # they carry words and numbers
_UNCAUGHT = logging.getLogger("uncaught")


class _Lines(logging.Formatter):
    """A record as one line; what no list of the journal allows is not in it."""

    def __init__(self, process: str, form: Format) -> None:
        super().__init__()
        self._process, self._form = process, form

    def format(self, record: logging.LogRecord) -> str:
        event, sentence, fields = fields_of(record)
        at = datetime.fromtimestamp(record.created, tz=UTC).isoformat(timespec="milliseconds")
        level = record.levelname
        if self._form == "json":
            line = {"time": at, "level": level, "process": self._process, "event": event}
            return json.dumps({**line, **fields, "message": sentence}, ensure_ascii=True)
        also = "".join(f" {k}={v}" for k, v in fields.items()) if event == "library" else ""
        return f"{at} {self._process} {level} {event}: {sentence}{also}"


def set_up_logging(process: str, level: str, form: Format) -> None:
    """From now on everything that this process says goes through the journal."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Lines(process, form))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("workervoice").setLevel(level.upper())
    for name in _SILENT:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    logging.raiseExceptions = False  # a line that cannot be written is not shown with its values
    logging.captureWarnings(True)
    sys.excepthook = _uncaught
    threading.excepthook = _in_thread
    sys.unraisablehook = _unraisable


def note_task(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """For `loop.set_exception_handler`: asyncio's own line quotes the task and its exception."""
    _tell(context.get("exception"))


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    _tell(error)


def _in_thread(given: threading.ExceptHookArgs) -> None:
    if given.exc_type is not SystemExit:
        _tell(given.exc_value)


def _unraisable(given: Any) -> None:
    _tell(given.exc_value)


def _tell(error: BaseException | None) -> None:
    told = (type(error), error, error.__traceback__) if error is not None else None
    _UNCAUGHT.error("nobody caught this", exc_info=told)
