"""A worker's address as it is stored: found by a keyed hash, sealed to the courier, signed.

While the pepper is rotated an address has an index under each live version. Whoever adds a contact
does it under the newest, and holds the versions still meanwhile: so no two gateways store the same
stranger under different ones.

An address has several places, for as many conversations; the index of each is made of the same
keyed hash, which itself is stored nowhere, so that indexes do not show whose they are together.
"""

from __future__ import annotations

from uuid import UUID

from workervoice.crypto.custody import Custody, version_id, versions_of
from workervoice.crypto.directory import Directory
from workervoice.crypto.seal import ctx, digest, mac
from workervoice.crypto.suite import seal_to
from workervoice.errors import CryptoError
from workervoice.hotline.process import Pen, sole
from workervoice.message import Address
from workervoice.store.engine import Tx
from workervoice.store.intake import Contact
from workervoice.workflow.sharing import PLACES

PEPPER = "pepper"

Indexes = dict[int, bytes]  # by the version of the pepper, the newest first


def places_of(custody: Custody, programme: UUID, address: Address) -> tuple[Indexes, ...]:
    """An address's index at each of its places under each live pepper, the newest first."""
    roots = {}
    for version in versions_of(custody, PEPPER):
        place = ctx("phone-index", version, programme, str(address.kind), address.value)
        roots[version] = custody.mac(version_id(PEPPER, version), place)
    if not roots:
        raise CryptoError("this process holds no pepper")
    return tuple(
        {version: mac(root, ctx("phone-place", number)) for version, root in roots.items()}
        for number in range(PLACES)
    )


def newest_index(indexes: Indexes) -> tuple[int, bytes]:
    """What a contact is stored under."""
    version = max(indexes)
    return version, indexes[version]


def address_info(programme: UUID, contact_id: UUID) -> bytes:
    """The place that a return address is sealed to."""
    return ctx("address", programme, contact_id)


def contact_place(
    programme: UUID,
    contact_id: UUID,
    conversation_id: UUID,
    version: int,
    content: tuple[bytes, bytes],
) -> bytes:
    """What the gateway signs about a contact, so that a reply cannot be rerouted: its index and
    sealed address, and by the version which row this one replaces."""
    hashes = (digest(part) for part in content)
    return ctx("sign-contact", programme, contact_id, conversation_id, version, *hashes)


def made_contact(
    tx: Tx,
    pen: Pen,
    ids: tuple[UUID, UUID],
    who: tuple[Address, Indexes],
    version: int = 1,
) -> Contact:
    """An address, sealed to the courier and signed, so that nobody can reroute a reply. `ids` are
    the contact's and its conversation's."""
    (contact_id, conversation_id), (address, indexes) = ids, who
    index_version, index = newest_index(indexes)
    sealed = seal_to(
        sole(pen.directory, "courier").kem_public,
        address.uri().encode(),
        address_info(tx.programme, contact_id),
    )
    place = contact_place(tx.programme, contact_id, conversation_id, version, (index, sealed))
    return Contact(
        id=contact_id,
        conversation_id=conversation_id,
        version=version,
        index_version=index_version,
        index=index,
        address=sealed,
        signer_id=pen.signer.id,
        signature=pen.signer.sign(place),
    )


def check_contact(tx: Tx, contact: Contact, directory: Directory) -> None:
    """By the gateway's word. Raises `NotTrusted`."""
    content = (contact.index, contact.address)
    place = contact_place(
        tx.programme, contact.id, contact.conversation_id, contact.version, content
    )
    directory.check_signature(contact.signer_id, place, contact.signature, "gateway")
