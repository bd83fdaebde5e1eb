"""What nobody caught in a command: told by type and place, never by its text.

A database driver's own text may quote the row that it was about. Processes have their journal
instead, which `logging_setup` puts in the place of this.
"""

from __future__ import annotations

import sys
import threading
from types import TracebackType
from typing import Any

from workervoice.journal import of_error


def tell_plainly() -> None:
    """From now on whatever nobody catches is one sentence on standard error."""
    sys.excepthook = _uncaught
    threading.excepthook = _in_thread
    sys.unraisablehook = _unraisable


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    _tell(error)


def _in_thread(given: threading.ExceptHookArgs) -> None:
    if given.exc_value is not None and given.exc_type is not SystemExit:
        _tell(given.exc_value)


def _unraisable(given: Any) -> None:
    if given.exc_value is not None:
        _tell(given.exc_value)


def _tell(error: BaseException) -> None:
    if isinstance(error, KeyboardInterrupt):  # also one that falls into the interpreter's own end
        _say("interrupted.")
        return
    told = of_error(error)
    because = f" (because of {told['because']})" if "because" in told else ""
    through = f", called at {told['ours_at']}" if "ours_at" in told else ""
    _say(
        f"this failed for a reason that the program does not know: {told['error']}{because}, "
        f"raised at {told['raised_at']}{through}. Run `workervoice doctor`."
    )


def _say(sentence: str) -> None:
    sys.stderr.write(f"workervoice: {sentence}\n")
