"""What can go wrong, as facts. Names identifiers, never words or numbers; knows nothing of HTTP.

WorkervoiceError
├── SettingsError           a setting is missing or malformed
├── ChannelError
│   ├── Refused             a webhook is not from the provider, or not for us
│   └── Malformed           a signed webhook that cannot be read
│       └── Unnamed         a delivery callback that names no message of ours
├── CryptoError
│   ├── SealBroken          a blob does not open here: forged, moved, truncated, wrong key
│   ├── NotTrusted          a key or signature does not lead back to the pinned root
│   ├── WrongPassphrase     the slot does not open
│   ├── WrongCode           the second factor does not do
│   ├── Contradicted        what is stored is not what the log says: put back, cut, never logged
│   ├── Mistyped            what was typed from paper has a typing error
│   └── KeysAway            our keys, with a service or in a file, cannot be used now
├── WorkflowError
│   ├── IllegalMove         the table has no such move from this state, or not for this role
│   ├── GuardFailed         the move exists, but its condition does not hold
│   │   └── Declined        the text says why, for whoever asked
│   └── ReasonMissing       a person must say why
├── PackError               a language pack is malformed or fails its own examples
├── PhraseError             a phrase file is malformed or incomplete
├── PosterError             a text does not fit on a poster or in its fonts
├── NotFound                no such thing, or not for this person: the two look the same
│   └── HalfWay             a session whose second factor is still missing
├── Forbidden               this person may not do this
├── Unlogged                something was stored and no leaf of the log says so: a fault of ours
├── Unavailable             the database cannot be reached now
│   └── NotUpgraded         it has not the tables that this version needs
└── ServerError             the embedded database server cannot start
"""

from __future__ import annotations


class WorkervoiceError(Exception):
    """Any refusal of ours."""


class SettingsError(WorkervoiceError):
    """A setting is missing or malformed; the text names it and says what to do."""


class ChannelError(WorkervoiceError):
    """A provider's webhook or answer was not usable."""


class Refused(ChannelError):
    """Not signed by the provider, or for another account: nothing was read."""


class Malformed(ChannelError):
    """Signed, but unreadable."""


class Unnamed(Malformed):
    """A delivery callback that names no message of ours."""


class CryptoError(WorkervoiceError):
    """A key, seal or signature did not do."""


class SealBroken(CryptoError):
    """The blob does not open at this place with this key."""


class NotTrusted(CryptoError):
    """No chain of signatures leads from here to the pinned root."""


class Contradicted(CryptoError):
    """What is stored is not what the log says of it."""


class WrongPassphrase(CryptoError):
    """The passphrase does not open this slot."""


class WrongCode(CryptoError):
    """A code or passkey that is not right, not now, or was used before."""


class Mistyped(CryptoError):
    """What was typed from paper is no key of this kind; never says what was typed."""


class KeysAway(CryptoError):
    """The key service is sealed, unreachable, or refuses us, or we may not read a key's file; the
    text says which and what to do."""


class WorkflowError(WorkervoiceError):
    """A move was refused; the state is unchanged."""


class IllegalMove(WorkflowError):
    """No such move from this state for this role."""


class GuardFailed(WorkflowError):
    """The move's condition does not hold."""


class Declined(GuardFailed):
    """What was asked of people, places or keys cannot be; the text says why, and what to do, for
    whoever asked: in our own words, with names of people and places and ids."""


class ReasonMissing(WorkflowError):
    """This move needs a reason in words."""


class PackError(WorkervoiceError):
    """A language pack is broken; the text names file, line and reason."""

    def __init__(self, reason: str, file: str = "", line: int = 0) -> None:
        super().__init__(f"{file}:{line}: {reason}" if file else reason)
        self.reason, self.file, self.line = reason, file, line


class PhraseError(WorkervoiceError):
    """A phrase file is broken; the text names file, key and reason."""


class PosterError(WorkervoiceError):
    """A text cannot be set on a poster; the text says which and what to do."""


class NotFound(WorkervoiceError):
    """No such thing for this person."""


class HalfWay(NotFound):
    """The passphrase was right, and the second factor is still missing: no page opens."""


class Forbidden(WorkervoiceError):
    """This person may not do this."""


class Unlogged(WorkervoiceError):
    """Rows were to be stored without a leaf: nothing was stored."""


class Unavailable(WorkervoiceError):
    """The database cannot be reached; nothing was stored."""


class NotUpgraded(Unavailable):
    """The database was never upgraded, or for another version; the text says what to do."""


class ServerError(WorkervoiceError):
    """The embedded database server cannot start; the text says what to do."""
