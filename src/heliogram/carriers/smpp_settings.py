"""The settings of an SMPP account: what each may be, and what follows from them for the texts.

Here: checks with a sentence for a person. Not here: what is done with them (`carriers.smpp`, `carriers.smpp_bind`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Literal

import msgspec

from heliogram.carriers.protocol import Misconfigured
from heliogram.carriers.smpp_numbering import Numbering, rule_of
from heliogram.carriers.smpp_tlvs import tlvs_of
from heliogram.model.cut import CHARSETS, PLAIN, Cut
from heliogram.model.receipt_id import IdForm
from heliogram.model.sender import SenderKind
from heliogram.wire.national import IDENTIFIERS
from heliogram.wire.smpp.message import LongForm


class BindMode(StrEnum):
    """How an account binds (§2.2): SMSCs before 3.4, and some since, know no transceiver."""

    TRANSCEIVER = "transceiver"
    PAIR = "pair"


@dataclass(frozen=True, slots=True, kw_only=True)
class SmppSettings:
    """One account. `window` counts the submits without an answer on one bind; `binds` are sessions side by side.

    `bind_mode` is what each of them is: one session both ways, or a pair of which one sends and the other hears.
    `per_s` is the carrier's limit in segments a second, over all binds; None: none that we know of.
    `tls_name` is the name to ask for and to find in the certificate, where it is not the host's.
    `alphabet` is what the carrier takes data_coding 0 for; `national` are languages whose GSM tables handsets know.
    `tlvs` go with each submit, as `carriers.smpp_tlvs` reads them.
    `receipt_ids` is how receipts write the ids of answers, where it shall not be learnt.
    `ton_npi_…` is how addresses are written, by the kind of sender (`carriers.smpp_numbering`).
    `queries`: the carrier may be asked what became of a message that has no receipt (query_sm).
    """

    host: str
    port: int
    system_id: str
    password: str = field(default="", repr=False)
    system_type: str = ""
    window: int = 10
    binds: int = 1
    bind_mode: BindMode = BindMode.TRANSCEIVER
    per_s: float | None = None
    tls: bool = False
    tls_ca: str = ""
    tls_name: str = ""
    tls_certificate: str = ""
    tls_key: str = ""
    reconnect_s: float = 1.0
    long_texts: LongForm = LongForm.UDH_8
    alphabet: Literal["gsm7", "latin1", "ascii"] = "gsm7"
    national: str = ""
    receipt_ids: IdForm = IdForm.LEARN
    tlvs: str = ""
    ton_npi_long_code: str = "1/1"
    ton_npi_toll_free: str = "1/1"
    ton_npi_short_code: str = "3/0"
    ton_npi_alphanumeric: str = "5/0"
    ton_npi_recipient: str = "1/1"
    queries: bool = True

    def __post_init__(self) -> None:
        if not 1 <= self.port <= 65_535:
            raise Misconfigured("A port is 1 to 65,535.")
        if not 1 <= self.window <= 10_000 or not 1 <= self.binds <= 32:
            raise Misconfigured("The window is 1 to 10,000 and the binds are 1 to 32.")
        if self.per_s is not None and not 0.1 <= self.per_s <= 100_000:
            raise Misconfigured("The segments a second are 0.1 to 100,000.")
        if not self.tls and (self.tls_ca or self.tls_name or self.tls_certificate or self.tls_key):
            raise Misconfigured("The settings of TLS mean nothing without tls=true.")
        # The lengths of the bind's fields (SMPP v3.4 §4.1).
        if not 1 <= len(self.system_id) <= 15 or len(self.password) > 8 or len(self.system_type) > 12:
            raise Misconfigured(
                "SMPP takes a system id of 1 to 15 characters, a password of at most 8 and a system type of at most 12."
            )
        if not (self.system_id + self.password + self.system_type).isascii():
            raise Misconfigured("SMPP takes system id, password and system type in ASCII only.")
        self._check_texts()

    def _check_texts(self) -> None:
        tlvs_of(self.tlvs)
        self.numbering()
        if unknown := sorted(set(self.languages()) - set(IDENTIFIERS)):
            raise Misconfigured(f"There are no national tables for {', '.join(unknown)}; for {', '.join(IDENTIFIERS)}.")
        # The tables are named in a header before the text, of septets; without it, handsets show other letters.
        if self.national and (self.alphabet != "gsm7" or self.long_texts not in (LongForm.UDH_8, LongForm.UDH_16)):
            raise Misconfigured("National tables go with alphabet=gsm7 and long_texts=udh8 or udh16 only.")

    def numbering(self) -> Numbering:
        """How addresses are written. Raises Misconfigured."""
        return Numbering(
            senders={
                SenderKind.LONG_CODE: rule_of(self.ton_npi_long_code),
                SenderKind.TOLL_FREE: rule_of(self.ton_npi_toll_free),
                SenderKind.SHORT_CODE: rule_of(self.ton_npi_short_code),
                SenderKind.ALPHANUMERIC: rule_of(self.ton_npi_alphanumeric),
            },
            recipients=rule_of(self.ton_npi_recipient),
        )

    def languages(self) -> tuple[str, ...]:
        return tuple(each.strip() for each in self.national.split(",") if each.strip())

    def charset(self) -> str:
        """Python's name of what stands for the GSM alphabet on this route, "" for the alphabet itself."""
        return CHARSETS[self.alphabet]

    def cut(self) -> Cut:
        """Room for a reference of 16 bits wherever there is one, or the SMSC may write one."""
        return Cut(is_wide=self.long_texts is not LongForm.UDH_8, national=self.languages(), charset=self.charset())


def settings_of(settings: Mapping[str, object], secret: str) -> SmppSettings:
    """The settings of an account row. Raises Misconfigured."""
    known = {each.name for each in fields(SmppSettings)} - {"password"}
    if unknown := sorted(set(settings) - known):
        raise Misconfigured(f"An SMPP account has no setting {', '.join(unknown)}.")
    try:
        return msgspec.convert({**settings, "password": secret}, SmppSettings)
    except msgspec.ValidationError as problem:
        raise Misconfigured(f"The SMPP account cannot be used: {str(problem).rstrip('.')}.") from problem


def cut_of(settings: Mapping[str, object]) -> Cut:
    """How texts for an account with these settings are cut. What cannot be read is not this question's trouble."""
    try:
        return settings_of(settings, "").cut()
    except Misconfigured:
        return PLAIN
