"""MM7 over HTTP: the carrier that takes picture messages, and calls back with receipts and replies.

Here: the account's connection and its operations. Not here: what is asked and answered (`mm7_requests`), what it calls
us with (`mm7_calls`), when to repeat.
"""

import hmac
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import msgspec

from heliogram.carriers.digest import Login
from heliogram.carriers.digest_calls import REALM, Doorkeeper
from heliogram.carriers.exchange import exchange_of, shown_headers
from heliogram.carriers.http import Answered, HttpClient, NotAnswered, basic_credentials, post_as
from heliogram.carriers.mm7_calls import heard_in, shown_envelope
from heliogram.carriers.mm7_requests import (
    Request,
    cancel_request_for,
    outcome_of,
    recall_outcome_of,
    replace_request_for,
    request_for,
    taken_back,
)
from heliogram.carriers.mm7_settings import Mm7Settings, context_of, settings_of
from heliogram.carriers.presence import Presence
from heliogram.carriers.protocol import NO_LOOKUPS, CallbackRefused, Capabilities, Health, Link, Sink
from heliogram.model.event import Callback, Heard, Piece, ReceiptHeard, Untold
from heliogram.model.number import Lookup
from heliogram.model.parcel import UNREACHABLE, MmsParcel, Outcome, Parcel, Refused, Unknown
from heliogram.wire.errors import OurFault, TheirFault
from heliogram.wire.mime import Buffers
from heliogram.wire.mm7.cancel import read_cancel_rsp
from heliogram.wire.mm7.replace import read_replace_rsp

_OutcomeOf = Callable[[int, Mapping[str, str], bytes], Outcome]
"""HTTP status, headers (names in lower case) and body of an answer → what it says."""


class Mm7Carrier:
    """One MM7 account."""

    def __init__(self, settings: Mm7Settings, doorkeeper: Doorkeeper | None = None) -> None:
        """`doorkeeper` is for an account whose gateway signs its calls by Digest, and for no other."""
        if (doorkeeper is not None) is not (settings.callback_auth == "digest"):
            raise ValueError("a doorkeeper goes with Digest on calls")
        self.capabilities = Capabilities(sms=False, mms=True, idempotent=False, window=settings.window, cancels=True)
        self.settings = settings
        self._refuse_strangers = doorkeeper.refuse_strangers if doorkeeper else partial(_refuse_unless_basic, settings)
        self._login = Login(settings.username, settings.password) if settings.auth == "digest" else None
        self._client = HttpClient(
            connections=settings.window,
            timeout_s=settings.timeout_s,
            connect_timeout_s=settings.connect_timeout_s,
            context=context_of(settings),
        )
        self._presence = Presence(self._client, settings.url, urlsplit(settings.url).netloc)

    @classmethod
    def configured(
        cls,
        settings: Mapping[str, Any],
        secret: str,
        *,
        callback_url: str,
        new_id: Callable[[], str],
        now: Callable[[], datetime],
    ) -> "Mm7Carrier":
        """The carrier of an account's stored settings. Raises Misconfigured."""
        read = settings_of(settings, secret)
        if read.callback_auth != "digest":
            return cls(read)
        return cls(read, Doorkeeper(read.username, read.password, address=callback_url, new_id=new_id, now=now))

    async def send(self, parcel: Parcel) -> Outcome:
        """Hand one picture message over."""
        if not isinstance(parcel, MmsParcel):
            return Refused(code="no_text", reason="This carrier takes picture messages only.", permanent=True)
        return await self._do(lambda: request_for(parcel, self.settings), parcel.key, outcome_of)

    async def cancel(self, piece: Piece) -> ReceiptHeard | Untold:
        """Take a message back that no phone has yet. MM7 asks neither for the number nor its owner."""
        return taken_back(piece.carrier_id, await self._cancel(piece.carrier_id, piece.sender))

    async def replace(self, carrier_id: str, parcel: MmsParcel) -> Outcome:
        """Put other content in the place of a message's that no phone has yet. Its id stays."""
        read = partial(recall_outcome_of, carrier_id, read_replace_rsp)
        return await self._do(lambda: replace_request_for(carrier_id, parcel, self.settings), parcel.key, read)

    async def _cancel(self, carrier_id: str, sender: str) -> Outcome:
        read = partial(recall_outcome_of, carrier_id, read_cancel_rsp)
        wanted = partial(cancel_request_for, carrier_id, self.settings, sender=sender)
        return await self._do(wanted, f"cancel-{carrier_id}", read)

    async def _do(self, wanted: Callable[[], Request], key: str, outcome_of: _OutcomeOf) -> Outcome:
        """Make the request, post it, read the answer. `key` is this request's own."""
        try:
            headers, buffers = wanted()
        except OurFault as error:
            return Refused(code="not_encodable", reason=f"MM7 cannot carry this: {error}.", permanent=True)
        answer = await self._post(headers, buffers, key)
        shown = _shown_request(self.settings.url, headers, buffers)
        match answer:
            case Answered(status=status, headers=answer_headers, body=body):
                self._presence.saw(Link.UP)
                outcome = outcome_of(status, answer_headers, body)
                return msgspec.structs.replace(outcome, exchange=exchange_of(shown, _shown_answer(answer)))
            case NotAnswered(has_left=True, timed_out=timed_out, error=error_text):
                when = "in time" if timed_out else "before the connection broke"
                reason = f"The gateway was sent the message and did not answer {when}."
                return Unknown(reason=reason, exchange=exchange_of(shown, error_text))
            case NotAnswered(error=error_text):
                self._presence.saw(Link.DOWN)
                reason = "The gateway cannot be reached."
                exchange = exchange_of(shown, error_text)
                return Refused(code=UNREACHABLE, reason=reason, permanent=False, exchange=exchange)

    async def _post(self, headers: Mapping[str, str], buffers: Buffers, key: str) -> Answered | NotAnswered:
        if self._login is None:
            return await self._client.post(self.settings.url, headers, buffers)
        return await post_as(self._client, self._login, self.settings.url, headers, buffers, key)

    async def look_up(self, phone_e164: str) -> Lookup:
        return NO_LOOKUPS

    def read_callback(self, call: Callback) -> Heard:
        """Read a DeliveryReportReq, DeliverReq or ReadReplyReq. Raises CallbackRefused."""
        if call.method != "POST":
            raise CallbackRefused(405, "MM7 gateways call with POST.")
        self._refuse_strangers(call)
        try:
            return heard_in(call.headers.get("content-type", ""), call.body)
        except TheirFault as error:
            raise CallbackRefused(400, f"Not readable as MM7: {error}.") from error

    async def listen(self, sink: Sink) -> None:
        """Nothing is heard this way; calls come in over HTTP. While the gateway is away, find out when it is back."""
        await self._presence.watch()

    def health(self) -> Health:
        return self._presence.health

    async def close(self) -> None:
        await self._client.close()


def _refuse_unless_basic(settings: Mm7Settings, call: Callback) -> None:
    wanted = basic_credentials(settings.username, settings.password)
    shown = call.headers.get("authorization", "")
    if settings.username and not hmac.compare_digest(shown.encode(), wanted.encode()):
        sentence = "The user name or password of the call is not this account's."
        raise CallbackRefused(401, sentence, (("WWW-Authenticate", f'Basic realm="{REALM}"'),))


# ── the record ───────────────────────────────────────────────────────────────────────────────────────────────────


def _shown_request(url: str, headers: Mapping[str, str], buffers: Buffers) -> str:
    return f"POST {urlsplit(url).path or '/'}\n{shown_headers(headers)}{shown_envelope(buffers[0])}"


def _shown_answer(answer: Answered) -> str:
    return f"HTTP {answer.status}\n{shown_headers(answer.headers)}{shown_envelope(answer.body)}"
