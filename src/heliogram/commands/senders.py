"""A sender as the command line writes it, kind:address:countries, checked before anything is stored."""

import re
from dataclasses import dataclass
from typing import Any, Final

from heliogram.audience.errors import PhoneRefused
from heliogram.audience.phones import parse_phone
from heliogram.commands.options import fail
from heliogram.model.sender import SenderKind

_COUNTRY: Final = re.compile(r"[A-Z]{2}\Z")
_SHAPES: Final = {
    SenderKind.SHORT_CODE: (re.compile(r"\d{3,8}\Z"), "A short code has 3 to 8 digits"),
    # An alphanumeric address is at most 11 characters of the GSM alphabet (3GPP TS 23.040 §9.1.2.5).
    SenderKind.ALPHANUMERIC: (
        re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9 &._-]{1,11}\Z"),
        "A name has at most 11 letters and digits, one letter among them",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSender:
    """`address` as it goes over the wire: E.164 for a number."""

    kind: SenderKind
    address: str
    countries: tuple[str, ...]

    def row(self, sms_account_id: str, mms_account_id: str | None, *, may_go_abroad: bool) -> dict[str, Any]:
        """What `storage.senders` keeps of it, but for its id, workspace and time."""
        return {
            "kind": self.kind.value,
            "address": self.address,
            "countries": list(self.countries),
            "mms_enabled": mms_account_id is not None and self.kind is not SenderKind.ALPHANUMERIC,
            "may_go_abroad": may_go_abroad,
            "sms_account_id": sms_account_id,
            "mms_account_id": mms_account_id,
        }


def sender_of(text: str) -> NewSender:
    """Read kind:address:countries. Ends the command with a sentence when it is none."""
    kind, _, rest = text.partition(":")
    address, _, last = rest.rpartition(":")
    countries = tuple(each.strip().upper() for each in last.split(","))
    if kind not in list(SenderKind) or not address or not all(map(_COUNTRY.match, countries)):
        fail(
            f"“{text}” is no sender: write kind:address:countries, as long_code:+13125550100:US,CA. The kind is one of "
            f"{', '.join(SenderKind)}; a country has two letters."
        )
    return NewSender(kind=SenderKind(kind), address=_address(SenderKind(kind), address, countries), countries=countries)


def _address(kind: SenderKind, address: str, countries: tuple[str, ...]) -> str:
    if kind in _SHAPES:
        shape, rule = _SHAPES[kind]
        if not shape.match(address):
            fail(f"{rule}: “{address}” is none.")
        return address
    try:
        return parse_phone(address, countries[0]).e164
    except PhoneRefused as error:
        fail(f"“{address}” is no number to send from: {error.sentence}")
