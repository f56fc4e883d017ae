"""What a template can name of a person, and the text one person gets."""

from collections.abc import Mapping
from typing import Any

from heliogram.compose.liquid import RenderRefused, Template


def person_of(contact: Mapping[str, Any]) -> dict[str, object]:
    """The contact's attributes, its names, its number and its country; an attribute never hides one of those."""
    return {
        **contact["attributes"],
        "first_name": contact["first_name"],
        "last_name": contact["last_name"],
        "phone": contact["phone_e164"],
        "country": contact["country"],
    }


def render_for(template: Template, contact: Mapping[str, Any]) -> str:
    """The text for one person; "" when their attributes break the template: an empty text never leaves."""
    try:
        return template.render(person_of(contact))
    except RenderRefused:
        return ""
