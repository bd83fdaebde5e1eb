"""`docs/settings.md`, written from the settings class: every knob, its unit, default and holders.

Write the file anew with `python -m workervoice.app.settings_page > docs/settings.md`; a test keeps
the two equal.
"""

from __future__ import annotations

import sys
import types
from collections.abc import Iterable
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from workervoice.settings import PREFIX, Settings
from workervoice.values import HOLDERS

_HEAD = f"""\
# Settings

Written from `workervoice/settings/knobs.py` by `workervoice/app/settings_page.py`; do not edit.

Each is a variable of the environment, or a line `NAME=value` in a file named `.env` in the working
directory. `{PREFIX}ENV_FILE` names another file; an empty value means that no file is read. A
variable counts before the file, and one that is empty counts as absent. A setting that is missing
or malformed stops the start with one sentence that names it and never quotes its value. A name
that is not in this list is ignored.

*Held by* says which processes may hold a secret: `up` is the supervisor, `db` is
`workervoice db upgrade`; `workervoice doctor` reads whatever it is given. The supervisor hands each
process its own secrets only, with one exception: where no Twilio API key is set, the courier gets
the first auth token in its place, and `doctor` says so. If you start the processes yourself, give
each one a file of its own, as in [`deploy/`](../deploy/README.md).
"""

_UNITS = {
    "_seconds": "seconds",
    "_port": "port",
    "_url": "URL",
    "_base": "URL",
    "_host": "address",
    "_dir": "path",
    "_directory": "path",
    "_file": "path",
    "_days": "days",
}
_LIMITS = {"ge": "{:g} or more", "gt": "more than {:g}", "le": "{:g} at most"}


def settings_markdown() -> str:
    """The whole document: open settings, then secrets."""
    fields = Settings.model_fields
    secret = [name for name, field in fields.items() if _is_secret(field)]
    plain = [name for name in fields if name not in secret]
    return "\n".join(
        [_HEAD, "## Open settings\n", _table(plain), "\n## Secrets\n", _table(secret) + "\n"]
    )


def _table(names: Iterable[str]) -> str:
    rows = (_row(name, Settings.model_fields[name]) for name in names)
    head = "| setting | unit | default | held by | meaning |\n| --- | --- | --- | --- | --- |\n"
    return head + "\n".join(rows)


def _row(name: str, field: FieldInfo) -> str:
    default = "none" if field.default is None else f"`{field.default}`"
    cells = (
        f"`{PREFIX}{name.upper()}`",
        _unit(name, field),
        default,
        ", ".join(sorted(HOLDERS[name])) if name in HOLDERS else "all",
        field.description or "",
    )
    return f"| {' | '.join(cells)} |"


def _unit(name: str, field: FieldInfo) -> str:
    plain = {bool: "true or false", int: "number"}.get(field.annotation, "text")  # type: ignore[arg-type]
    if get_origin(field.annotation) is Literal:
        plain = " or ".join(get_args(field.annotation))
    unit = next((unit for ending, unit in _UNITS.items() if name.endswith(ending)), plain)
    said = [
        words.format(getattr(limit, bound))
        for limit in field.metadata
        for bound, words in _LIMITS.items()
        if hasattr(limit, bound)
    ]
    return ", ".join([unit, *said])


def _is_secret(field: FieldInfo) -> bool:
    kind: Any = field.annotation
    kinds = get_args(kind) if get_origin(kind) in {Union, types.UnionType} else (kind,)
    return SecretStr in kinds


if __name__ == "__main__":
    sys.stdout.write(settings_markdown())
