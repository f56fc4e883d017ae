"""An MP4 of a GIF in the library: what it is by an independent reader, once, and why there is none."""

import asyncio
from functools import partial
from pathlib import Path

import httpx
import pytest

from heliogram.media.plan import all_budgets
from heliogram.media.workshop import NO_FFMPEG, Workshop
from heliogram.model.access import Scope
from tests.api.kit import jpeg, n_rows, problem, uploaded
from tests.delivery.scene import until
from tests.doors import Doors
from tests.media.pictures import gif
from tests.media.played import ffmpeg, glowing, grainy, probed

TIMES = (100, 200, 300, 100, 200, 300)


@pytest.fixture
def filming(doors: Doors) -> Doors:
    ffmpeg()
    return doors


def _mp4(media: dict[str, str]) -> str:
    return f"/api/v1/media/{media['id']}/mp4"


async def test_an_animated_gif_becomes_an_mp4_beside_it_with_its_words_and_in_its_folder(filming: Doors) -> None:
    octets = glowing(161, 121, TIMES)
    files = {"file": ("big sale.gif", octets)}
    media = (await filming.api.post("/api/v1/media", files=files, data={"alt_text": "Leaves", "folder": "May"})).json()
    answer = await filming.api.post(_mp4(media))
    told = answer.json()
    assert (answer.status_code, told["filename"], told["content_type"]) == (201, "big sale.mp4", "video/mp4")
    assert (told["alt_text"], told["folder"], told["is_known"]) == ("Leaves", "May", False)
    film = (await filming.api.get(told["url"])).content
    read = probed(film)
    assert (read["codec_name"], read["width"], told["width"], told["height"]) == ("h264", 160, 160, 120)
    assert int(read["nb_read_frames"]) > 1 and float(read["format"]["duration"]) == pytest.approx(1.2, rel=0.1)
    assert len(film) == told["n_octets"] <= all_budgets()[0].octets
    assert len(film) < len(octets)
    assert (await filming.api.get(media["url"])).content == octets


async def test_the_same_film_again_is_the_one_that_is_there(filming: Doors) -> None:
    media = await uploaded(filming, gif())
    first, again = [await filming.api.post(_mp4(media)) for _ in range(2)]
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json() | {"is_known": True}
    assert await n_rows(filming, "media") == {"media": 2}


async def test_words_typed_while_the_film_is_made_are_on_it(filming: Doors, tmp_path: Path) -> None:
    media = await uploaded(filming, gif())
    begun, go_on, slow = (tmp_path / name for name in ("begun", "go-on", "ffmpeg"))
    slow.write_text(f'#!/bin/sh\ntouch {begun}; until [ -e {go_on} ]; do sleep 0.05; done; exec {ffmpeg()} "$@"\n')
    slow.chmod(0o755)
    filming.app.workshop = Workshop(1, ffmpeg=str(slow))
    making = asyncio.ensure_future(filming.api.post(_mp4(media)))
    await until(partial(asyncio.to_thread, begun.exists))
    await filming.api.patch(f"/api/v1/media/{media['id']}", json={"alt_text": "Typed meanwhile"})
    go_on.touch()
    assert (await making).json()["alt_text"] == "Typed meanwhile"
    await filming.app.workshop.close()


async def test_a_repetition_with_its_key_is_answered_as_before(filming: Doors) -> None:
    media = await uploaded(filming, gif())
    first, again = [await filming.api.post(_mp4(media), headers={"Idempotency-Key": "k"}) for _ in range(2)]
    assert (first.content, again.status_code, again.headers["idempotent-replayed"]) == (first.content, 201, "true")


async def test_one_that_is_small_only_for_the_widest_route_is_made_for_that(filming: Doors) -> None:
    """98 pixels are too narrow to be made smaller, and so much grain is too much for the tightest route."""
    media = await uploaded(filming, grainy(98, 1_000, 24))
    told = (await filming.api.post(_mp4(media))).json()
    assert all_budgets()[0].octets < told["n_octets"] <= all_budgets()[-1].octets


async def test_one_that_is_large_for_the_tightest_route_is_made_to_fit_it(filming: Doors) -> None:
    media = await uploaded(filming, grainy(200, 150, 24))
    told = (await filming.api.post(_mp4(media))).json()
    assert 40_000 < told["n_octets"] <= all_budgets()[0].octets


async def test_what_does_not_move_becomes_none_and_says_so(filming: Doors) -> None:
    media = await uploaded(filming, jpeg(64))
    assert problem(await filming.api.post(_mp4(media)), "media_refused").startswith("Nothing moves in this picture")
    assert await n_rows(filming, "media") == {"media": 1}


async def test_a_server_without_ffmpeg_says_so_before_and_when_it_is_asked(doors: Doors) -> None:
    media = await uploaded(doors, gif())
    doors.app.workshop = Workshop()
    assert problem(await doors.api.post(_mp4(media)), "media_refused") == NO_FFMPEG
    assert (await doors.api.get("/api/v1/me")).json()["mp4"] is False
    assert await n_rows(doors, "media") == {"media": 1}


async def test_nobody_makes_a_film_of_what_is_not_theirs_or_without_the_right(
    doors: Doors, stranger: httpx.AsyncClient
) -> None:
    media = await uploaded(doors, gif())
    assert problem(await doors.api.post("/api/v1/media/nothing/mp4"), "not_found") == "There is no such picture."
    reader = await doors.key(Scope.CAMPAIGNS_READ)
    assert problem(await reader.post(_mp4(media)), "forbidden")
    assert problem(await stranger.post(_mp4(media)), "not_found")
