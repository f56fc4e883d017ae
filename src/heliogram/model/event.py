"""What a carrier tells us, of its own accord or when asked: receipts, inbound messages, and the call they arrive in."""

from dataclasses import dataclass, field
from enum import StrEnum

import msgspec

from heliogram.model.message import FINAL, State
from heliogram.model.receipt_id import IdForm
from heliogram.model.sender import SenderKind


class News(StrEnum):
    """What a receipt says, in one vocabulary for every carrier."""

    EN_ROUTE = "en_route"
    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    READ = "read"
    UNDELIVERED = "undelivered"
    EXPIRED = "expired"
    REJECTED = "rejected"
    DELETED = "deleted"
    UNKNOWN = "unknown"


NEWS_STATE: dict[News, State | None] = {
    News.EN_ROUTE: State.SENT,
    News.ACCEPTED: State.SENT,
    News.DELIVERED: State.DELIVERED,
    News.READ: State.DELIVERED,  # the handset has it, whether a delivery report came or not
    News.UNDELIVERED: State.UNDELIVERED,
    News.EXPIRED: State.UNDELIVERED,
    News.REJECTED: State.UNDELIVERED,
    News.DELETED: State.UNDELIVERED,
    News.UNKNOWN: None,  # the network does not know: the message stays what it was
}
FINAL_NEWS: frozenset[News] = frozenset(news for news, state in NEWS_STATE.items() if state in FINAL)
"""After these, nothing more is to be heard of a piece."""


class ReceiptHeard(msgspec.Struct, frozen=True, kw_only=True):
    """`carrier_id` is the id the carrier gave when it took the segment; `raw` is redacted, 2,000 characters at most.

    `why` is what its code means in the vocabulary of `model.reasons`, "" where the carrier's own word is all there is.

    `network` is the recipient's, where the receipt names it.
    `about_e164` is the recipient's number where the receipt names it, "" elsewhere: it can resolve an attempt
    whose id was lost with a crash, when that is the only one in doubt for the number.
    `id_form` says whether the id is written as the answer had it; LEARN: that has to be found out.
    `is_asked`: the carrier said so because it was asked, not of its own accord.
    """

    carrier_id: str
    news: News
    about_e164: str = ""
    code: str = ""
    why: str = ""
    raw: str = ""
    id_form: IdForm = IdForm.SAME
    is_asked: bool = False
    network: str = ""


class Piece(msgspec.Struct, frozen=True, kw_only=True):
    """A piece that a carrier took: the id it gave, and from whom to whom it went. What a carrier is asked about."""

    carrier_id: str
    sender_kind: SenderKind
    sender: str
    to_e164: str


class Untold(msgspec.Struct, frozen=True, kw_only=True):
    """A carrier that was asked about a piece, or to stop it, gave no news. `code` is its own, `reason` a sentence.

    `is_deaf`: it takes no such requests at all, or does not answer them: that is not the piece's fault.
    """

    code: str
    reason: str
    is_deaf: bool = False
    raw: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundPart:
    content_type: str
    octets: bytes
    filename: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundLink:
    """A medium that the carrier keeps: where it can be fetched, and what the carrier says that it is ("" for nothing).

    The address comes from outside: whoever fetches it minds where it leads.
    """

    url: str
    content_type: str = ""


class InboundHeard(msgspec.Struct, frozen=True, kw_only=True):
    """A message from a phone. `unique` is what the carrier repeats when it sends the same one again.

    `concat` is (reference, total, number from 1) when this is one segment of a longer text; `coded` are then its octets
    and what they are written in, as of `wire.coded`: a character may end in the next. `media` came along, `links` are
    still to be fetched. `network` is the phone's, where the carrier names it.
    """

    unique: str
    from_e164: str
    to_address: str
    text: str
    concat: tuple[int, int, int] | None = None
    coded: tuple[bytes, str] | None = None
    media: tuple[InboundPart, ...] = ()
    links: tuple[InboundLink, ...] = ()
    raw: str = ""
    network: str = ""


Event = ReceiptHeard | InboundHeard


@dataclass(frozen=True, slots=True, kw_only=True)
class Callback:
    """An HTTP request a carrier made to us. Header names are lower case; `query` is as it came, without its "?"."""

    method: str
    path: str
    query: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """The events of one callback, the answer once they are stored, and the answer if they could not be."""

    events: tuple[Event, ...]
    stored: Answer
    not_stored: Answer
