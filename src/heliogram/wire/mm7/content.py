"""The picture message inside an MM7 message: SMIL, media and text as one part, and back.

Here: which parts there are and in what order. Not here: the envelope that points at them (`envelope`).
Source: TS 23.140 §8.7.1.2; OMA MMS Conformance; protocols §3.5 (send Content-ID and Content-Location both).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from heliogram.wire import smil
from heliogram.wire.errors import TheirFault
from heliogram.wire.mime import PartIn, PartOut, find_part, text_of, write_multipart

TEXT_NAME = "text.txt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Medium:
    """One picture, video or other file. To write, `octets` are in the transfer encoding; as read, they are the file.

    `duration_ms` is how long to show it where it lasts, 0 for a picture; nobody reads it out of a file that came.
    """

    content_type: str
    filename: str
    octets: bytes
    duration_ms: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What a picture message says and shows, in the order of its slides."""

    text: str
    media: tuple[Medium, ...]


def write_content(
    media: Sequence[Medium], text: str, *, content_id: str, boundary: str, transfer_encoding: str
) -> PartOut:
    """The content as one part: a slide for each medium, the text on the first of them. Raises OurFault."""
    names = [_safe_name(n, medium.filename) for n, medium in enumerate(media, 1)]
    parts = [
        PartOut(
            content_type=medium.content_type,
            content_id=f"media-{n}",
            content_location=name,
            transfer_encoding=transfer_encoding,
            buffers=(medium.octets,),
        )
        for n, (name, medium) in enumerate(zip(names, media, strict=True), 1)
    ]
    slides = [
        smil.Slide(media_src=name, media_type=medium.content_type, duration_ms=medium.duration_ms)
        for name, medium in zip(names, media, strict=True)
    ]
    slides = slides or [smil.Slide()]
    if text:
        slides[0] = replace(slides[0], text_src=TEXT_NAME)
        parts.append(_text_part(text))
    first = PartOut(content_type=smil.CONTENT_TYPE, content_id="smil", buffers=(smil.write_smil(slides),))
    return PartOut(
        content_type=f'multipart/related; boundary="{boundary}"; type="{smil.CONTENT_TYPE}"; start="<smil>"',
        content_id=content_id,
        buffers=write_multipart([first, *parts], boundary=boundary),
    )


def read_content(parts: Sequence[PartIn]) -> Content:
    """The text and the media among leaf parts. The SMIL orders them where it can be read; nothing is lost where not."""
    ordered = _in_slide_order(parts)
    texts = [text_of(part).strip() for part in ordered if part.content_type == "text/plain"]
    return Content(
        text="\n".join(text for text in texts if text),
        media=tuple(
            Medium(content_type=part.content_type, filename=part.filename, octets=part.octets)
            for part in ordered
            if part.content_type not in ("text/plain", smil.CONTENT_TYPE)
        ),
    )


_UNSAFE_IN_NAME = re.compile(r"[^A-Za-z0-9._-]+")


def _text_part(text: str) -> PartOut:
    return PartOut(
        content_type="text/plain; charset=utf-8",
        content_id="text",
        content_location=TEXT_NAME,
        transfer_encoding="8bit",
        buffers=(text.encode("utf-8"),),
    )


def _safe_name(n: int, filename: str) -> str:
    # Numbered, so that two pictures of one name stay two for the SMIL.
    return f"{n}-{_UNSAFE_IN_NAME.sub('_', filename)[-40:]}"


def _in_slide_order(parts: Sequence[PartIn]) -> list[PartIn]:
    show = next((part for part in parts if part.content_type == smil.CONTENT_TYPE), None)
    try:
        sources = smil.read_sources(show.octets) if show else ()
    except TheirFault:
        sources = ()
    named = [part for source in sources if (part := find_part(parts, source))]
    rest = [part for part in parts if not any(part is each for each in named)]
    return named + rest
