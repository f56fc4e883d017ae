import asyncio
from hashlib import sha256
from pathlib import Path

import pytest
from obstore.exceptions import BaseError

from heliogram.storage.blobs import Blobs, open_blobs

OCTETS = bytes(range(256)) * 40
NAME = sha256(OCTETS).hexdigest()


@pytest.fixture(params=["folder", "memory"])
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> Blobs:
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


@pytest.mark.parametrize("name", ["../../secret", "/etc/passwd", "..", ""])
async def test_a_name_cannot_lead_out_of_the_folder(tmp_path: Path, name: str) -> None:
    await asyncio.to_thread((tmp_path / "secret").write_bytes, b"key")
    with pytest.raises((FileNotFoundError, ValueError, BaseError)):
        await open_blobs(tmp_path / "blobs").get(name)
