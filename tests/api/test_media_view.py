from typing import Any

import pytest

from heliogram.api.media_view import media_shape
from tests.world import NOON

ROW: dict[str, Any] = {"id": "m", "filename": "menu.jpg", "content_type": "image/jpeg", "width": 640, "height": 480}
ROW |= {"frames": 1, "alt_text": "A menu", "created_at": NOON, "sha256": "00", "workspace_id": "w"}


@pytest.mark.parametrize(("n_octets", "warns"), [(1, False), (4_000_000, False), (4_000_001, True), (5_000_000, True)])
def test_a_picture_warns_above_4_000_000_octets(n_octets: int, warns: bool) -> None:
    warning = media_shape(ROW | {"n_octets": n_octets}).warning
    assert (warning is not None) == warns
    assert not warns or ("4,000,000" in str(warning) and f"{n_octets:,}" in str(warning))


def test_a_picture_is_shown_with_its_address_and_without_where_it_is_stored() -> None:
    told = media_shape(ROW | {"n_octets": 20_000}).model_dump()
    assert told["url"] == "/api/v1/media/m/content"
    assert (told["alt_text"], told["width"], told["height"]) == ("A menu", 640, 480)
    assert not {"sha256", "workspace_id"} & set(told)
