"""`workervoice packs`: what a person who writes packs reads on the screen."""

from __future__ import annotations

import io
import json
import os
import pty
from pathlib import Path

import pytest

from tests.triage.builders import HEAD, a_pack, ship_alone
from workervoice.cli import main
from workervoice.triage.ilo import RULES, VERSION

ITEMS = "items:\n  P_documents:\n    phrases: [passport]\n    hits: [my passport]\n    not: [x]\n"
TEXT = "he kept my passport, not beaten"
BODY = (
    "negation: {words: [not]}\nitems:\n"
    "  P_documents: {phrases: [passport], hits: [passport]}\n"
    "  P_physical_violence: {phrases: [beaten], hits: [beaten]}\n"
)


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(("packs", *arguments))
    return int(ended.value.code or 0)


@pytest.fixture
def own(tmp_path: Path) -> Path:
    return a_pack(tmp_path, BODY, name="own")


def test_a_broken_pack_does_not_keep_the_next_from_being_proven(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = a_pack(tmp_path, "near: far\nidioms: ['(x']\nitems: {}\n", name="aa")
    failing = a_pack(tmp_path, ITEMS.replace("not: [x]", "not: [a passport]"), name="bb")
    good = a_pack(tmp_path, ITEMS, name="cc")

    code = run("check", *map(str, (broken, failing, good)))

    lines = [x for x in capsys.readouterr().out.splitlines() if "warning" not in x]
    assert code == 1
    assert lines == [
        'aa.yaml:5: "far" is not a number (a whole one)',
        'aa.yaml:6: "(x": a bracket is not closed, or stands in another',
        "aa.yaml: not a pack that can be read (2 faults)",
        "bb.yaml:9: \"a passport\" must not report P_documents; it reports ['P_documents']",
        "bb.yaml: 1 phrase, 2 examples, version 1, draft, signed by nobody: 1 problem",
        "cc.yaml: 1 phrase, 2 examples, version 1, draft, signed by nobody: proven",
    ]


def test_warnings_alone_do_not_fail(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    head = HEAD.replace("draft", "reviewed") + "signed: [{by: A. B., date: 2026-11-20, of: 1}]\n"

    code = run("check", str(a_pack(tmp_path, ITEMS, head=head)))

    said = capsys.readouterr().out
    assert code == 0
    assert "xx.yaml:1: warning: no phrases yet for" in said
    assert "version 1, reviewed, signed by A. B. (version 1, 2026-11-20): proven" in said


def test_a_text_that_is_tried_is_shown_with_every_hit_and_its_phrase(
    own: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = run("try", TEXT, "--pack", str(own))

    assert code == 0
    text, *hits, language, indicators, flags, judged = capsys.readouterr().out.splitlines()
    assert [text, *hits] == [
        TEXT,
        "  reported P_documents (retention_of_identity_documents)"
        ' "passport" by own/P_documents#1, own.yaml:7: passport',
        "  denied P_physical_violence (physical_sexual_violence)"
        ' "beaten" by own/P_physical_violence#1, own.yaml:8: beaten',
        "  denied imminent_danger (no indicator)"
        ' "beaten" by own/P_physical_violence#1, own.yaml:8: beaten',
    ]
    assert language.startswith("language: en, by words (latin script; words speak for en ")
    assert indicators == "indicators: retention_of_identity_documents"
    assert flags == "child: not reported; danger: not reported"
    assert judged == f"grade: FL_ONE_SIDED_STRONG; priority: P2 ({VERSION})"


def test_colours_show_what_was_reported_and_what_was_denied(
    own: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run("try", f"{TEXT}. beaten", "--pack", str(own), "--color", "always")

    shown = capsys.readouterr().out.splitlines()[0]
    assert shown == (
        "he kept my \x1b[30;43mpassport\x1b[0m, not \x1b[9;90mbeaten\x1b[0m. "
        "\x1b[97;41mbeaten\x1b[0m"
    )


@pytest.mark.parametrize(
    ("terminal", "no_color", "option", "coloured"),
    [
        (True, "", "auto", True),
        (True, "1", "auto", False),
        (True, "", "never", False),
        (False, "", "auto", False),
        (False, "1", "always", True),
    ],
)
def test_colours_are_for_terminals_of_people_who_want_them(
    own: Path, monkeypatch: pytest.MonkeyPatch, terminal: bool, no_color: str, option: str,
    coloured: bool,
) -> None:  # fmt: skip
    ours, theirs = pty.openpty() if terminal else os.pipe()
    monkeypatch.setenv("NO_COLOR", no_color)
    with open(theirs, "w", encoding="utf-8") as out:  # noqa: PTH123 - a number, no path
        monkeypatch.setattr("sys.stdout", out)

        run("try", TEXT, "--pack", str(own), "--color", option)

        said = os.read(ours, 4096)
        monkeypatch.undo()
    os.close(ours)
    assert (b"\x1b[" in said) is coloured


def test_lines_of_standard_input_are_texts_and_a_terminal_obeys_none_of_them(
    own: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    given = io.TextIOWrapper(io.BytesIO(b"passport\x1b[2J\n\n\xffhello\xe2\x80\xaeolleh\n"))
    monkeypatch.setattr("sys.stdin", given)

    code = run("try", "-", "--pack", str(own))

    said = capsys.readouterr().out
    assert code == 0
    assert "\x1b" not in said
    assert "\u202e" not in said
    assert said.count("language: ") == 2
    assert "nothing found" in said


def test_programs_get_a_line_of_json_for_each_text(
    own: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run("try", TEXT, "--pack", str(own), "--json")

    told = json.loads(capsys.readouterr().out)
    assert list(told) == [
        *("text", "language", "step", "heard", "indicators", "child", "imminent_danger"),
        *("grade", "priority", "hits"),
    ]
    assert told["hits"][0] == {
        "item": "P_documents",
        "indicator": "retention_of_identity_documents",
        "start": 11,
        "end": 19,
        "denied": False,
        "rule": "own/P_documents#1",
        "phrase": "passport",
        "file": "own.yaml",
        "line": 7,
    }


def test_a_pack_that_cannot_be_read_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = run("try", TEXT, "--pack", str(tmp_path / "none.yaml"))

    assert code == 1
    assert capsys.readouterr().err == (
        "workervoice: none.yaml:0: cannot be read: No such file or directory\n"
    )


@pytest.fixture
def hotline(own: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A hotline that ships one small pack, and has a directory of its own with another."""
    ship_alone(own.parent, ITEMS, monkeypatch)
    monkeypatch.setenv("WORKERVOICE_ENV_FILE", "")
    monkeypatch.setenv("WORKERVOICE_PACKS_DIR", str(own.parent))
    return own


def test_packs_of_ones_own_are_checked_and_tried_with_the_shipped_ones(
    hotline: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hotline.write_text(HEAD + BODY.replace("[passport]", "[zebra]"), encoding="utf-8")

    run("try", "zebra")
    run("try", "passport")
    tried = capsys.readouterr()
    code = run("check")
    checked = capsys.readouterr().out

    assert "by own/P_documents#1, own.yaml:7: zebra" in tried.out
    assert "by aa/P_documents#1, aa.yaml:7: passport" in tried.out
    assert tried.err == ""
    assert code == 0
    assert "own.yaml: 2 phrases, 2 examples" in checked
    assert "aa.yaml: 1 phrase, 2 examples" in checked


def test_all_packs_are_tried_with_the_rule_of_the_hotline(
    hotline: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("WORKERVOICE_RULE", "ilo-2025")

    run("try", "passport")

    assert f"({RULES['ilo-2025'].version})" in capsys.readouterr().out


def test_a_broken_pack_is_told_and_the_last_good_ones_are_tried(
    hotline: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run("try", "passport")
    capsys.readouterr()
    hotline.write_text("items: [", encoding="utf-8")

    run("try", "passport")

    said = capsys.readouterr()
    assert said.err.startswith("workervoice: own.yaml:")
    assert said.err.endswith(": the last good packs read\n")
    assert "by own/P_documents#1, own.yaml:0: no longer in the file" in said.out


def test_what_is_tried_is_kept_nowhere(
    own: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.chdir(home)

    with caplog.at_level("DEBUG"):
        run("try", TEXT, "--pack", str(own))

    assert list(home.iterdir()) == []
    assert caplog.records == []


def test_packs_are_compiled_for_the_next_start(
    hotline: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = run("compile")

    (kept,) = (hotline.parent / "compiled").iterdir()
    assert code == 0
    assert capsys.readouterr().out == f"The set {kept.stem} of 2 packs is ready.\n"


def test_a_set_that_cannot_be_kept_is_said(
    hotline: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (hotline.parent / "compiled").write_text("a file where the directory would be")

    code = run("compile")

    assert code == 1
    assert "cannot be kept" in capsys.readouterr().err
