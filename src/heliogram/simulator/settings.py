"""What a simulator is told."""

import hashlib
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Final

import msgspec

from heliogram.wire.smpp.message import LongForm

CHARSETS: Final = {"gsm7": "", "latin1": "latin-1", "ascii": "ascii"}
"""What data_coding 0 may stand for, and Python's name of it; "" is the GSM alphabet."""


class Ids(StrEnum):
    """How ids are written: carriers often write theirs in one way in answers and in another in receipts."""

    DECIMAL = "decimal"
    PADDED = "padded"
    HEX = "hex"
    UUID = "uuid"

    def spelt(self, message_id: str) -> str:
        """The id, decimal as the journal has it, in this spelling."""
        match self:
            case Ids.DECIMAL:
                return message_id
            case Ids.PADDED:
                return message_id.zfill(10)
            case Ids.HEX:
                return f"{int(message_id):X}"
            case Ids.UUID:
                octets = hashlib.blake2b(message_id.encode(), digest_size=16).hexdigest()
                return "-".join((octets[:8], octets[8:12], octets[12:16], octets[16:20], octets[20:]))


class MmsReach(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whom picture messages reach: a phone of its own, else the longest prefix of its country, else `otherwise`."""

    phones: dict[str, bool] = {}
    countries: dict[str, bool] = msgspec.field(default_factory=lambda: {"+1": True})
    otherwise: bool = False

    def takes(self, number: str) -> bool:
        if number in self.phones:
            return self.phones[number]
        fitting = [prefix for prefix in self.countries if number.startswith(prefix)]
        return self.countries[max(fitting, key=len)] if fitting else self.otherwise


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatorSettings:
    """Ports on loopback (0: the system chooses), credentials, and how slow it is.

    `mm7_callback_url` is where receipts and replies for picture messages are posted. The `tls_` files (PEM) put SMPP
    into TLS; with `tls_client_ca` a client needs a certificate of that authority.

    `charset` is what data_coding 0 stands for, "" for GSM-7. `long_replies` is how long texts of phones come.
    `answer_ids` and `receipt_ids` are how message ids are written in either.

    `delivery_delay_s` is how long a message is on its way to its phone: as long it can be taken back, or replaced over
    MM7. `receipt_delay_s` comes after it.
    """

    folder: Path
    smpp_port: int = 0
    mm7_port: int = 0
    control_port: int = 0
    system_id: str = "heliogram"
    password: str = field(default="secret", repr=False)
    mm7_callback_url: str = ""
    tls_certificate: str = ""
    tls_key: str = ""
    tls_client_ca: str = ""
    charset: str = ""
    long_replies: LongForm = LongForm.PAYLOAD
    answer_ids: Ids = Ids.DECIMAL
    receipt_ids: Ids = Ids.DECIMAL
    delivery_delay_s: float = 0.0
    receipt_delay_s: float = 0.05
    answer_delay_s: float = 0.0
    mms: MmsReach = field(default_factory=MmsReach)
    ready_file: Path | None = None
