"""What no other tool checks: sizes, names, where errors are caught, where states change, the locks.

Each check is a function that a planted offender must trip, so that none of them sleeps.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "workervoice"
MODULES = sorted(PACKAGE.rglob("*.py"))
LOCKS = sorted(ROOT.glob("requirements*.lock"))

MODULE_LINES = 300
FUNCTION_LINES = 40
NO_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "service"}
# The doors at which anything may be caught: one item's failure must not stop the others.
DOORS = re.compile(r"workervoice/hotline/tick\w*\.py")
STATES = "workervoice/store/states.py"
CHANGE_ROWS = {"move_state", "save_row", "change_row", "write_again"}  # the first two: a state
SENDS = "workervoice/store/engine.py"
SEND_SQL = {"_answered"}  # SQL of the store's own functions, whose texts are looked at there


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def long_functions(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > FUNCTION_LINES:
                yield f"{node.name} ({lines} lines)"


def catches_everything(source: str) -> Iterator[int]:
    """Lines of `except:`, `except Exception` and `except BaseException` that do not re-raise."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.ExceptHandler):
            continue
        caught = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
        broad = any(
            each is None or (isinstance(each, ast.Name) and each.id in _BROAD) for each in caught
        )
        passes_on = isinstance(node.body[-1], ast.Raise) and node.body[-1].exc is None
        if broad and not passes_on:
            yield node.lineno


_BROAD = {"Exception", "BaseException"}
_UPDATE_TEXT = re.compile(r"\bupdate\b.*\bset\b.*?\b(\w+_)?state\b\s*=", re.I | re.S)


def state_updates(source: str) -> Iterator[int]:
    """Lines that may build an UPDATE of a state column: one that names it, one whose columns are
    not written out (`.values(**columns)`), parameters beside a statement, or SQL as text."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            if _UPDATE_TEXT.search(node.value):
                yield node.lineno
        elif isinstance(node, ast.Call) and _may_set_state(node):
            yield node.lineno


def _may_set_state(call: ast.Call) -> bool:
    method = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    given = [*call.args, *(k.value for k in call.keywords)]
    if method == "values":
        updates = bool(given) and _chain_of(call).isdisjoint({"insert", "pg_insert"})
        return updates and (_names_state(call) or _is_dynamic(call))
    if method == "on_conflict_do_update":
        columns = [keyword.value for keyword in call.keywords if keyword.arg == "set_"]
        return _names_state(call) or not all(map(_is_written_out, columns))
    if isinstance(call.func, ast.Name) and call.func.id == "updated":
        return True
    if method in {"execute", "executemany"} and len(call.args) + len(_parameters(call)) > 1:
        return "text" not in _chain_of(call.args[0]) and _is_sql(call.args[0])
    return False


def _is_dynamic(call: ast.Call) -> bool:
    """True unless every column is written out: as a keyword, or as the key of one dictionary."""
    spread = any(keyword.arg is None for keyword in call.keywords)
    return spread or not all(map(_is_written_out, call.args))


def _is_written_out(columns: ast.expr) -> bool:
    """A dictionary with keys such as "name" or table.c.name, and no other dictionary in it."""
    return isinstance(columns, ast.Dict) and all(
        isinstance(key, ast.Constant | ast.Attribute) for key in columns.keys
    )


def _parameters(call: ast.Call) -> list[ast.keyword]:
    return [keyword for keyword in call.keywords if keyword.arg == "parameters"]


def _is_sql(statement: ast.expr) -> bool:
    """An expression of SQLAlchemy's; the embedded server speaks psycopg, in strings."""
    return not isinstance(statement, ast.Constant | ast.JoinedStr)


def function_at(source: str, line: int) -> str:
    """The name of the function around a line."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef) and node.lineno <= line <= (node.end_lineno or 0):
            return node.name
    return ""


def _chain_of(node: ast.expr) -> set[str]:
    """The names called on the way to this call: {"update", "where"} of `update(t).where(…)`."""
    names: set[str] = set()
    while isinstance(node, ast.Call | ast.Attribute):
        if isinstance(node, ast.Attribute):
            names.add(node.attr)
            node = node.value
        else:
            if isinstance(node.func, ast.Name):
                names.add(node.func.id)
            node = node.func
    return names


def _names_state(call: ast.Call) -> bool:
    given = {keyword.arg for keyword in call.keywords if keyword.arg}
    for each in ast.walk(call):
        if isinstance(each, ast.Dict):
            given |= {str(key.value) for key in each.keys if isinstance(key, ast.Constant)}
            given |= {key.attr for key in each.keys if isinstance(key, ast.Attribute)}
    return any(re.fullmatch(r"(\w+_)?state", name) for name in given)


def unpinned(lock: str) -> Iterator[str]:
    """Requirements of a lock file that are not `name==version` with at least one SHA-256."""
    for entry in re.split(r"\n(?=\S)", lock.replace("\\\n", " ")):
        line = re.sub(r"#.*", "", entry).strip()
        if line and not re.fullmatch(
            r"[\w.-]+(\[[\w,-]+\])?==[\w.+!]+(\s*;[^\n]*?)?(\s+--hash=sha256:[0-9a-f]{64})+", line
        ):
            yield line[:60]


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_module_is_small_and_says_what_it_is_by_its_name(path: Path) -> None:
    lines = len(path.read_text().splitlines())

    words = set(path.stem.lower().split("_"))

    assert lines <= MODULE_LINES
    assert words.isdisjoint(NO_NAMES)


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_function_fits_on_a_page(path: Path) -> None:
    assert list(long_functions(path.read_text())) == []


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_everything_is_caught_at_a_door_only(path: Path) -> None:
    if DOORS.fullmatch(name_of(path)):
        pytest.skip("a door")

    assert list(catches_everything(path.read_text())) == []


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_state_column_is_changed_in_one_place_only(path: Path) -> None:
    source = path.read_text()

    changes = list(state_updates(source))

    if name_of(path) in (STATES, SENDS):
        expected = CHANGE_ROWS if name_of(path) == STATES else SEND_SQL
        assert {function_at(source, line) for line in changes} == expected
    else:
        assert changes == []


@pytest.mark.parametrize("path", LOCKS, ids=name_of)
def test_a_lock_pins_every_line_by_hash_and_names_no_index(path: Path) -> None:
    lock = path.read_text()

    assert list(unpinned(lock)) == []
    assert "://" not in lock
    assert not re.search(r"^\s*--(index|extra|find|trusted)", lock, re.M)
    assert re.search(r"^[\w.-]+==", lock, re.M)


def test_there_are_three_locks_and_the_last_agrees_with_the_product() -> None:
    product, dev = (
        dict(re.findall(r"^([\w.-]+)(?:\[.*\])?==([\w.+!]+)", (ROOT / name).read_text(), re.M))
        for name in ("requirements.lock", "requirements-dev.lock")
    )

    both = product.keys() & dev.keys()

    assert len(LOCKS) == 3
    assert both
    assert {name: product[name] for name in both} == {name: dev[name] for name in both}


def test_the_checks_find_what_they_look_for() -> None:
    page = "def long():\n" + "    x = 1\n" * FUNCTION_LINES

    assert list(long_functions(page)) == ["long (41 lines)"]
    assert list(long_functions(page.replace("    x = 1\n", "", 1))) == []
    for swallowed in ("", " Exception", " BaseException as exc", " (OSError, Exception)"):
        assert list(catches_everything(f"try:\n  f()\nexcept{swallowed}:\n  pass")) == [3]
    for kept in ("except OSError:\n  pass", "except BaseException:\n  stop()\n  raise"):
        assert list(catches_everything(f"try:\n  f()\n{kept}")) == []
    for change in (
        "t.update().where(t.c.id == i).values(state=s)",
        "update(t).values({t.c.state: s})",
        "row.values({**also, 'state': s})",
        "insert(t).on_conflict_do_update(index_elements=['id'], set_={'state': s})",
        "text('UPDATE cases SET attempts = 0, state = :s')",
        "update(t).values(delivery_state=s)",
        "row.values(**columns)",
        "t.update().values(attempts=1, **also)",
        "update(t).values(columns)",
        "update(t).values({'attempts': 1, **also})",
        "update(t).values([columns])",
        "update(t).values({t.c['state']: s})",
        "update(t).values({column: s})",
        "insert(t).on_conflict_do_update(index_elements=['id'], set_=columns)",
        "insert(t).on_conflict_do_update(index_elements=['id'], set_={**columns})",
        "tx.execute(update(t), {'attempts': 1})",
        "tx.execute(row, parameters=rows)",
    ):
        assert list(state_updates(change)) == [1], change
    for harmless in (
        "insert(t).values(state='received')",
        "t.insert().values(state='owed')",
        "update(t).values(estate=1, attempts=2)",
        "select(t).where(t.c.state == s)",
        "update(t).values({'attempts': 2, t.c.code: None})",
        "insert(t).values(**columns)",
        "{}.values()",
        "insert(t).on_conflict_do_update(index_elements=['id'], set_={'seen_at': now})",
        "tx.execute(text('SELECT :a'), {'a': 1})",
        "tx.execute(select(t), execution_options=keep)",
    ):
        assert list(state_updates(harmless)) == [], harmless


@pytest.mark.parametrize(
    "line",
    [
        "twilio>=9",
        "twilio==9.13.0",
        "twilio==9.13.0 --hash=md5:" + "0" * 32,
        "twilio @ https://example.org/twilio.whl --hash=sha256:" + "0" * 64,
        "-e .",
    ],
)
def test_a_line_without_version_or_hash_would_be_found(line: str) -> None:
    good = "six==1.0 ; python_version < '4' \\\n    --hash=sha256:" + "0" * 64 + "\n    # via x\n"

    assert list(unpinned(good)) == []
    assert list(unpinned(good + line + "\n")) == [line[:60]]
