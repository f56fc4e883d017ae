import pytest
from hypothesis import given
from hypothesis import strategies as st

from heliogram.model.link_address import MAX_CHARS, NotALinkAddress, link_address


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("https://go.example.com", "https://go.example.com"),
        (" HTTPS://Go.Example.com/ ", "https://go.example.com"),
        ("https://xn--bcher-kva.example", "https://xn--bcher-kva.example"),
        ("https://a1-b.c2.museum", "https://a1-b.c2.museum"),
        ("https://go.xn--p1ai", "https://go.xn--p1ai"),
    ],
)
def test_a_domain_is_kept_in_one_form(text: str, kept: str) -> None:
    assert link_address(text) == kept == link_address(kept)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "go.example.com",
        "http://go.example.com",
        "ftp://go.example.com",
        "https://",
        "https://localhost",
        "https://go.example.com/p",
        "https://go.example.com//",
        "https://go.example.com?x=1",
        "https://go.example.com#x",
        "https://go.example.com:8443",
        "https://shop@go.example.com",
        "https://bücher.example",
        "https://-go.example.com",
        "https://go-.example.com",
        "https://go..example.com",
        "https://.example.com",
        "https://go.example.com.",
        "https://127.0.0.1",
        "https://[::1]",
        "https://go.example.com\nx",
        "https://go example.com",
        "javascript:alert(1)",
    ],
)
def test_what_is_no_domain_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(NotALinkAddress, match=r"^The address of links .*\.$"):
        link_address(text)


@pytest.mark.parametrize("extra", [0, 1])
def test_an_address_has_at_most_sixty_characters(extra: int) -> None:
    text = f"https://{'a' * 40}.example.org".ljust(MAX_CHARS + extra, "x")
    if extra:
        with pytest.raises(NotALinkAddress, match="at most 60 characters"):
            link_address(text)
    else:
        assert link_address(text) == text


@given(st.text(max_size=80))
def test_whatever_is_given_is_kept_in_one_form_or_refused(text: str) -> None:
    try:
        kept = link_address(text)
    except NotALinkAddress:
        return
    assert kept == link_address(kept) and kept.isascii() and len(kept) <= MAX_CHARS
