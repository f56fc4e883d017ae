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
    """One screen: at most one medium (with its content type) and at most one text, each by file name or `cid:`."""

    media_src: str = ""
    media_type: str = ""
    text_src: str = ""


def write_smil(slides: Sequence[Slide], *, slide_ms: int = SLIDE_MS) -> bytes:
    """The presentation of these slides, in order, each shown for `slide_ms`. Raises OurFault for no slides."""
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
    return f'<par dur="{slide_ms}ms">{shown}</par>'
