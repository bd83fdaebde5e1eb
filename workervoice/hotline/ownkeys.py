"""Whether a process holds the very keys that the directory gives to it.

With others nothing that is addressed to it opens and nothing that it signs is believed. That looks
as if all the world were forged, so it has to be found out before anything is judged.
"""

from __future__ import annotations

from uuid import UUID

from workervoice.crypto.custody import Custody, version_id, versions_of
from workervoice.crypto.directory import Directory
from workervoice.errors import CryptoError, SettingsError
from workervoice.hotline.process import sole

COURIER = "courier"  # the key pair that addresses and owed texts are sealed to


def named_version(directory: Directory, custody: Custody) -> int | None:
    """Which of the courier's key pairs the directory names; None if it is none that is held."""
    named = sole(directory, "courier").kem_public
    for version in versions_of(custody, COURIER):
        if custody.public(version_id(COURIER, version)) == named:
            return version
    return None


def refuse_foreign_keys(
    directory: Directory, kind: str, process_id: UUID, custody: Custody
) -> None:
    """Raises `SettingsError` unless a gateway or courier holds what the directory says it holds."""
    try:
        entry = directory.trusted(process_id, kind)
        fits = entry.sign_public == custody.public("signing")
        if kind == "gateway":  # one that was vouched for before there were entries names none
            fits = fits and entry.kem_public in {b"", custody.public("own")}
        if kind == "courier":  # everybody seals to the one that `sole` finds
            fits = fits and named_version(directory, custody) is not None
    except CryptoError:  # expired, another programme's root, another programme's keys
        fits = False
    if not fits:
        raise SettingsError(
            f"WORKERVOICE_DATA_DIR: the {kind}'s keys are not those that the programme's directory "
            f"names under the pinned root, or its entry has ended: put back keys/{kind} and "
            "root.public of this programme (nothing was changed)"
        )
