"""The names of MM7: namespaces, and the MM7Version that goes with each.

Source: 3GPP TS 23.140 releases 5 and 6; pairs as met in the wild (protocols §3.2).
"""

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
SCHEMA_ROOT = "http://www.3gpp.org/ftp/Specs/archive/23_series/23.140/schema/"

REL_5_MM7_1_2 = SCHEMA_ROOT + "REL-5-MM7-1-2"
"""What most gateways run."""
REL_6_MM7_1_4 = SCHEMA_ROOT + "REL-6-MM7-1-4"
"""The last one, recommended by Sinch and Skycore: our default."""

VERSION_OF: dict[str, str] = {
    SCHEMA_ROOT + "REL-5-MM7-1-0": "5.3.0",
    SCHEMA_ROOT + "REL-5-MM7-1-1": "5.3.0",
    # Its specification is 5.5.0, but the enumeration in its published schema stops at 5.3.0.
    REL_5_MM7_1_2: "5.3.0",
    # 5.6.0 by the book; 5.3.0 is what gateways of this schema send and take.
    SCHEMA_ROOT + "REL-5-MM7-1-3": "5.3.0",
    SCHEMA_ROOT + "REL-6-MM7-1-0": "6.3.0",
    SCHEMA_ROOT + "REL-6-MM7-1-1": "6.4.0",
    SCHEMA_ROOT + "REL-6-MM7-1-2": "6.5.0",
    SCHEMA_ROOT + "REL-6-MM7-1-3": "6.6.0",
    REL_6_MM7_1_4: "6.8.0",
}
"""Namespace → the MM7Version to send with it."""


def is_mm7(namespace: str) -> bool:
    """Whether it is a namespace of MM7, made-up releases included (REL-6-MM7-6-7 is real traffic)."""
    return namespace.startswith(SCHEMA_ROOT)


def is_release_6(namespace: str) -> bool:
    """Whether the elements that came with release 6 may be used."""
    return namespace.startswith(SCHEMA_ROOT + "REL-6")
