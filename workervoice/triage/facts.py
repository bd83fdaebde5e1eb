"""Facts: evidence becomes typed answers, and answers of several messages become one.

Knows no text. Reported beats denied, denied beats unknown, a flag once raised stays.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from types import MappingProxyType

from workervoice.message import Answer, Evidence, Facts
from workervoice.triage.ilo import ITEMS


def facts_of(evidence: Iterable[Evidence]) -> Facts:
    """What one text reports. `child` and `imminent_danger` are flags as well as items."""
    items: dict[str, Answer] = {}
    for found in evidence:
        if not found.denied:
            items[found.item] = Answer.REPORTED
        else:
            items.setdefault(found.item, Answer.DENIED)
    return Facts(
        items=MappingProxyType(dict(sorted(items.items()))),
        indicators=indicators_of(items),
        child=items.get("child") is Answer.REPORTED,
        imminent_danger=items.get("imminent_danger") is Answer.REPORTED,
    )


def indicators_of(items: dict[str, Answer]) -> frozenset[str]:
    """The indicators of all reported items."""
    told = [ITEMS[code] for code, answer in items.items() if answer is Answer.REPORTED]
    return frozenset(item.indicator for item in told if item.indicator)


def merge(old: Facts, new: Facts) -> Facts:
    """Old facts and new ones. Consent is kept as it was: only the caller sets it."""
    items = dict(old.items)
    for code, answer in new.items.items():
        if items.get(code) is not Answer.REPORTED:
            items[code] = answer
    return Facts(
        items=MappingProxyType(dict(sorted(items.items()))),
        indicators=old.indicators | new.indicators,
        child=old.child or new.child,
        imminent_danger=old.imminent_danger or new.imminent_danger,
        site_id=new.site_id if new.site_id is not None else old.site_id,
        consent=old.consent,
        safe_to_talk=new.safe_to_talk if new.safe_to_talk is not None else old.safe_to_talk,
    )


def standing(facts: Facts, *, overruled: Collection[str], added: Collection[str]) -> Facts:
    """Facts as people judged them: without the indicators that they overruled and the items that
    told of these, with those that they added. The flags for danger and a child stay."""
    carried = {code for code, item in ITEMS.items() if item.indicator in overruled}
    items = {code: answer for code, answer in facts.items.items() if code not in carried}
    return replace(
        facts,
        items=MappingProxyType(items),
        indicators=facts.indicators.difference(overruled).union(added),
    )
