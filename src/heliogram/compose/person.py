"""What a template can name of a person, and the text one person gets."""

from collections.abc import Mapping
from typing import Any

from heliogram.compose.fallback import render_fallback
from heliogram.compose.liquid import RenderRefused, Template
from heliogram.model.message import Content

Row = Mapping[str, Any]
"""A row of `contacts`."""


def person_of(contact: Row) -> dict[str, object]:
    """The contact's attributes, its names, its number and its country; an attribute never hides one of those."""
    return {
        **contact["attributes"],
        "first_name": contact["first_name"],
        "last_name": contact["last_name"],
        "phone": contact["phone_e164"],
        "country": contact["country"],
    }


def render_for(template: Template, contact: Row) -> str:
    """The text for one person; "" when their attributes break the template: an empty text never leaves."""
    try:
        return template.render(person_of(contact))
    except RenderRefused:
        return ""


def fallback_for(template: Template | None, content: Content, contact: Row) -> str | None:
    """What one person's picture becomes where it cannot go, see `render_fallback`; None where none is sent."""
    return render_fallback(template, person_of(contact)) if template and content is Content.MMS else None
