"""One whole story leaves none of its words and numbers in any file, dump, log line or output.

The story is told with marked words and numbers; afterwards everything that a thief of the machine's
disk, of a backup or of the logs could hold is searched for every mark in many forms. Marks of a
second kind, planted by hand in each of these places, must all be found: they prove that the search
sees what is there.
"""

from __future__ import annotations

import base64
import logging
import os
import tempfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from tests.house import House, build_house
from tests.security import teller
from tests.security.ears import listening
from tests.security.needles import Search, forms_of_number, forms_of_word, needles
from tests.security.teller import Teller, tell
from tests.security.thief import Thief
from workervoice.crypto.slots import CHEAP
from workervoice.embedded import EmbeddedServer
from workervoice.hotline import drafts, staffing
from workervoice.hotline.overview import queue
from workervoice.hotline.staffing import Guest
from workervoice.message import Role
from workervoice.triage.engine import Engine

PLANTED = "gooseberrytrellis"
PLANTED_NUMBER = "+15550100901"
DELETED = "kestrelmarzipan"
LONG = "thistlebannerfold"
DRAFT = "unsentbilberrynote"
CHOSEN = "seven quiet lamps on the river"
APP = "secret of an app"


@dataclass(frozen=True)
class Haul:
    """Everything that can be stolen after the story, by place, and the names found in it."""

    found: dict[str, set[str]]
    told: tuple[str, ...]
    secrets: tuple[str, ...]
    sizes: dict[str, int]


@pytest.fixture(scope="module")
def own_server() -> Iterator[tuple[EmbeddedServer, Path]]:
    """A server that holds this story and nothing else, in the data directory of its house."""
    with tempfile.TemporaryDirectory(prefix="wv-") as made:
        data = Path(made)
        data.chmod(0o711)  # started as root, the server runs as somebody else
        server = EmbeddedServer(data, durable=False)
        server.start()
        try:
            yield server, data
        finally:
            server.erase()


@pytest.fixture(scope="module")
def haul(own_server: tuple[EmbeddedServer, Path], engine: Engine) -> Haul:
    """Tell the story, plant the controls, search everything."""
    server, data = own_server
    with listening() as heard:
        house = build_house(server, data, engine)
        story = Teller(house)
        tell(story)
        _plant_in_output()
        secrets = _secrets_given(house)
    with Thief.of(server, house) as thief:
        _provoke(thief)
        _plant_in_database(thief)
        _plant_in_files(data)
        thief.change("CHECKPOINT")
        places = _places(data, server, thief) | {"log lines": heard.log, "output": heard.output}
    house.close()
    words = (*teller.WORDS, PLANTED, DELETED, LONG, *secrets, *story.sids)
    raw = dict.fromkeys(house.apps.values(), f"{APP}: raw")
    search = Search(needles(words, (*teller.NUMBERS, PLANTED_NUMBER)) | raw)
    found = {name: search.found_in(content) for name, content in places.items()}
    sizes = {name: len(content) for name, content in places.items()}
    return Haul(found, tuple(story.sids), secrets, sizes)


def _secrets_given(house: House) -> tuple[str, ...]:
    """Whatever lets somebody in, and what stands in a draft that was not sent."""
    sam, asha = house.actor("sam"), house.actor("asha")
    tokens = [
        staffing.invite(
            house.console, sam, Guest(login, login, Role.HANDLER, sam.officer.organisation_id)
        )
        for login in ("used", "unused")
    ]
    made = staffing.enrol(house.console, tokens[0], CHOSEN, CHEAP)
    case_id = next(iter(queue(house.console, asha))).id
    drafts.keep(house.console, asha, case_id, "note", {"text": (DRAFT,)})
    apps = [each for secret in house.apps.values() for each in (secret.hex(), to_base32(secret))]
    passphrases = (*house.seeded.passphrases.values(), CHOSEN)
    return (*passphrases, *tokens, made.recovery, DRAFT, *apps, *map(house.token, ("asha", "nora")))


def to_base32(secret: bytes) -> str:
    """As an app takes it."""
    return base64.b32encode(secret).decode().rstrip("=")


def _places(data: Path, server: EmbeddedServer, thief: Thief) -> dict[str, bytes]:
    """All that a thief could carry away, as bytes."""
    files = {f"data/{path.relative_to(data)}": path for path in _files(data)}
    cluster = server.cluster
    files |= {f"cluster/{path.relative_to(cluster)}": path for path in _files(cluster)}
    assert any(name.startswith("cluster/pg_wal/") for name in files)
    assert "data/postgres.log" in files
    assert "data/keys/courier/courier.key" in files
    cells = [c if isinstance(c, bytes) else str(c).encode() for _, c in thief.cells()]
    return {
        **{name: path.read_bytes() for name, path in files.items()},
        "dump": thief.dump(),
        "cells": b"\n".join(cells),
    }


def _files(directory: Path) -> list[Path]:
    """Every file, without following links: the cluster may lie apart."""
    return [
        Path(where) / name
        for where, _, names in os.walk(directory)
        for name in names
        if (Path(where) / name).is_file()
    ]


def _plant_in_output() -> None:
    logging.getLogger("workervoice.planted").debug("a line with %s", PLANTED)
    os.write(1, f"said {PLANTED_NUMBER}\n".encode())
    os.write(2, f"said {PLANTED}\n".encode())


def _provoke(thief: Thief) -> None:
    """An error whose sentence quotes a value: the client hears it, the server's log does not."""
    with pytest.raises(psycopg.Error, match=teller.REFUSED):
        thief.change("SELECT CAST(%(x)s AS text)::int", x=teller.REFUSED)


def _plant_in_database(thief: Thief) -> None:
    """A row, a row that is deleted, a long row that is kept compressed; in words and in bytes."""
    thief.change("CREATE TABLE scratch (note text, raw bytea)")
    number = forms_of_number(PLANTED_NUMBER)
    for note, raw in (
        (PLANTED, number["plain"]),
        (PLANTED_NUMBER, forms_of_word(PLANTED)["utf-16 little"]),
        (DELETED, b""),
        (f"{LONG} " * 2000, b""),
        ("hashed", next(form for name, form in number.items() if name.startswith("sha256 of"))),
    ):
        thief.change("INSERT INTO scratch VALUES (%(n)s, %(r)s)", n=note, r=raw)
    thief.change("DO $$ BEGIN RAISE LOG 'gooseberrytrellis'; END $$")
    thief.change("DELETE FROM scratch WHERE note = %(n)s", n=DELETED)


def _plant_in_files(data: Path) -> None:
    """One file a form, and one that is compressed."""
    (data / "planted").mkdir()
    forms = (*forms_of_word(PLANTED).values(), *forms_of_number(PLANTED_NUMBER).values())
    for number, form in enumerate(forms):
        (data / "planted" / str(number)).write_bytes(b"\x00before" + form + b"after\xff")
    (data / "planted" / "deflated").write_bytes(b"PK" + zlib.compress(PLANTED.encode() * 3))


def _names(haul: Haul, mark: str, where: str = "") -> set[str]:
    """In which forms a mark was found in the places whose name begins so."""
    return {
        name.removeprefix(f"{mark}: ")
        for place, names in haul.found.items()
        if place.startswith(where)
        for name in names
        if name.startswith(f"{mark}: ")
    }


@pytest.mark.parametrize("mark", [*teller.WORDS, *teller.NUMBERS])
def test_no_mark_of_the_story_is_anywhere(haul: Haul, mark: str) -> None:
    where = {place for place, names in haul.found.items() for n in names if n.startswith(mark)}

    assert where == set()
    assert _names(haul, mark) == set()


def test_nothing_that_lets_somebody_in_and_no_draft_is_anywhere(haul: Haul) -> None:
    marks = (*haul.told, *haul.secrets)

    assert len(haul.told) > 5
    assert len(haul.secrets) > 15
    assert {mark: forms for mark in (*marks, APP) if (forms := _names(haul, mark))} == {}


@pytest.mark.parametrize(
    ("mark", "forms"),
    [
        (PLANTED, forms_of_word(PLANTED)),
        (PLANTED_NUMBER, forms_of_number(PLANTED_NUMBER)),
    ],
    ids=["word", "number"],
)
def test_every_form_of_a_planted_mark_is_found(
    haul: Haul, mark: str, forms: dict[str, bytes]
) -> None:
    found = _names(haul, mark, "data/planted/")

    assert {forms[name] for name in found & forms.keys()} == set(forms.values())


def test_what_is_deflated_is_found_too(haul: Haul) -> None:
    assert "plain, deflated" in _names(haul, PLANTED, "data/planted/deflated")


@pytest.mark.parametrize(
    ("place", "mark", "form"),
    [
        ("cluster/base/", PLANTED, "plain"),
        ("cluster/base/", PLANTED, "utf-16 little"),
        ("cluster/base/", DELETED, "plain"),
        ("cluster/pg_wal/", PLANTED_NUMBER, "plain"),
        ("cluster/pg_wal/", DELETED, "plain"),
        ("data/postgres.log", PLANTED, "plain"),
        ("dump", LONG, "plain"),
        ("dump", PLANTED_NUMBER, "hex"),
        ("cells", PLANTED, "utf-16 little"),
        ("log lines", PLANTED, "plain"),
        ("output", PLANTED, "plain"),
        ("output", PLANTED_NUMBER, "plain"),
    ],
)
def test_what_is_planted_in_a_place_is_found_there(
    haul: Haul, place: str, mark: str, form: str
) -> None:
    assert form in _names(haul, mark, place)


def test_the_search_had_something_to_search(haul: Haul) -> None:
    said = {place: haul.sizes[place] for place in ("dump", "cells", "log lines")}

    assert min(said.values()) > 50_000
