"""The commands that change our processes' own keys: `rotate pepper`, `rotate courier` and
`rotate service`."""

from __future__ import annotations

import argparse
import sys
from typing import Any


def declare(rotate: Any) -> None:
    """Add these commands to those of `rotate`."""
    for name, run, about in (
        ("pepper", _pepper, "a new key for the index of phone numbers; again to finish"),
        ("courier", _courier, "a new key pair of the courier; again to go on or to finish"),
        ("service", _service, "a new key for the records of all processes; again to finish"),
    ):
        parser = rotate.add_parser(name, help=about, description=about)
        parser.set_defaults(run=run)


def _pepper(parsed: argparse.Namespace) -> int:
    from workervoice.app.rotating import rotation  # noqa: PLC0415 - `triage` must start fast
    from workervoice.settings import load  # noqa: PLC0415

    with rotation(load(), _say) as begun:
        begun.pepper()
    return 0


def _courier(parsed: argparse.Namespace) -> int:
    from workervoice.app.rotating import rotation  # noqa: PLC0415
    from workervoice.settings import load  # noqa: PLC0415

    with rotation(load(), _say) as begun:
        request = begun.courier()
    if request is not None:
        sys.stdout.write(request)
        _say(
            "The courier has a new key beside the old one. The root has to sign it: carry what was "
            "written to standard output to `workervoice root sign`, store the answer with "
            "`workervoice root take`, and run `workervoice rotate courier` again."
        )
    return 0


def _service(parsed: argparse.Namespace) -> int:
    from workervoice.app.rotating import rotation  # noqa: PLC0415
    from workervoice.settings import load  # noqa: PLC0415

    with rotation(load(), _say) as begun:
        begun.service()
    return 0


def _say(sentence: str) -> None:
    sys.stderr.write(f"{sentence}\n")
    sys.stderr.flush()
