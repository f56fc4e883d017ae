import pytest

from heliogram.model.album import MAX_MEDIA, Shown, album_id_of


@pytest.mark.parametrize("media_ids", [[], ["a"]])
def test_fewer_than_two_media_need_no_album(media_ids: list[str]) -> None:
    assert album_id_of(media_ids) is None


def test_an_album_is_named_after_its_media_and_their_order() -> None:
    assert album_id_of(["a", "b"]) == album_id_of(("a", "b"))
    names = {album_id_of(ids) for ids in (["a", "b"], ["b", "a"], ["a", "b", "c"], ["ab", "c"], ["a", "bc"])}
    assert len(names) == 5


def test_what_is_shown_is_known_by_its_album_or_its_only_medium() -> None:
    assert (Shown("w", "a").key, Shown("w", "a", "album-1").key) == ("a", "album-1")


def test_a_message_has_at_most_ten_media() -> None:
    assert MAX_MEDIA == 10
