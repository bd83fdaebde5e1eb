"""Practising: a registrar lets a line be tried out for some hours, and ends that again; and a
handler says of what came as a test which it is.

What is real never becomes a test. What came as a test, and is real, becomes an ordinary case at
once, with all that a report is promised. What may be real is waited for as if it were, and kept as
long, until a person has said that it is a test.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

from workervoice.errors import Declined, GuardFailed, IllegalMove, NotFound
from workervoice.hotline.clockwork import end_clocks, promise_for_report
from workervoice.hotline.epochs import Registry
from workervoice.hotline.opening import open_case
from workervoice.hotline.practisecode import mark_of, new_code
from workervoice.hotline.process import Process
from workervoice.hotline.reading import Actor
from workervoice.hotline.registering import of_operator
from workervoice.hotline.registry import lines, practices_running, register
from workervoice.store.programme import (
    Line,
    Practice,
    Site,
    add_registered,
    replace_registered,
    rows_of,
)
from workervoice.workflow.retention import OVER

HOURS, HOURS_MAX = 4, 24


def begin(process: Process, actor: Actor, slug: str, hours: int) -> tuple[str, Practice]:
    """Let a practice begin on a line; returns its code, which is told only now. Raises `Forbidden`
    for anybody but a registrar of the operator, and `Declined` while one runs on this line."""
    if not 1 <= hours <= HOURS_MAX:
        raise Declined(f"a practice lasts 1 to {HOURS_MAX} hours")
    with of_operator(process, actor) as desk:
        line = _line(desk, slug)
        if _running(desk, line) is not None:
            raise Declined(f"a practice runs on {slug} already: end it first")
        taken = {site.code for site in rows_of(desk.tx, Site)}
        code = next(code for code in iter(new_code, None) if code not in taken)
        mark = mark_of(desk.pen.vault, desk.tx.programme, line.id, code)
        now = desk.pen.now.replace(microsecond=0)
        made = Practice(uuid4(), line.id, mark, now, now + timedelta(hours=hours), None)
        practice = register(desk.tx.programme, made, actor.signer)
        add_registered(desk.tx, practice)
        desk.pen.log(desk.tx, "registered", practice.id, "practice")
        return code, practice


def end(process: Process, actor: Actor, slug: str) -> None:
    """End the practice that runs on a line before its time. Raises as `begin` does, and `NotFound`
    if none runs."""
    with of_operator(process, actor) as desk:
        was = _running(desk, _line(desk, slug))
        if was is None:
            raise NotFound(f"no practice runs on {slug}")
        ended = replace(was, ended=desk.pen.now.replace(microsecond=0), version=was.version + 1)
        replace_registered(desk.tx, register(desk.tx.programme, ended, actor.signer))
        desk.pen.log(desk.tx, "registered", was.id, "practice ended")


def call_real(process: Process, actor: Actor, case_id: UUID, reason: str) -> None:
    """What came as a test is a worker's report: from now on a case like any other, which is
    promised what a report is promised. It cannot be taken back."""
    if not reason.strip():
        raise GuardFailed("say why, in a few words")
    with open_case(process, actor, case_id) as file:
        if file.record.practice is None:
            raise IllegalMove(f"case {case_id} is no test")
        file.note("note", {"kind": "real", "text": reason})
        file.record = replace(file.record, practice=None)
        end_clocks(file.tx, file.pen, [case_id])
        if file.state not in OVER:
            promise_for_report(file.tx, file.pen, case_id, file.record.priority)
        file.save("practice_real")


def call_test(process: Process, actor: Actor, case_id: UUID, reason: str) -> None:
    """A person looked, and it is a test: nobody waits for it, unless something grave comes."""
    if not reason.strip():
        raise GuardFailed("say why, in a few words")
    with open_case(process, actor, case_id) as file:
        if file.record.practice is None:
            raise IllegalMove(f"case {case_id} is no test")
        file.note("note", {"kind": "test", "text": reason})
        said = replace(file.record.practice, said_by=actor.id)
        file.record = replace(file.record, practice=said)
        end_clocks(file.tx, file.pen, [case_id])
        file.save("practice_test")


def _line(desk: Registry, slug: str) -> Line:
    """Raises `NotFound` for a line that no registrar vouched for."""
    for line in lines(desk.tx, desk.pen.vault, desk.directory):
        if line.slug == slug:
            return line
    raise NotFound(f"there is no line {slug} that somebody vouched for")


def _running(desk: Registry, line: Line) -> Practice | None:
    running = practices_running(desk.tx, desk.pen.vault, desk.directory, desk.pen.now)
    return next((row for row in running if row.line_id == line.id), None)
