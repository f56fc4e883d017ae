import os
from pathlib import Path

import pytest

from .check_mm7 import check_mm7, our_messages

FOLDER = Path(os.environ.get("HELIOGRAM_VECTORS", Path(__file__).parents[3] / "shared" / "vectors"))


@pytest.mark.skipif(not (FOLDER / "mm7").is_dir(), reason="the shared vectors are not here")
def test_our_messages_keep_the_schema_and_theirs_are_read_or_refused_with_a_reason() -> None:
    read, passed, failures = check_mm7(FOLDER)
    assert failures == []
    assert read == passed > 27


def test_our_messages_are_many_and_different() -> None:
    messages = list(our_messages())
    assert len(set(messages)) == len(messages) > 500
