"""Numbers as aggregators and phones write them, in one form: a plus, the country, the number.

One worker has to be one address, whether a webhook writes +8801711…, 8801711… or 01711…. What
cannot be read so stays as it came, and is answered as it came: it may be a short code or a name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from workervoice.channels.base import opaque
from workervoice.channels.section import Section
from workervoice.message import Address, AddressKind

_BETWEEN = re.compile(r"[\s().\u00a0-]")
_DIGITS = re.compile(r"[0-9]+", re.ASCII)
_INTERNATIONAL = re.compile(r"(?:\+|00)([1-9][0-9]{6,14})", re.ASCII)
_COUNTRY = re.compile(r"[1-9][0-9]{0,2}", re.ASCII)
_LEAST, _MOST = 7, 15  # digits of a number with its country


@dataclass(frozen=True, slots=True)
class Numbering:
    """How numbers are written in a line's country. `digits` is how many a national number has
    without what stands before it (`trunk`): where it is not said, the first digits decide."""

    country: str
    trunk: str = "0"
    digits: frozenset[int] = frozenset()

    KEYS = ("country", "trunk", "national_digits")

    @classmethod
    def read(cls, said: Section) -> Numbering:
        """Raises `SettingsError`."""
        country, trunk = said.text("country"), said.text("trunk", "0", empty=True)
        if not _COUNTRY.fullmatch(country):
            raise said.wrong("country", 'has to be a calling code, such as "880"')
        if trunk and not _DIGITS.fullmatch(trunk):
            raise said.wrong("trunk", 'has to be digits, such as "0"')
        lengths = said.words("national_digits") if "national_digits" in said.said else ()
        if not all(_DIGITS.fullmatch(each) and 4 <= int(each) <= 14 for each in lengths):
            raise said.wrong("national_digits", "has to be numbers from 4 to 14")
        return cls(country, trunk, frozenset(map(int, lengths)))

    def address(self, written: str) -> Address:
        """Raises `Malformed` for nothing at all and for what no text may hold."""
        number = self._number(_BETWEEN.sub("", written))
        if number is not None:
            return opaque(AddressKind.PHONE, "+" + number)
        return opaque(AddressKind.OTHER, written)

    def national(self, number: str) -> str:
        """+8801711… as 01711…; another country's stays whole, without its plus."""
        bare = number.removeprefix("+")
        if number != "+" + bare or not bare.startswith(self.country):
            return bare
        return self.trunk + bare.removeprefix(self.country)

    def _number(self, bare: str) -> str | None:
        """Its digits with the country; None if that cannot be told."""
        whole = _INTERNATIONAL.fullmatch(bare)
        if whole is not None:
            return self._without_trunk(whole[1])
        digits = bare.removeprefix("+")
        if not _DIGITS.fullmatch(digits):
            return None
        if self.digits:
            return self._by_length(digits)
        if digits.startswith(self.country) and self._is_long_enough(digits):
            return self._without_trunk(digits)
        rest = digits.removeprefix(self.trunk)
        if self.trunk and rest != digits and self._is_long_enough(self.country + rest):
            return self.country + rest
        return None

    def _by_length(self, digits: str) -> str | None:
        for start in (self.trunk, self.country, self.country + self.trunk, ""):
            rest = digits.removeprefix(start)
            if digits.startswith(start) and len(rest) in self.digits:
                return self.country + rest
        return None

    def _without_trunk(self, digits: str) -> str:
        """8800171… as 880171…: nowhere does a number go on in 0 after its country, where 0 is what
        stands before national ones."""
        between = self.country + self.trunk
        if self.trunk == "0" and digits.startswith(between):
            return self.country + digits.removeprefix(between)
        return digits

    @staticmethod
    def _is_long_enough(digits: str) -> bool:
        return _LEAST <= len(digits) <= _MOST
