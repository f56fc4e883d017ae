"""The errors of the wire: one root, split by whose fault it is.

WireError
├── TheirFault   what arrived cannot be what the sender meant
└── OurFault     what we were asked to send cannot be written
"""


class WireError(Exception):
    """Something about octets on a wire is wrong."""


class TheirFault(WireError):
    """The other side sent what no reading makes sense of. The text says what, fit for a log."""


class OurFault(WireError):
    """We were asked to write what the protocol cannot carry: a bug, or a value that should have been checked."""
