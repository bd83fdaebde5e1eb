"""What a leak may look like: a planted word or number in every form in which software keeps things.

Plain and in other alphabets of bytes, reversed, hexadecimal, base64 at its three offsets, escaped
for URLs, JSON and HTML, hashed without a key, counted as an integer, deflated.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import zlib
from collections.abc import Iterable, Iterator
from urllib.parse import quote

import ahocorasick

_CHUNK = 1 << 20
_DEFLATED = (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda", b"\x1f\x8b\x08")
_LEAST = 8  # bytes; a shorter needle would be found by chance

Needles = dict[bytes, str]  # what to look for, and what it would be: "word in form"


def forms_of_word(word: str) -> dict[str, bytes]:
    """Every form of one planted word, by name."""
    plain = word.encode()
    return {
        **_written(word),
        **{f"{name} of it": form for name, form in _hashed(plain).items()},
    }


def forms_of_number(number: str) -> dict[str, bytes]:
    """Every form of a telephone number or another address: cut in several ways before hashing."""
    digits = "".join(c for c in number if c.isdigit())
    shown = digits[-10:] if number.startswith("+") else number
    forms = _written(shown)
    kinds = ("tel:", "wa:", "wa-bsuid:", "whatsapp:")
    for cut in (number, digits, digits[-10:], *(kind + number for kind in kinds)):
        for name, form in _hashed(cut.encode()).items():
            forms[f"{name} of {len(cut)} characters {cut[:3]}…"] = form
    for cut in (digits, digits[-10:]):
        counted = int(cut).to_bytes(8, "big")
        forms[f"{len(cut)} digits as an integer"] = counted
        forms[f"{len(cut)} digits as an integer, backwards"] = counted[::-1]
    return forms


def _written(word: str) -> dict[str, bytes]:
    plain = word.encode()
    forms = {
        "plain": plain,
        "utf-16 little": word.encode("utf-16-le"),
        "utf-16 big": word.encode("utf-16-be"),
        "reversed": word[::-1].encode(),
        "bytes reversed": plain[::-1],
        "hex": plain.hex().encode(),
        "HEX": plain.hex().upper().encode(),
        "hex of utf-16": word.encode("utf-16-le").hex().encode(),
        "percent-encoded": quote(word).encode(),
        "percent-encoded whole": "".join(f"%{byte:02X}" for byte in plain).encode(),
        "JSON": json.dumps(word)[1:-1].encode(),
        "HTML": html.escape(word).encode("ascii", "xmlcharrefreplace"),
    }
    for offset in range(3):
        forms[f"base64 at {offset}"] = _base64_inside(plain, offset)
        forms[f"base64url at {offset}"] = _base64_inside(plain, offset, b"-_")
    return forms


def _base64_inside(data: bytes, offset: int, alphabet: bytes = b"+/") -> bytes:
    """What surely stands in the base64 of anything that holds `data` at such an offset."""
    coded = base64.b64encode(b"\0" * offset + data, alphabet)
    first = -(-offset * 8 // 6)  # the first character that no byte before `data` touches
    last = (offset + len(data)) * 8 // 6
    return coded[first:last]


def _hashed(data: bytes) -> dict[str, bytes]:
    forms = {}
    for name in ("md5", "sha1", "sha256", "sha512"):
        raw = hashlib.new(name, data, usedforsecurity=False).digest()
        forms[name] = raw
        forms[f"{name} hex"] = raw.hex().encode()
        forms[f"{name} HEX"] = raw.hex().upper().encode()
        forms[f"{name} base64"] = base64.b64encode(raw).rstrip(b"=")
    return forms


def needles(words: Iterable[str] = (), numbers: Iterable[str] = ()) -> Needles:
    """All forms of all that was planted."""
    found: Needles = {}
    for each, forms in (
        *((word, forms_of_word(word)) for word in words),
        *((number, forms_of_number(number)) for number in numbers),
    ):
        for name, form in forms.items():
            assert len(form) >= _LEAST, f"{each} is too short to look for as {name}"
            found.setdefault(form, f"{each}: {name}")
    return found


class Search:
    """Looks for all needles at once, and inside whatever inflates."""

    def __init__(self, wanted: Needles) -> None:
        self._longest = max(map(len, wanted))
        self._machine = ahocorasick.Automaton()
        for form, name in wanted.items():
            self._machine.add_word(form.decode("latin-1"), name)
        self._machine.make_automaton()

    def found_in(self, data: bytes, *, inflate: bool = True) -> set[str]:
        """The names of the needles in these bytes."""
        found: set[str] = set()
        for start in range(0, len(data), _CHUNK):
            chunk = data[start : start + _CHUNK + self._longest]
            if chunk.strip(b"\0"):
                found.update(name for _, name in self._machine.iter(chunk.decode("latin-1")))
        if inflate:
            for inside in _inflated(data):
                found |= {f"{name}, deflated" for name in self.found_in(inside, inflate=False)}
        return found


def _inflated(data: bytes) -> Iterator[bytes]:
    """The beginning of everything in here that looks like zlib or gzip and is."""
    for mark in _DEFLATED:
        at = data.find(mark)
        while at >= 0:
            try:
                inside = zlib.decompressobj(zlib.MAX_WBITS | 32).decompress(
                    data[at : at + _CHUNK], _CHUNK
                )
            except zlib.error:
                inside = b""
            if inside:
                yield inside
            at = data.find(mark, at + 1)
