"""What is known of every route: who may ask, how much, how often, and whether it changes anything.

Each application has its own table. A route that is not in it stops the start, and so does a line of
the table that no route serves; `limits` holds what the table says of sizes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from starlette.routing import BaseRoute, Mount, Route, Router

NOT_THE_SENDERS = "the sender's address is not looked at"


@dataclass(frozen=True, slots=True)
class Rule:
    """About one route. `rate` is a sentence: what slows a caller down, or why nothing does."""

    who: str
    rate: str
    body: int = 0  # bytes at most
    writes: bool = False


Rules = Mapping[tuple[str, str], Rule]  # by method and path


def path_of(route: BaseRoute) -> str:
    """As the table has it; what is mounted has files below it."""
    path: str = getattr(route, "path", "")
    return f"{path}/{{path}}" if isinstance(route, Mount) else path


def places(routes: Iterable[BaseRoute]) -> set[tuple[str, str]]:
    """The methods and paths that are served. Raises `ValueError` for what cannot be declared."""
    found: set[tuple[str, str]] = set()
    for route in routes:
        if isinstance(route, Mount):
            found.add(("GET", path_of(route)))
        elif isinstance(route, Route):
            found |= {(method, route.path) for method in route.methods or ()}
        elif isinstance(router := getattr(route, "original_router", None), Router):
            found |= places(router.routes)
        else:
            raise ValueError(f"not a route that can be declared: {route}")
    return found


def check(routes: Iterable[BaseRoute], declared: Iterable[tuple[str, str]]) -> None:
    """Raises `ValueError` unless these routes and the table are the same."""
    different = places(routes) ^ set(declared)
    if different:
        named = sorted(f"{method} {path}" for method, path in different)
        raise ValueError(f"served or declared, but not both: {', '.join(named)}")
