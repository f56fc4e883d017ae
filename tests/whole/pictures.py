"""Pictures for tests, drawn here."""

import io

from PIL import Image


def small_jpeg(side: int = 640) -> bytes:
    """A square gradient of some 20 kB."""
    picture = Image.radial_gradient("L").resize((side, side)).convert("RGB")
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=85)
    return out.getvalue()
