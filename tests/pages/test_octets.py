import pytest

from heliogram.pages.octets import plain


@pytest.mark.parametrize(
    ("given", "kept"),
    [("menu.jpg", "menu.jpg"), ('a "b"\r\nc.png', "a__b___c.png"), ("Menü.jpg", "Men_.jpg"), ("", "picture")],
)
def test_a_file_name_is_one_that_a_header_can_hold(given: str, kept: str) -> None:
    assert plain(given) == kept
