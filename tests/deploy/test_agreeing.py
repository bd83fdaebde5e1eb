"""The files in deploy/ agree with each other and with the program."""

from __future__ import annotations

import re
from pathlib import Path
from uuid import uuid4

import pytest
import yaml

from workervoice.web.console.forms import FORM_BYTES
from workervoice.web.console.routes import ANYONE, HALF, ROUTES, UPLOADS
from workervoice.web.console.uploads import UPLOAD_BYTES
from workervoice.web.gateway.routes import BODY_BYTES

DEPLOY = Path(__file__).parents[2] / "deploy"
NGINX = (DEPLOY / "nginx" / "workervoice.conf").read_text()
GATEWAY, CONSOLE = NGINX.split("\nserver {")[1:]
FALLBACK = (DEPLOY.parent / "docs" / "fallback.md").read_text()
EVIDENCE = "^/(issues|disclosures)/[0-9a-f-]+/actions/[0-9a-f-]+/evidence$"
NO_GUESSES = {"/second/leave"}  # what half a session may send besides


def name_in(server: str) -> str:
    found = re.search(r"server_name (\S+);", server)
    assert found is not None
    return found[1]


@pytest.mark.parametrize("path", sorted((DEPLOY / "env").glob("*.example")), ids=lambda p: p.name)
def test_the_proxy_and_the_settings_give_one_name_to_each_door(path: Path) -> None:
    said = re.findall(r"^WORKERVOICE_(\w+)_URL=https://(\S+)$", path.read_text(), re.MULTILINE)

    (apart,) = set(re.findall(r"https://(\S+)/in/twilio/", FALLBACK))  # no proxy of ours is there
    expected = {"PUBLIC": name_in(GATEWAY), "CONSOLE": name_in(CONSOLE), "FALLBACK": apart}
    assert [name for _, name in said] == [expected[door] for door, _ in said]


def test_a_form_that_the_console_takes_passes_the_proxy() -> None:
    (kilobytes,) = re.findall(r"client_max_body_size (\d+)k;", CONSOLE)

    assert int(kilobytes) * 1024 >= FORM_BYTES


def evidence_paths(text: str) -> list[str]:
    return re.findall(r" (\^\S+evidence\$)", text)


def test_a_file_that_the_console_takes_passes_the_proxy_where_it_is_sent() -> None:
    (megabytes,) = re.findall(r"client_max_body_size (\d+)m;", CONSOLE)
    (path,) = evidence_paths(CONSOLE)

    assert int(megabytes) * 1024 * 1024 >= UPLOAD_BYTES
    assert path == EVIDENCE
    sent_to = {re.sub(r"\{\w+\}", str(uuid4()), place) for method, place in UPLOADS}
    assert len(sent_to) == 2
    assert all(re.search(path, each) for each in sent_to)


def test_wherever_somebody_without_a_session_may_guess_the_proxy_slows_them_down() -> None:
    open_to_guesses = {
        path
        for (method, path), allowed in ROUTES.items()
        if method == "POST" and allowed in (ANYONE, HALF) and not path.startswith("/enrol")
    }
    (slowed,) = re.findall(r"location ~ (\S+) \{\n        limit_req ", CONSOLE)

    assert {path for path in open_to_guesses if not re.search(slowed, path)} == NO_GUESSES


def test_compose_its_caddy_and_its_settings_name_the_same_doors() -> None:
    caddy = yaml.safe_load((DEPLOY / "compose" / "compose.yaml").read_text())["services"]["caddy"]
    given = {
        name: value
        for path in (DEPLOY / "compose" / "env").iterdir()
        for name, value in re.findall(r"^WORKERVOICE_(\w+)=(.*)$", path.read_text(), re.MULTILINE)
    }
    told = caddy["environment"]

    assert given["PUBLIC_URL"] == f"https://{told['HOTLINE']}"
    assert given["CONSOLE_URL"] == f"https://{told['OFFICERS']}"
    assert told["GATEWAY"] == f"gateway:{given['GATEWAY_PORT']}"
    assert told["CONSOLE"] == f"console:{given['CONSOLE_PORT']}"
    assert caddy["ports"] == [f"80:{told['HTTP_PORT']}", f"443:{told['HTTPS_PORT']}"]


def test_what_gateway_and_console_take_passes_caddy() -> None:
    caddyfile = (DEPLOY / "compose" / "Caddyfile").read_text()
    hotline, evidence = re.findall(r"max_size (\d+)MiB", caddyfile)
    (officers,) = re.findall(r"max_size (\d+)KiB", caddyfile)

    assert int(hotline) * 1024 * 1024 >= BODY_BYTES
    assert int(officers) * 1024 >= FORM_BYTES
    assert int(evidence) * 1024 * 1024 >= UPLOAD_BYTES
    assert evidence_paths(caddyfile) == [EVIDENCE, EVIDENCE]
