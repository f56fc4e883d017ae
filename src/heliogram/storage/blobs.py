"""Blobs by the sha-256 of their octets, on a disk folder (or any store `obstore` knows)."""

from hashlib import sha256
from pathlib import Path

import obstore
from obstore.store import LocalStore, MemoryStore, ObjectStore


class Blobs:
    """Content-addressed octets: the same octets are stored once, and a name can never show other octets."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    async def put(self, octets: bytes) -> str:
        """Store the octets and return their name. Storing them again changes nothing."""
        name = sha256(octets).hexdigest()
        await obstore.put_async(self._store, _path(name), octets)
        return name

    async def get(self, name: str) -> bytes:
        """The octets of that name. Raises FileNotFoundError."""
        found = await obstore.get_async(self._store, _path(name))
        return bytes(await found.bytes_async())


def open_blobs(folder: Path | None) -> Blobs:
    """Blobs in a folder, or in memory when there is none."""
    if folder is None:
        return Blobs(MemoryStore())
    folder.mkdir(parents=True, exist_ok=True)
    return Blobs(LocalStore(str(folder)))


def _path(name: str) -> str:
    # Two levels of folders keep any one of them small.
    return f"{name[:2]}/{name[2:4]}/{name}"
