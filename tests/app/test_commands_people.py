"""How people come and go, by the commands that an operator types."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from tests.builders import a_case
from tests.house import House
from workervoice.app.vouching import ROOT, read_request
from workervoice.cli import main
from workervoice.crypto.paper import ROOT_BYTES, to_paper
from workervoice.crypto.seal import generate_signing
from workervoice.hotline.casepage import case_page
from workervoice.hotline.ceremony import VALID_FOR
from workervoice.hotline.enrolling import own_fingerprint
from workervoice.settings import PREFIX
from workervoice.store.engine import Scope

WORDS = "seven quiet lamps on the river"
SAM = ["--as", "sam"]


class Terminal:
    """A person at the command line of this hotline's server."""

    def __init__(
        self, house: House, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self.house, self.patch, self.capture = house, monkeypatch, capsys
        settings = {
            "DATA_DIR": str(house.data),
            "DATABASE_URL": house.owner_url,
            "CONSOLE_DATABASE_URL": house.urls["console"],
        }
        for name, value in settings.items():
            monkeypatch.setenv(f"{PREFIX}{name}", value)
        monkeypatch.setattr("workervoice.app.processes.wall_clock", lambda: house.now)

    def runs(self, *command: str, typed: tuple[str, ...] = ()) -> tuple[int, str]:
        """The exit code and what was printed; `typed` are the lines that are asked for."""
        self.patch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in typed)))
        with pytest.raises(SystemExit) as ended:
            main(command)
        out = self.capture.readouterr()
        return int(str(ended.value.code)), out.out + out.err

    def as_sam(self, *command: str, typed: tuple[str, ...] = ()) -> tuple[int, str]:
        return self.runs(*command, *SAM, typed=(*self.proofs("sam"), *typed))

    def proofs(self, login: str) -> tuple[str, ...]:
        """What this person types first: the passphrase, and a code if they have an app."""
        passphrase = self.house.seeded.passphrases[login]
        return (passphrase, self.house.code(login)) if login in self.house.apps else (passphrase,)


@pytest.fixture
def terminal(
    house: House, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Terminal:
    return Terminal(house, monkeypatch, capsys)


def enrols(terminal: Terminal, token: str) -> str:
    """The new handler at the terminal: types the recovery code back; returns the fingerprint."""
    patch, shown = terminal.patch, []

    def ask(what: str) -> str:
        if what == "Token":
            return token
        if what.startswith("New passphrase"):
            return WORDS
        printed = terminal.capture.readouterr().out
        shown.append(printed.rsplit(" ", 1)[1].strip())
        return shown[-1].lower()

    with patch.context() as here:
        here.setattr("workervoice.app.asking.ask_secret", ask)
        code, said = terminal.runs("officers", "enrol")
    assert code == 0, said
    return said.strip().splitlines()[-1]


def test_a_handlers_whole_life_by_commands(terminal: Terminal) -> None:
    house = terminal.house
    case_id = a_case(house)

    code, said = terminal.as_sam(
        "officers", "invite", "dina", "--name", "Dina", "--role", "handler"
    )
    fingerprint = enrols(terminal, said.splitlines()[0])
    admitted = terminal.as_sam("officers", "admit", "dina", typed=(fingerprint,))
    dina = house.door.recognise(house.door.enter("dina", WORDS))
    read = case_page(house.console, dina, case_id)
    _, listed = terminal.as_sam("officers", "list")
    removed = terminal.as_sam("officers", "remove", "dina")
    _, after = terminal.as_sam("officers", "list")
    _, team = terminal.as_sam("teams", "list")

    assert (code, admitted, len(read.thread) > 0) == (0, (0, "dina is admitted.\n"), True)
    assert "dina\thandler\tadmitted" in listed
    who = f"dina is Dina. {fingerprint}\n"
    assert removed == (0, f"{who}dina is removed.\n1 cases have new keys.\n")
    assert "dina\thandler\tleft" in after
    assert "epoch 2\tcases still to renew: 0" in team
    assert "dina" not in team


def test_keys_are_renewed_by_commands_and_a_wrong_passphrase_does_nothing(
    terminal: Terminal,
) -> None:
    case_id = str(a_case(terminal.house))

    wrong = terminal.runs("rotate", "team", *SAM, typed=("not the passphrase",))
    team = terminal.as_sam("rotate", "team")
    case = terminal.as_sam("rotate", "case", case_id)
    handler = terminal.house.seeded.passphrases["asha"]
    refused = terminal.runs("rotate", "team", "--as", "asha", typed=(handler,))

    assert wrong[0] == refused[0] == 1
    assert team == (0, "1 cases have new keys.\n")
    assert case == (0, f"Case {case_id} has new keys.\n")
    details = [leaf["detail"] for leaf in terminal.house.leaves("recipient_changed")]
    assert sorted(details) == ["case epoch 2", "case epoch 3", "team epoch 2"]


def test_a_buyers_registrar_gives_nobody_new_keys(terminal: Terminal) -> None:
    case_id = str(a_case(terminal.house))

    for command in (("rotate", "team"), ("rotate", "case", case_id), ("teams", "list")):
        code, said = terminal.runs(*command, "--as", "nora", typed=terminal.proofs("nora"))

        assert code == 1
        assert "for a registrar of the hotline's operator" in said
        assert "SQL" not in said


def test_signing_in_for_a_command_is_in_the_log_right_or_wrong(terminal: Terminal) -> None:
    sam = str(terminal.house.actor("sam").id)
    passphrase, code = terminal.proofs("sam")
    before = len(terminal.house.leaves("login"))

    terminal.runs("teams", "list", *SAM, typed=("wrong",))
    terminal.runs("teams", "list", *SAM, typed=(passphrase, "000000"))
    terminal.runs("teams", "list", *SAM, typed=(passphrase, code))

    failed = [(leaf["object"], leaf["detail"]) for leaf in terminal.house.leaves("login_failed")]
    assert sorted(failed) == [(sam, ""), (sam, "code")]
    logins = [leaf["detail"] for leaf in terminal.house.leaves("login")]
    assert (len(logins), logins.count("command")) == (before + 1, 1)


def test_whom_a_leaving_registrar_let_in_is_listed_and_may_be_left_out(terminal: Terminal) -> None:
    _, said = terminal.as_sam("officers", "invite", "dina", "--name", "Dina", "--role", "handler")
    fingerprint = enrols(terminal, said.splitlines()[0])
    terminal.as_sam("officers", "admit", "dina", typed=(fingerprint,))
    as_maria = ("--as", "maria")

    code, said = terminal.runs(
        *("officers", "remove", "sam", "--not-vouching", "dina", *as_maria),
        typed=terminal.proofs("maria"),
    )
    _, listed = terminal.runs("officers", "list", *as_maria, typed=terminal.proofs("maria"))

    assert code == 0
    assert f"let go: dina\thandler\tsince {terminal.house.now:%Y-%m-%d}\tDina" in said
    assert "vouched for anew: asha\thandler\t" in said
    assert "dina\thandler\tleft" in listed
    assert "asha\thandler\tadmitted" in listed


def test_a_supervisor_gives_the_second_factor_at_the_terminal_too(terminal: Terminal) -> None:
    passphrase, code = terminal.proofs("sam")

    without = terminal.runs("teams", "list", *SAM, typed=(passphrase,))
    wrong = terminal.runs("teams", "list", *SAM, typed=(passphrase, "000000"))
    right = terminal.runs("teams", "list", *SAM, typed=(passphrase, code))
    again = terminal.runs("teams", "list", *SAM, typed=(passphrase, code))

    assert [without[0], wrong[0], right[0], again[0]] == [1, 1, 0, 1]
    assert "epoch" not in without[1] + wrong[1] + again[1]
    assert "code" in wrong[1]


def test_what_the_root_has_to_sign_is_written_for_it(terminal: Terminal) -> None:
    code, said = terminal.runs("officers", "request", "sam", "--end")
    refused, why = terminal.runs("officers", "request", "asha")

    assert code == 0
    assert json.loads(said)["entries"][0]["entry"]["version"] == 2
    assert (refused, "cannot vouch" in why) == (1, True)


HOURS = ("--reading-hours", "8:00-20:00 Asia/Dhaka")


def test_places_are_registered_by_commands_and_count(terminal: Terminal) -> None:
    code, organisation = terminal.as_sam("organisations", "add", "Eastern Wear", "--kind", "buyer")
    site = terminal.as_sam("sites", "add", "DOCK", "--name", "Dockside", "--country", "BD")
    given = ("--site", "DOCK", "--organisation", "Eastern Wear", "--source", "list of 2026")
    _, link = terminal.as_sam("links", "add", *given, "--since", "2026-01-01")
    line = ("--sender", "+15550100009", "--country", "BD", "--language", "bn")
    added = terminal.as_sam(
        *("lines", "add", "second", "--channel", "sms"),
        *(*line, *HOURS, "--emergency-number", "999"),
    )
    again = terminal.as_sam("sites", "add", "DOCK", "--name", "Other", "--country", "BD")
    ended = terminal.as_sam("links", "end", link.strip(), "--until", "2026-10-31")
    lists = {what: terminal.runs(what, "list")[1] for what in ("organisations", "sites", "links")}

    assert (code, site[0], added[0], ended[0], again[0]) == (0, 0, 0, 0, 1)
    assert f"{link.strip()}\tDOCK\tEastern Wear\t2026-01-01" in lists["links"]
    assert f"{organisation.strip()}\tbuyer\tEastern Wear" in lists["organisations"]
    assert "DOCK\tDockside\tBD" in lists["sites"]
    assert "2026-01-01\t2026-10-31\tlist of 2026" in lists["links"]
    assert "NOT VOUCHED FOR" not in "".join(lists.values())
    assert terminal.house.line("second").sender == "+15550100009"
    named = f"{terminal.house.programme}\tDemo hotline\n"
    assert terminal.runs("programmes", "list")[1] == named


def test_what_was_mistyped_is_refused_or_corrected_by_commands(terminal: Terminal) -> None:
    line = (
        *("--channel", "sms", "--country", "BD", "--language", "ps", *HOURS),
        *("--sender", "+15550100009"),
    )
    refused = terminal.as_sam("lines", "add", "second", *line, "--emergency-number", "nine")
    added = terminal.as_sam("lines", "add", "second", *line, "--emergency-number", "99")
    changed = terminal.as_sam("lines", "change", "second", "--emergency-number", "999")
    wrong = terminal.as_sam("lines", "change", "second", "--emergency-number", "9")
    nothing = terminal.as_sam("lines", "change", "second")
    site = terminal.as_sam("sites", "change", "RIVER", "--name", "Riverbank")
    missing = terminal.as_sam("sites", "change", "NOWHERE", "--name", "Riverbank")
    of = ("--site", "RIVER", "--organisation", "Labour Watch (NGO)", "--source", "list")
    ngo = terminal.as_sam("links", "add", *of, "--since", "2026-01-01")

    assert [each[0] for each in (refused, wrong, nothing, missing, ngo)] == [1] * 5
    assert "digits only" in refused[1]
    assert "no buyer" in ngo[1]
    assert [each[0] for each in (added, changed, site)] == [0] * 3
    assert "no phrases in ps" in added[1]
    assert "On this line others answer CANCEL, END" in added[1]
    assert terminal.house.line("second").emergency_number == "999"
    assert "RIVER\tRiverbank\tBD" in terminal.runs("sites", "list")[1]
    details = [leaf["detail"] for leaf in terminal.house.leaves("registered")]
    assert details[-2:] == ["line changed", "site changed"]


def test_a_buyers_registrar_and_a_handler_register_nothing(terminal: Terminal) -> None:
    for login in ("nora", "asha"):
        command = ("sites", "add", "DOCK", "--name", "Dockside", "--country", "BD")

        code, said = terminal.runs(*command, "--as", login, typed=terminal.proofs(login))

        assert code == 1
        assert "registrar" in said
    assert "DOCK" not in terminal.runs("sites", "list")[1]


def test_a_renewal_killed_between_two_batches_is_finished_by_the_same_command(
    terminal: Terminal,
) -> None:
    house = terminal.house
    made = [a_case(house, number=f"+1555010081{n}") for n in range(2)]
    settings = {
        f"{PREFIX}DATA_DIR": str(house.data),
        f"{PREFIX}CONSOLE_DATABASE_URL": house.urls["console"],
    }
    slow = (
        "import time; from datetime import datetime, timezone;"
        "from workervoice.app import processes; from workervoice.hotline import epochs;"
        f"processes.wall_clock = lambda: datetime.fromisoformat({house.now.isoformat()!r});"
        "real, epochs.BATCH = epochs.renew_for, 1;"
        "done = [];"
        "\ndef one_then_wait(*given):\n"
        "    if done:\n        print('waiting', flush=True); time.sleep(60)\n"
        "    done.append(1)\n    return real(*given)\n"
        "epochs.renew_for = one_then_wait\n"
        "from workervoice.cli import main; main(['rotate', 'team', '--as', 'sam'])"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", slow],
        env={"PATH": os.defpath, **settings},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdin is not None
    assert child.stdout is not None
    child.stdin.write("".join(f"{proof}\n" for proof in terminal.proofs("sam")))
    child.stdin.flush()
    assert child.stdout.readline() == "waiting\n"
    child.kill()
    child.wait()
    child.stdin.close()
    child.stdout.close()

    readable = [case_page(house.console, house.actor("asha"), case_id) for case_id in made]
    finished = terminal.as_sam("rotate", "team")

    assert all(page.thread for page in readable)
    assert finished[0] == 0
    assert "The team got no new keys" in finished[1]
    assert finished[1].endswith("1 cases have new keys.\n")
    details = [leaf["detail"] for leaf in house.leaves("recipient_changed")]
    assert sorted(details) == ["case epoch 2", "case epoch 2", "team epoch 2"]


def own_digits(house: House, login: str) -> str:
    """As this person's own page shows them."""
    return own_fingerprint(house.actor(login).bundle)


def the_root_signs(
    terminal: Terminal, tmp_path: Path, paper: str, login: str, digits: str
) -> tuple[str, str]:
    """What `root sign` shows to somebody who heard these digits, and what `root take` says."""
    request, signed = tmp_path / f"{login}.request", tmp_path / f"{login}.signed"
    code, written = terminal.runs("officers", "request", login)
    assert code == 0, written
    request.write_text(written)
    command = ("root", "sign", str(request), "--out", str(signed))
    code, shown = terminal.runs(*command, typed=(digits, paper))
    assert code == 0, shown
    return shown, terminal.runs("root", "take", str(signed))[1]


def test_a_new_registrar_is_signed_by_the_root_and_confirmed_by_commands(
    root_paper: str, terminal: Terminal, tmp_path: Path
) -> None:
    named = ("--name", "Dina", "--role", "supervisor")
    _, said = terminal.as_sam("officers", "invite", "dina", *named)
    fingerprint = enrols(terminal, said.splitlines()[0])

    shown, taken = the_root_signs(terminal, tmp_path, root_paper, "dina", fingerprint)
    admitted = terminal.as_sam("officers", "admit", "dina", typed=(fingerprint,))
    _, listed = terminal.as_sam("officers", "list")

    assert "role supervisor" in shown
    assert taken == "Stored 1 of the root's signatures.\n"
    assert admitted == (0, "dina is admitted.\n")
    assert "dina\tsupervisor\tadmitted\tregistrar" in listed


def test_what_was_changed_on_the_way_from_the_root_is_not_taken(
    root_paper: str, terminal: Terminal, tmp_path: Path
) -> None:
    named = ("--name", "Dina", "--role", "supervisor")
    _, said = terminal.as_sam("officers", "invite", "dina", *named)
    enrols(terminal, said.splitlines()[0])
    maria = own_digits(terminal.house, "maria")
    the_root_signs(terminal, tmp_path, root_paper, "maria", maria)
    terminal.runs("officers", "request", "dina")
    _, written = terminal.runs("officers", "request", "dina")
    signed = json.loads((tmp_path / "maria.signed").read_text())
    signed["entries"][0]["entry"] = json.loads(written)["entries"][0]["entry"]
    (tmp_path / "forged").write_text(json.dumps(signed))

    code, _ = terminal.runs("root", "take", str(tmp_path / "forged"))
    _, listed = terminal.as_sam("officers", "list")

    assert code == 1
    assert "dina\tsupervisor\twaiting\t\t" in listed


def test_a_buyers_first_registrar_needs_nobodys_admit(
    root_paper: str, terminal: Terminal, tmp_path: Path
) -> None:
    terminal.as_sam("organisations", "add", "Eastern Wear", "--kind", "buyer")
    of = ("--name", "Erin", "--role", "buyer", "--organisation", "Eastern Wear")
    _, said = terminal.as_sam("officers", "invite", "erin", *of)
    fingerprint = enrols(terminal, said.splitlines()[0])
    refused = terminal.runs("officers", "list", "--as", "erin", typed=(WORDS,))

    the_root_signs(terminal, tmp_path, root_paper, "erin", fingerprint)
    code, listed = terminal.runs("officers", "list", "--as", "erin", typed=(WORDS,))

    assert refused[0] == 1
    assert (code, listed) == (0, "erin\tbuyer\tadmitted\tregistrar\tErin\n")


def a_request(terminal: Terminal, tmp_path: Path, *of: str) -> Path:
    code, written = terminal.runs(*of)
    assert code == 0, written
    (tmp_path / "request").write_text(written)
    return tmp_path / "request"


def test_the_root_signs_nothing_whose_fingerprint_is_another(
    root_paper: str, terminal: Terminal, tmp_path: Path
) -> None:
    """Somebody put keys of their own under dina's name into the database; dina reads hers out."""
    digits = {}
    for login in ("dina", "emil"):
        named = ("--name", login.title(), "--role", "supervisor")
        _, said = terminal.as_sam("officers", "invite", login, *named)
        digits[login] = enrols(terminal, said.splitlines()[0])
    with terminal.house.owner.begin(Scope(terminal.house.programme)) as tx:
        tx.connection.exec_driver_sql(
            "UPDATE invitation SET keys = (SELECT keys FROM invitation WHERE login = 'emil')"
            " WHERE login = 'dina'"
        )
    request = a_request(terminal, tmp_path, "officers", "request", "dina")

    sign = ("root", "sign", str(request), "--out", str(tmp_path / "signed"))
    code, said = terminal.runs(*sign, typed=(digits["dina"], root_paper))

    assert code == 1
    assert "the fingerprint of registrar" in said
    assert "nothing was signed" in said
    assert digits["dina"] not in said
    assert not (tmp_path / "signed").exists()


def test_an_ending_and_a_grant_are_told_apart_before_they_are_signed(
    root_paper: str, terminal: Terminal, tmp_path: Path
) -> None:
    digits = own_digits(terminal.house, "maria")
    grants = terminal.house.now.replace(year=terminal.house.now.year + 1, month=12)
    said = {}
    for name, of, at, typed in (
        ("ending", ("officers", "request", "maria", "--end"), terminal.house.now, "yes"),
        ("grant", ("officers", "request", "maria"), grants, digits),
    ):
        terminal.patch.setattr("workervoice.app.processes.wall_clock", lambda at=at: at)
        request = a_request(terminal, tmp_path, *of)
        sign = ("root", "sign", str(request), "--out", str(tmp_path / name))
        code, said[name] = terminal.runs(*sign, typed=(typed, root_paper))
        assert code == 0, said[name]

    assert "ENDS now, on 20" in said["ending"]
    assert "holds until 20" in said["grant"]
    assert "ENDS" not in said["grant"]
    for shown in said.values():
        assert "login maria, as the server says" in shown
        assert f"programme {terminal.house.programme}" in shown
    assert digits not in said["grant"]


def test_the_keys_of_our_processes_are_compared_with_what_doctor_shows(
    root_paper: str, terminal: Terminal, tmp_path: Path
) -> None:
    house = terminal.house
    late = house.now + VALID_FOR - timedelta(days=30)
    terminal.patch.setattr("workervoice.app.processes.wall_clock", lambda: late)
    request = a_request(terminal, tmp_path, "root", "request")
    _, doctor = terminal.runs("doctor")
    told = dict(re.findall(r"^Fingerprint of the (\w+): ([\d ]+) \(", doctor, flags=re.M))
    for entry in read_request(request.read_text()):
        if entry.kind == "registrar":
            everybody = house.seeded.passphrases
            login = next(each for each in everybody if house.actor(each).id == entry.id)
            told[str(entry.id)] = own_digits(house, login)
    heard = [told.get(e.kind) or told[str(e.id)] for e in read_request(request.read_text())]

    sign = ("root", "sign", str(request), "--out", str(tmp_path / "signed"))
    code, said = terminal.runs(*sign, typed=(*heard, root_paper))

    assert code == 0, said
    assert {"gateway", "courier", "log"} <= told.keys()
    assert f"Signed {len(heard)}." in said


@pytest.mark.parametrize(
    "damage",
    [
        {"kind": "officer"},
        {"kind": ["registrar"]},
        {"version": "2"},
        {"version": True},
        {"version": 0},
        {"epoch": 1},
        {"role": "handler"},
        {"role": "buyer", "organisation": None},
        {"sign": "00"},
        {"kem": ""},
        {"kem": "02" + "00" * 32},
        {"not_after": 2**60},
        {"not_after": -1},
        {"not_after": 1.5},
        {"id": 5},
        {"programme": "River"},
    ],
)
def test_a_request_of_another_form_is_refused_in_one_sentence(
    root_paper: str, terminal: Terminal, tmp_path: Path, damage: dict[str, object]
) -> None:
    request = a_request(terminal, tmp_path, "officers", "request", "maria")
    document = json.loads(request.read_text())
    document["entries"][0]["entry"] |= damage
    request.write_text(json.dumps(document))

    sign = ("root", "sign", str(request), "--out", str(tmp_path / "signed"))
    code, said = terminal.runs(*sign, typed=("yes", root_paper))

    assert (code, said.count("\n")) == (1, 1), said
    assert not (tmp_path / "signed").exists()


@pytest.mark.parametrize(
    "text",
    ["", "[" * 100_000, '{"format": "workervoice-root-request-1", "entries": []}', '"x"', "null"],
)
def test_a_file_that_is_no_request_is_refused_in_one_sentence(
    terminal: Terminal, tmp_path: Path, text: str
) -> None:
    (tmp_path / "request").write_text(text)

    sign = ("root", "sign", str(tmp_path / "request"), "--out", str(tmp_path / "signed"))
    code, said = terminal.runs(*sign)

    assert (code, said.count("\n")) == (1, 1), said


def test_a_name_that_would_write_over_the_screen_is_refused(
    terminal: Terminal, tmp_path: Path
) -> None:
    request = a_request(terminal, tmp_path, "officers", "request", "maria")
    document = json.loads(request.read_text())
    for name in ("maria\x1b[2J", "x" * 201, 5):
        document["names"] = dict.fromkeys(document["names"], name)
        request.write_text(json.dumps(document))

        sign = ("root", "sign", str(request), "--out", str(tmp_path / "signed"))
        code, said = terminal.runs(*sign)

        assert (code, said.count("\n")) == (1, 1), said


def test_what_another_root_signed_is_refused_in_words(terminal: Terminal, tmp_path: Path) -> None:
    request = a_request(terminal, tmp_path, "officers", "request", "maria")
    thief = to_paper(ROOT, bytes(ROOT_BYTES))
    sign = ("root", "sign", str(request), "--out", str(tmp_path / "signed"))
    terminal.runs(*sign, typed=(own_digits(terminal.house, "maria"), thief))

    code, said = terminal.runs("root", "take", str(tmp_path / "signed"))

    assert (code, said.count("\n")) == (1, 1), said
    assert "nobody whom the pinned root knows vouches for" in said
    assert str(terminal.house.actor("maria").id) in said


def test_a_command_under_another_pinned_root_is_refused_in_words(terminal: Terminal) -> None:
    terminal.patch.setenv(f"{PREFIX}ROOT_PUBLIC", generate_signing().public.hex())

    code, said = terminal.as_sam("teams", "list")

    assert (code, said.count("\n")) == (1, 1), said
    assert "pinned root" in said


def test_a_passphrase_that_is_typed_otherwise_the_second_time_makes_no_account(
    terminal: Terminal,
) -> None:
    _, said = terminal.as_sam("officers", "invite", "dina", "--name", "Dina", "--role", "handler")
    token = said.splitlines()[0]

    code, said = terminal.runs("officers", "enrol", typed=(token, WORDS, f"{WORDS}s"))
    _, listed = terminal.as_sam("officers", "list")

    assert (code, said.count("\n")) == (1, 1), said
    assert "not the same" in said
    assert "dina\thandler\tinvited" in listed
    assert enrols(terminal, token)
