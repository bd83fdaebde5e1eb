"""Media of a case, for whoever may read it: a small picture, and the medium itself on request.

Only what was taken apart here is shown in the page; whatever could not be is a file to be saved, of
a type that no browser opens by itself.
"""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from workervoice.errors import NotFound
from workervoice.hotline.media import Head
from workervoice.hotline.showing import medium_of_case
from workervoice.web.console.gate import Visiting
from workervoice.web.console.mediawords import shown_as

router = APIRouter()


@router.get("/cases/{case_id}/media/{medium_id}")
def medium(visit: Visiting, case_id: UUID, medium_id: UUID) -> Response:
    return whole(
        medium_id, *medium_of_case(visit.process, visit.actor, case_id, medium_id, whole=True)
    )


def whole(medium_id: UUID, head: Head, content: bytes) -> Response:
    """A medium as a page shows it, or as a file."""
    if shown_as(head):
        return Response(content, media_type=head.type)
    if not head.size:
        raise NotFound("there is nothing to show")
    name = {"Content-Disposition": f'attachment; filename="{medium_id}.bin"'}
    return Response(content, media_type="application/octet-stream", headers=name)


@router.get("/cases/{case_id}/media/{medium_id}/small")
def small(visit: Visiting, case_id: UUID, medium_id: UUID) -> Response:
    head, _ = medium_of_case(visit.process, visit.actor, case_id, medium_id, whole=False)
    return small_picture(head)


def small_picture(head: Head) -> Response:
    """Raises `NotFound` for one that has none."""
    if not head.thumbnail:
        raise NotFound("there is no small picture of it")
    return Response(head.thumbnail, media_type="image/jpeg")
