"""Opens HEIC photos where the extra `heliogram[heic]` is installed. Runs only inside a child process.

The decoder is an extra because the builds of it come with GPL code; without it the refusal says how to go on.
"""

import io

from PIL import Image

from heliogram.media.probe import MediaRefused

NOT_INSTALLED = (
    "This is a HEIC photo, and this server cannot read those. Save it as JPEG, "
    "or have whoever runs the server install heliogram[heic]."
)


def open_heic(octets: bytes) -> Image.Image:
    """The photo, turned as its camera says. Raises MediaRefused where the decoder is not installed."""
    try:
        from pillow_heif import open_heif
    except ImportError as missing:
        raise MediaRefused("heic_not_installed", NOT_INSTALLED) from missing
    try:
        photo: Image.Image = open_heif(io.BytesIO(octets), convert_hdr_to_8bit=True).to_pillow()
    except (OSError, ValueError, RuntimeError, EOFError, SyntaxError) as problem:
        raise MediaRefused("broken", "The photo is damaged and cannot be read to its end.") from problem
    return photo
