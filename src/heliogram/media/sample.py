"""The demo's pictures, drawn by our own scripts: nobody else's, and always the same octets."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from heliogram.media import cards, scenes


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    filename: str
    content_type: str
    alt_text: str
    octets: bytes


def samples() -> tuple[Sample, ...]:
    """Every picture of the demo's media library. Drawing them takes about a second."""
    return tuple(
        Sample(filename=filename, content_type=content_type, alt_text=alt_text, octets=draw())
        for filename, content_type, alt_text, draw in _PICTURES
    )


_PICTURES: Final[tuple[tuple[str, str, str, Callable[[], bytes]], ...]] = (
    (
        "pumpkin-soup.jpg",
        "image/jpeg",
        "A blue bowl of steaming pumpkin soup with herbs and a slice of bread",
        scenes.soup,
    ),
    (
        "pear-tart.jpg",
        "image/jpeg",
        "A whole pear tart with almonds on a blue checked cloth, seen from above",
        scenes.tart,
    ),
    (
        "evening-books.jpg",
        "image/jpeg",
        "A cup of coffee on a stack of four books beside a window at dusk",
        scenes.books,
    ),
    (
        "order-parcel.jpg",
        "image/jpeg",
        "A parcel with blue tape on the doormat before a blue front door",
        scenes.parcel,
    ),
    (
        "check-up-card.png",
        "image/png",
        "A smiling tooth on an appointment card: your check-up, Tuesday, 10:30",
        cards.tooth_card,
    ),
    (
        "autumn-sale.gif",
        "image/gif",
        "Autumn leaves fall around the words: 20% off everything warm until Sunday",
        cards.sale,
    ),
)
