"""Where each process's operations address is: as `up` noted it, or as the settings say."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

from workervoice.settings import Settings

WATCHED = ("gateway", "courier", "console")
FILE = "operations.json"


def watched(settings: Settings) -> list[str]:
    """Every process that `up` starts and that can be watched, by the name of its post."""
    more = [f"gateway-{place}" for place in range(2, settings.gateway_processes + 1)]
    return [WATCHED[0], *more, *WATCHED[1:]]


def keep_addresses(data: Path, addresses: Mapping[str, str]) -> None:
    """Note them for `status`: whole, or not at all."""
    beside = data / (FILE + ".new")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as out:
        json.dump(dict(addresses), out)
    beside.replace(data / FILE)


def forget_addresses(data: Path) -> None:
    (data / FILE).unlink(missing_ok=True)


def addresses(settings: Settings) -> dict[str, str]:
    """The addresses that are known, by process."""
    found = dict(_noted(settings.data_dir))
    for process in WATCHED:
        port: int | None = getattr(settings, f"{process}_ops_port")
        if process not in found and port:
            host: str = getattr(settings, f"{process}_ops_host")
            found[process] = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    return found


def _noted(data: Path) -> Mapping[str, str]:
    try:
        noted = json.loads((data / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    if not isinstance(noted, dict):
        return {}
    return {name: str(at) for name, at in noted.items() if name.partition("-")[0] in WATCHED}
