"""What a worker's secrets are known by: keyed marks, so that nobody without our key can try."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from workervoice.crypto.custody import Custody
from workervoice.crypto.seal import ctx

_KEY = "codes"
_DIGITS = 16


def marking(custody: Custody, programme: UUID, conversation_id: UUID) -> Callable[[str], str]:
    """Makes the marks of one conversation's PIN and words. The same word of another worker's has
    another mark."""

    def marked(secret: str) -> str:
        place = ctx("worker-secret", programme, conversation_id, secret)
        return custody.mac(_KEY, place).hex()[:_DIGITS]

    return marked
