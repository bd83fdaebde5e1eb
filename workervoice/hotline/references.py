"""References: what a case, issue or disclosure is called on pages, another name for each audience.

Handlers, each buyer and each monitoring organisation see codes that have nothing in common, so that
two of them cannot lay their lists side by side, and a code in the wrong hands leads nowhere.
"""

from __future__ import annotations

import base64
from uuid import UUID

from workervoice.crypto.seal import ctx
from workervoice.hotline.reading import Actor
from workervoice.message import Role
from workervoice.store.vault import Vault

CHARACTERS = 10  # 50 bits, in two groups
_SHARED = frozenset({Role.HANDLER, Role.SUPERVISOR})


def reference(vault: Vault, actor: Actor, object_id: UUID) -> str:
    """Such as K7QF4-2MXTA: the same for everybody of this officer's audience."""
    who = actor.officer
    kind, audience = str(who.role), who.organisation_id
    if who.role in _SHARED:
        kind, audience = "staff", who.programme_id
    hashed = vault.mac(ctx("reference", kind, audience, object_id))
    code = base64.b32encode(hashed).decode()[:CHARACTERS]
    return f"{code[: CHARACTERS // 2]}-{code[CHARACTERS // 2 :]}"
