"""Blobs by the sha-256 of their octets: on a disk folder, in memory, or in a bucket (`storage.bucket`).

A blob is there whole or not at all: a folder's is written aside and renamed, a bucket's is one PUT.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

import obstore
from obstore.exceptions import BaseError, PermissionDeniedError, UnauthenticatedError
from obstore.store import LocalStore, MemoryStore, ObjectStore

from heliogram.storage.engine import StorageError

_NAME: Final = re.compile(r"[0-9a-f]{64}\Z")
_NOBODYS: Final = "0" * 64
"""A name that no octets have: whoever asks for it is told whether the store would answer."""


class BlobsError(StorageError):
    """Nothing can be kept or had at the moment. The text says why, and what to change, fit for a person.

    BlobsError
    ├── BlobsAway      the store does not answer: later it may
    └── BlobsRefused   the store answers, and refuses us: somebody has to change something
    """


class BlobsAway(BlobsError):
    """The store does not answer."""


class BlobsRefused(BlobsError):
    """The store does not let us in, or is not there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentences:
    """What to tell an operator of one store: it does not answer, it refuses us, it is not there."""

    away: str
    refused: str
    missing: str


class Blobs:
    """Content-addressed octets: the same octets are stored once, and a name can never show other octets."""

    def __init__(self, store: ObjectStore, sentences: Sentences) -> None:
        self._store = store
        self._sentences = sentences

    async def put(self, octets: bytes) -> str:
        """Store the octets and return their name. Storing them again changes nothing. Raises BlobsError."""
        name = sha256(octets).hexdigest()
        try:
            with self._in_words():
                # In parts it could be left half written, and nothing here is large.
                await obstore.put_async(self._store, _path(name), octets, use_multipart=False)
        except FileNotFoundError as error:
            raise BlobsRefused(self._sentences.missing) from error
        return name

    async def get(self, name: str) -> bytes:
        """The octets of that name. Raises FileNotFoundError and BlobsError."""
        try:
            with self._in_words():
                found = await obstore.get_async(self._store, _path(name))
                return bytes(await found.bytes_async())
        except FileNotFoundError:
            await self._must_be_there()
            raise

    async def check(self) -> None:
        """Whether octets could be had now. Raises BlobsError."""
        try:
            with self._in_words():
                await obstore.head_async(self._store, _path(_NOBODYS))
        except FileNotFoundError:
            await self._must_be_there()

    async def _must_be_there(self) -> None:
        """S3 says 404 for a bucket that is not there as for an object. A picture is gone only where a bucket is."""
        try:
            await obstore.list_with_delimiter_async(self._store, _NOBODYS[:2])
        except BaseError as error:
            raise BlobsRefused(self._sentences.missing) from error

    @contextmanager
    def _in_words(self) -> Iterator[None]:
        try:
            yield
        except (PermissionDeniedError, UnauthenticatedError) as error:
            raise BlobsRefused(self._sentences.refused) from error
        except BaseError as error:
            raise BlobsAway(self._sentences.away) from error


def open_blobs(folder: Path | None) -> Blobs:
    """Blobs in a folder, or in memory when there is none. Raises BlobsRefused."""
    sentences = Sentences(
        away=f"The pictures' folder {folder} cannot be read or written: is its disk there, and not full?",
        refused=f"This server may not read or write the pictures' folder {folder}: change its owner or its rights.",
        missing=f"The pictures' folder {folder} is gone.",
    )
    if folder is None:
        return Blobs(MemoryStore(), sentences)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BlobsRefused(f"The pictures' folder {folder} cannot be used: {error.strerror}.") from error
    return Blobs(LocalStore(str(folder)), sentences)


def _path(name: str) -> str:
    """Where a blob lies. Raises FileNotFoundError for what is no blob's name: it must not lead out of the folder."""
    if not _NAME.match(name):
        raise FileNotFoundError("no blob has this name")
    # Two levels of folders keep any one of them small.
    return f"{name[:2]}/{name[2:4]}/{name}"
