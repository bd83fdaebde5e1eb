"""Kills of the courier while it works on what is elsewhere: media that it fetches, messages that it
deletes, the provider's list, and the fallback receiver's files.

Each worker writes one report. Of a third of them the gateway is told; of another third no webhook
comes, so that they are in the provider's list alone; the rest reaches the fallback receiver. Most
have a picture. Whatever way they came and whoever was killed, each is stored and answered once,
each picture is kept once, and nothing stays elsewhere.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from secrets import SystemRandom
from urllib.parse import urlencode
from uuid import UUID

from sqlalchemy import text as sql

from tests.faults.ground import Ground
from tests.faults.inbox import Came, Inbox
from tests.faults.load import ACCOUNT, LINE, OUR_NUMBER, TOKEN, Text, new_worker, post
from tests.faults.peer import until
from tests.faults.points import BESIDE, COMMITS
from tests.wash.files import picture
from tests.web.fallbacks import DRAIN_SECRET, Fallback, running
from workervoice.channels.twilio import TwilioReceiver
from workervoice.hotline.media import WASHED
from workervoice.hotline.showing import medium_of_case

_LOT = SystemRandom()
WAYS = ("webhook", "list", "fallback")
PLACES = tuple(f"{when}_{name}" for name in BESIDE.values() for when in ("before", "after"))
LIST_AGAIN = 310.0  # seconds after which a list is asked for again, and a lease is over
A_MOMENT = 12.0  # after which the receiver is asked again
ARMED_SECONDS, LOOK_SECONDS = 30.0, 0.3
WITHIN_CALLS, WITHIN_COMMITS = 2, 8
ROUNDS = 60
_PATH = f"/in/twilio/{LINE}"


def places(kills: int) -> list[str]:
    """Each place in its turn, first those of the calls."""
    every = (*PLACES, *COMMITS)
    return [every[number % len(every)] for number in range(kills)]


def kills_beside(kills: int, counts: Counter[str] | None = None) -> Callable[[Ground], int]:
    """So many, on a ground that gets a fallback receiver for the time; who was killed where is
    counted in `counts`."""

    def act(ground: Ground) -> int:
        inbox = Inbox(ground.true_time, ACCOUNT)
        key = ground.house.gateway.custody.public("own")
        heard = {"twilio": TwilioReceiver(ACCOUNT, (TOKEN,))}
        with running(ground.folder / "spool", key, receivers=heard) as fallback:
            ground.peer.inbox = inbox
            _restarted(ground, FALLBACK_URL=fallback.url, DRAIN_SECRET=DRAIN_SECRET)
            try:
                campaign = _Campaign(ground, inbox, fallback)
                if counts is not None:
                    campaign.counts = counts
                return campaign.run(kills)
            finally:
                ground.peer.inbox = None
                _restarted(ground)

    return act


def _restarted(ground: Ground, **settings: str) -> None:
    ground.settings = settings
    for name in ("gateway", "courier"):
        ground.stop(name)
        ground.start(name)
    ground.wait_until_serving()


@dataclass
class _Campaign:
    ground: Ground
    inbox: Inbox
    fallback: Fallback
    counts: Counter[str] = field(default_factory=Counter)

    def run(self, kills: int) -> int:
        """Raises `AssertionError` for what was lost, doubled or left behind."""
        before = self._media()
        self.ground.kill("courier")
        for number, place in enumerate(places(kills)):
            self._write(WAYS[number % len(WAYS)], pictures=0 if number % 4 == 3 else 1 + number % 2)
            self._killed_at(place)
        self.ground.start("courier")
        self._come_to_rest()
        problems = [*self.inbox.problems(), *self._left(), *self._pictures(before)]
        if problems:
            raise AssertionError(f"{problems[:5]} after {dict(self.counts)}")
        return self.counts.total()

    def _write(self, way: str, pictures: int) -> None:
        worker = new_worker()
        self.ground.workers.append(worker)
        text = worker.write()
        shown = [picture("JPEG") for _ in range(pictures)]
        came = self.inbox.came(text.sid, worker.number, OUR_NUMBER, text.body, *shown)
        if way == "webhook":
            connection = self.ground.load().connect()
            assert post(connection, _PATH, self._form(text, came)) == 204
            connection.close()
        elif way == "fallback":
            assert self.fallback.post(self._form(text, came), _PATH, token=TOKEN) == 204
        text.told = True

    def _form(self, text: Text, came: Came) -> bytes:
        media: dict[str, str] = {"NumMedia": str(len(came.media))}
        for place, medium in enumerate(came.media):
            media[f"MediaUrl{place}"] = self.inbox.address(came.sid, medium)
            media[f"MediaContentType{place}"] = "image/jpeg"
        return text.form().replace(b"&NumMedia=0", b"") + b"&" + urlencode(media).encode()

    def _killed_at(self, place: str) -> None:
        """Or at any moment, if it is not reached in time."""
        most = WITHIN_COMMITS if place in COMMITS else WITHIN_CALLS
        self.ground.pass_time(LIST_AGAIN)
        child = self.ground.start("courier", self.ground.point(place, 1 + _LOT.randrange(most)))
        for _ in range(round(ARMED_SECONDS / LOOK_SECONDS)):
            if until(LOOK_SECONDS, lambda: child.code is not None):
                self.ground.running.pop("courier")
                self.counts[place] += 1
                return
            self.ground.pass_time(A_MOMENT)
        self.ground.kill("courier")
        self.counts["at random"] += 1

    def _come_to_rest(self) -> None:
        for _ in range(ROUNDS):
            if until(2.0, lambda: not self._left() and not self.inbox.problems(), 0.2):
                return
            self.ground.pass_time(LIST_AGAIN)

    def _left(self) -> list[str]:
        """What stays where it should not."""
        found = [f"file {name} is still at the receiver" for name in self.fallback.names()]
        with self.ground.house.owner.begin() as tx:
            waiting = tx.connection.execute(sql("SELECT count(*) FROM brought")).scalar_one()
        return [*found, *(["something still waits for the gateway"] if waiting else [])]

    def _media(self) -> dict[UUID, UUID]:
        """Each medium that is stored, and its case."""
        with self.ground.house.owner.begin() as tx:
            rows = tx.connection.execute(sql("SELECT id, holder_id FROM medium")).all()
        return {row.id: row.holder_id for row in rows}

    def _pictures(self, before: dict[UUID, UUID]) -> list[str]:
        """Each picture is there once, and opens."""
        house, now = self.ground.house, self._media()
        house.now = self.ground.clock.now()
        new = {medium: case for medium, case in now.items() if medium not in before}
        expected = sum(len(each.media) for each in self.inbox.messages.values())
        heads = [
            medium_of_case(house.console, house.actor("asha"), case, medium, whole=True)
            for medium, case in new.items()
        ]
        broken = sum(head.state != WASHED or not content for head, content in heads)
        found = [] if len(new) == expected else [f"{len(new)} pictures of {expected} are kept"]
        return [*found, *([f"{broken} pictures do not open"] if broken else [])]
