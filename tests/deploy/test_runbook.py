"""The runbook's commands are commands, its anchors lead somewhere, and it leaves nothing out."""

from __future__ import annotations

import re
import shlex
from uuid import uuid4

import pytest
import yaml

from tests.deploy.units import SYSTEMD
from workervoice.cli import _parser

PAGES = {name: (SYSTEMD.parent / name).read_text() for name in ("runbook.md", "README.md")}
RUNBOOK = PAGES["runbook.md"]
PARTS = {
    "A key": ("restore --data", "rotate pepper", "rotate courier", "rotate service", "root take"),
    "A line": ("lines change", "lines list"),
    "An officer": ("officers remove", "officers forget-factors", "officers request --end"),
    "A server": ("--backup", "log verify --checkpoint"),
    "A legal order": ("access worker",),
    "Notice within 72 hours": ("Art. 33", "Art. 34", "status --json"),
    "Upgrade and roll back": ("db upgrade", "backup open", "restore --data"),
}


def lines_of(text: str) -> list[str]:
    """Every command of ours in a block, without what a shell does with it."""
    blocks = re.findall(r"^ {4,}(workervoice [^|>\n]+)", text, flags=re.M)
    inline = re.findall(r"`(workervoice [a-z][^`|>]*)`", text)
    return [line.partition("  #")[0].strip(" \\") for line in (*blocks, *inline)]


@pytest.mark.parametrize("line", sorted(set(lines_of(RUNBOOK))))
def test_every_command_of_the_runbook_is_one_that_the_program_takes(line: str) -> None:
    filled = re.sub(r"\b(CASE|BACKUP_ID)\b", str(uuid4()), line)

    parsed = _parser().parse_args(shlex.split(filled)[1:])

    assert callable(parsed.run)


def test_a_command_that_is_none_would_be_found() -> None:
    (line,) = lines_of("    workervoice officers sack LOGIN --as ME\n")

    with pytest.raises(SystemExit):
        _parser().parse_args(shlex.split(line)[1:])


@pytest.mark.parametrize("title", PARTS)
def test_each_day_has_a_part_that_says_what_to_type(title: str) -> None:
    part = re.search(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", RUNBOOK, flags=re.S | re.M)

    assert part is not None
    assert [needed for needed in PARTS[title] if needed not in part[1]] == []


def test_the_units_that_are_named_are_there() -> None:
    named = {u for text in PAGES.values() for u in re.findall(r"workervoice-[a-z]+\.\w+", text)}
    started = re.findall(r"systemctl \w+ (?:--now )?((?:workervoice[\w.-]* ?)+)", RUNBOOK)
    units = {u if "." in u else f"{u}.service" for line in started for u in line.split()}

    files = {path.name for path in SYSTEMD.iterdir()}
    assert units
    assert units - files == set()
    assert {u for u in named if u.endswith((".service", ".socket", ".timer"))} - files == set()


DOCS = SYSTEMD.parents[1] / "docs"
RESTORING = (DOCS / "restoring.md").read_text()
SMALL = (SYSTEMD.parent / "small.md").read_text()
WHOLE_LINES = re.sub(r"\\\n\s+", "", RESTORING)
MOUNTED = {"/srv/workervoice", "/restore", "/list"}


@pytest.mark.parametrize(
    "line", sorted(set(re.findall(r"^    (?:asw|workervoice) (\S.*)$", WHOLE_LINES, flags=re.M)))
)
def test_every_command_of_the_worst_day_is_one_that_the_program_takes(line: str) -> None:
    parsed = _parser().parse_args(shlex.split(line))

    assert callable(parsed.run)


@pytest.mark.parametrize("layout", ["The small server", "A service each", "In containers"])
def test_each_layout_has_its_own_restore_from_the_command_to_the_look(layout: str) -> None:
    part = WHOLE_LINES.partition(f"\n### {layout}\n")[2].partition("\n##")[0]

    assert re.search(r"^    (asw|workervoice) restore --data \S+ --sealed .*--list", part, re.M)
    assert part.index("restore --data") < part.index(" log verify") < part.index(" doctor")
    assert "install -d" in part[: part.index("restore --data")]


def test_in_containers_everything_that_restore_names_is_mounted() -> None:
    part = WHOLE_LINES.partition("\n### In containers\n")[2].partition("\n## ")[0]
    (run,) = re.findall(r"alias asw='docker compose run (.*)'", part)
    (restore,) = re.findall(r"^    asw restore (.*)$", part, flags=re.M)
    services = yaml.safe_load((SYSTEMD.parent / "compose" / "compose.yaml").read_text())["services"]

    *options, service = shlex.split(run)
    given = {each.rpartition(":")[0] if each.endswith(":ro") else each for each in options[2::2]}
    mounts = [*given, *services[service]["volumes"]]
    reached = {each.removesuffix(":ro").rpartition(":")[2] for each in mounts}
    owner = (SYSTEMD.parent / "compose" / "env" / "owner.env.example").read_text()
    listed = re.findall(r"^WORKERVOICE_KEYED_LIST=(.*)$", owner, re.M)
    named = [*re.findall(r"--(?:data|sealed|backup|keys|list) (\S+)", restore), *listed]

    assert reached == MOUNTED
    assert [path for path in named if not any(path.startswith(each) for each in reached)] == []
    assert len(named) == 6


def test_a_backup_by_hand_goes_by_the_unit_that_has_its_settings() -> None:
    assert [line for line in lines_of(RUNBOOK) if line == "workervoice backup"] == []
    assert "systemctl start workervoice-backup.service" in RUNBOOK


def test_what_the_small_hotline_writes_to_is_there_before_it_starts() -> None:
    unit = (SYSTEMD / "workervoice.service").read_text()
    (paths,) = re.findall(r"^ReadWritePaths=(.*)$", unit, flags=re.M)
    before = SMALL.partition("systemctl enable --now workervoice\n")[0].partition("## 2.")[2]

    made = {
        word
        for line in re.findall(r"^    .*(?:install|mv) .*$", before, re.M)
        for word in line.split()
    }

    assert {path.lstrip("-") for path in paths.split()} - made == set()
    assert "/srv/backup-keys" in made


def test_processes_of_other_users_may_pass_to_their_keys_in_both_layouts() -> None:
    start = PAGES["README.md"].partition("## Start")[2].partition("## In containers")[0]
    steps = [
        *("[ceremony]", "install -d -m 0700 /etc/workervoice", "mv server-part", "chmod 0711"),
        *("owner.env.example", "workervoice db upgrade", "chown -R workervoice-$p", "gateway.env"),
    ]

    found = [start.index(step) for step in steps]

    assert found == sorted(found)
    assert "chmod 0711 /srv/workervoice /srv/workervoice/keys" in start
