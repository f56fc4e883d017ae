"""The program that is found, what it is allowed, and what is said when it fails."""

import os
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from PIL import Image

from heliogram.media.ffmpeg import CPU_S, MEMORY_OCTETS, Frames, encode, find_ffmpeg
from heliogram.media.probe import MediaRefused

from .played import ffmpeg, probed

FILM = Frames(
    width=64, height=48, frames=[Image.new("RGB", (64, 48), tone) for tone in ("red", "blue")], hundredths=[7, 3]
)


def _program(folder: Path, script: str, name: str = "ffmpeg") -> str:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return str(path)


def test_the_configured_program_is_taken_and_no_other_where_it_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = _program(tmp_path, "", "own")
    on_path = _program(tmp_path, "")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_ffmpeg(own) == own
    assert find_ffmpeg("own") == own
    assert find_ffmpeg(str(tmp_path / "nowhere")) == ""
    assert find_ffmpeg() == on_path


def test_without_one_on_the_path_the_extra_brings_it_and_without_the_extra_there_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> str:
        raise RuntimeError("no program for this machine")

    monkeypatch.setenv("PATH", str(tmp_path))
    for module, found in ((SimpleNamespace(get_ffmpeg_exe=lambda: "/its/own"), "/its/own"), (None, "")):
        monkeypatch.setitem(sys.modules, "imageio_ffmpeg", module)
        assert find_ffmpeg() == found
    monkeypatch.setitem(sys.modules, "imageio_ffmpeg", SimpleNamespace(get_ffmpeg_exe=broken))
    assert find_ffmpeg() == ""


def test_frames_become_a_film_that_shows_each_as_long_as_said() -> None:
    octets = encode(ffmpeg(), FILM, 22, 50_000)
    assert octets is not None
    told = probed(octets)
    assert float(told["packets"][0]["duration_time"]) == 0.07
    assert (told["codec_name"], told["profile"], told["level"]) == ("h264", "Constrained Baseline", 31)


@pytest.mark.parametrize(("room", "fits"), [(0, True), (-1, False)])
def test_a_film_that_fits_to_the_octet_is_made_and_one_octet_less_stops_it(room: int, fits: bool) -> None:
    octets = encode(ffmpeg(), FILM, 22, 50_000)
    assert octets is not None
    assert (encode(ffmpeg(), FILM, 22, len(octets) + room) == octets) is fits


def test_a_program_that_writes_without_end_is_stopped(tmp_path: Path) -> None:
    endless = _program(tmp_path, 'for out; do :; done; exec cat /dev/zero > "${out#file:}"')
    assert encode(endless, FILM, 22, 300_000) is None


def test_it_may_use_so_much_and_knows_nothing_of_the_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HELIOGRAM_S3_SECRET_KEY", "SECRET")
    told = tmp_path / "told"
    asking = _program(tmp_path, f"cat >/dev/null; (cat /proc/self/limits; env; ls -l /proc/self/fd) > {told}; exit 3")
    with pytest.raises(MediaRefused, match=r"ffmpeg could not make an MP4 of the animation \(it ended with 3\)\."):
        encode(asking, FILM, 22, 300_000)
    lines = told.read_text()
    soft = {line[:26].strip(): line[26:].split()[0] for line in lines.splitlines() if line.startswith("Max ")}
    assert (soft["Max address space"], soft["Max cpu time"]) == (str(MEMORY_OCTETS), str(CPU_S))
    assert (soft["Max file size"], soft["Max core file size"]) == ("300000", "0")
    assert "SECRET" not in lines


def test_a_program_that_cannot_be_started_is_a_refusal(tmp_path: Path) -> None:
    path = Path(_program(tmp_path, ""))
    path.chmod(0o644)
    for program in (path, tmp_path / "gone"):
        with pytest.raises(MediaRefused, match="ffmpeg cannot be started") as refused:
            encode(str(program), FILM, 22, 300_000)
        assert refused.value.code == "film_failed"


def test_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    assert encode(ffmpeg(), FILM, 22, 50_000)
    assert os.listdir(tmp_path) == []
