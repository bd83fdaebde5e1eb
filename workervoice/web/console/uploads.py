"""Forms that bring a file: read and taken apart in memory, so that nothing of it touches a disk."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import cast

from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from workervoice.wash.outcome import MOST_IN
from workervoice.web.console.forms import (
    FORM_BYTES,
    FORM_FIELDS,
    Form,
    Upload,
    form_of,
    read_body,
)
from workervoice.web.errors import TooLarge, Unreadable

UPLOAD_BYTES = MOST_IN + FORM_BYTES
UPLOAD_SECONDS = 300  # how long one may take to come
_TYPE = b"multipart/form-data"


async def read_upload(request: Request) -> Form:
    """The form of a POST that may bring one file. Raises `TooLarge` or `Unreadable`; another
    content type has no fields."""
    try:
        async with asyncio.timeout(UPLOAD_SECONDS):
            body = await read_body(request, UPLOAD_BYTES)
    except TimeoutError:
        raise TooLarge("it came too slowly") from None
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    if kind != _TYPE or b"boundary" not in options:
        return Form()
    parsed = await run_in_threadpool(parse_upload, body, options[b"boundary"])
    request.state.form = parsed  # for the page of a refusal
    return cast(Form, request.state.form)


def parse_upload(body: bytes, boundary: bytes) -> Form:
    """Raises `Unreadable` for what no page of ours sends: two files, or many fields."""
    parts = _Parts()
    try:
        parser = MultipartParser(
            boundary,
            {
                "on_part_begin": parts.begin,
                "on_header_field": parts.header_name,
                "on_header_value": parts.header_value,
                "on_header_end": parts.header_end,
                "on_part_data": parts.data,
                "on_end": parts.end,
            },
        )
        parser.write(body)
        parser.finalize()
    except FormParserError:
        raise Unreadable("form") from None
    return parts.form()


@dataclass(slots=True)
class _Part:
    headers: dict[bytes, bytes] = field(default_factory=dict)
    content: bytearray = field(default_factory=bytearray, repr=False)

    @property
    def options(self) -> dict[bytes, bytes]:
        return parse_options_header(self.headers.get(b"content-disposition", b""))[1]


@dataclass(slots=True)
class _Parts:
    """What the parser finds, part by part."""

    found: list[_Part] = field(default_factory=list, repr=False)
    name: bytes = b""
    value: bytes = b""
    whole: bool = False

    def begin(self) -> None:
        if len(self.found) >= FORM_FIELDS:
            raise Unreadable("form")
        self.found.append(_Part())

    def header_name(self, data: bytes, start: int, end: int) -> None:
        self.name += data[start:end]

    def header_value(self, data: bytes, start: int, end: int) -> None:
        self.value += data[start:end]

    def header_end(self) -> None:
        self.found[-1].headers[self.name.lower()] = self.value
        self.name = self.value = b""

    def data(self, data: bytes, start: int, end: int) -> None:
        self.found[-1].content += data[start:end]

    def end(self) -> None:
        self.whole = True

    def form(self) -> Form:
        """Raises `Unreadable` for a body that was cut off, or has more than one file."""
        files = [part for part in self.found if b"filename" in part.options]
        if not self.whole or len(files) > 1:
            raise Unreadable("form")
        form = form_of(
            (part.options.get(b"name", b"").decode(errors="replace"), _text(part))
            for part in self.found
            if part not in files
        )
        chosen = [part for part in files if part.options[b"filename"] or part.content]
        return Form(form.fields, next(map(_upload, chosen), None))


def _text(part: _Part) -> str:
    if len(part.content) > FORM_BYTES:
        raise TooLarge("form")
    return part.content.decode(errors="replace")


def _upload(part: _Part) -> Upload:
    claimed = part.headers.get(b"content-type", b"").decode(errors="replace")
    return Upload(bytes(part.content), claimed.partition(";")[0].strip().lower())
