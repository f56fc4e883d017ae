import resource
from pathlib import Path

import pytest

from heliogram.media.child import CPU_S, MEMORY_OCTETS, work

from .children import running_child
from .pictures import gif_of, jpeg, png_bomb, png_saying
from .played import ffmpeg, glowing
from .sounds import id3, mp3

PHOTO = jpeg()
HOLLOW = gif_of(20, 2_000, 2_000)
"""Frames of one pixel on a screen of four million: next to no octets, and 240 MB decoded."""


def test_a_picture_is_inspected_and_fitted_by_the_same_child() -> None:
    with running_child() as child:
        inspected = child.ask({"do": "inspect", "octets": PHOTO})
        fitted = child.ask({"do": "fit", "octets": PHOTO, "max_octets": 9_000, "max_width": 200, "max_height": 200})
        assert child.end() == 0
    assert inspected["picture"] == {
        "content_type": "image/jpeg",
        "width": 320,
        "height": 240,
        "frames": 1,
        "n_octets": len(PHOTO),
        "duration_ms": 0,
    }
    assert (fitted["variant"]["width"], len(fitted["variant"]["octets"]) <= 9_000) == (200, True)


def test_a_refusal_is_an_answer_and_the_child_lives_on() -> None:
    with running_child() as child:
        assert child.ask({"do": "inspect", "octets": b"<svg/>"})["refused"][0] == "not_a_picture"
        assert child.ask({"do": "inspect", "octets": PHOTO})["picture"]["width"] == 320


@pytest.mark.parametrize("do", ["inspect", "fit"])
@pytest.mark.parametrize(
    ("octets", "code"), [(png_bomb(), "too_many_pixels"), (gif_of(65_535), "too_many_frames")], ids=["PNG", "GIF"]
)
def test_a_bomb_costs_the_child_no_memory(do: str, octets: bytes, code: str) -> None:
    with running_child() as child:
        child.ask({"do": "inspect", "octets": b""})
        idle_mb = child.peak_mb()
        job = {"do": do, "octets": octets, "max_octets": 300_000, "max_width": 1_080, "max_height": 1_920}
        assert child.ask(job)["refused"][0] == code
        peak_mb = child.peak_mb()
    # Reading the file itself costs some copies of its megabyte; unpacked it would be 900.
    assert peak_mb - idle_mb < 10
    assert peak_mb < 120


@pytest.mark.parametrize(
    "octets", [gif_of(2_000, 220, 220), glowing(1_200, 700, (20, 20)), HOLLOW], ids=["many", "large", "hollow"]
)
def test_a_film_of_what_means_harm_is_bounded_in_time_memory_and_octets(octets: bytes) -> None:
    """The most frames, the most pixels, and frames that say more than there is: a film or a refusal, and soon."""
    job = {"do": "film", "octets": octets, "max_octets": 200_000, "max_width": 1_080, "max_height": 1_920}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with running_child() as child:
        answer = child.ask({**job, "program": ffmpeg()})
        peak_mb = child.peak_mb()
        assert child.end() == 0
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert "refused" in answer or len(answer["variant"]["octets"]) <= 200_000
    assert used.ru_utime - before.ru_utime < CPU_S
    assert peak_mb < 700


def test_a_picture_that_needs_more_memory_than_there_is_is_refused() -> None:
    with running_child() as child:
        child.ask({"do": "inspect", "octets": PHOTO})
        mapped = int(Path(f"/proc/{child.popen.pid}/statm").read_text().split()[0]) * resource.getpagesize()
        resource.prlimit(child.popen.pid, resource.RLIMIT_AS, (mapped + 20_000_000, MEMORY_OCTETS))
        refused = child.ask({"do": "inspect", "octets": png_saying(9_000, 9_000)})["refused"]
        assert refused == ["too_much_memory", "The picture needs too much memory to be read."]
        assert child.ask({"do": "inspect", "octets": PHOTO})["picture"]["width"] == 320


def test_the_childs_memory_is_bounded_and_each_job_has_its_own_share_of_processor_time() -> None:
    with running_child() as child:
        child.ask({"do": "inspect", "octets": PHOTO})
        assert resource.prlimit(child.popen.pid, resource.RLIMIT_AS)[0] == MEMORY_OCTETS
        assert resource.prlimit(child.popen.pid, resource.RLIMIT_CORE)[0] == 0
        first = resource.prlimit(child.popen.pid, resource.RLIMIT_CPU)[0]
        assert CPU_S < first <= CPU_S + 10
        large = jpeg(2_400, 2_400)
        while _cpu_s(child.popen.pid) + CPU_S < first + 1:
            child.ask({"do": "fit", "octets": large, "max_octets": 300_000, "max_width": 900, "max_height": 900})
        child.ask({"do": "inspect", "octets": PHOTO})
        assert resource.prlimit(child.popen.pid, resource.RLIMIT_CPU)[0] > first


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


def test_the_work_itself_can_be_called_without_a_process() -> None:
    assert work({"do": "inspect", "octets": PHOTO})["picture"]["height"] == 240
    assert work({"do": "inspect", "octets": b""})["refused"] == ["empty", "The file is empty."]


def test_a_sound_is_read_and_bared_of_its_tags() -> None:
    assert work({"do": "inspect", "octets": id3() + mp3()})["picture"]["content_type"] == "audio/mpeg"
    assert work({"do": "bare", "octets": id3() + mp3()}) == {"octets": mp3()}
    assert work({"do": "bare", "octets": id3()})["refused"][0] == "broken"
