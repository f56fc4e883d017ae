"""What an SMSC answers about a message it took: query_sm (§4.8) and cancel_sm (§4.9) into the news of a receipt."""

from typing import Final

from heliogram.carriers.exchange import exchange_of
from heliogram.carriers.smpp_heard import NEWS
from heliogram.carriers.smpp_tlvs import shown
from heliogram.model.event import News, ReceiptHeard, Untold
from heliogram.wire.smpp.names import OK, RINVCMDID, RINVCMDLEN
from heliogram.wire.smpp.pdu import Pdu
from heliogram.wire.smpp.receipt import STATES
from heliogram.wire.smpp.status import status_of

MAX_ID: Final = 64
"""Characters of a message id (§5.2.23: 65 octets with the NUL): a longer one cannot be asked about."""
_DEAF: Final = frozenset({RINVCMDID, RINVCMDLEN})
"""How an SMSC says that it does not know the request at all."""


def news_of(carrier_id: str, answer: Pdu | None) -> ReceiptHeard | Untold:
    """The answer to query_sm. None is an answer that never came.

    The date is kept as the carrier wrote it: its zone is its own.
    """
    if answer is None or answer.status != OK:
        return untold("query_sm", carrier_id, answer)
    if "message_state" not in answer.fields:
        return Untold(code="no_state", reason="The carrier's answer has no state.", raw=f"query_sm id:{carrier_id}")
    stat = STATES.get(answer.number("message_state"), "UNKNOWN")
    error = answer.number("error_code")
    final_date = answer.text("final_date")
    return ReceiptHeard(
        carrier_id=carrier_id,
        news=NEWS.get(stat, News.UNKNOWN),
        # As receipts write it: three digits (Appendix B).
        code=f"{error:03}" if error else "",
        raw=exchange_of(
            f"query_sm id:{carrier_id}\n"
            f"query_sm_resp state:{stat} error:{error} final date:{final_date}{shown(answer.tlvs)}"
        ),
        is_asked=True,
    )


def taken_back(carrier_id: str, answer: Pdu | None) -> ReceiptHeard | Untold:
    """The answer to cancel_sm (§4.9)."""
    if answer is None or answer.status != OK:
        return untold("cancel_sm", carrier_id, answer)
    raw = exchange_of(f"cancel_sm id:{carrier_id}\ncancel_sm_resp {status_of(OK).name}{shown(answer.tlvs)}")
    return ReceiptHeard(carrier_id=carrier_id, news=News.DELETED, raw=raw, is_asked=True)


def untold(request: str, carrier_id: str, answer: Pdu | None) -> Untold:
    """The carrier's no to a request about a message, in its own words. None is an answer that never came."""
    asked = f"{request} id:{carrier_id}\n"
    if answer is None:
        raw = exchange_of(f"{asked}no {request}_resp")
        return Untold(code="no_answer", reason="The carrier did not answer.", is_deaf=True, raw=raw)
    status = status_of(answer.status)
    return Untold(
        code=status.name,
        reason=status.sentence,
        is_deaf=answer.status in _DEAF,
        raw=exchange_of(f"{asked}{request}_resp {status.name}{shown(answer.tlvs)}"),
    )
