from typing import Any

import pytest

from heliogram.api.media_view import media_shape, used_sentence
from heliogram.storage.library import Uses
from tests.world import NOON

ROW: dict[str, Any] = {"id": "m", "filename": "menu.jpg", "content_type": "image/jpeg", "width": 640, "height": 480}
ROW |= {"frames": 1, "alt_text": "A menu", "folder": "May", "created_at": NOON, "sha256": "00", "workspace_id": "w"}


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


@pytest.mark.parametrize(
    ("names", "n_messages", "said"),
    [
        ([], 1, "It went out with 1 message, whose story would lose it. It stays."),
        ([], 1_200, "It went out with 1,200 messages, whose story would lose it. It stays."),
        (["A"], 9, "It is used by 1 campaign: “A”. Take it out there first."),
        (["A", "B", "C"], 0, "It is used by 3 campaigns: “A”, “B”, “C”. Take it out there first."),
        (["A", "B", "C", "D"], 0, "It is used by 4 campaigns: “A”, “B”, “C” and 1 more. Take it out there first."),
    ],
)
def test_why_a_medium_stays_is_said_with_who_uses_it(names: list[str], n_messages: int, said: str) -> None:
    campaigns = [{"name": name} for name in names]
    assert used_sentence(Uses(campaigns=campaigns, n_campaigns=len(names), n_messages=n_messages)) == said
