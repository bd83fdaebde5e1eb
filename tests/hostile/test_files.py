"""Files and answers that others hand to the hotline: read, or refused in one sentence."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.hostile.many import many
from workervoice.app import vouching
from workervoice.channels.simulator import read_json
from workervoice.channels.twilio_codes import outcome
from workervoice.crypto.passkeys import Asked, Passkey, Relying, new_challenge
from workervoice.errors import Malformed, PackError, SealBroken, SettingsError, WrongCode
from workervoice.hotline.founding import Founding
from workervoice.hotline.logfile import read_export
from workervoice.settings import load
from workervoice.triage import packs
from workervoice.triage.lines import parse_line

NESTED = ("[" * 100_000, '{"a":' * 50_000, '{"entries":' + "[" * 50_000)
PACK = (Path(packs.__file__).parent / "packs" / "en.yaml").read_text(encoding="utf-8")
NEEDLE = "zebra-in-the-blue-room"

ANY = st.characters(exclude_categories=["Cs"])
WORDS = st.text(ANY, max_size=12) | st.just(NEEDLE)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | WORDS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [
                    *("format", "entries", "names", "id", "rawId", "type", "response", "key"),
                    *("clientDataJSON", "attestationObject", "authenticatorData", "signature"),
                    *("programme", "accounts", "places", "groups", "text", "code", "userHandle"),
                ]
            )
            | WORDS,
            inner,
            max_size=5,
        )
    ),
)
JSON = VALUES.map(json.dumps)


@st.composite
def texts_with_the_needle(draw: st.DrawFn) -> str:
    """Of any kind, and somewhere in each stands what nobody may say again."""
    value, text = draw(VALUES), draw(st.text(ANY, max_size=40))
    around = st.sampled_from(
        [
            json.dumps([NEEDLE, value]),
            json.dumps({"format": value, "names": {NEEDLE: value}, "entries": [NEEDLE]}),
            json.dumps({"code": NEEDLE, "message": NEEDLE, "programme": NEEDLE, "id": value}),
            json.dumps({**(value if isinstance(value, dict) else {}), NEEDLE: value}),
            *(f"{text}{NEEDLE}", f"{NEEDLE}{text}", f'{{"{NEEDLE}": {text}', json.dumps(NEEDLE)),
            *(f"{nested}{NEEDLE}" for nested in NESTED),
        ]
    )
    return draw(around)


RELYING, KNOWN = Relying("https://console.test"), Passkey(b"x", b"y", 0)
ASKED = Asked(new_challenge(1000), 1001)

READERS: dict[str, tuple[Callable[[str], Any], tuple[type[Exception], ...]]] = {
    "request to the root": (vouching.read_request, (SettingsError,)),
    "names in a request": (vouching.read_names, (SettingsError,)),
    "founding": (Founding.from_json, (SettingsError,)),
    "export": (
        lambda text: read_export(["workervoice-log-export 1", "origin x", f"key 00 {text}"]),
        (SealBroken,),
    ),
    "webhook": (lambda text: read_json(text.encode()), (Malformed,)),
    "line for triage": (parse_line, (ValueError,)),
    "provider's refusal": (lambda text: outcome(400, text.encode()), ()),
    "new passkey": (lambda text: RELYING.made(ASKED, text), (WrongCode,)),
    "passkey's answer": (lambda text: RELYING.check(KNOWN, ASKED, text), (WrongCode,)),
    "whose answer": (KNOWN.answers, ()),
}


def refusal(read: Callable[[], Any], refusals: tuple[type[Exception], ...]) -> str:
    """What the refusal says, or "" if it was read. Anything else goes through."""
    try:
        read()
    except refusals as refused:
        return f"refused: {refused}"
    return ""


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize("text", NESTED, ids=lambda text: text[:10])
def test_what_is_nested_without_end_is_refused(name: str, text: str) -> None:
    reads, refusals = READERS[name]

    if refusals:
        with pytest.raises(refusals):
            reads(text)
    else:
        assert reads(text) is not None


@pytest.mark.parametrize("name", READERS)
@many(60)
@given(text=texts_with_the_needle())
def test_a_text_of_any_kind_is_read_or_refused_without_its_words(name: str, text: str) -> None:
    reads, refusals = READERS[name]

    said = refusal(lambda: reads(text), refusals)

    assert NEEDLE in text
    assert NEEDLE not in said


CODED = st.binary(max_size=80).map(lambda raw: base64.urlsafe_b64encode(raw).decode().rstrip("="))


@many(200)
@given(
    client=CODED
    | JSON.map(lambda text: base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")),
    parts=st.lists(
        CODED | st.sampled_from([base64.urlsafe_b64encode(b"\x81" * 600).decode()]),
        min_size=3,
        max_size=3,
    ),
    new=st.booleans(),
)
def test_no_passkey_that_was_made_up_is_taken(client: str, parts: list[str], new: bool) -> None:
    names = ("attestationObject", "authenticatorData", "signature")
    response = {"clientDataJSON": client, **dict(zip(names, parts, strict=True))}
    answer = json.dumps({"id": "eA", "rawId": "eA", "type": "public-key", "response": response})

    with pytest.raises(WrongCode):
        RELYING.made(ASKED, answer) if new else RELYING.check(KNOWN, ASKED, answer)


@many(60)
@given(
    raw=st.binary(max_size=80)
    | st.builds(
        "{}={}\n".format,
        st.sampled_from(
            [
                *("WORKERVOICE_GATEWAY_PORT", "WORKERVOICE_DATA_DIR", "WORKERVOICE_CUSTODY"),
                *("WORKERVOICE_CONSOLE_URL", "WORKERVOICE_BOOT_SECRET", "WORKERVOICE_DEMO"),
                *("WORKERVOICE_GATEWAY_DATABASE_URL", "WORKERVOICE_TWILIO_AUTH_TOKENS"),
            ]
        ),
        st.sampled_from([NEEDLE, "'", '"', "\\", "$(id)", "${HOME}", "1e9", "9" * 5000, "[", "\0"])
        | st.text(ANY, max_size=20),
    ).map(str.encode)
)
def test_an_environment_file_of_any_kind_is_read_or_refused_without_its_values(
    raw: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = tmp_path_factory.getbasetemp() / "some.env"
    file.write_bytes(raw)

    said = refusal(lambda: load({"WORKERVOICE_ENV_FILE": str(file)}), (SettingsError,))

    assert NEEDLE not in said


@st.composite
def packs_changed(draw: st.DrawFn) -> bytes:
    """The English pack with a line changed, left out, doubled or replaced by something else."""
    lines = PACK.splitlines(keepends=True)
    at = draw(st.integers(0, len(lines) - 1))
    odd = st.sampled_from(
        [
            "*x\n",
            "&x [*x]\n",
            "- [\n",
            "? \n",
            "!!python/object:os.system x\n",
            "\0",
            "\t\n",
            "...\n",
        ]
    )
    new = draw(odd | st.text(ANY, max_size=30) | st.sampled_from(lines) | st.just(""))
    return "".join([*lines[:at], new, *lines[at + draw(st.integers(0, 1)) :]]).encode()


@many(15)
@given(raw=packs_changed() | st.binary(max_size=80))
def test_a_language_pack_of_any_kind_is_read_or_refused(
    raw: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = tmp_path_factory.getbasetemp() / "en.yaml"
    file.write_bytes(raw)

    said = refusal(lambda: packs.check(packs.load(file)), (PackError,))

    assert said == "" or "en.yaml" in said
