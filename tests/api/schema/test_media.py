from heliogram.api.schema.media import MediaShape
from tests.world import NOON


def test_a_picture_warns_of_nothing_unless_it_is_large() -> None:
    told = MediaShape(
        id="m",
        filename="menu.jpg",
        content_type="image/jpeg",
        n_octets=1,
        width=2,
        height=3,
        frames=1,
        alt_text="",
        folder="",
        created_at=NOON,
        url="/api/v1/media/m/content",
    )
    assert (told.warning, told.model_dump(mode="json")["created_at"]) == (None, "2026-03-02T12:00:00Z")
