"""The rules for passages that point at a person by their form: a table of reason and pattern.

Patterns read the plain text of `reidentify`: digits of all scripts are 0 to 9, and figures that
belong to every packet ("November 2026", "12 hours", "40%") are blanked by `without_ordinary`.
Every repetition is bounded, so that the time stays linear in the text.
"""

from __future__ import annotations

import re

from workervoice.disclosure.wordlists import (
    BANGLA_DAY_PARTS,
    DAY_PARTS,
    MAY,
    MEASURES,
    MONTHS,
    NUMBER_SIGNS,
    NUMBERS,
    ORDINALS,
    PERSONS,
    PLACES,
    WEEKDAYS,
    any_of,
)

# Vowel signs of Bangla are no \w: without them "৫ মেশিন" (5 machines) would begin with "৫ মে".
_LETTER = r"[\w\u0980-\u09ff]"
_BEGIN = rf"(?<!{_LETTER})"
_END = rf"(?!{_LETTER})"
_SIGN = any_of(NUMBER_SIGNS)

# Stems catch misspelt months and those of related languages: "novembre", "desember".
_STEMS = "(?:janu|janv|febr|apri|augu|sept|octo|okto|novem|dece|dese)[a-z]{2,8}"
_MONTH = f"(?:{any_of(MONTHS, MAY)}|{_STEMS})"
# "12 may be under age" and "buyers may first ask" are no dates.
_MONTH_AFTER_DAY = rf"(?!(?-i:may)\s+(?:be|have|also)\b){_MONTH}(?:এর|ের|ে|র|তে)?{_END}"
_MONTH_BEFORE_DAY = rf"{_BEGIN}(?!(?-i:may)\s+[^\W\d]){_MONTH}"
_DAY = r"(?<!\d)(?:3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th|er|[oaºª°]|লা|রা|ঠা|ই|শে)?"
_SPELLED_DAY = rf"{_BEGIN}{any_of(ORDINALS, NUMBERS)}(?:ই)?"
_COUNTED = r"(?!\d|\s{0,2}(?:জন|টি|টা))"
_OF = r"(?:\s+(?:of|de|del)|,)?\s{0,2}"
_DIA = any_of(["día"])

_ORDINARY = re.compile(
    rf"{_BEGIN}{_MONTH}{_OF}(?:19|20)\d\d(?!\d)"
    r"|(?<![\d./-])20\d\d-(?:0[1-9]|1[0-2])(?![-./]?\d)"
    rf"|(?<!hace )(?<![\d.-])\d{{1,3}}(?:\s?[.–-]\s?\d{{1,2}})?\s?{any_of(MEASURES)}{_END}"
    r"(?!\s+(?:ago|আগে))"
    r"|(?:clause|article|section|cláusula|artículo|ধারা)\s\d{1,2}\.\d{1,2}(?![\d.])",
    re.IGNORECASE,
)

_DATES = (
    r"(?<!\d)\d{1,2}[./-]\d{1,2}(?:[./-]\d{2,4})?(?!\d)",
    r"(?<!\d)20\d\d[./-]\d\d?[./-]\d\d?(?!\d)",
    rf"{_DAY}\s{{0,2}}(?:(?:of|de|del)\s+)?{_MONTH_AFTER_DAY}",
    rf"{_SPELLED_DAY}\s+(?:of|de|del)\s+{_MONTH}{_END}",
    rf"{_BEGIN}(?:এক|দুই|তিন|চার|পাঁচ|ছয়|সাত|আট|নয়|দশ|পহেলা)(?:ই)?\s+{_MONTH}{_END}",
    rf"{_MONTH_BEFORE_DAY}\.?\s+(?:the\s+)?{_DAY}{_COUNTED}",
    rf"{_MONTH_BEFORE_DAY}\s+(?:the\s+)?{any_of(ORDINALS)}{_END}",
    rf"\bon\s+the\s+(?:\d{{1,2}}(?:st|nd|rd|th)|{any_of(ORDINALS)})(?=\s*(?:[.,;:)\n]|$))",
    rf"\b{_DIA}\s+\d{{1,2}}(?!\d)",
    r"(?<!\d)\d{1,2}\s{0,2}তারিখ",
    r"(?<!\d)\d{1,2}\s?月\s?\d{1,2}(?!\d)",
)
_NEAR_DAYS = (
    r"\b(?:yesterday|today|tonight|this\s+(?:morning|afternoon|evening)|last\s+night)\b",
    r"\b(?:last|this|past)\s+week\b",
    rf"\b(?:last|this|next|past|previous)\s+{any_of(WEEKDAYS)}\b",
    rf"{_BEGIN}{any_of(WEEKDAYS)}\s+(?:(?:por|en)\s+la\s+)?{any_of(DAY_PARTS)}{_END}",
    rf"\b(?:este|(?:el\s+)?(?:pasado|próximo))\s+{any_of(WEEKDAYS)}\b",
    rf"{_BEGIN}{any_of(WEEKDAYS)}\s+(?:pasado|próximo|que\s+viene)\b",
    rf"{_BEGIN}(?:গত|এই|আগামী)\s+(?:{any_of(WEEKDAYS)}|সপ্তাহ|রাত)",
    rf"\b(?:ayer|anoche|anteayer|antier|hoy(?!\s+en\s+{_DIA})|esta\s+(?:{any_of(DAY_PARTS)}|semana))\b",
    r"\bsemana\s+pasada\b",
    rf"{_BEGIN}(?:গতকাল|গতরাত|আজকে|আজ|পরশু){_END}",
    rf"{_BEGIN}(?:\d{{1,2}}|{any_of(NUMBERS)}|a)\s+(?:days?|nights?|weeks?)\s+ago\b",
    rf"\bhace\s+(?:\d{{1,2}}|{any_of(NUMBERS)})\s+(?:{_DIA}s?|noches?|semanas?)\b",
    rf"{_BEGIN}(?:\d{{1,2}}|{any_of(NUMBERS)})\s+(?:দিন|সপ্তাহ)\s+আগে",
)
_TIMES = (
    r"(?<!\d)\d{1,2}:\d\d(?!\d)",
    rf"{_BEGIN}(?:\d{{1,2}}(?:[.:]\d\d)?|{any_of(NUMBERS)})\s?(?:a\.\s?m|p\.\s?m|am|pm){_END}",
    rf"{_BEGIN}(?:\d{{1,2}}|{any_of(NUMBERS)})\s{{0,2}}o\s?['’]?\s?clock\b",
    rf"\b(?:half\s+past|quarter\s+(?:past|to))\s+(?:\d{{1,2}}|{any_of(NUMBERS)})\b",
    r"(?<!\d)\d{1,2}\s?h\s?\d\d(?!\d)",
    rf"\ba\s+las?\s+(?:\d{{1,2}}|{any_of(NUMBERS)})"
    r"(?=\s*(?:[.,;:)!?\n]|$|y\s+(?:media|cuarto)|menos|en\s+punto))",
    rf"{_BEGIN}(?:\d{{1,2}}|{any_of(NUMBERS)})\s+de\s+la\s+{any_of(DAY_PARTS)}",
    rf"{_BEGIN}{any_of(BANGLA_DAY_PARTS)}\s+(?:সাড়ে\s+)?(?:\d{{1,2}}|{any_of(NUMBERS)})\s?টা",
    r"(?<!\d)\d{1,2}\s?টায়",
)
# Tokens of letters and digits that stand in many packets: conventions of the ILO.
_KNOWN_CODES = r"(?:[CPR]-?(?:0?29|0?87|0?98|1\d\d|20\d))"
# "One room 12 workers share" counts workers; "room 12" is a room.
_NOT_COUNTED = "".join(
    rf"(?<!\b{word} )" for word in ("per", "each", "every", "a", "one", "por", "cada", "una", "un")
)
_SIGNED = rf"\s{{0,2}}(?:{_SIGN})?\s{{0,2}}[:#-]?\s{{0,2}}"
_IDENTIFIERS = (
    rf"{_BEGIN}{_NOT_COUNTED}{any_of(PLACES)}{_SIGNED}[a-z]{{0,3}}-?\d{{1,6}}(?:-?[a-z])?{_END}",
    rf"{_BEGIN}{_NOT_COUNTED}{any_of(PLACES)}\s(?-i:[A-HJ-NP-Z]){_END}",
    rf"{_BEGIN}{any_of(PERSONS)}\s{{0,2}}(?:{_SIGN}\s{{0,2}}[:#]?|[:#])\s{{0,2}}\d{{1,6}}{_END}",
    rf"{_BEGIN}{any_of(PERSONS)}\s{{1,2}}[a-z]{{1,3}}-?\d{{1,6}}{_END}",
    rf"{_BEGIN}\d{{1,6}}\s{{0,2}}(?:নম্বর|নং)\s{{1,2}}{any_of(PLACES, PERSONS)}",
    rf"{_BEGIN}(?:\d{{1,2}}(?:st|nd|rd|th)|{any_of(ORDINALS)})\s+(?:floor|line|bed|room)\b",
    rf"{_BEGIN}(?:\d{{1,2}}(?:ম|য়|য়|র্থ|ষ্ঠ)|প্রথম|দ্বিতীয়|তৃতীয়|চতুর্থ|পঞ্চম|ষষ্ঠ)\s+তলা",
    rf"{_BEGIN}(?!{_KNOWN_CODES}{_END})[a-z]{{1,4}}-?\d{{2,6}}(?:-?[a-z])?{_END}",
    rf"{_BEGIN}\d{{2,6}}-?(?-i:[ABDEJLNPQRSTUYZ]){_END}",
)
_NUMBERS = (r"\d(?:[\s().+-]{0,2}\d){3,}",)  # a badge, room, machine or telephone number
_TOP_LEVELS = (
    "com|org|net|info|edu|gov|io|biz|app|xyz|ly|gl|bd|np|lk|pk|ph|vn|th|kh|mm|cn|hk|tw|jp|kr|my|"
    "mx|gt|hn|sv|ni|pe|uk|eu"
)
_ONLINE = (
    r"(?:(?<![\w.+-])[\w.+-]{1,64})?@[^\W\d_][\w.-]{1,63}",
    r"\b(?:https?://|www\.)\S{1,500}",
    rf"(?<![\w@.-])(?:[\w-]{{1,63}}\.){{1,4}}(?:{_TOP_LEVELS})\b(?:/\S{{0,500}})?",
    r"(?<![\w@.-])[\w-]{1,63}\.(?:me|co|be|in|id|us|it|la)/\S{1,500}",
)

RULES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (why, re.compile("|".join(patterns), re.IGNORECASE))
    for why, patterns in (
        ("a number that may be somebody's", _NUMBERS),
        ("a place or a thing with its number", _IDENTIFIERS),
        ("a date finer than a month", _DATES),
        ("a day that can be counted back to", _NEAR_DAYS),
        ("a time of day", _TIMES),
        ("an address or a name on the internet", _ONLINE),
    )
)


def without_ordinary(plain: str) -> str:
    """The text with the digits of ordinary figures replaced, character for character."""
    return _ORDINARY.sub(lambda figure: re.sub(r"\d", "_", figure.group()), plain)
