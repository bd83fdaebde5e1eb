"""The container file and compose: what linter and schema say, and what a container would be.

There is no container engine in these tests. Three processes run as in one: without rights, with
nothing to write to but what compose gives them.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.app.alone import alone
from tests.deploy.locked import NOBODY, READ_ONLY, ROOT, as_in_a_container
from tests.deploy.units import SYSTEMD
from tests.house import House
from workervoice.app.children import environment_of
from workervoice.app.leaving import STOP_SECONDS
from workervoice.settings import load
from workervoice.values import HOLDERS

DEPLOY = SYSTEMD.parent
CONTAINERFILE = DEPLOY / "container" / "Containerfile"
COMPOSE = DEPLOY / "compose" / "compose.yaml"
OURS = ("upgrade", "gateway", "courier", "console", "backup")


def tool(name: str) -> str:
    """A tool of the development environment, which stands beside this interpreter."""
    return str(Path(sys.executable).with_name(name))


def instructions(text: str) -> list[tuple[str, str]]:
    lines = re.sub(r"^#.*\n", "", text, flags=re.M).replace("\\\n", " ")
    return [(w, rest) for w, _, rest in (x.partition(" ") for x in lines.splitlines() if x)]


def compose() -> dict[str, Any]:
    told: dict[str, Any] = yaml.safe_load(COMPOSE.read_text())
    return told


def seconds(text: str) -> int:
    return int(text.removesuffix("s"))


@pytest.mark.skipif(sys.platform != "linux", reason="hadolint comes in a package for Linux only")
def test_the_linter_of_container_files_has_nothing_to_say() -> None:
    done = subprocess.run([tool("hadolint"), str(CONTAINERFILE)], capture_output=True, check=False)

    assert (done.returncode, done.stdout) == (0, b"")


def test_compose_fits_the_specifications_schema(tmp_path: Path) -> None:
    def checked(path: Path) -> int:
        schema = ["--builtin-schema", "vendor.compose-spec"]
        command = [tool("check-jsonschema"), *schema, str(path)]
        return subprocess.run(command, capture_output=True, check=False).returncode

    spoilt = tmp_path / "compose.yaml"
    spoilt.write_text(COMPOSE.read_text().replace("cap_drop: [ALL]", "cap_dorp: [ALL]"))

    assert (checked(COMPOSE), checked(spoilt)) == (0, 1)


def test_the_image_has_exact_bases_and_pinned_packages_and_runs_as_nobody_in_particular() -> None:
    told = instructions(CONTAINERFILE.read_text())
    bases = [rest.split()[0] for word, rest in told if word == "FROM"]
    last = told[max(i for i, (word, _) in enumerate(told) if word == "FROM") :]
    installs = [rest for word, rest in told if word == "RUN" and '"install"' in rest]

    assert all(re.search(r":\d+\.\d+\.\d+-|@sha256:[0-9a-f]{64}$", base) for base in bases)
    assert all('"--require-hashes"' in rest or '"--no-deps"' in rest for rest in installs)
    assert len(installs) == 3
    assert [rest for word, rest in last if word == "USER"] == ["10000:10000"]
    assert len([rest for word, rest in last if word == "HEALTHCHECK"]) == 1
    assert [rest for word, rest in last if word == "RUN"] == []
    assert {word for word, _ in told} & {"ADD", "ARG", "SHELL"} == set()
    assert all(json.loads(rest) for word, rest in told if word in {"RUN", "ENTRYPOINT", "CMD"})


def test_freed_memory_is_wiped_as_under_the_supervisor() -> None:
    (told,) = [rest for word, rest in instructions(CONTAINERFILE.read_text()) if word == "ENV"][-1:]
    given = dict(pair.partition("=")[::2] for pair in told.split())
    hygiene = environment_of(load({"WORKERVOICE_ENV_FILE": ""}), "gateway")
    named = {n for n in hygiene if n.startswith(("PYTHON", "MALLOC", "GLIBC"))}

    assert {n: given.get(n) for n in named} == {n: hygiene[n] for n in named}


def patterns(text: str) -> Iterator[tuple[bool, str]]:
    for line in text.splitlines():
        if line and not line.startswith("#"):
            yield not line.startswith("!"), line.lstrip("!")


def is_left_out(path: str) -> bool:
    """As an engine reads the list: the last pattern that fits the path, or one above, counts."""
    above = [path, *(str(p) for p in Path(path).parents if str(p) != ".")]
    out = False
    for leaves_out, pattern in patterns((ROOT / ".dockerignore").read_text()):
        bare = pattern.removeprefix("**/")
        names = {part for each in above for part in (each, *([each.rpartition("/")[2]]))}
        if any(fnmatch(n, bare) for n in (names if bare != pattern else set(above))):
            out = leaves_out
    return out


def test_no_key_and_no_settings_can_come_into_the_image() -> None:
    assert (ROOT / ".dockerignore").read_text() == (ROOT / ".containerignore").read_text()
    for path in (
        *(".env", "workervoice/.env", ".workervoice/keys/gateway/pepper.key", "root.public"),
        *("deploy/compose/secrets/gateway.env", "workervoice/app/a.key", ".git/config", "tests/x"),
        "workervoice/app/__pycache__/x.pyc",
    ):
        assert is_left_out(path), path
    copied = [
        source
        for word, rest in instructions(CONTAINERFILE.read_text())
        if word == "COPY" and not rest.startswith("--from")
        for source in rest.split()[:-1]
    ]
    assert {path: is_left_out(path) for path in copied} == dict.fromkeys(copied, False)
    assert not is_left_out("workervoice/cli.py")


def test_no_container_may_do_more_than_it_needs() -> None:
    for name, service in compose()["services"].items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert int(service["user"].partition(":")[0]) > 0, name
        assert service["ulimits"]["core"] == 0, name
        assert seconds(service["stop_grace_period"]) > STOP_SECONDS, name
        assert ("cap_add" in service) == (name == "caddy"), name
    users = [service["user"] for service in compose()["services"].values()]
    assert len(set(users)) == len(users)


def test_only_caddy_is_reached_and_the_database_by_the_processes_alone() -> None:
    told = compose()
    services, networks = told["services"], told["networks"]

    published = {name for name, service in services.items() if "ports" in service}
    beside = {
        network: {name for name, service in services.items() if network in service["networks"]}
        for network in networks
    }

    assert published == {"caddy"}
    assert beside["front"] == {"caddy", "gateway", "console"}
    assert beside["database"] == {"database", *OURS}
    assert beside["sending"] == {"courier"}
    assert beside["outside"] == {"caddy"}
    assert beside["ops"] == {"upgrade", "gateway", "courier", "console"}
    internal = {n for n, kind in networks.items() if kind.get("internal")}
    assert internal == {"front", "database", "ops"}
    assert all("expose" not in service for service in services.values())


def test_a_process_is_asked_under_a_name_that_it_has_among_those_who_ask_alone() -> None:
    services = compose()["services"]

    for name in ("gateway", "courier", "console"):
        aliases = {n: (told or {}).get("aliases") for n, told in services[name]["networks"].items()}
        told = (COMPOSE.parent / "env" / f"{name}.env.example").read_text()
        (host,) = re.findall(rf"^WORKERVOICE_{name.upper()}_OPS_HOST=(.+)$", told, flags=re.M)
        assert aliases.pop("ops") == [host]
        assert set(aliases.values()) == {None}
        assert host not in services


def test_no_secret_is_in_an_environment_and_each_process_has_its_own_file() -> None:
    services = compose()["services"]
    secret = {f"WORKERVOICE_{name.upper()}" for name in HOLDERS}

    for name, service in services.items():
        assert not secret & set(service["environment"]), name
        assert not {n for n in service["environment"] if re.search(r"PASSWORD$|TOKEN|SECRET", n)}
    for name in OURS:
        (file,) = services[name]["secrets"]
        assert services[name]["environment"]["WORKERVOICE_ENV_FILE"] == f"/run/secrets/{file}"
    files = [s for name in OURS for s in services[name]["secrets"]]
    assert len(set(files)) == len(files)
    assert "deploy/compose/secrets/" in (ROOT / ".gitignore").read_text()


def test_who_needs_what_waits_for_it() -> None:
    services = compose()["services"]

    for name in ("gateway", "courier", "console"):
        waits = {n: c["condition"] for n, c in services[name]["depends_on"].items()}
        assert waits["upgrade"] == "service_completed_successfully"
        assert waits["database"] == "service_healthy"
    assert "healthcheck" in services["database"]
    assert services["upgrade"]["restart"] == services["backup"]["restart"] == "no"
    assert services["backup"]["profiles"] == ["backup"]


def owned(house: House) -> int:
    """The user that our database lets at its socket: in these tests it stands for a container's."""
    socket = re.search(r"host=([^&]+)", house.urls["gateway"])
    assert socket is not None
    uid = Path(socket[1].replace("%2F", "/")).stat().st_uid
    for path in (house.data, *house.data.rglob("*")):
        os.chown(path, uid, uid)
    return uid


@as_in_a_container
@pytest.mark.timeout(120)
def test_each_process_works_where_it_can_write_nothing_but_what_compose_gives_it(
    todays_house: House,
) -> None:
    uid = owned(todays_house)
    data = str(todays_house.data)
    under = ("sh", str(READ_ONLY), str(uid), data, sys.base_prefix)
    nothing = ("sh", str(READ_ONLY), str(uid), data + ":ro", sys.base_prefix)

    with alone("gateway", todays_house, DATA_DIR="/mnt", under=nothing) as gateway:
        stored = gateway.post("They took our passports", "+15550100123")
        running_as = Path(f"/proc/{gateway.process.pid}/status").read_text()
    with alone("courier", todays_house, DATA_DIR="/mnt", under=under) as courier:
        rounds = courier.measured("workervoice_courier_rounds_total")
    with alone("console", todays_house, DATA_DIR="/mnt", under=nothing) as console:
        ready = console.ask("/ready")[0]

    assert (stored, ready) == (204, 200)
    assert rounds >= 1
    assert (todays_house.data / "keyed.list").exists()
    assert re.search(rf"^Uid:\t{uid}\t{uid}\t{uid}\t{uid}$", running_as, flags=re.M)
    for name in ("CapEff", "CapPrm", "CapBnd"):
        assert re.search(rf"^{name}:\t0+$", running_as, flags=re.M), name


@as_in_a_container
def test_that_place_can_really_not_be_written(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data").chmod(0o777)
    probe = (
        "import pathlib, sys\n"
        "for place in sys.argv[1:]:\n"
        "    try: (pathlib.Path(place) / 'a').write_text('x'); print(place)\n"
        "    except OSError: pass\n"
    )
    places = ["/mnt", "/tmp", "/run", "/var/tmp", "/opt", "/home", str(ROOT), sys.prefix, "/etc"]
    command = ["sh", str(READ_ONLY), str(NOBODY), str(tmp_path / "data"), sys.base_prefix]

    done = subprocess.run(
        [*command, sys.executable, "-c", probe, *places], capture_output=True, text=True, check=True
    )

    assert done.stdout.split() == ["/mnt", "/tmp"]


def asked(house: House, ops: int) -> int:
    """What the health check of the image would say."""
    environment = {
        "PATH": os.getenv("PATH", os.defpath),
        "WORKERVOICE_ENV_FILE": "",
        "WORKERVOICE_DATA_DIR": str(house.data),
        **({"WORKERVOICE_COURIER_OPS_PORT": str(ops)} if ops else {}),
    }
    command = [sys.executable, "-m", "workervoice.app.alive"]
    return subprocess.run(command, env=environment, capture_output=True, check=False).returncode


def test_the_health_check_knows_a_living_process_from_a_dead_one(todays_house: House) -> None:
    (check,) = [r for w, r in instructions(CONTAINERFILE.read_text()) if w == "HEALTHCHECK"]
    with alone("courier", todays_house) as courier:
        living = asked(todays_house, courier.ops)
    dead = asked(todays_house, courier.ops)

    assert '"-m", "workervoice.app.alive"' in check
    assert (living, dead, asked(todays_house, 0)) == (0, 1, 1)
