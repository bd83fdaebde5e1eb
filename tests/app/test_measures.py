"""What operations.md says of metrics and alerts is what the program measures."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import CollectorRegistry
from prometheus_client.core import Metric

from tests.app.test_ops import LABELS
from tests.house import House
from workervoice.app.second_hand import SecondHand
from workervoice.app.watching import CourierMetrics, QueueWatch, SpoolMetrics, add_process
from workervoice.hotline.tally import CODES, Tally, code_label
from workervoice.hotline.tick_spool import Draining, Remote
from workervoice.message import Accepted, Rejected, Unknown
from workervoice.web.console.counts import Counts as ConsoleCounts
from workervoice.web.gateway.counts import Counts as GatewayCounts

PAGE = (Path(__file__).parents[2] / "docs" / "operations.md").read_text(encoding="utf-8")
RULES: Any = yaml.safe_load(re.findall(r"^```yaml\n(.*?)^```", PAGE, flags=re.S | re.M)[0])
SUFFIXES = {"counter": ("_total",), "histogram": ("_bucket", "_count", "_sum"), "info": ("_info",)}


@pytest.fixture(scope="module")
def measured(shared_house: House) -> dict[str, Metric]:
    """Every metric of all three processes, by the names under which it is asked for."""
    QueueWatch(shared_house.courier).look()
    draining = Draining(shared_house.courier_process, Remote("http://127.0.0.1:9", ""))
    common = CollectorRegistry()
    add_process(common, "courier")
    families = (
        *GatewayCounts().registry.collect(),
        *ConsoleCounts().registry.collect(),
        *CourierMetrics(shared_house.courier, "twilio").collect(),
        *second_hand(shared_house).collect(),
        *SpoolMetrics(draining).collect(),
        *common.collect(),
    )
    return {
        family.name + suffix: family
        for family in families
        for suffix in SUFFIXES.get(family.type, ("",))
    }


def second_hand(house: House) -> SecondHand:
    """One that has counted once."""
    made = SecondHand(house.collecting, house.lists)
    made.count()
    return made


def test_the_table_of_metrics_is_whole(measured: dict[str, Metric]) -> None:
    listed = set(re.findall(r"^\| `(workervoice_\w+)` \|", PAGE, flags=re.M))

    ours = {name for name in measured if name.startswith("workervoice_")}
    assert {re.sub("_(bucket|count|sum)$", "", name) for name in ours} == listed


def test_the_table_names_every_label(measured: dict[str, Metric]) -> None:
    rows = dict(re.findall(r"^\| `(workervoice_\w+)` \|(.+)$", PAGE, flags=re.M))

    for name, family in measured.items():
        if row := rows.get(re.sub("_(bucket|count|sum)$", "", name)):
            labels = {label for sample in family.samples for label in sample.labels} - {"le"}
            assert {label for label in labels if f"`{label}`" not in row} == set(), name


def rules() -> Iterator[dict[str, Any]]:
    for group in RULES["groups"]:
        assert set(group) == {"name", "rules"}
        yield from group["rules"]


@pytest.mark.parametrize("rule", list(rules()), ids=lambda rule: rule["alert"])
def test_a_rule_names_what_is_measured(rule: dict[str, Any], measured: dict[str, Metric]) -> None:
    assert set(rule) <= {"alert", "expr", "for", "labels", "annotations"}
    assert rule["labels"]["severity"] in {"page", "ticket"}
    assert rule["annotations"]["summary"]
    assert re.fullmatch(r"\d+m", rule.get("for", "1m"))
    expr: str = rule["expr"]
    assert expr.count("(") == expr.count(")")
    names = set(re.findall(r"\b((?:workervoice|process)_\w+)", expr))
    assert names or "up{" in expr
    assert names <= set(measured)
    for name, operator, value in re.findall(r'(\w+)(=~|!=|=)"([^"]*)"', expr):
        if name != "job":
            assert set(value.split("|")) <= LABELS[name], (name, operator)


def test_what_a_sending_came_to_is_counted_by_code() -> None:
    tally = Tally()

    for outcome in (
        *(Accepted("SM1"), Rejected("21610", permanent=True), Rejected("20429", permanent=False)),
        *(Unknown("no answer"), Unknown("503"), Rejected("99999", permanent=False)),
    ):
        tally.sent(outcome, "twilio")
    tally.sent(Rejected("131049", permanent=True), "whatsapp-cloud")
    tally.looked_up(Rejected("absent", permanent=False), "twilio")  # an answer, and no error
    tally.looked_up(Unknown("lookup failed"), "twilio")

    assert dict(tally.sendings) == {
        ("twilio", "accepted", ""): 1,
        ("twilio", "refused", "21610"): 1,
        ("twilio", "put_off", "20429"): 1,
        ("twilio", "unknown", "no_answer"): 1,
        ("twilio", "unknown", "5xx"): 1,
        ("twilio", "put_off", "other"): 1,
        ("whatsapp-cloud", "refused", "13xxxx"): 1,
    }
    assert tally.errors(60).total() == 7
    assert tally.errors(60)["twilio", "lookup"] == 1


@pytest.mark.parametrize(
    "code", ["", "x" * 99, "١٢٣", "21999", "404", "503", "12345678", "zebra passports", "30007"]
)
def test_whatever_a_provider_says_makes_no_new_label(code: str) -> None:
    assert code_label(code) in CODES


def test_errors_are_forgotten_after_a_day(monkeypatch: pytest.MonkeyPatch) -> None:
    tally, now = Tally(), [1_000_000.0]
    monkeypatch.setattr("workervoice.hotline.tally.time.monotonic", lambda: now[0])
    tally.sent(Unknown("no answer"), "twilio")
    now[0] += 2 * 3600
    tally.sent(Unknown("no answer"), "twilio")
    hour, day = tally.errors(60).total(), tally.errors(24 * 60).total()
    now[0] += 23 * 3600
    tally.sent(Unknown("no answer"), "twilio")

    assert (hour, day) == (1, 2)
    assert tally.errors(24 * 60).total() == 2
    assert tally.errors(10**6).total() == 2  # the first is gone for good
