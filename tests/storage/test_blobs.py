import asyncio
from hashlib import sha256
from pathlib import Path

import pytest

from heliogram.storage.blobs import Blobs, BlobsRefused, open_blobs
from heliogram.storage.bucket import open_bucket

OCTETS = bytes(range(256)) * 40
NAME = sha256(OCTETS).hexdigest()


@pytest.fixture(params=["folder", "memory", "bucket"])
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> Blobs:
    if request.param == "bucket":
        return open_bucket(request.getfixturevalue("s3").bucket())
    return open_blobs(tmp_path / "deep" / "blobs" if request.param == "folder" else None)


async def test_octets_are_named_by_their_sha256_and_come_back_whole(blobs: Blobs) -> None:
    assert await blobs.put(OCTETS) == NAME
    assert await blobs.get(NAME) == OCTETS


async def test_storing_the_same_octets_again_even_at_once_changes_nothing(blobs: Blobs) -> None:
    assert await asyncio.gather(*(blobs.put(OCTETS) for _ in range(4))) == [NAME] * 4
    assert await blobs.get(NAME) == OCTETS


async def test_nothing_at_all_can_be_stored(blobs: Blobs) -> None:
    assert await blobs.get(await blobs.put(b"")) == b""


async def test_a_name_nobody_stored_is_not_found(blobs: Blobs) -> None:
    with pytest.raises(FileNotFoundError):
        await blobs.get("0" * 64)


async def test_a_folder_keeps_its_blobs_over_a_restart_once_each(tmp_path: Path) -> None:
    await open_blobs(tmp_path).put(OCTETS)
    assert await open_blobs(tmp_path).put(OCTETS) == NAME
    assert await open_blobs(tmp_path).get(NAME) == OCTETS
    assert _files(tmp_path) == [tmp_path / NAME[:2] / NAME[2:4] / NAME]


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


async def test_a_store_that_is_there_passes_the_check(blobs: Blobs) -> None:
    await blobs.check()
    assert await blobs.put(OCTETS) == NAME
    await blobs.check()


@pytest.mark.parametrize("name", ["../../secret", "/etc/passwd", "..", "", NAME.upper(), NAME + "\n"])
async def test_a_name_cannot_lead_out_of_the_folder(tmp_path: Path, name: str) -> None:
    await asyncio.to_thread((tmp_path / "secret").write_bytes, b"key")
    with pytest.raises(FileNotFoundError):
        await open_blobs(tmp_path / "blobs").get(name)


def test_a_folder_that_cannot_be_made_is_refused_with_its_name(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(BlobsRefused, match="file/blobs cannot be used"):
        open_blobs(tmp_path / "file" / "blobs")
