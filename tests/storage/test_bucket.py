"""A bucket over a real socket: what is stored, and what an operator is told when it cannot be."""

import asyncio
from hashlib import sha256

import pytest

from heliogram.storage.blobs import Blobs, BlobsAway, BlobsError, BlobsRefused
from heliogram.storage.bucket import Bucket, open_bucket
from tests.storage.s3 import S3

OCTETS = bytes(range(256)) * 40
NAME = sha256(OCTETS).hexdigest()


async def _refusals(blobs: Blobs, kind: type[BlobsError]) -> set[str]:
    """What is said to who stores, to who reads and to who starts a server."""
    said = set()
    for work in (blobs.put(OCTETS), blobs.get(NAME), blobs.check()):
        with pytest.raises(kind) as refused:
            await work
        said.add(str(refused.value))
    return said


async def test_a_picture_lies_under_the_prefix_by_its_hash_once(s3: S3) -> None:
    blobs = open_bucket(s3.bucket())
    assert await asyncio.gather(*(blobs.put(OCTETS) for _ in range(3))) == [NAME] * 3
    assert await asyncio.to_thread(s3.names) == [f"heliogram/{NAME[:2]}/{NAME[2:4]}/{NAME}"]
    assert await open_bucket(s3.bucket()).get(NAME) == OCTETS


async def test_one_above_five_megabytes_is_stored_in_one_piece_too(s3: S3) -> None:
    blobs = open_bucket(s3.bucket("s3://pictures"))
    name = await blobs.put(bytes(6_000_000))
    assert await asyncio.to_thread(s3.names) == [f"{name[:2]}/{name[2:4]}/{name}"]


async def test_a_bucket_that_is_not_there_is_not_a_picture_that_is_gone(s3: S3) -> None:
    (said,) = await _refusals(open_bucket(s3.bucket("s3://nobodys/heliogram")), BlobsRefused)
    assert "shows no bucket “nobodys”: make it" in said and s3.url in said


@pytest.mark.parametrize("half", [0, 1])
async def test_a_wrong_key_is_named_as_what_is_wrong(s3: S3, half: int) -> None:
    key = ("AKIANOBODY", s3.key[1]) if half == 0 else (s3.key[0], "not the secret")
    (said,) = await _refusals(open_bucket(s3.bucket(key=key)), BlobsRefused)
    assert "refuses our access key" in said
    assert key[1] not in said
    assert await asyncio.to_thread(s3.names) == []


async def test_a_store_that_is_down_is_told_apart_and_has_everything_when_it_is_back(s3: S3) -> None:
    blobs = open_bucket(s3.bucket())
    await blobs.put(OCTETS)
    with s3.down():
        (said,) = await _refusals(blobs, BlobsAway)
    assert said == f"The picture store at {s3.url} does not answer: is it up, and can this server reach it?"
    assert await blobs.get(NAME) == OCTETS


@pytest.mark.parametrize("address", ["s3://", "s3:/pictures", "s3://Pictures", "s3://ab", "s3://a/b", "s3://pic?x"])
def test_what_names_no_bucket_is_refused(address: str) -> None:
    with pytest.raises(BlobsRefused, match="names no bucket"):
        open_bucket(Bucket(address=address))


@pytest.mark.parametrize(
    "endpoint",
    ["minio:9000", "ftp://minio", "not a url", "http://", "http://minio:99999", "http://me@minio", "//minio"],
)
def test_what_is_no_address_of_a_store_is_refused(endpoint: str) -> None:
    with pytest.raises(BlobsRefused, match="is no address of a picture store"):
        open_bucket(Bucket(address="s3://pictures", endpoint=endpoint))


@pytest.mark.parametrize(("access_key", "secret_key"), [("AKIA", ""), ("", "secret")])
def test_half_a_key_is_refused(access_key: str, secret_key: str) -> None:
    with pytest.raises(BlobsRefused, match="set both of them"):
        open_bucket(Bucket(address="s3://pictures", access_key=access_key, secret_key=secret_key))
