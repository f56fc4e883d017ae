"""A counter carrier that can be asked: it says of each id what it was told to say."""

from dataclasses import dataclass, field
from typing import Any

from heliogram.carriers.protocol import Capabilities
from heliogram.model.event import News, Piece, ReceiptHeard, Untold
from tests.delivery.carrier import CounterCarrier

GONE = Untold(code="ESME_RINVMSGID", reason="The carrier does not know this message id.", raw="query_sm id:…")
DEAF = Untold(code="ESME_RINVCMDID", reason="The carrier does not know the request.", is_deaf=True)


@dataclass(slots=True)
class AskableCarrier(CounterCarrier):
    """`asked` is every piece in the order of the questions; `says` what it answers, by id, else `otherwise`."""

    says: dict[str, News | Untold] = field(default_factory=dict)
    otherwise: News | Untold = News.EN_ROUTE
    asked: list[Piece] = field(default_factory=list)
    queries: bool = True
    cancels: bool = True
    gives_back: dict[str, Untold] = field(default_factory=dict)
    canceled: list[Piece] = field(default_factory=list)

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(
            sms=True, mms=True, idempotent=False, window=self.window, queries=self.queries, cancels=self.cancels
        )

    async def ask(self, piece: Piece) -> ReceiptHeard | Untold:
        self.asked.append(piece)
        said: Any = self.says.get(piece.carrier_id, self.otherwise)
        if isinstance(said, Untold):
            return said
        return ReceiptHeard(carrier_id=piece.carrier_id, news=said, is_asked=True)

    async def cancel(self, piece: Piece) -> ReceiptHeard | Untold:
        """It takes back what `gives_back` has no excuse for."""
        self.canceled.append(piece)
        excuse = self.gives_back.get(piece.carrier_id)
        return excuse or ReceiptHeard(carrier_id=piece.carrier_id, news=News.DELETED, is_asked=True, raw="cancel_sm")

    def ids(self) -> list[str]:
        """What was asked about since the last look at this."""
        asked, self.asked = [piece.carrier_id for piece in self.asked], []
        return asked
