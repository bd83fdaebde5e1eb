"""Which template at Twilio says which of our texts, as a setting tells it.

A template says a text of the phrase book, letter by letter, in one language, and nothing else: what
a worker reads on a locked screen tells nobody what it is about, and a look-up knows it again.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from workervoice.channels.notices import NOTICES
from workervoice.errors import SettingsError
from workervoice.settings import PREFIX, Settings

CONTENT_SID = re.compile(r"HX[0-9a-fA-F]{32}", re.ASCII)
_SETTING = f"{PREFIX}TWILIO_CONTENT_SIDS"
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-z]{2,4})?", re.ASCII)


def content_sids(settings: Settings) -> Mapping[str, str]:
    """By our name of a template, as "reply_waits:bn". Raises `SettingsError`."""
    text = settings.twilio_content_sids
    try:
        found = json.loads(text) if text else {}
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict) or not all(isinstance(each, dict) for each in found.values()):
        raise SettingsError(
            f'{_SETTING}: write it like {{"reply_waits": {{"bn": "HX..."}}}}: '
            "`workervoice templates register` prints it"
        )
    foreign = sorted(set(found) - set(NOTICES))
    if foreign:
        raise SettingsError(f"{_SETTING}: {foreign[0]} is none of: {', '.join(NOTICES)}")
    return {
        f"{key}:{_checked(_LANGUAGE, language)}": _checked(CONTENT_SID, sid)
        for key, said in found.items()
        for language, sid in said.items()
    }


def _checked(shape: re.Pattern[str], value: object) -> str:
    if not isinstance(value, str) or not shape.fullmatch(value):
        raise SettingsError(
            f"{_SETTING}: after each language, as bn, comes its template's content SID, HX and 32 "
            "hexadecimal digits, from Twilio's console"
        )
    return value
