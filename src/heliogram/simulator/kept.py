"""The files that messages bring, by what is in them: each is on disk before the answer that says so leaves."""

import hashlib
from pathlib import Path


def kept_at(folder: Path, sha256: str) -> Path:
    """Where a file is, or would be."""
    return folder / "media" / sha256


def keep(folder: Path, octets: bytes) -> str:
    """Put a file on disk, once for all messages that bring it. Returns its SHA-256 in hexadecimal."""
    sha256 = hashlib.sha256(octets).hexdigest()
    path = kept_at(folder, sha256)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        written = path.with_suffix(".part")
        written.write_bytes(octets)
        written.replace(path)
    return sha256
