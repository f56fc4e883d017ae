"""SMIL, the slide show inside a picture message: a layout of two regions and a flat row of slides.

Here: writing that subset, and reading the order of the parts out of anything. Not here: the parts themselves.
Source: OMA MMS Conformance (regions named exactly Image and Text, one `par` a slide); protocols §4.3.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import quoteattr

from heliogram.wire.errors import OurFault
from heliogram.wire.safexml import local_name, parse_xml

CONTENT_TYPE = "application/smil"
SLIDE_MS = 5000

_HEAD = (
    '<smil><head><layout><root-layout width="240" height="320"/>'
    '<region id="Image" left="0" top="0" width="240" height="220" fit="meet"/>'
    '<region id="Text" left="0" top="220" width="240" height="100" fit="scroll"/>'
    "</layout></head><body>"
)
_TAIL = "</body></smil>"

# The element for a medium, by the first half of its content type; `ref` says "something else".
_ELEMENTS = {"image": "img", "video": "video", "audio": "audio"}
_SOURCES = frozenset({"img", "video", "audio", "text", "ref"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Slide:
    """One screen: at most one medium (with its content type) and at most one text, each by file name or `cid:`.

    `duration_ms` is how long a sound or a film lasts, 0 for a picture and where nobody knows.
    """

    media_src: str = ""
    media_type: str = ""
    text_src: str = ""
    duration_ms: int = 0


def write_smil(slides: Sequence[Slide], *, slide_ms: int = SLIDE_MS) -> bytes:
    """The presentation of these slides, in order. Raises OurFault for no slides.

    One with a sound or a film is shown as long as that lasts, and no less than `slide_ms` where there is a text to
    read; all others are shown for `slide_ms`.
    """
    if not slides:
        raise OurFault("a presentation needs at least one slide")
    return (_HEAD + "".join(_par(slide, slide_ms) for slide in slides) + _TAIL).encode("utf-8")


def read_sources(smil: bytes) -> tuple[str, ...]:
    """What the presentation shows, in order, each source once, `cid:` kept. Raises TheirFault."""
    found = (element.get("src", "") for element in parse_xml(smil).iter() if local_name(element) in _SOURCES)
    return tuple(dict.fromkeys(source for source in found if source))


def _par(slide: Slide, slide_ms: int) -> str:
    shown = ""
    if slide.media_src:
        element = _ELEMENTS.get(slide.media_type.split("/", 1)[0], "ref")
        region = "" if element == "audio" else ' region="Image"'
        shown += f"<{element} src={quoteattr(slide.media_src)}{region}/>"
    if slide.text_src:
        shown += f'<text src={quoteattr(slide.text_src)} region="Text"/>'
    lasts_ms = max(slide.duration_ms, slide_ms) if slide.text_src else slide.duration_ms or slide_ms
    return f'<par dur="{lasts_ms}ms">{shown}</par>'
