"""Showing media: what stands in a thread of each medium, and the medium itself when somebody asks
for it. It is opened in memory, piece by piece, and never lies on a disk in clear.
"""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from workervoice.errors import CryptoError, NotFound
from workervoice.hotline.media import Head, Medium, Shown, open_medium
from workervoice.hotline.opening import OpenCase, open_case
from workervoice.hotline.process import Process
from workervoice.hotline.reading import Actor
from workervoice.store.media import MediumRow, media_of

MOST_SHOWN = 64 * 1024 * 1024  # bytes; what is larger was never taken


def shown_in(case: OpenCase) -> dict[UUID, tuple[Shown, ...]]:
    """Of each entry that has media."""
    named = {entry.id: (entry.words or {}).get("media", []) for entry in case.thread}
    ids = [UUID(each["id"]) for media in named.values() for each in media]
    rows = media_of(case.tx, ids) if ids else {}
    return {
        entry: tuple(_shown(case, each, rows) for each in media)
        for entry, media in named.items()
        if media
    }


def _shown(case: OpenCase, said: Mapping[str, str], rows: Mapping[UUID, MediumRow]) -> Shown:
    medium_id = UUID(said["id"])
    row = rows.get(medium_id)
    if row is None:
        return Shown(medium_id, said["type"])
    try:
        return Shown(medium_id, said["type"], _opened(case, row).head)
    except (CryptoError, NotFound):  # NotFound: from before this officer could read the case
        return Shown(medium_id, said["type"], broken=True)


def medium_of_case(
    process: Process, actor: Actor, case_id: UUID, medium_id: UUID, *, whole: bool
) -> tuple[Head, bytes]:
    """Its head, and its content if `whole`: that is in the log, as whoever reads a case is.

    Raises `NotFound` for one that no entry of this case names, and `CryptoError` for one that was
    changed.
    """
    with open_case(process, actor, case_id) as case:
        row = media_of(case.tx, [medium_id]).get(medium_id)
        named = {
            each["id"] for entry in case.thread for each in (entry.words or {}).get("media", [])
        }
        if row is None or row.holder_id != case_id or str(medium_id) not in named:
            raise NotFound("no such medium in this case")
        medium = _opened(case, row)
        content = b"".join(medium.content(case.tx)) if whole else b""
        seen = ("medium_seen", medium_id) if whole else ("case_read", case_id)
        case.pen.log_reading(case.tx, *seen)
        return medium.head, content


def _opened(case: OpenCase, row: MediumRow) -> Medium:
    _, key = case.keys.open(row.epoch)
    return open_medium(case.tx, case.pen.directory, row, key)
