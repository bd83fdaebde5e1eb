"""A hotline of its own to measure: a durable database and the product's own processes.

Nothing is switched off: disks are waited for, signatures are checked, the processes run with the
environment that `workervoice up` gives them.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import SecretStr

from benchmarks.intake.webhooks import ACCOUNT, PUBLIC, TOKEN
from tests.house import House, build_house
from workervoice.app.children import STOP_SECONDS, Post, environment_of
from workervoice.app.listening import listen
from workervoice.embedded import EmbeddedServer
from workervoice.settings import Settings
from workervoice.triage.engine import Engine

START_SECONDS = 30


@dataclass
class Site:
    """One hotline: its house for looking into it, and its running processes by name."""

    server: EmbeddedServer = field(repr=False)
    house: House = field(repr=False)
    settings: Settings = field(repr=False)
    posts: dict[str, Post] = field(default_factory=dict)

    @property
    def data(self) -> Path:
        return self.house.data

    @contextmanager
    def gateways(self, number: int) -> Iterator[int]:
        """So many gateways that share one address; yields the port once all of them answer."""
        listening = listen("127.0.0.1", 0, "gateway_port")
        posts = [
            Post("gateway", environment_of(self.settings, "gateway"), listening)
            for _ in range(number)
        ]
        self.posts = {f"gateway {place}": post for place, post in enumerate(posts, 1)}
        try:
            for post in posts:
                post.fill()
            _wait_for(posts)
            yield int(listening.getsockname()[1])
        finally:
            _end(posts)
            listening.close()
            self.posts = {}

    @contextmanager
    def process(self, name: str, settings: Mapping[str, object]) -> Iterator[Post]:
        """One process without a socket, such as the courier, with some settings of its own."""
        own = self.settings.model_copy(update=dict(settings))
        post = Post(name, environment_of(own, name))
        self.posts[name] = post
        try:
            post.fill()
            yield post
        finally:
            _end([post])
            del self.posts[name]

    def pids(self) -> dict[str, int]:
        found = {name: post.current for name, post in self.posts.items()}
        return {name: child.process.pid for name, child in found.items() if child is not None}


@contextmanager
def a_site() -> Iterator[Site]:
    """A new hotline that is gone at the end."""
    with tempfile.TemporaryDirectory(prefix="wv-") as made:
        Path(made).chmod(0o711)  # started as root, the server runs as somebody else
        server = EmbeddedServer(Path(made) / "database")
        server.start()
        try:
            house = build_house(server, Path(made) / "data", Engine.load())
            try:
                yield Site(server, house, _settings(house))
            finally:
                house.close()
        finally:
            server.erase()


_NEVER = 1_000_000_000  # of texts that are too much


def _settings(house: House) -> Settings:
    urls = {f"{name}_database_url": SecretStr(url) for name, url in house.urls.items()}
    return Settings(
        data_dir=house.data,
        public_url=PUBLIC,
        twilio_account_sid=ACCOUNT,
        twilio_auth_tokens=SecretStr(TOKEN),
        recycle_requests=0,
        texts_per_hour=_NEVER,
        answers_per_hour=_NEVER,
        answers_per_day=_NEVER,
        flood_per_minute=_NEVER,
        flood_per_hour=_NEVER,
        log_level="warning",
        **urls,
    )


def _wait_for(posts: list[Post]) -> None:
    ends = time.monotonic() + START_SECONDS
    while not all(child.up for post in posts for child in post.everybody):
        for post in posts:
            for child in post.everybody:
                child.hear()
        if time.monotonic() > ends or not all(post.running for post in posts):
            raise SystemExit("a gateway did not start")
        time.sleep(0.01)


def _end(posts: list[Post]) -> None:
    children = [child for post in posts for child in post.everybody]
    for child in children:
        child.ask_to_end()
    by = time.monotonic() + STOP_SECONDS
    for child in children:
        child.end(by)
