"""Words of dates, times and places, in English, Spanish and Bangla, for the rules of `pointers`.

Written in small letters with their accents; `any_of` also finds them without, and in either of the
two ways in which Unicode writes an accented letter.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable


def _list(words: str) -> tuple[str, ...]:
    return tuple(word.replace("_", " ") for word in words.split())


MAY = ("may", "মে")  # also "is allowed to", and the beginning of Bangla words
MONTHS = _list(
    "january february march april june july august september october november december "
    "jan feb mar apr jun jul aug sep sept oct nov dec "
    "enero febrero marzo abril mayo junio julio agosto septiembre setiembre octubre noviembre "
    "diciembre ene abr ago dic "
    "জানুয়ারি জানুয়ারী ফেব্রুয়ারি ফেব্রুয়ারী মার্চ এপ্রিল জুন জুলাই আগস্ট অগাস্ট সেপ্টেম্বর "
    "অক্টোবর নভেম্বর ডিসেম্বর "
    "বৈশাখ জ্যৈষ্ঠ আষাঢ় শ্রাবণ ভাদ্র আশ্বিন কার্তিক অগ্রহায়ণ পৌষ মাঘ ফাল্গুন চৈত্র"
)
WEEKDAYS = _list(
    "monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thurs fri "
    "lunes martes miércoles jueves viernes sábado domingo "
    "শনিবার রবিবার রোববার সোমবার মঙ্গলবার বুধবার বৃহস্পতিবার শুক্রবার"
)
_TENTHS = _list("first second third fourth fifth sixth seventh eighth ninth")
ORDINALS = tuple(
    [*_TENTHS, "tenth", "eleventh", "twelfth", "thirteenth", "fourteenth", "fifteenth"]
    + ["sixteenth", "seventeenth", "eighteenth", "nineteenth", "twentieth", "thirtieth"]
    + [f"twenty{gap}{tenth}" for tenth in _TENTHS for gap in "- "]
    + [f"thirty{gap}first" for gap in "- "]
)
NUMBERS = _list(  # up to the days of a month; hours are the first twelve of each language
    "one two three four five six seven eight nine ten eleven twelve "
    "una uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince "
    "dieciséis diecisiete dieciocho diecinueve veinte veintiuno veintidós veintitrés veinticuatro "
    "veinticinco veintiséis veintisiete veintiocho veintinueve treinta treinta_y_uno primero "
    "এক দুই তিন চার পাঁচ ছয় সাত আট নয় দশ এগারো বারো পহেলা"
)
PLACES = _list(
    "room rm line floor bed bunk bus van locker gate dorm dormitory block building unit machine "
    "badge id "
    "habitación cuarto línea piso cama litera autobús camión casillero taquilla gafete carné ficha "
    "máquina puerta edificio módulo "
    "রুম কক্ষ লাইন তলা বিছানা বাস লকার আইডি কার্ড মেশিন গেট ভবন ইউনিট"
)
PERSONS = _list(
    "worker employee operator helper trabajador trabajadora empleado empleada obrero obrera "
    "operario operaria শ্রমিক কর্মী"
)
NUMBER_SIGNS = _list("number nr. nr no. no # número núm. n.º n.o nº নম্বর নং")
MEASURES = _list(  # what is counted in any packet, and never the end of a date or an identifier
    "% percent per-cent per_cent por_ciento hours hour hrs times minutes days weeks months years "
    "horas hora veces minutos días semanas meses años "
    "শতাংশ ঘণ্টা ঘন্টা বার মিনিট দিন সপ্তাহ মাস বছর"
)
DAY_PARTS = _list("morning afternoon evening night mañana tarde noche madrugada")
BANGLA_DAY_PARTS = _list("ভোর সকাল দুপুর বিকাল বিকেল সন্ধ্যা রাত")


def any_of(*lists: Iterable[str]) -> str:
    """A pattern for any word of the lists, the longest first."""
    words = sorted({word for each in lists for word in each}, key=len, reverse=True)
    return "(?:" + "|".join(_spelled(word) for word in words) + ")"


def _spelled(word: str) -> str:
    pattern = "".join(_letter(letter) for letter in unicodedata.normalize("NFC", word))
    for whole, apart in _NUKTAS.items():
        pattern = pattern.replace(apart, f"(?:{whole}|{apart})")
    return pattern


def _letter(letter: str) -> str:
    """One letter: its accent may be a code point of its own; a Latin one may be missing."""
    apart = unicodedata.normalize("NFD", letter)
    if len(apart) == 1:
        return r"\s+" if letter == " " else re.escape(letter)
    return f"(?:{letter}|{apart}{'?' if apart[0].isascii() else ''})"


# Bangla letters that NFC takes apart.
_NUKTAS = {"\u09dc": "\u09a1\u09bc", "\u09dd": "\u09a2\u09bc", "\u09df": "\u09af\u09bc"}
