"""What the courier asks of the fallback receiver: a list, a file, and to delete one."""

from __future__ import annotations

import asyncio
import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from fastapi import Request, Response
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from workervoice.web.fallback.spool import Spool, is_name

PAGE = 500  # files in one list
_AFTER = re.compile("([0-9]{1,20})_([0-9a-f-]{36})", re.ASCII)
_NO_STORE = {"Cache-Control": "no-store"}

_T = TypeVar("_T")


@dataclass(slots=True)
class Drain:
    """Of one receiver. `secret` is what the courier shows."""

    spool: Spool
    secret: bytes = field(repr=False)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def listed(self, request: Request) -> Response:
        """Names and sizes, oldest first; `more` is what to ask with for the rest."""
        self._check(request)
        after = _AFTER.fullmatch(request.query_params.get("after", "0_" + "0" * 36))
        if after is None:
            raise HTTPException(400)
        since = (int(after[1]), after[2])
        page, files, size = await self._do(lambda: self.spool.listed(since, PAGE))
        last = page[-1] if len(page) == PAGE else None
        said = {
            "files": [{"name": e.name, "size": e.size, "at": e.at // 10**9} for e in page],
            "more": f"{last.at}_{last.name}" if last is not None else "",
            "waiting": files,
            "bytes": size,
        }
        return JSONResponse(said, headers=_NO_STORE)

    async def file(self, request: Request) -> Response:
        """One file as it lies there: sealed. Or, with DELETE, without it from now on."""
        self._check(request)
        name = request.path_params["name"]
        if not is_name(name):
            raise HTTPException(404)
        if request.method == "DELETE":
            await self._do(lambda: self.spool.delete(name))
            return Response(status_code=204)
        sealed = await self._do(lambda: self.spool.get(name))
        return Response(sealed, media_type="application/octet-stream", headers=_NO_STORE)

    async def _do(self, work: Callable[[], _T]) -> _T:
        async with self._turn:
            return await asyncio.to_thread(work)

    def _check(self, request: Request) -> None:
        given = request.headers.getlist("authorization")
        shown = given[0].encode("latin-1") if len(given) == 1 else b""
        if not hmac.compare_digest(shown, b"Bearer " + self.secret):
            raise HTTPException(401, headers={"WWW-Authenticate": "Bearer"})
