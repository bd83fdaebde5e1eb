"""Media of a case, for whoever may read it: a small picture, and the medium itself on request.

Only what was taken apart here is shown in the page; whatever could not be is a file to be saved, of
a type that no browser opens by itself.
"""

from __future__ import annotations

import re
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from workervoice.errors import NotFound
from workervoice.hotline.media import Head
from workervoice.hotline.showing import medium_of_case
from workervoice.web.console.gate import Visit, Visiting
from workervoice.web.console.mediawords import shown_as

router = APIRouter()
_RANGE = re.compile("bytes=([0-9]{1,12})-([0-9]{0,12})")  # one; Safari plays nothing without


@router.get("/cases/{case_id}/media/{medium_id}")
def medium(visit: Visiting, case_id: UUID, medium_id: UUID) -> Response:
    found = medium_of_case(visit.process, visit.actor, case_id, medium_id, whole=True)
    return whole(visit, medium_id, *found)


def whole(visit: Visit, medium_id: UUID, head: Head, content: bytes) -> Response:
    """A medium as a page shows it, or the part of it that a player asks for; or as a file."""
    if shown_as(head):
        return _part(visit.request.headers.get("range", ""), content, head.type)
    if not head.size:
        raise NotFound("there is nothing to show")
    name = {"Content-Disposition": f'attachment; filename="{medium_id}.bin"'}
    return Response(content, media_type="application/octet-stream", headers=name)


@router.get("/cases/{case_id}/media/{medium_id}/small")
def small(visit: Visiting, case_id: UUID, medium_id: UUID) -> Response:
    head, _ = medium_of_case(visit.process, visit.actor, case_id, medium_id, whole=False)
    return small_picture(head)


def _part(asked: str, content: bytes, kind: str) -> Response:
    """Of more than one part, or of none that is there, all of it."""
    named, size = _RANGE.fullmatch(asked), len(content)
    first = int(named[1]) if named else size
    last = min(int(named[2]) if named and named[2] else size, size - 1)
    if not first <= last:
        return Response(content, media_type=kind, headers={"Accept-Ranges": "bytes"})
    told = {"Accept-Ranges": "bytes", "Content-Range": f"bytes {first}-{last}/{size}"}
    return Response(content[first : last + 1], 206, told, kind)


def small_picture(head: Head) -> Response:
    """Raises `NotFound` for one that has none."""
    if not head.thumbnail:
        raise NotFound("there is no small picture of it")
    return Response(head.thumbnail, media_type="image/jpeg")
