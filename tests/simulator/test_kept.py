import hashlib
from pathlib import Path

from heliogram.simulator.kept import keep, kept_at


def test_a_file_is_on_disk_under_what_is_in_it(tmp_path: Path) -> None:
    sha256 = keep(tmp_path, b"a picture")
    assert sha256 == hashlib.sha256(b"a picture").hexdigest()
    assert kept_at(tmp_path, sha256).read_bytes() == b"a picture"


def test_a_file_that_many_messages_bring_is_written_once(tmp_path: Path) -> None:
    path = kept_at(tmp_path, keep(tmp_path, b"a picture"))
    first = path.stat().st_ino
    assert keep(tmp_path, b"a picture") == path.name and path.stat().st_ino == first
    assert [each.name for each in path.parent.iterdir()] == [path.name]
