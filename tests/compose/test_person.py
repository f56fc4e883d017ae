"""What a template can name of a contact."""

import pytest

from heliogram.compose.fallback import LINK_MARK, compile_fallback
from heliogram.compose.liquid import compile_text
from heliogram.compose.person import fallback_for, person_of, render_for
from heliogram.model.message import Content

CONTACT = {
    "attributes": {"shop": "Löwen", "first_name": "never"},
    "first_name": "Ann",
    "last_name": "",
    "phone_e164": "+13125550142",
    "country": "US",
}


def test_an_attribute_is_a_field_and_never_hides_a_name() -> None:
    person = person_of(CONTACT)
    assert (person["shop"], person["first_name"], person["phone"]) == ("Löwen", "Ann", "+13125550142")


def test_a_template_that_breaks_on_a_persons_data_gives_no_text() -> None:
    assert render_for(compile_text("{{ first_name }} at {{ shop }}"), CONTACT) == "Ann at Löwen"
    assert render_for(compile_text("{{ 1 | divided_by: shop }}"), CONTACT) == ""


@pytest.mark.parametrize(("content", "told"), [(Content.MMS, f"Ann: {LINK_MARK}"), (Content.TEXT_LINK, None)])
def test_only_a_picture_message_has_a_text_for_phones_without_pictures(content: Content, told: str | None) -> None:
    assert fallback_for(compile_fallback("{{ first_name }}: {{ link }}"), content, CONTACT) == told
    assert fallback_for(None, content, CONTACT) is None
