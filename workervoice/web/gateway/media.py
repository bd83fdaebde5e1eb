"""Recordings of phrases, for the provider to fetch: public, the same for everybody, named by the
hash of their content, so that an address tells nothing of whom it was sent to. There is no list."""

from __future__ import annotations

import asyncio
import re
from types import MappingProxyType
from typing import Final

from fastapi import FastAPI, Response

from workervoice.errors import NotFound
from workervoice.web.gateway.routes import MEDIA
from workervoice.workflow.recordings import Recordings, content_of

_NAME = re.compile(r"([0-9a-f]{64})\.ogg")
_TYPE = "audio/ogg; codecs=opus"
_HEADERS: Final = MappingProxyType(
    {
        "Cache-Control": "public, max-age=86400, immutable",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'",
    }
)


def serve_media(app: FastAPI, recordings: Recordings) -> None:
    """Serve what can be sent, and nothing else of its directory."""
    one_at_a_time = asyncio.Lock()

    async def media(name: str) -> Response:
        found = _NAME.fullmatch(name)
        recording = recordings.named(found[1]) if found else None
        if recording is None:
            raise NotFound("no such recording")
        async with one_at_a_time:
            content = await asyncio.to_thread(content_of, recording)
        if not content:
            raise NotFound("it is not what it was")
        return Response(content, media_type=_TYPE, headers=dict(_HEADERS))

    app.add_api_route(MEDIA, media, methods=["GET", "HEAD"])
