import asyncio
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from heliogram.media.public import public_media
from heliogram.model.parcel import MediaPart
from heliogram.pages.frame import HEADERS
from heliogram.storage.bucket import open_bucket
from heliogram.storage.tables.media import media
from tests.api.kit import jpeg, n_rows, problem
from tests.doors import Doors
from tests.storage.s3 import S3

OCTETS = jpeg(64)


@pytest.fixture
async def address(doors: Doors) -> str:
    """The path of a picture that is offered to a carrier."""
    doors.app.public_media = public_media("http://heliogram.test", b"k" * 44, doors.clock.now)
    sha256 = await doors.app.blobs.put(OCTETS)
    part = MediaPart(content_type="image/jpeg", octets=OCTETS, sha256=sha256, filename="picture.jpg")
    return doors.app.public_media.url_of(part).removeprefix("http://heliogram.test")


async def get(doors: Doors, path: str, method: str = "GET", **headers: str) -> httpx.Response:
    return await doors.anyone.request(method, path, headers=headers)


async def test_a_carrier_gets_the_picture_with_its_type_and_its_length(doors: Doors, address: str) -> None:
    answer = await get(doors, address)
    assert (answer.status_code, answer.content) == (200, OCTETS)
    told = answer.headers
    assert (told["content-type"], told["content-length"]) == ("image/jpeg", str(len(OCTETS)))
    assert told["content-disposition"] == 'inline; filename="picture.jpg"'
    assert told["x-robots-tag"] == HEADERS["X-Robots-Tag"] and "set-cookie" not in told
    assert "transfer-encoding" not in told


async def test_head_says_what_get_gives_and_neither_counts_as_opened(doors: Doors, address: str) -> None:
    head, got = await get(doors, address, "HEAD"), await get(doors, address)
    assert (head.status_code, head.content) == (200, b"")
    for name in ("content-type", "content-length", "content-disposition", "accept-ranges"):
        assert head.headers[name] == got.headers[name]
    assert await n_rows(doors, "link_opens") == {"link_opens": 0}


@pytest.mark.parametrize(
    ("asked", "first", "last"), [("bytes=0-9", 0, 9), ("bytes=10-", 10, len(OCTETS) - 1), ("bytes=0-99999999", 0, -1)]
)
async def test_a_range_is_given(doors: Doors, address: str, asked: str, first: int, last: int) -> None:
    last = last if last >= 0 else len(OCTETS) - 1
    answer = await get(doors, address, Range=asked)
    assert (answer.status_code, answer.content) == (206, OCTETS[first : last + 1])
    assert answer.headers["content-range"] == f"bytes {first}-{last}/{len(OCTETS)}"


async def test_a_range_outside_is_refused_with_the_size(doors: Doors, address: str) -> None:
    answer = await get(doors, address, Range=f"bytes={len(OCTETS)}-")
    assert (answer.status_code, answer.headers["content-range"]) == (416, f"bytes */{len(OCTETS)}")


async def test_an_address_ends(doors: Doors, address: str) -> None:
    doors.clock.move(seconds=3 * 86_400)
    answer = await get(doors, address)
    assert (answer.status_code, answer.text) == (404, "There is no picture at this address, or its time is over.\n")


@pytest.mark.parametrize("token", ["x", "AAAA", "%2e%2e", "é", "x" * 2_000])
async def test_an_address_nobody_was_given_is_nothing(doors: Doors, address: str, token: str) -> None:
    answer = await get(doors, f"/m/{token}/picture.jpg")
    assert (answer.status_code, answer.text[:19]) == (404, "There is no picture")


async def test_a_picture_that_is_gone_is_nothing(doors: Doors, address: str) -> None:
    part = MediaPart(content_type="image/jpeg", octets=b"", sha256="00" * 32, filename="picture.jpg")
    path = doors.app.public_media.url_of(part).removeprefix("http://heliogram.test")
    answer = await get(doors, path)
    assert (answer.status_code, answer.text[:19]) == (404, "There is no picture")


async def test_a_long_or_odd_file_name_is_made_one_that_carriers_take(doors: Doors, address: str) -> None:
    answer = await get(doors, address.removesuffix("picture.jpg") + "a very long name of a picture.jpg")
    assert answer.headers["content-disposition"] == 'inline; filename="ame_of_a_picture.jpg"'


@pytest.fixture
async def bucket_address(doors: Doors, s3: S3) -> str:
    """As `address`, of a picture that was uploaded into a bucket."""
    doors.app.blobs = open_bucket(s3.bucket())
    doors.app.public_media = public_media("http://heliogram.test", b"k" * 44, doors.clock.now)
    uploaded = await doors.api.post("/api/v1/media", files={"file": ("menu.jpg", OCTETS)})
    assert uploaded.status_code == 201
    async with doors.app.store.read() as connection:
        row: Any = (await connection.execute(select(media))).mappings().one()
    part = MediaPart(content_type="image/jpeg", octets=OCTETS, sha256=row["sha256"], filename="picture.jpg")
    return doors.app.public_media.url_of(part).removeprefix("http://heliogram.test")


async def test_a_picture_in_a_bucket_is_served_by_us_whole_in_ranges_and_by_its_head(
    doors: Doors, bucket_address: str
) -> None:
    got, head = await get(doors, bucket_address), await get(doors, bucket_address, "HEAD")
    assert (got.status_code, got.content, head.content) == (200, OCTETS, b"")
    for name in ("content-type", "content-length", "content-disposition", "accept-ranges"):
        assert head.headers[name] == got.headers[name]
    ranged = await get(doors, bucket_address, Range="bytes=5-9")
    assert (ranged.status_code, ranged.content) == (206, OCTETS[5:10])
    assert ranged.headers["content-range"] == f"bytes 5-9/{len(OCTETS)}"


async def test_while_the_bucket_is_away_a_carrier_is_told_to_come_back_and_not_where_it_is(
    doors: Doors, bucket_address: str, s3: S3
) -> None:
    with s3.down():
        answer = await get(doors, bucket_address)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "60")
    assert answer.text == "The picture cannot be had now. Try again in a minute.\n"
    assert (await get(doors, bucket_address)).content == OCTETS


async def test_an_upload_while_the_bucket_is_away_says_so_and_leaves_nothing(doors: Doors, s3: S3) -> None:
    doors.app.blobs = open_bucket(s3.bucket())
    with s3.down():
        answer = await doors.api.post("/api/v1/media", files={"file": ("menu.jpg", OCTETS)})
    assert "does not answer" in problem(answer, "store_down")
    assert await n_rows(doors, "media") == {"media": 0}
    assert await asyncio.to_thread(s3.names) == []
    assert (await doors.api.post("/api/v1/media", files={"file": ("menu.jpg", OCTETS)})).status_code == 201
    assert len(await asyncio.to_thread(s3.names)) == 1
