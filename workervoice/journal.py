"""What the processes may log: events with fields out of two lists, and nothing else.

Free text has no way in, so a worker's word, number or token has none. A library's own line, whose
text may quote what it was handling, is named by logger, place and the types of its exceptions.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType, TracebackType
from uuid import UUID

from workervoice.errors import KeysAway

INFO, WARNING = logging.INFO, logging.WARNING

# event -> how grave it is, and what it says to a reader
EVENTS: Mapping[str, tuple[int, str]] = MappingProxyType(
    {
        "started": (INFO, "started"),
        "stopping": (INFO, "told to stop: finishing what was begun"),
        "stopped": (INFO, "stopped"),
        "stopped_short": (WARNING, "something did not end in time and was left: exiting now"),
        "relieved": (INFO, "served long enough: the next process takes over"),
        "keys_in_files": (
            WARNING,
            "keys in files protect against a stolen database, not against a stolen disk: see "
            "WORKERVOICE_CUSTODY",
        ),
        "memory_open": (
            WARNING,
            "this system lets other processes of the same user read our memory",
        ),
        "keys_away": (WARNING, "{says}"),
        "keys_back": (WARNING, "the keys can be used again"),
        "packs_broken": (
            WARNING,
            "a language pack is broken: the last good packs go on; `workervoice doctor` names it",
        ),
        "opinion_missing": (
            WARNING,
            "the program for a second opinion gives none: messages are taken without, and it is "
            "started again in a minute",
        ),
        "database_away": (
            WARNING,
            "the database does not answer, or cannot be used: waiting for it",
        ),
        "database_back": (INFO, "the database answers again"),
        "storing_failed": (
            WARNING,
            "what a provider brought could not be stored: {what} ({count} since the start)",
        ),
        "storing_back": (INFO, "what providers bring is stored again"),
        "line_quieted": (
            WARNING,
            "a flood on line {id}: whoever is new gets no automatic answer until it is over; what "
            "comes is taken",
        ),
        "budget_alarm": (WARNING, "line {id} has spent {count} % of its budget for this month"),
        "sender_halted": (
            WARNING,
            "the provider of line {id} says that we cannot send at all (error {count}), or there"
            " is none for its channel: nothing leaves on it for five minutes; `workervoice doctor` "
            "may tell why",
        ),
        "template_refused": (
            WARNING,
            "WhatsApp's template of line {id} was refused (error {count}): the worker reads that "
            "something waits once they write; `workervoice templates check` tells more",
        ),
        "transcription_failed": (
            WARNING,
            "the program that hears recordings failed ({what}): the recording is kept without",
        ),
        "item_failed": (WARNING, "{kind} {id}: {what}"),
        "list_put_aside": (
            WARNING,
            "the keyed list beside the backups is not as it was written: it was put aside, and a "
            "new one was begun",
        ),
        "restore_unclear": (
            WARNING,
            "nothing is sent: what is stored of the last restore is not what the log says",
        ),
        "leaf_refused": (WARNING, "log leaf {id} is not what it says, and gets no position"),
        "signed_in": (INFO, "signed in: officer {officer} ({count} since the start)"),
        "sign_in_refused": (WARNING, "sign-in refused ({count} since the start)"),
        "second_refused": (
            WARNING,
            "second factor refused: officer {officer} ({count} since the start)",
        ),
        "form_refused": (WARNING, "form without its token refused ({count} since the start)"),
        "row_unreadable": (WARNING, "{kind} {id} cannot be read ({count} since the start)"),
    }
)
FIELDS = frozenset({"kind", "id", "officer", "count", "what", "says"})
KINDS = frozenset(
    {
        # of the courier
        *("programme", "clocks", "clock", "retention", "log", "send", "look_up", "queue", "meter"),
        *("collect", "list", "comparison"),
        *("entry", "line"),  # what a person wrote down, and the gateway takes
        *("case", "sensitive issue", "disclosure"),  # rows that a page could not read
    }
)
WITHHELD = "withheld"

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}", re.ASCII)
_PATHS = re.compile(r".*/(?:site-packages/|lib/python3\.\d+/|(?=workervoice/))(.+)", re.DOTALL)
_DEEPEST = 8  # causes of causes that are named
_LIBRARY_LINES = frozenset(  # templates of theirs that hold nothing but their own words
    {
        "nobody caught this",
        "Exception in ASGI application\n",
        "Exception in callback %s",
        "Invalid HTTP request received.",
        "Cancel %s running task(s), timeout graceful shutdown exceeded",
        "ASGI callable returned without starting response.",
        "ASGI callable returned without completing response.",
        "socket.accept() out of system resource",
    }
)
Value = str | int


class Journal:
    """Writes events under one logger's name."""

    def __init__(self, name: str) -> None:
        self._log = logging.getLogger(name)

    def note(self, event: str, **fields: UUID | int | str | KeysAway) -> None:
        """Raises `ValueError` for an event or a field that is not on the lists. A value that is
        none of those allowed is withheld: a log line must not stop a courier, or tell."""
        level, sentence = EVENTS[event] if event in EVENTS else _unlisted("event", event)
        told = {name: _checked(name, value) for name, value in fields.items()}
        self._log.log(level, sentence.format(**told), extra={"journal": (event, told)})


def _checked(name: str, value: UUID | int | str | KeysAway) -> Value:
    """Ids, numbers, kinds, names of our own classes; and our own word on the key service."""
    if name not in FIELDS:
        _unlisted("field", name)
    if name == "says":
        return str(value) if isinstance(value, KeysAway) else WITHHELD
    if name == "kind":
        return value if isinstance(value, str) and value in KINDS else WITHHELD
    if name == "what":
        return value if isinstance(value, str) and _NAME.fullmatch(value) else WITHHELD
    if name == "count":
        return value if isinstance(value, int) else WITHHELD
    return str(value) if isinstance(value, UUID) else WITHHELD


def _unlisted(what: str, name: str) -> tuple[int, str]:
    raise ValueError(f"no such {what} in the journal: {name}")


def fields_of(record: logging.LogRecord) -> tuple[str, str, dict[str, Value]]:
    """Event, sentence and fields of a log record, ours or a library's."""
    known = getattr(record, "journal", None)
    if known is not None:
        event, told = known
        return event, record.getMessage(), dict(told)
    fields: dict[str, Value] = {"logger": _plain(record.name)}
    fields["at"] = f"{short(record.pathname)}:{record.lineno}"
    template = record.msg if isinstance(record.msg, str) else ""
    sentence = template.strip() if template in _LIBRARY_LINES else "a library says something"
    error = record.exc_info[1] if record.exc_info else None
    if error is not None:
        fields |= of_error(error)
    return "library", sentence, fields


def of_error(error: BaseException) -> dict[str, Value]:
    """Types and places of an exception and what it came from; never its text or its values."""
    chain = list(_chain(error))
    named = {"error": _type(error), "raised_at": _innermost(error.__traceback__)}
    ours = _innermost(error.__traceback__, ours=True)
    if ours and ours != named["raised_at"]:
        named["ours_at"] = ours
    if len(chain) > 1:
        named["because"] = " < ".join(_type(each) for each in chain[1:])
    return {**named}


def _chain(error: BaseException) -> Iterator[BaseException]:
    at: BaseException | None = error
    for _ in range(_DEEPEST):
        if at is None:
            return
        yield at
        at = at.__cause__ or at.__context__


def _type(error: BaseException) -> str:
    kind = type(error)
    return _plain(f"{kind.__module__}.{kind.__qualname__}".removeprefix("builtins."))


def _plain(name: str) -> str:
    """A name of programs, and nothing that somebody could have typed elsewhere."""
    return name if re.fullmatch(r"[\w.<>]{1,128}", name, re.ASCII) else "unnamed"


def _innermost(trace: TracebackType | None, *, ours: bool = False) -> str:
    """Where it was raised; with `ours` the last place in our own code that it passed."""
    found = ""
    while trace is not None:
        place = short(trace.tb_frame.f_code.co_filename)
        if not ours or place.startswith("workervoice/"):
            found = f"{place}:{trace.tb_lineno}"
        trace = trace.tb_next
    return found


def short(path: str) -> str:
    """A source file's path below where it was installed."""
    match = _PATHS.fullmatch(path)
    return match[1] if match else path.rpartition("/")[2]
