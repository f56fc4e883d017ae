"""A deliver_sm into what it says: a receipt, or a text from a phone."""

from heliogram.carriers.exchange import exchange_of, without_numbers
from heliogram.carriers.smpp_tlvs import shown
from heliogram.model.event import Event, InboundHeard, News, ReceiptHeard
from heliogram.model.phone import E164
from heliogram.model.receipt_id import IdForm
from heliogram.wire.coded import text_of
from heliogram.wire.errors import TheirFault
from heliogram.wire.smpp import receipt
from heliogram.wire.smpp.message import is_receipt, read_part
from heliogram.wire.smpp.pdu import Pdu

NEWS: dict[str, News] = {
    "DELIVRD": News.DELIVERED,
    "EXPIRED": News.EXPIRED,
    "DELETED": News.DELETED,
    "UNDELIV": News.UNDELIVERED,
    "ACCEPTD": News.ACCEPTED,
    "UNKNOWN": News.UNKNOWN,
    "REJECTD": News.REJECTED,
    "ENROUTE": News.EN_ROUTE,
    "SCHEDLD": News.EN_ROUTE,
    "SKIPPED": News.UNDELIVERED,
}


def event_of(pdu: Pdu, *, connection_id: str, charset: str = "", id_form: IdForm = IdForm.LEARN) -> Event:
    """What the deliver_sm says. `connection_id` tells texts of two sessions apart. Raises TheirFault.

    `charset` is what data_coding 0 stands for on this route, "" for GSM-7; `id_form` how its receipts write ids.
    """
    part, concat = read_part(pdu, charset)
    text = text_of(part)
    source = _number(pdu, "source_addr")
    if is_receipt(pdu):
        said = receipt.read(pdu, text)
        return ReceiptHeard(
            carrier_id=said.id,
            id_form=id_form,
            news=NEWS.get(said.stat.upper()) or News.UNKNOWN,
            about_e164=source if E164.match(source) else "",
            code="" if said.err.strip("0") == "" else said.err,
            raw=exchange_of(
                f"deliver_sm id:{said.id} stat:{said.stat} err:{said.err} done date:{said.done_date}{shown(pdu.tlvs)}"
            ),
        )
    if not E164.match(source):
        raise TheirFault(f"a text from {source!r}, which is no number")
    return InboundHeard(
        # SMPP gives texts no id, and two equal texts are two texts: only the place in the session tells them apart.
        unique=f"{connection_id}:{pdu.sequence}",
        from_e164=source,
        to_address=_number(pdu, "destination_addr"),
        text=text,
        concat=(concat.reference, concat.total, concat.number) if concat else None,
        coded=(part.octets, part.coding) if concat and concat.total > 1 else None,
        raw=exchange_of(without_numbers(f"deliver_sm from {source}, {len(text)} characters{shown(pdu.tlvs)}")),
    )


def _number(pdu: Pdu, name: str) -> str:
    """A number in E.164, or a short code as it is. Carriers write the TON as they please: the length decides."""
    digits = pdu.text(name).lstrip("+")
    return f"+{digits}" if digits.isdigit() and len(digits) >= 8 else digits
