"""What a courier does with media: fetched, taken apart in a child, sealed and stored."""

from __future__ import annotations

import io
import time
from dataclasses import replace

from PIL import Image

from benchmarks.intake.site import Site
from benchmarks.intake.table import Table
from tests.house import House
from workervoice.app.second_hand import taken_apart
from workervoice.message import Fetched, MediaHandle

SIDE = (1600, 1200)  # pixels, as WhatsApp makes pictures smaller


def throughput(table: Table, site: Site, numbers: list[str]) -> None:
    """Pictures of so many workers, one each, by one courier and one at a time; the provider's
    network is not in it."""
    house, picture = site.house, _picture()
    for place, number in enumerate(numbers):
        handle = MediaHandle(f"https://api.twilio.com/media/ME{place}", "image/jpeg")
        house.shelf.media[handle.url] = Fetched(picture, "image/jpeg")
        house.text(number, "look", media=(handle,))
    collecting = replace(house.collecting, wash=taken_apart)
    began = time.perf_counter()
    while _stored(house) < len(numbers) and time.perf_counter() - began < 120:
        if not collecting.go_round():
            break
    took, stored = time.perf_counter() - began, _stored(house)
    size = f"{stored} pictures of {len(picture) // 1024} KiB"
    table.add("a courier takes media apart", stored / took, "/s", more=size)
    table.add("media, sealed and stored", stored * len(picture) / took / 2**20, "MiB/s")


def _stored(house: House) -> int:
    with house.owner.begin() as tx:
        return int(tx.connection.exec_driver_sql("SELECT count(*) FROM medium").scalar_one())


def _picture() -> bytes:
    """One that does not become small when it is packed, as a photo does not."""
    noise = Image.effect_noise(SIDE, 60).convert("RGB")
    held = io.BytesIO()
    noise.save(held, "JPEG", quality=60)
    return held.getvalue()
