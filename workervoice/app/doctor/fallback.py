"""The fallback receiver: whether it answers and knows us, what lies there, and what was refused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta

from workervoice.app.doctor.findings import Finding, Look, ill
from workervoice.errors import ChannelError
from workervoice.hotline.bringing import LOOKED_BACK
from workervoice.hotline.tick_spool import NotOurs, Remote
from workervoice.settings import PREFIX, Settings

LONGEST = timedelta(hours=1)  # the courier comes every minute


def receiver(look: Look) -> Iterator[Finding]:
    """Asked as the courier asks it; nothing if there is none, or the courier is elsewhere."""
    settings = look.settings
    if settings.fallback_url is None or _is_anothers(settings):
        return
    if settings.drain_secret is None:
        yield ill(
            "fallback",
            f"Fallback receiver: {PREFIX}DRAIN_SECRET is missing, so the courier cannot fetch what "
            "was taken there: give it the receiver's.",
        )
        return
    try:
        remote = Remote(settings.fallback_url, settings.drain_secret.get_secret_value())
        files, more = remote.page("")
    except NotOurs:
        yield ill(
            "fallback",
            f"Fallback receiver: what answers at {PREFIX}FALLBACK_URL is none, or has another "
            f"{PREFIX}DRAIN_SECRET: look at the proxy there, and give both the same.",
        )
    except ChannelError:
        yield ill(
            "fallback",
            "Fallback receiver: it does not answer from here, or its certificate does not hold: "
            "start it, or take the setting out.",
        )
    else:
        ages = [look.now - each.at for each in files]
        yield from _waiting(ages, "more than " if more else "")


def _waiting(ages: list[timedelta], least: str) -> Iterator[Finding]:
    old = sum(age > LOOKED_BACK for age in ages)
    late = sum(age > LONGEST for age in ages) - old
    if old:
        yield ill(
            "fallback",
            f"Fallback receiver: {old} files there are older than {LOOKED_BACK.days} days and are "
            "not brought, for nobody knows any more whether they were taken: remove them there.",
        )
    if late:
        yield ill(
            "fallback",
            f"Fallback receiver: {late} files there wait for more than an hour: the courier does "
            "not run, or what it brings is refused.",
        )
    if not (old or late):
        yield Finding(True, f"Fallback receiver: it answers, and {least}{len(ages)} files wait.")


def refused(codes: Mapping[str, int]) -> Iterator[Finding]:
    """What was brought, and the gateway does not take."""
    if codes:
        told = ", ".join(f"{count} as {code}" for code, count in sorted(codes.items()))
        yield ill(
            "brought",
            f"Brought: the gateway refused {told}, and tries them again every ten minutes: see "
            "docs/fallback.md for what each means.",
        )


def _is_anothers(settings: Settings) -> bool:
    """These are settings of the gateway or the receiver, which have no part in the drain."""
    alone = settings.gateway_database_url is not None and settings.courier_database_url is None
    return alone or settings.spool_dir is not None
