"""The demo's pictures, drawn by this script: nobody else's, and always the same octets."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    filename: str
    content_type: str
    alt_text: str
    octets: bytes


def samples() -> tuple[Sample, ...]:
    return ()
