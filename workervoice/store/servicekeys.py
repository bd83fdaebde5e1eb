"""The service key, by version: more than one while it is rotated.

Beside them lies the key of keyed hashes, made of the first service key and never changed: the log's
tags and the codes of cases lie in the database, or with people, for ever. It opens nothing.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field

from workervoice.crypto.seal import KEY_BYTES, ctx, derive
from workervoice.errors import SealBroken

FIRST = 1
LAST = 255  # the version is one byte of what is sealed
_ENTRY = 1 + KEY_BYTES


@dataclass(frozen=True, slots=True)
class ServiceKeys:
    """`keys` open; the one of version `sealing` seals."""

    keys: Mapping[int, bytes] = field(repr=False)
    sealing: int
    mac_key: bytes = field(repr=False)

    @classmethod
    def first(cls, key: bytes) -> ServiceKeys:
        """As the ceremony makes it."""
        return cls({FIRST: key}, FIRST, derive(key, ctx("service-mac")))

    @property
    def newest(self) -> int:
        return max(self.keys)

    def with_next(self, key: bytes) -> ServiceKeys:
        """One more, which opens and does not seal yet."""
        if self.newest >= LAST:
            raise ValueError("no version is left")
        return ServiceKeys({**self.keys, self.newest + 1: key}, self.sealing, self.mac_key)

    def sealing_newest(self) -> ServiceKeys:
        return ServiceKeys(self.keys, self.newest, self.mac_key)

    def only_newest(self) -> ServiceKeys:
        return ServiceKeys({self.newest: self.keys[self.newest]}, self.newest, self.mac_key)

    def to_bytes(self) -> bytes:
        """The first key alone as itself; else sealing version | hash key | (version | key)…"""
        if set(self.keys) == {FIRST} and hmac.compare_digest(
            self.mac_key, ServiceKeys.first(self.keys[FIRST]).mac_key
        ):
            return self.keys[FIRST]
        each = (bytes([version]) + key for version, key in sorted(self.keys.items()))
        return bytes([self.sealing]) + self.mac_key + b"".join(each)

    @classmethod
    def from_bytes(cls, data: bytes) -> ServiceKeys:
        """Read what `to_bytes()` wrote. Raises `SealBroken`."""
        if len(data) == KEY_BYTES:
            return cls.first(data)
        sealing, mac_key, rest = data[:1], data[1:_ENTRY], data[_ENTRY:]
        keys = {
            rest[at]: rest[at + 1 : at + _ENTRY] for at in range(0, len(rest) - KEY_BYTES, _ENTRY)
        }
        if not keys or len(rest) % _ENTRY or sealing[0] not in keys:
            raise SealBroken("not service keys")
        return cls(keys, sealing[0], mac_key)
