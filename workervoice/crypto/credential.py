"""Custody by systemd: one credential holds all keys of one process, decrypted by systemd at start.

The bundle is text: `workervoice-keys-1 <process>`, then a line a key, `<key id>` and what its file
would hold. systemd lays it into `$CREDENTIALS_DIRECTORY` (memory that is never swapped, readable by
the unit's user only) out of `LoadCredentialEncrypted=`; on disk it is sealed to the machine: its
TPM, a host key, or both. A stolen disk opens nothing where the TPM takes part.

Source: systemd.exec(5), section Credentials; systemd-creds(1).
"""

from __future__ import annotations

from pathlib import Path

from workervoice.crypto.belonging import refuse_if_open
from workervoice.crypto.custody import HeldKeys
from workervoice.errors import SettingsError

_HEAD = "workervoice-keys-1"
_WORLD = 0o007  # where systemd gives the file to its user by an ACL, the group bits show its mask


def credential_name(process: str) -> str:
    """What the credential is called, in the unit and as systemd seals it."""
    return f"workervoice-{process}"


def pack(process: str, keys: HeldKeys) -> str:
    """All keys as one text: a secret, to be piped into `systemd-creds encrypt`."""
    return "".join(
        [f"{_HEAD} {process}\n", *(f"{key_id} {line}" for key_id, line in keys.lines().items())]
    )


class CredentialCustody(HeldKeys):
    """Keys out of one credential, read once."""

    def __init__(self, directory: Path | None, process: str, *, left_behind: Path) -> None:
        """Raises `SettingsError` saying what to do. `left_behind` is where key files would lie,
        which should be gone by now."""
        super().__init__()
        name = credential_name(process)
        if directory is None:
            raise SettingsError(
                "WORKERVOICE_CUSTODY is systemd, but systemd gave no credentials: start this from "
                f"a unit with LoadCredentialEncrypted={name}"
            )
        path, self._left_behind = directory / name, left_behind
        refuse_if_open(path, _WORLD)
        try:
            head, *lines = path.read_text("ascii").splitlines(keepends=True)
            if head != f"{_HEAD} {process}\n" or not lines:
                raise ValueError
            for line in lines:
                key_id, _, rest = line.partition(" ")
                self.take(key_id, rest)
        except (OSError, ValueError):
            raise SettingsError(
                f"The credential {name} does not hold the keys of the {process}: pack them again"
            ) from None

    def health(self) -> list[str]:
        """The keys are in memory whatever happens to the credential; what counts is the disk."""
        return keys_left_behind(self._left_behind)


def keys_left_behind(directory: Path) -> list[str]:
    """A problem for each key file that is still on the disk although another custody has it."""
    return [
        f"{path} is still there: whoever takes the disk has this key. Keep a copy elsewhere, "
        "sealed, and destroy it here."
        for path in sorted(directory.glob("*.key"))
    ]
