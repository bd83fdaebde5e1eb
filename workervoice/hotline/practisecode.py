"""Practice codes: what trainees write in front of a text, so that it is a test and no report.

A code has a form that is no word of any language, no PIN and no return code: letter, digit, letter,
digit, letter, digit. So an ordinary text costs no look at the database, and a worker cannot write
one by accident. Of a code we keep a keyed mark, never itself.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from itertools import chain
from uuid import UUID

from workervoice.crypto.seal import ctx
from workervoice.errors import CryptoError
from workervoice.hotline.casefile import read_facts
from workervoice.hotline.practised import Practised
from workervoice.hotline.process import Pen
from workervoice.hotline.registry import practices_running
from workervoice.store.cases import cases_of_conversation
from workervoice.store.engine import Tx
from workervoice.store.vault import Vault
from workervoice.workflow.secretwords import plain

_LETTERS = "ACDEFGHJKMNPQRTUVWXY"  # none that is taken for another one, or for a digit
_DIGITS = "23456789"
_CODE = re.compile(f"(?:[{_LETTERS}][{_DIGITS}]){{3}}")
_FIRST = re.compile(r"[\s\W_]*([^\W_]{6})(?![^\W_])")


def new_code() -> str:
    """A code that nobody has heard of, such as K7M3R9."""
    return "".join(secrets.choice(_LETTERS) + secrets.choice(_DIGITS) for _ in range(3))


def code_in_front(text: str) -> tuple[str, int] | None:
    """What may be a code at the beginning of a text, and where it ends; None if nothing may."""
    found = _FIRST.match(text)
    if found is None:
        return None
    code = plain(found[1]).upper()
    return (code, found.end()) if _CODE.fullmatch(code) else None


def without_code(text: str) -> str:
    """The text as it is read, with spaces for what may be a code: its letters and digits by turns
    look like Arabic in Latin letters."""
    found = code_in_front(text)
    return " " * found[1] + text[found[1] :] if found else text


def mark_of(vault: Vault, programme: UUID, line_id: UUID, code: str) -> bytes:
    """What a code of this line is known by."""
    return vault.mac(ctx("practice-code", programme, line_id, code))


def begins_with(
    tx: Tx, pen: Pen, line_id: UUID, text: str, phone: Iterable[UUID]
) -> tuple[Practised, int] | None:
    """The practice that runs on this line and whose code the text begins with, and where the code
    ends in the text. `phone` are the conversations of the phone that it came from."""
    if (found := code_in_front(text)) is None:
        return None
    code, end = found
    mark = mark_of(pen.vault, tx.programme, line_id, code)
    for row in practices_running(tx, pen.vault, pen.directory, pen.now):
        if (row.line_id, row.mark) == (line_id, mark):
            return Practised(row.id, row.until, known=had_reports(tx, pen, phone)), end
    return None


def had_reports(tx: Tx, pen: Pen, phone: Iterable[UUID]) -> bool:
    """Whether any of these conversations ever had a case that was no test; one of which the facts
    do not hold counts as one."""
    for row in chain.from_iterable(cases_of_conversation(tx, each, lock=False) for each in phone):
        try:
            if read_facts(tx, pen.vault, pen.directory, row).practice is None:
                return True
        except CryptoError:
            return True
    return False


def runs(tx: Tx, pen: Pen, practised: Practised) -> bool:
    """Whether this practice still runs."""
    running = practices_running(tx, pen.vault, pen.directory, pen.now)
    return practised.id in {row.id for row in running}
