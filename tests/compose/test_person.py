"""What a template can name of a contact."""

from heliogram.compose.liquid import compile_text
from heliogram.compose.person import person_of, render_for

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
