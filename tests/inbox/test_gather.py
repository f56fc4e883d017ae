"""The media of inbound messages: fetched, scanned, kept or refused, over real sockets and in real child processes."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web
from sqlalchemy import select

from heliogram.carriers.fetch import Fetcher, MediaAccess
from heliogram.inbox.gather import WAITS_S, Gatherer
from heliogram.inbox.read import Reader
from heliogram.media.workshop import Workshop
from heliogram.model.consent import Subscription
from heliogram.storage import consent, inbound, inbound_media
from heliogram.storage.blobs import Blobs, open_blobs
from heliogram.storage.bucket import open_bucket
from heliogram.storage.tables.inbound import inbound as inbound_rows
from heliogram.storage.tables.inbound import inbound_media as media_rows
from tests.api.kit import jpeg
from tests.storage.s3 import S3
from tests.world import GROUP, SMSC, WORKSPACE, World

ADA = "+13125550001"
LONG_CODE = "+13125550100"
PICTURE = jpeg(64)
KEY = {"Authorization": "Basic a2V5"}


@dataclass(slots=True)
class Scene:
    """A carrier that keeps `files` (status, octets, type) by path; what is not there yet is answered with 404."""

    world: World
    blobs: Blobs
    workshop: Workshop
    files: dict[str, tuple[int, bytes, str]] = field(default_factory=dict)
    seen: list[tuple[str, str]] = field(default_factory=list)
    url: str = ""

    async def handle(self, request: web.Request) -> web.Response:
        self.seen.append((request.path, request.headers.get("Authorization", "")))
        status, octets, kind = self.files.get(request.path, (404, b"", "text/html"))
        return web.Response(status=status, body=octets, headers={"Content-Type": kind})

    def gatherer(self) -> Gatherer:
        """A new one each time: as after a restart."""
        return Gatherer(
            store=self.world.store,
            blobs=self.blobs,
            workshop=self.workshop,
            fetcher=Fetcher(timeout_s=5),
            access=lambda account_id: MediaAccess(url=self.url, headers=KEY) if account_id == SMSC else MediaAccess(),
            now=self.world.clock.now,
        )

    async def hear(self, text: str = "", media: Sequence[Mapping[str, str]] = ()) -> None:
        """A message came in, was stored, acknowledged and read."""
        row: dict[str, Any] = {
            "id": self.world.ids.new_id(),
            "workspace_id": WORKSPACE,
            "account_id": SMSC,
            "unique_key": f"k{self.world.ids.new_id()}",
            "from_e164": ADA,
            "to_address": LONG_CODE,
            "text": text,
            "concat_reference": None,
            "concat_total": None,
            "concat_number": None,
            "media": list(media),
            "at": self.world.clock.now(),
            "raw": "",
            "read_as": None,
        }
        async with self.world.store.write() as connection:
            await inbound.add(connection, [row])
        await self.read()

    async def read(self) -> None:
        world = self.world
        await Reader(world.store, new_id=world.ids.new_id, now=world.clock.now, country_of=lambda _e164: "US").step()

    def link(self, path: str, content_type: str = "") -> dict[str, str]:
        return {"url": f"{self.url}{path}", "content_type": content_type}

    async def media(self) -> list[Mapping[str, Any]]:
        async with self.world.store.read() as connection:
            query = select(media_rows).order_by(media_rows.c.inbound_id, media_rows.c.position)
            return [dict(row) for row in (await connection.execute(query)).mappings()]

    async def texts(self) -> list[tuple[str, str | None]]:
        async with self.world.store.read() as connection:
            found = await connection.execute(select(inbound_rows.c.text, inbound_rows.c.read_as))
            return [(text, read_as) for text, read_as in found]

    async def standing(self) -> Subscription | None:
        async with self.world.store.read() as connection:
            found = (await consent.standings_of(connection, WORKSPACE, GROUP, [ADA])).get(ADA)
        return found.state if found else None


async def _open(world: World) -> AsyncIterator[Scene]:
    await world.build()
    await world.add_people([ADA])
    scene = Scene(world, open_blobs(None), Workshop(1))
    app = web.Application()
    app.router.add_get("/{rest:.*}", scene.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    scene.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield scene
    await runner.cleanup()
    await scene.workshop.close()


@pytest.fixture
async def scene(world: World) -> AsyncIterator[Scene]:
    async for each in _open(world):
        yield each


@pytest.fixture
async def small(small_world: World) -> AsyncIterator[Scene]:
    async for each in _open(small_world):
        yield each


async def test_a_picture_is_fetched_with_the_accounts_key_scanned_and_kept_by_its_hash(scene: Scene) -> None:
    scene.files["/1"] = (200, PICTURE, "application/octet-stream")
    await scene.hear("look", [scene.link("/1", "image/png")])
    assert scene.seen == []  # nothing is asked of anybody before it is written down
    assert await scene.gatherer().step() == 1
    (row,) = await scene.media()
    assert (row["state"], row["content_type"], row["due_at"]) == ("kept", "image/jpeg", None)
    assert (row["n_octets"], row["width"] > 0, row["reason"]) == (len(PICTURE), True, "")
    assert await scene.blobs.get(row["sha256"]) == PICTURE
    assert scene.seen == [("/1", KEY["Authorization"])]
    assert await scene.gatherer().step() == 0


async def test_a_picture_that_came_along_is_scanned_and_kept(small: Scene) -> None:
    sha256 = await small.blobs.put(PICTURE)
    await small.hear("", [{"sha256": sha256, "content_type": "image/jpeg", "filename": "me.jpg"}])
    await small.gatherer().step()
    (row,) = await small.media()
    assert (row["state"], row["sha256"], row["filename"]) == ("kept", sha256, "me.jpg")


@pytest.mark.parametrize("octets", [b"<svg onload=alert(1)>", b"%PDF-1.7", PICTURE[:-200], b""])
async def test_what_is_no_whole_picture_is_refused_with_the_reason_and_not_kept(small: Scene, octets: bytes) -> None:
    small.files["/1"] = (200, octets, "image/jpeg")
    await small.hear("", [small.link("/1", "image/jpeg")])
    await small.gatherer().step()
    (row,) = await small.media()
    assert (row["state"], row["sha256"], row["due_at"]) == ("refused", "", None)
    assert row["reason"].endswith(".")


async def test_a_file_that_is_not_there_yet_is_asked_for_again_also_by_the_next_process(scene: Scene) -> None:
    await scene.hear("", [scene.link("/1")])
    assert await scene.gatherer().step() == 1
    (row,) = await scene.media()
    assert (row["state"], row["reason"]) == ("waiting", "The carrier answered 404 for the file.")
    scene.files["/1"] = (200, PICTURE, "image/jpeg")
    scene.world.clock.move(seconds=WAITS_S[0] - 1)
    assert await scene.gatherer().step() == 0
    scene.world.clock.move(seconds=1)
    assert await scene.gatherer().step() == 1
    assert [row["state"] for row in await scene.media()] == ["kept"]


async def test_a_picture_waits_while_the_bucket_is_away_and_is_kept_once_it_is_back(small: Scene, s3: S3) -> None:
    small.blobs = open_bucket(s3.bucket())
    small.files["/1"] = (200, PICTURE, "image/jpeg")
    came_along = await small.blobs.put(PICTURE)
    await small.hear("", [small.link("/1"), {"sha256": came_along, "content_type": "image/jpeg", "filename": "me.jpg"}])
    with s3.down():
        assert await small.gatherer().step() == 2
    rows = await small.media()
    assert {row["state"] for row in rows} == {"waiting"} and all("does not answer" in row["reason"] for row in rows)
    small.world.clock.move(seconds=WAITS_S[0])
    assert await small.gatherer().step() == 2
    assert {row["state"] for row in await small.media()} == {"kept"}


async def test_a_crash_in_the_middle_of_a_fetch_loses_nothing(scene: Scene) -> None:
    scene.files["/1"] = (200, PICTURE, "image/jpeg")
    await scene.hear("", [scene.link("/1")])
    now = scene.world.clock.now()
    async with scene.world.store.write() as connection:  # claimed, and then the process is gone
        again = [scene.world.clock.move(seconds=WAITS_S[0])]
        assert len(await inbound_media.claim(connection, now, again=again, limit=9)) == 1
    assert await scene.gatherer().step() == 1
    assert [row["state"] for row in await scene.media()] == ["kept"]


async def test_after_the_last_try_it_is_lost_and_says_why(small: Scene) -> None:
    await small.hear("", [small.link("/1")])
    for wait_s in (0, *WAITS_S):
        assert [row["state"] for row in await small.media()] == ["waiting"]
        small.world.clock.move(seconds=wait_s)
        assert await small.gatherer().step() == 1
    (row,) = await small.media()
    assert (row["state"], row["due_at"], row["reason"]) == ("lost", None, "The carrier answered 404 for the file.")
    assert len(small.seen) == len(WAITS_S) + 1


async def test_an_address_in_a_private_network_is_lost_at_once(small: Scene) -> None:
    await small.hear("", [{"url": "http://169.254.169.254/latest/meta-data", "content_type": "image/jpeg"}])
    await small.gatherer().step()
    (row,) = await small.media()
    assert row["state"] == "lost" and "private network" in row["reason"]


async def test_words_that_are_a_file_are_the_messages_text_and_a_stop_in_them_is_a_stop(scene: Scene) -> None:
    scene.files["/1.txt"] = (200, b"STOP\n", "text/plain; charset=utf-8")
    scene.files["/2.jpg"] = (200, PICTURE, "image/jpeg")
    await scene.hear("", [scene.link("/1.txt"), scene.link("/2.jpg")])
    assert await scene.standing() is Subscription.SUBSCRIBED
    await scene.gatherer().step()
    await scene.read()
    assert await scene.standing() is Subscription.UNSUBSCRIBED
    assert await scene.texts() == [("STOP", "stop")]
    assert [row["state"] for row in await scene.media()] == ["words", "kept"]
    async with scene.world.store.read() as connection:
        (shown,) = (
            await inbound_media.of_messages(connection, WORKSPACE, [(await scene.media())[0]["inbound_id"]])
        ).values()
    assert [row["state"] for row in shown] == ["kept"]


@pytest.mark.parametrize(
    ("said", "file", "text"),
    [
        ("look here", b"look here", "look here"),
        ("MENU", b"Menu please", "Menu please"),
        ("Re: Sale", b"yes", "Re: Sale\nyes"),
        ("a", b"a b", "a b"),
    ],
)
async def test_what_is_said_twice_is_kept_once_and_nothing_is_lost(
    small: Scene, said: str, file: bytes, text: str
) -> None:
    small.files["/1.txt"] = (200, file, "text/plain")
    await small.hear(said, [small.link("/1.txt")])
    await small.gatherer().step()
    await small.read()
    assert await small.texts() == [(text, "other")]


async def test_a_message_that_was_obeyed_is_not_obeyed_again_for_words_that_follow(small: Scene) -> None:
    small.files["/1.txt"] = (200, b"STOP it now", "text/plain")
    await small.hear("STOP", [small.link("/1.txt")])
    await small.gatherer().step()
    assert await small.texts() == [("STOP it now", "stop")]
