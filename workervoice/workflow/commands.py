"""Command words: STOP, START, HELP, DELETE and STATUS, as workers spell them on a phone.

A command is the whole text and nothing else: "stop hitting me" and "I want to quit" are reports.
QUIT, END, CANCEL and INFO are no commands here, because a worker in trouble may mean them.
"""

from __future__ import annotations

import unicodedata
from enum import StrEnum
from functools import lru_cache


class Command(StrEnum):
    """What a worker may ask of the line itself."""

    STOP = "stop"
    START = "start"
    HELP = "help"
    DELETE = "delete"
    STATUS = "status"


# English, Spanish, Bangla, Bangla in Latin letters; with and without accents, as SMS are typed
_SPELLINGS: dict[Command, tuple[str, ...]] = {
    Command.STOP: (
        *("stop", "stopall", "stop all", "unsubscribe", "optout", "opt out"),
        *("alto", "parar", "detener", "no escriban", "no escriba mas", "no escriban más"),
        *("স্টপ", "থামুন", "থামো", "বন্ধ করুন", "thamun", "thamo", "bondho korun"),
    ),
    Command.START: (
        *("start", "unstop", "restart"),
        *("iniciar", "empezar", "comenzar", "continuar"),
        *("স্টার্ট", "শুরু", "শুরু করুন", "চালু করুন", "shuru", "suru", "shuru korun"),
    ),
    Command.HELP: (
        *("help", "help me", "help us", "help please", "please help", "please help me", "sos"),
        *("ayuda", "ayuda por favor", "ayudame", "ayúdame", "ayudenme", "ayúdenme"),
        *("ayudanos", "ayúdanos", "necesito ayuda", "auxilio", "socorro"),
        *("হেল্প", "সাহায্য", "সাহায্য করুন", "সাহায্য চাই", "বাঁচান", "বাচান", "বাঁচাও", "বাচাও"),
        *("sahajjo", "shahajjo", "sahajjo korun", "sahajjo chai", "bachan", "bachao"),
    ),
    Command.DELETE: (
        *("delete", "delete all", "delete everything", "erase"),
        *("borrar", "borrar todo", "borre todo", "eliminar", "eliminar todo"),
        *("ডিলিট", "মুছুন", "মুছে দিন", "মুছে ফেলুন", "muchun", "muche din", "muche felun"),
    ),
    Command.STATUS: (
        *("status", "stat"),
        *("estado", "estatus"),
        *("স্ট্যাটাস", "অবস্থা", "খবর", "obostha", "khobor"),
    ),
}

_YES = ("yes", "sí", "si", "হ্যাঁ", "হ্যা", "হা", "জি", "ha", "hya", "ji")
_NO = ("no", "না", "na")

_LONGEST = 80  # characters; no command is nearly as long, and a text may have 100,000
_ENCLOSING = "Me"  # the box of a keycap emoji
_SILENT = frozenset({"P", "S", "Z", "C"})  # punctuation, symbols, spaces, invisible marks


def bare(text: str) -> str:
    """The words alone: NFKC, casefold, one space between, nothing but letters, marks and digits.

    A long text has none: its beginning alone is not what it says.
    """
    if len(text) > _LONGEST:
        return ""
    folded = unicodedata.normalize("NFKC", text).casefold()
    kept = map(_kept, folded)
    return unicodedata.normalize("NFC", " ".join("".join(kept).split()))


def command(text: str) -> Command | None:
    """The command that this whole text is, if it is one."""
    return _BY_SPELLING.get(bare(text))


def digit(text: str) -> int | None:
    """The one digit that this whole text is, in any script, if it is one: "1.", "১", "(1)", "1️⃣"."""
    word = bare(text)
    return unicodedata.digit(word, None) if len(word) == 1 else None


def yes_or_no(text: str) -> bool | None:
    """True or False for a lone yes or no in a language we speak, else None."""
    word = bare(text)
    return True if word in _YES_WORDS else False if word in _NO_WORDS else None


@lru_cache(4096)
def _kept(ch: str) -> str:
    """What a character is to the words: itself, a gap, or nothing."""
    if _is_dress(ch):
        return ""
    return " " if _is_gap(ch) else ch


def _is_gap(ch: str) -> bool:
    return unicodedata.category(ch)[0] in _SILENT


def _is_dress(ch: str) -> bool:
    """Invisible joiners, variation selectors and keycap boxes: dropped without leaving a gap."""
    return unicodedata.category(ch) in {"Cf", _ENCLOSING} or "\ufe00" <= ch <= "\ufe0f"


_BY_SPELLING = {bare(word): name for name, words in _SPELLINGS.items() for word in words}
_YES_WORDS = frozenset(map(bare, _YES))
_NO_WORDS = frozenset(map(bare, _NO))
