"""The demo's pictures, drawn by this script: nobody else's, and always the same octets."""

from dataclasses import dataclass
from io import BytesIO

from PIL import Image


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    filename: str
    content_type: str
    alt_text: str
    octets: bytes


def samples() -> tuple[Sample, ...]:
    out = BytesIO()
    Image.linear_gradient("L").resize((1200, 1200)).convert("RGB").save(out, "JPEG")
    return (Sample(filename="offer.jpg", content_type="image/jpeg", alt_text="Offer", octets=out.getvalue()),)
