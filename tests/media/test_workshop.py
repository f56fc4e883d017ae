import asyncio
import os
import resource
import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import uvloop

from heliogram.media.films import read_film
from heliogram.media.plan import Budget
from heliogram.media.probe import MediaRefused
from heliogram.media.workshop import NO_FFMPEG, Workshop

from .children import children_of
from .documents import SCRIPT, pdf
from .pictures import gif, gif_of, jpeg, opened, png, png_bomb, png_saying
from .played import ffmpeg
from .sounds import id3, mp3

PHOTO = jpeg(800, 600)
BUDGET = Budget(octets=120_000, max_width=640, max_height=640, content_types=("image/jpeg",), source="a test")
ME = os.getpid()
COULD_NOT_READ = "The picture could not be read: it is damaged or too large."


@pytest.fixture
async def workshop() -> AsyncIterator[Workshop]:
    opened = Workshop(1)
    yield opened
    await opened.close()
    assert children_of(ME) == []


async def _the_child(workshop: Workshop) -> int:
    """The id of the workshop's child, once it has one."""
    await workshop.inspect(PHOTO)
    (pid,) = children_of(ME)
    return pid


async def test_a_picture_is_inspected_and_fitted(workshop: Workshop) -> None:
    picture = await workshop.inspect(PHOTO)
    variant = await workshop.fit(PHOTO, BUDGET)
    assert (picture.width, picture.height, picture.content_type) == (800, 600, "image/jpeg")
    assert (variant.width, variant.height, opened(variant.octets).size) == (640, 480, (640, 480))
    assert len(variant.octets) <= BUDGET.octets


@pytest.mark.parametrize(
    "octets", [png_bomb(), gif_of(65_535), b"text named photo.jpg", PHOTO[:3_000]], ids=["PNG", "GIF", "text", "half"]
)
async def test_what_the_header_gives_away_is_refused_without_a_child(workshop: Workshop, octets: bytes) -> None:
    for refusing in (workshop.inspect(octets), workshop.fit(octets, BUDGET)):
        with pytest.raises(MediaRefused):
            await refusing
    assert children_of(ME) == []


async def test_sounds_and_documents_are_read_by_a_child(workshop: Workshop) -> None:
    assert (await workshop.inspect(pdf())).content_type == "application/pdf"
    assert await workshop.bare(id3() + mp3()) == mp3()
    assert len(children_of(ME)) == 1
    for refusing in (workshop.inspect(pdf(SCRIPT)), workshop.bare(id3())):
        with pytest.raises(MediaRefused):
            await refusing


async def test_an_animation_becomes_a_film_in_a_child() -> None:
    workshop = Workshop(1, ffmpeg=ffmpeg())
    variant = await workshop.film(gif(), BUDGET)
    assert (workshop.makes_films, variant.content_type, len(variant.octets) <= BUDGET.octets) == (
        True,
        "video/mp4",
        True,
    )
    assert (read_film(variant.octets).duration_ms, variant.quality, variant.similarity) == (600, None, None)
    with pytest.raises(MediaRefused, match="Nothing moves in this picture"):
        await workshop.film(PHOTO, BUDGET)
    await workshop.close()


async def test_without_ffmpeg_no_film_is_made_and_no_child_is_asked(workshop: Workshop) -> None:
    with pytest.raises(MediaRefused) as refused:
        await workshop.film(gif(), BUDGET)
    assert (refused.value.code, refused.value.sentence) == ("no_ffmpeg", NO_FFMPEG)
    assert (workshop.makes_films, children_of(ME)) == (False, [])


async def test_an_ffmpeg_that_hangs_is_ended_with_its_child_and_the_next_picture_is_read(tmp_path: Path) -> None:
    hanging = tmp_path / "ffmpeg"
    hanging.write_text(f"#!/bin/sh\necho $$ > {tmp_path}/pid\nexec sleep 600\n")
    hanging.chmod(0o755)
    workshop = Workshop(1, job_timeout_s=5.0, ffmpeg=str(hanging))
    with pytest.raises(MediaRefused, match="An MP4 of this animation could not be made within") as refused:
        await workshop.film(gif(), BUDGET)
    assert refused.value.code == "could_not_read"
    await asyncio.to_thread(_wait_until_gone, int((tmp_path / "pid").read_text()))
    assert not _is_alive(int((tmp_path / "pid").read_text()))
    assert (await workshop.inspect(PHOTO)).width == 800
    await workshop.close()


async def test_a_long_header_is_read_while_the_server_goes_on(workshop: Workshop) -> None:
    job = asyncio.ensure_future(workshop.inspect(gif_of(65_535)))
    await asyncio.sleep(0)
    assert not job.done()
    with pytest.raises(MediaRefused):
        await job


async def test_a_picture_damaged_inside_is_refused_by_the_child_which_lives_on(workshop: Workshop) -> None:
    whole = png()
    child = await _the_child(workshop)
    with pytest.raises(MediaRefused) as refused:
        await workshop.inspect(whole[: len(whole) // 2] + whole[len(whole) // 2 + 999 :])
    assert refused.value.code == "broken"
    assert await _the_child(workshop) == child


async def test_a_child_that_hangs_is_ended_in_time_while_the_server_goes_on() -> None:
    workshop = Workshop(1, job_timeout_s=5.0)  # a busy machine needs some of it to start a child
    child = await _the_child(workshop)
    os.kill(child, signal.SIGSTOP)
    started = time.monotonic()
    turns = 0
    job = asyncio.ensure_future(workshop.inspect(PHOTO))
    while not job.done():
        await asyncio.wait([job], timeout=0.05)
        turns += 1
    with pytest.raises(MediaRefused, match=COULD_NOT_READ):
        await job
    assert (turns > 5, 5 <= time.monotonic() - started < 15) == (True, True)
    assert children_of(ME) == []
    assert (await workshop.inspect(PHOTO)).width == 800
    await workshop.close()


async def test_a_picture_whose_child_dies_at_work_is_given_to_another(workshop: Workshop) -> None:
    child = await _the_child(workshop)
    os.kill(child, signal.SIGSTOP)
    job = asyncio.ensure_future(workshop.fit(PHOTO, BUDGET))
    await asyncio.wait([job], timeout=0.05)
    os.kill(child, signal.SIGKILL)
    assert (await job).width == 640
    assert child not in children_of(ME)


async def test_a_picture_that_kills_a_new_child_costs_a_refusal_and_nothing_else(workshop: Workshop) -> None:
    job = asyncio.ensure_future(workshop.fit(PHOTO, BUDGET))
    while not children_of(ME):
        await asyncio.wait([job], timeout=0.01)
    os.kill(*children_of(ME), signal.SIGKILL)
    with pytest.raises(MediaRefused) as refused:
        await job
    assert refused.value.code == "could_not_read"
    assert (await workshop.inspect(PHOTO)).width == 800


async def test_a_child_that_died_between_two_jobs_is_replaced(workshop: Workshop) -> None:
    await _lose(await _the_child(workshop))
    assert (await workshop.inspect(PHOTO)).width == 800


def test_under_uvloop_too_a_child_that_died_is_replaced_and_closing_minds_no_dead_one() -> None:
    """The server's loop: it raises RuntimeError where asyncio's own says that the connection is lost."""

    async def live() -> int:
        workshop = Workshop(1)
        await _lose(await _the_child(workshop))
        width = (await workshop.inspect(PHOTO)).width
        await _lose(await _the_child(workshop))
        await workshop.close()
        return width

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        assert runner.run(live()) == 800


async def test_ctrl_c_in_a_terminal_is_not_for_the_children(workshop: Workshop) -> None:
    assert os.getsid(await _the_child(workshop)) != os.getsid(0)


async def _lose(child: int) -> None:
    """End the child, and wait until the loop has seen it."""
    os.kill(child, signal.SIGKILL)
    await asyncio.to_thread(_wait_until_gone, child)


def _wait_until_gone(pid: int) -> None:
    end = time.monotonic() + 5
    while _is_alive(pid) and time.monotonic() < end:
        time.sleep(0.01)


def _is_alive(pid: int) -> bool:
    """Whether it runs; one that ended and that nobody has asked for since does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


async def test_a_picture_that_eats_memory_is_refused_and_the_next_one_is_read(workshop: Workshop) -> None:
    child = await _the_child(workshop)
    mapped = int(Path(f"/proc/{child}/statm").read_text().split()[0]) * resource.getpagesize()
    resource.prlimit(child, resource.RLIMIT_AS, (mapped + 20_000_000, mapped + 20_000_000))
    with pytest.raises(MediaRefused) as refused:
        await workshop.inspect(png_saying(10_000, 10_000))
    assert refused.value.code in ("too_much_memory", "could_not_read")
    assert (await workshop.inspect(PHOTO)).width == 800


async def test_who_no_longer_waits_for_a_picture_leaves_no_child_at_work() -> None:
    workshop = Workshop(1)
    child = await _the_child(workshop)
    os.kill(child, signal.SIGSTOP)
    job = asyncio.ensure_future(workshop.inspect(PHOTO))
    await asyncio.wait([job], timeout=0.05)
    job.cancel()
    await asyncio.wait([job])
    assert (job.cancelled(), children_of(ME)) == (True, [])
    await workshop.close()


async def test_pictures_wait_for_a_free_child_and_the_children_are_kept() -> None:
    workshop = Workshop(2)
    pictures = await asyncio.gather(*(workshop.inspect(PHOTO) for _ in range(6)))
    assert [picture.width for picture in pictures] == [800] * 6
    kept = children_of(ME)
    await workshop.inspect(PHOTO)
    assert (len(kept), children_of(ME)) == (2, kept)
    await workshop.close()
    assert children_of(ME) == []
