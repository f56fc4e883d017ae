"""The text with the link."""

import pytest

from heliogram.compose.fallback import short_url, with_link

URL = "https://pics.example.com/p/7hQ2mZx9Ka"


@pytest.mark.parametrize(
    ("body", "text"),
    [("Hello", f"Hello {URL}"), ("Hello \n\t", f"Hello {URL}"), ("  Hello", f"  Hello {URL}"), ("", URL), (" \n", URL)],
)
def test_the_link_stands_behind_the_body_after_one_space(body: str, text: str) -> None:
    assert with_link(body, URL) == text


@pytest.mark.parametrize("base_url", ["https://pics.example.com", "https://pics.example.com/"])
def test_a_short_link_is_the_public_page_of_its_token(base_url: str) -> None:
    assert short_url(base_url, "7hQ2mZx9Ka") == URL
