"""The documents say what the code is: settings, commands, tables, labels, errors, tests and links.

`docs/lifecycle.md` has its own test, beside the tables that it is drawn from.
"""

from __future__ import annotations

import argparse
import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import LargeBinary

from tests.engines import the_engine
from workervoice import errors
from workervoice.app.settings_page import settings_markdown
from workervoice.cli import _parser
from workervoice.settings import PREFIX, Settings
from workervoice.store.tables import metadata
from workervoice.triage.lines import language_line, triage_line

ROOT = Path(__file__).resolve().parents[1]
NOT_OURS = {".venv", ".git", "node_modules", ".workervoice", ".hypothesis"}
DOCUMENTS = sorted(
    path for path in ROOT.rglob("*.md") if NOT_OURS.isdisjoint(path.relative_to(ROOT).parts)
)
COMMANDS = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
README_LINES = 200


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def prose(text: str) -> str:
    """The text without its blocks of code."""
    return re.sub(r"^```.*?^```", "", text, flags=re.S | re.M)


def links(text: str) -> Iterator[str]:
    """Targets of links and pictures, but not of those to other hosts."""
    for target in re.findall(r"\]\(([^)\s]+)\)", prose(text)):
        if not re.match(r"[a-z]+:", target):
            yield target


def anchors(text: str) -> set[str]:
    """The anchors of all headings, as the usual renderers make them."""
    headings = re.findall(r"^#{1,6} +(.+?) *#*$", prose(text), flags=re.M)
    bare = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings)
    return {heading.replace(" ", "-") for heading in bare}


def broken_links(path: Path, text: str) -> Iterator[str]:
    for link in links(text):
        name, _, anchor = link.partition("#")
        target = (path.parent / name).resolve() if name else path
        if not (target.exists() and (not anchor or anchor in anchors(target.read_text("utf-8")))):
            yield link


def commands(parser: argparse.ArgumentParser, words: str) -> Iterator[tuple[str, set[str]]]:
    """Every command that does something, with its own long options."""
    options: set[str] = set()
    below: dict[str, argparse.ArgumentParser] = {}
    for action in parser._actions:  # noqa: SLF001 - argparse has no other way to ask
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001
            below |= action.choices
        elif not isinstance(action, argparse._HelpAction):  # noqa: SLF001
            options |= {option for option in action.option_strings if option.startswith("--")}
    if not below or parser.get_default("run") is not None:
        yield words, options
    for name, child in below.items():
        yield from commands(child, f"{words} {name}")


def section(title: str) -> str:
    """What stands under one heading of docs/commands.md; "" if there is no such heading."""
    found = re.search(rf"^## `{re.escape(title)}`\n(.*?)(?=^## |\Z)", COMMANDS, flags=re.S | re.M)
    return found[1] if found else ""


def drawn_tree(drawing: str) -> dict[str, str]:
    """Class and parent, out of a tree that is drawn with lines."""
    parents: dict[str, str] = {}
    above: list[str] = []
    for line in drawing.splitlines():
        found = re.match(r"([│├└─ ]*)(\w+)", line)
        if found:
            depth = len(found[1]) // 4
            above = [*above[:depth], found[2]]
            parents[found[2]] = above[-2] if depth else ""
    return parents


def labels(source: str) -> set[str]:
    """The labels that a module gives to `ctx`, or to a vault as a kind of record."""
    tree = ast.parse(source)
    constants = {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    found: set[str] = set()
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        name, first = ast.unparse(node.func), node.args[0]
        if name == "ctx" or name.endswith("vault.seal"):
            label = constants.get(ast.unparse(first)) if isinstance(first, ast.Name) else None
            label = first.value if isinstance(first, ast.Constant) else label
            found |= {str(label)} if isinstance(label, str) else set()
    return found


def table_of_columns() -> dict[str, list[set[str]]]:
    """The rows of the table "What is in clear": for each table its columns, cell by cell."""
    part = ARCHITECTURE.partition("## What is in clear")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `(\w+)` \|(.*)\|$", part, flags=re.M)
    return {name: [set(re.findall(r"`(\w+)`", c)) for c in r.split("|")] for name, r in rows}


def test_the_settings_page_is_what_the_class_says() -> None:
    written = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")

    assert written == settings_markdown(), (
        "write it anew: python -m workervoice.app.settings_page > docs/settings.md"
    )


def test_every_setting_has_a_meaning() -> None:
    page = settings_markdown()

    for name, field in Settings.model_fields.items():
        assert field.description
        assert f"| `{PREFIX}{name.upper()}` |" in page


@pytest.mark.parametrize(("command", "options"), list(commands(_parser(), "workervoice")))
def test_a_command_is_described_with_its_options(command: str, options: set[str]) -> None:
    described = section(command)

    assert described, f"docs/commands.md has no heading for {command}"
    assert {option for option in options if f"`{option}" not in described} == set()


def test_no_command_is_described_that_is_not_there() -> None:
    known = {command for command, _ in commands(_parser(), "workervoice")}

    described = set(re.findall(r"^## `(workervoice [^`]+)`$", COMMANDS, flags=re.M))

    assert described == known


def blocks(title: str) -> list[str]:
    return re.findall(r"^```json\n(.*?)^```", section(title), flags=re.S | re.M)


def without_rule_numbers(answer: Any) -> Any:
    """Rules are numbered by their place in a pack, which may change."""
    evidence = [{**e, "rule": e["rule"].partition("#")[0]} for e in answer["evidence"]]
    return {**answer, "evidence": evidence}


def test_the_example_of_triage_is_a_real_one() -> None:
    asked, answered = blocks("workervoice triage")

    real = triage_line(the_engine(), json.loads(asked))

    told = json.loads(answered)
    assert list(told) == list(real)
    assert without_rule_numbers(told) == without_rule_numbers(real)
    assert {f"| `{name}` |" in section("workervoice triage") for name in real} == {True}


def test_the_example_of_language_is_a_real_one() -> None:
    asked, answered = blocks("workervoice language")

    real = [language_line(json.loads(line)) for line in asked.splitlines()]

    assert [json.loads(line) for line in answered.splitlines()] == real
    assert list(real[0]) == ["id", "language", "step"]


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_every_link_leads_somewhere(path: Path) -> None:
    assert list(broken_links(path, path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_a_test_that_is_named_exists(path: Path) -> None:
    named = re.findall(r"(tests/[\w/]+\.py)::(test_\w+)", path.read_text(encoding="utf-8"))

    missing = [
        f"{file}::{test}"
        for file, test in named
        if not (ROOT / file).exists() or f"def {test}(" not in (ROOT / file).read_text()
    ]

    assert missing == []


def test_every_table_stands_in_the_architecture_with_its_columns() -> None:
    told = table_of_columns()

    assert set(told) == set(metadata.tables)
    for name, table in metadata.tables.items():
        columns = {c.name: c.type for c in table.columns if c.name != "programme_id"}
        clear = {c for c, kind in columns.items() if not isinstance(kind, LargeBinary)}
        assert set.union(*told[name]) == set(columns), name
        assert clear <= told[name][0], name
        assert sum(map(len, told[name])) == len(columns), name


def test_every_label_stands_in_the_architecture() -> None:
    used = set().union(*(labels(path.read_text()) for path in (ROOT / "workervoice").rglob("*.py")))

    told = set(re.findall(r"`([a-z-]+)`", ARCHITECTURE.partition("## Formats")[2]))

    assert used - told == set()
    assert {"words", "queue", "sign-outbox"} <= used


def test_every_error_is_drawn_under_its_parent() -> None:
    classes = {
        name: kind.__base__
        for name, kind in vars(errors).items()
        if isinstance(kind, type) and issubclass(kind, Exception)
    }
    parents = {name: base.__name__ if base else "" for name, base in classes.items()}
    parents["WorkervoiceError"] = ""

    drawing = (errors.__doc__ or "").partition("\n\n")[2]

    assert drawn_tree(drawing) == parents


def test_the_readme_is_short_and_has_room_for_the_story() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")

    assert len(readme.splitlines()) <= README_LINES
    assert readme.count("<!-- story:begin -->") == readme.count("<!-- story:end -->") == 1
    assert readme.index("<!-- story:begin -->") < readme.index("<!-- story:end -->")
    assert readme.index("make demo") < readme.index("## ")


def test_the_checks_find_what_they_look_for(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# A `b` c\n[x](page.md#a-b-c) [y](gone.md) [z](#d) [w](https://a.example/b)\n")

    text = page.read_text()

    assert list(broken_links(page, text)) == ["gone.md", "#d"]
    assert drawn_tree("A\n├── B\n│   └── C   why\n└── D") == {"A": "", "B": "A", "C": "B", "D": "A"}
    assert labels("_X = 'x-label'\nctx(_X, 1)\nself.vault.seal('kind', 2)\nctx(kind)") == {
        "x-label",
        "kind",
    }
    assert section("workervoice bogus") == ""
