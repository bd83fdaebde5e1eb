"""Known browsers: a mark that a browser gets when somebody signed in with it, and shows next time.

It opens nothing: it only says that a try comes from where this person was before, so that strangers
cannot fill its lane (see `throttle`). A mark is good for one login and half a year.
"""

from __future__ import annotations

import hmac
import secrets

from workervoice.crypto.seal import ctx, mac

DAYS = 180
MARKS_MOST = 4  # people who share a browser
_DAY = 24 * 3600
_BETWEEN = "~"


def mark(key: bytes, login: str, now: int) -> str:
    """A new mark for this login, made under a key of the service."""
    return _made(key, login, now // _DAY, secrets.token_hex(16))


def device_of(key: bytes, login: str, cookie: str, now: int) -> bytes:
    """Which known browser of this login it is, or b""."""
    today = now // _DAY
    for each in cookie.split(_BETWEEN)[:MARKS_MOST]:
        day, _, rest = each.partition(".")
        name = rest.partition(".")[0]
        if not (day.isascii() and day.isdigit() and len(day) < 8 and 0 <= today - int(day) <= DAYS):
            continue
        if hmac.compare_digest(_made(key, login, int(day), name).encode(), each.encode()):
            return name.encode()
    return b""


def with_mark(cookie: str, new: str) -> str:
    """The cookie's next value: the newest mark first."""
    old = [each for each in cookie.split(_BETWEEN) if each]
    return _BETWEEN.join([new, *old][:MARKS_MOST])


def _made(key: bytes, login: str, day: int, name: str) -> str:
    return f"{day}.{name}.{mac(key, ctx('device', login, day, name)).hex()}"
