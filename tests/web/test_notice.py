"""The workers' notice, as an old phone loads it."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from fastapi.testclient import TestClient

from tests.house import House
from tests.web.gateways import BOTH_TOKENS, PUBLIC, tokens
from workervoice.web.gateway import create_gateway_app
from workervoice.workflow.phrasebook import PhraseBook

LANGUAGES = tuple(PhraseBook.load().files)


@pytest.fixture(scope="module")
def client(shared_house: House) -> TestClient:
    app = create_gateway_app(shared_house.reception, tokens(*BOTH_TOKENS), PUBLIC)
    return TestClient(app)


class Page(HTMLParser):
    """Its tags, and the text between them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.linked: list[str] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.linked += [value for name, value in attrs if name in {"href", "src"} and value]

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_is_there_in_every_language_and_small_and_loads_nothing(
    client: TestClient, shared_house: House, language: str
) -> None:
    answer = client.get(f"/notice/demo-sms/{language}")

    page = Page(answer.text)
    assert answer.status_code == 200
    assert len(answer.content) < 16_000
    assert set(page.tags) <= {"html", "meta", "title", "h1", "p", "small", "a"}
    assert page.linked == [f"/notice/demo-sms/{code}" for code in _in_order(page.linked)]
    for key in shared_house.phrases.files[language].parts["notice"]:
        said = shared_house.phrases.say(key, language, part="notice", emergency="999")
        assert said in page.text, key
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def _in_order(linked: list[str]) -> list[str]:
    found = [path.rpartition("/")[2] for path in linked]
    assert sorted(found) == sorted(LANGUAGES)
    return found


def test_without_a_language_it_is_in_the_lines(client: TestClient) -> None:
    assert 'lang="en" dir="ltr"' in client.get("/notice/demo-sms").text


def test_arabic_goes_from_right_to_left(client: TestClient) -> None:
    assert 'lang="ar" dir="rtl"' in client.get("/notice/demo-sms/ar").text


@pytest.mark.parametrize("path", ["/notice/none", "/notice/demo-sms/xx", "/notice/demo-sms/../x"])
def test_what_there_is_not_is_an_empty_404(client: TestClient, path: str) -> None:
    answer = client.get(path)

    assert (answer.status_code, answer.content) == (404, b"")


def test_a_worker_who_asks_who_reads_gets_the_address(house: House) -> None:
    (said,) = house.say("+15550100990", "who reads")

    assert "https://hotline.test/notice/demo-sms/en" in said
