"""Files that only their owner may read, and that replace nothing."""

from __future__ import annotations

import os
from pathlib import Path

from workervoice.errors import SettingsError


def write_private(path: Path, text: str) -> None:
    """Write a new file, mode 0600. Raises `SettingsError` if it is there or cannot be made."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
    except FileExistsError:
        raise SettingsError(f"{path} is there already: give the name of a new file") from None
    except OSError as exc:
        raise SettingsError(f"{path} cannot be written ({exc.strerror})") from None
