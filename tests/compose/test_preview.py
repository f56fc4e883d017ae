"""What one person would read, and the spread over an audience."""

import pytest

from heliogram.compose.fallback import compile_fallback
from heliogram.compose.liquid import RenderRefused, compile_text
from heliogram.compose.preview import Share, preview, spread
from heliogram.model.cut import Cut

URL = "https://pics.example.com/p/7hQ2mZx9Ka"


def test_a_preview_has_the_text_with_and_without_the_link() -> None:
    shown = preview(compile_text("Hi {{ first_name }}!"), {"first_name": "Ann"}, media=True, link_url=URL)
    assert (shown.body, shown.n_segments) == ("Hi Ann!", 1)
    assert (shown.fallback_body, shown.n_fallback_segments) == (f"Hi Ann! {URL}", 1)
    assert shown.missing_fields == ()


def test_the_link_can_cost_a_segment() -> None:
    shown = preview(compile_text("x" * 160), {}, media=True, link_url=URL)
    assert (shown.n_segments, shown.n_fallback_segments) == (1, 2)


def test_without_a_picture_there_is_no_link() -> None:
    shown = preview(compile_text("Hi"), {}, media=False, link_url=URL)
    assert shown.body == shown.fallback_body == "Hi"


def test_fields_the_person_lacks_are_named_in_order() -> None:
    template = compile_text("{{ shop }} {{ first_name | default: 'you' }} {{ city }}")
    shown = preview(template, {"first_name": "", "city": "Bern"}, media=False, link_url=URL)
    assert shown.missing_fields == ("first_name", "shop")


def test_a_person_whose_data_breaks_the_template_is_told() -> None:
    with pytest.raises(RenderRefused):
        preview(compile_text("{{ 1 | divided_by: zero }}"), {}, media=False, link_url=URL)


def test_a_spread_counts_and_says_each_share() -> None:
    shares = spread([2] * 92 + [3] * 8)
    assert shares == (Share(n_segments=2, n=92, percent=92), Share(n_segments=3, n=8, percent=8))
    assert spread([]) == ()


def test_a_preview_shows_the_authors_text_for_phones_without_pictures() -> None:
    own = compile_fallback("{{ city }}{{ link }} for {{ first_name }}")
    shown = preview(compile_text("Hi"), {"first_name": "Ann"}, media=True, link_url=URL, fallback=own)
    assert (shown.body, shown.fallback_body, shown.missing_fields) == ("Hi", f"{URL} for Ann", ("city",))


def test_a_preview_counts_as_the_account_has_texts_cut() -> None:
    template, wide = compile_text("x" * 306), Cut(is_wide=True)
    assert preview(template, {}, media=False, link_url=URL).n_segments == 2
    assert preview(template, {}, media=False, link_url=URL, cut=wide).n_segments == 3
    own = compile_text("y" * 306)
    told = preview(compile_text("x"), {}, media=True, link_url="", fallback=own, cut=wide)
    assert (told.n_segments, told.n_fallback_segments) == (1, 3)
