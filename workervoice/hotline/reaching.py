"""By which way a text may reach a worker now: WhatsApp takes texts for a day after each of theirs.

Once that day is over, only what says without content that something waits goes out: as a template
that WhatsApp has approved; or by SMS, if the worker said before that we may. Everything else waits
until they write.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from workervoice.hotline.process import Pen
from workervoice.hotline.registry import lines
from workervoice.message import Address, AddressKind
from workervoice.store.engine import Tx
from workervoice.store.programme import Line
from workervoice.workflow.progress import Progress

WINDOWED = frozenset({AddressKind.WHATSAPP, AddressKind.WHATSAPP_ID})
NO_WINDOW = 0  # of `window_until`: not on WhatsApp, or no template is taken, until they write again


def no_templates(_line: Line) -> Collection[str]:
    return ()


def unnamed(_line: Line) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Ways:
    """What leads to workers. `callback` makes a line's status URL for an outbox id; `templates` are
    the names of those that a line has; `provider` is through whom its texts go."""

    callback: Callable[[Line, UUID], str]
    templates: Callable[[Line], Collection[str]] = no_templates
    provider: Callable[[Line], str] = unnamed


@dataclass(frozen=True, slots=True)
class Way:
    """The line that a text leaves by, the address it goes to, and the template that says it."""

    line: Line
    to: Address
    template: str = ""


def way(
    direct: Way, is_notice: bool, progress: Progress, known: Iterable[Line], now: datetime
) -> Way | None:
    """How this goes out, or None if it waits. `direct` is the way that the worker wrote by, with
    the template if the line has it."""
    window = progress.window_until or NO_WINDOW
    if direct.to.kind not in WINDOWED or now.timestamp() <= window:
        return Way(direct.line, direct.to)
    if not is_notice:
        return None
    if direct.template and window != NO_WINDOW:
        return direct
    return texted(direct, progress, known)


def texted(direct: Way, progress: Progress, known: Iterable[Line]) -> Way | None:
    """The way by SMS, if the worker of WhatsApp agreed to it and there is one."""
    texting = texting_line(known, direct.line) if progress.by_sms else None
    if texting is None or direct.to.kind is not AddressKind.WHATSAPP:
        return None
    return Way(texting, Address(AddressKind.PHONE, direct.to.value))


def texting_line(known: Iterable[Line], line: Line) -> Line | None:
    """The line by which workers of this one can be written to by SMS: one of the same country."""
    found = (each for each in known if each.channel == "sms" and each.country == line.country)
    return min(found, key=lambda each: each.slug, default=None)


def may_text(tx: Tx, pen: Pen, line: Line, sender: Address) -> bool:
    """Whether a worker of WhatsApp can be offered a notice by SMS at all."""
    if sender.kind is not AddressKind.WHATSAPP:
        return False
    return texting_line(lines(tx, pen.vault, pen.directory), line) is not None
