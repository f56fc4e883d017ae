"""The shell of every carrier that is a web service: posts what its dialect writes, knows what left and what did not.

A dialect is pure: parcel → request, answer → outcome, call → events. This file is the only one of them with sockets.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Literal, Protocol, TypeVar, runtime_checkable
from urllib.parse import urlsplit

import msgspec

from heliogram.carriers.exchange import exchange_of, shown_headers
from heliogram.carriers.fetch import MediaAccess
from heliogram.carriers.http import Answered, HttpClient, NotAnswered
from heliogram.carriers.presence import Presence
from heliogram.carriers.protocol import NO_LOOKUPS, Capabilities, Carrier, Health, Link, Misconfigured, Sink
from heliogram.model.event import Callback, Heard
from heliogram.model.number import Lookup, NoLookup
from heliogram.model.parcel import UNREACHABLE, Accepted, MediaPart, MmsParcel, Outcome, Parcel, Refused, Unknown
from heliogram.model.phone import masked
from heliogram.model.sender import SenderKind
from heliogram.wire.errors import OurFault

MAX_ID = 200
N_HIDDEN = 4
"""Characters of a text or secret from which on it is taken out of what a carrier says: fewer are in every word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpSettings:
    """What every account of an HTTP carrier has. `window` counts the requests without an answer."""

    url: str
    secret: str = field(default="", repr=False)
    window: int = 10
    timeout_s: float = 30.0
    connect_timeout_s: float = 5.0

    def __post_init__(self) -> None:
        check_address(self.url)
        if not self.secret or "\n" in self.secret or "\r" in self.secret:
            raise Misconfigured("The account needs its password (the carrier's token or key), on one line.")
        if not 1 <= self.window <= 1_000 or self.timeout_s <= 0 or self.connect_timeout_s <= 0:
            raise Misconfigured("The window is 1 to 1,000 and the timeouts are more than 0 seconds.")

    def secrets(self) -> tuple[str, ...]:
        """What must not be kept of a carrier's words: more than one where the secret has parts."""
        return (self.secret,)

    def media_access(self) -> MediaAccess:
        """How the media of inbound messages are fetched; most carriers put them where an address is enough."""
        return MediaAccess(url=self.url)

    def at(self, path: str) -> str:
        """The address of a path under `url`."""
        return self.url.rstrip("/") + path


def check_address(url: str) -> None:
    """Raises Misconfigured for what is no address of a carrier."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise Misconfigured(f"The address of the carrier must begin with http:// or https://, not {url!r}.")
    if parts.username is not None:
        raise Misconfigured("A user name and a password do not belong in the address of the carrier.")


Shape = TypeVar("Shape")
Settings = TypeVar("Settings", bound=HttpSettings)


def settings_of(shape: type[Settings], what: str, given: Mapping[str, object], secret: str) -> Settings:
    """An account's stored settings. `what` names the kind, as "A Twilio". Raises Misconfigured."""
    known = {each.name for each in fields(shape)} - {"secret"}
    if unknown := sorted(set(given) - known):
        raise Misconfigured(f"{what} account has no setting {', '.join(unknown)}.")
    # The command line reads 9900000 as a number; where an id of digits is meant it is one all the same.
    texts = {each.name for each in fields(shape) if each.type is str}
    told = {name: str(value) if name in texts and type(value) is int else value for name, value in given.items()}
    try:
        return msgspec.convert({**told, "secret": secret}, shape)
    except msgspec.ValidationError as problem:
        raise Misconfigured(f"{what} account cannot be used: {str(problem).rstrip('.')}.") from problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request, a POST unless it only looks. `shown` is what an attempt keeps of its body: no text, no secret, no
    whole number."""

    url: str
    headers: Mapping[str, str]
    body: bytes
    shown: str
    method: Literal["POST", "GET"] = "POST"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ours:
    """What a dialect needs of this server: where it is called, where a picture is fetched from, and the time."""

    callback_url: str
    media_url: Callable[[MediaPart], str]
    now: Callable[[], datetime]


class Dialect(Protocol):
    """What makes one HTTP carrier different from the others."""

    is_idempotent: bool

    @property
    def settings(self) -> HttpSettings: ...

    def request_for(self, parcel: Parcel) -> Request:
        """The request that hands a parcel over. Raises OurFault for what the carrier cannot carry."""
        ...

    def outcome_of(self, answer: Answered) -> Outcome:
        """What an answer says."""
        ...

    def heard_in(self, call: Callback) -> Heard:
        """Read and check a call of the carrier's. Raises CallbackRefused."""
        ...


@runtime_checkable
class LooksUp(Protocol):
    """A dialect with a way to ask what a number is. `looks_up`: whether this account may."""

    @property
    def looks_up(self) -> bool: ...

    def lookup_for(self, phone_e164: str) -> Request:
        """The request that asks."""
        ...

    def looked_up_in(self, answer: Answered) -> Lookup:
        """What an answer says."""
        ...


class HttpCarrier:
    """One account."""

    def __init__(self, dialect: Dialect) -> None:
        settings = dialect.settings
        self._lookups = dialect if isinstance(dialect, LooksUp) and dialect.looks_up else None
        self.capabilities = Capabilities(
            sms=True,
            mms=True,
            idempotent=dialect.is_idempotent,
            window=settings.window,
            looks_up=self._lookups is not None,
        )
        self.dialect = dialect
        self._client = HttpClient(
            connections=settings.window, timeout_s=settings.timeout_s, connect_timeout_s=settings.connect_timeout_s
        )
        self._presence = Presence(self._client, settings.url, urlsplit(settings.url).netloc)

    async def send(self, parcel: Parcel) -> Outcome:
        try:
            request = self.dialect.request_for(parcel)
        except OurFault as error:
            return Refused(code="not_encodable", reason=f"This carrier cannot carry this: {error}.", permanent=True)
        headers = {**request.headers, "Content-Length": str(len(request.body))}
        answer = await self._client.post(request.url, headers, [request.body])
        shown = f"POST {urlsplit(request.url).path}\n{shown_headers(headers)}{request.shown}"
        match answer:
            case Answered():
                self._presence.saw(Link.UP)
                return self._recorded(self.dialect.outcome_of(answer), parcel, shown, answer)
            case NotAnswered(has_left=True, timed_out=timed_out, error=said):
                when = "in time" if timed_out else "before the connection broke"
                reason = f"The carrier was sent the message and did not answer {when}."
                return Unknown(reason=reason, exchange=exchange_of(shown, said))
            case NotAnswered(error=said):
                self._presence.saw(Link.DOWN)
                reason, exchange = "The carrier cannot be reached.", exchange_of(shown, said)
                return Refused(code=UNREACHABLE, reason=reason, permanent=False, exchange=exchange)

    async def look_up(self, phone_e164: str) -> Lookup:
        if self._lookups is None:
            return NO_LOOKUPS
        answer = await self._asked(self._lookups.lookup_for(phone_e164))
        if isinstance(answer, Answered):
            self._presence.saw(Link.UP)
            return self._lookups.looked_up_in(answer)
        if not answer.has_left:
            self._presence.saw(Link.DOWN)
        return NoLookup(reason="The carrier did not answer." if answer.has_left else "The carrier cannot be reached.")

    async def _asked(self, request: Request) -> Answered | NotAnswered:
        if request.method == "GET":
            return await self._client.get(request.url, request.headers)
        headers = {**request.headers, "Content-Length": str(len(request.body))}
        return await self._client.post(request.url, headers, [request.body])

    def read_callback(self, call: Callback) -> Heard:
        return self.dialect.heard_in(call)

    async def listen(self, sink: Sink) -> None:
        """Nothing is heard this way: calls come in over HTTP. While the carrier is away, find out when it is back."""
        await self._presence.watch()

    def health(self) -> Health:
        return self._presence.health

    async def close(self) -> None:
        await self._client.close()

    def _recorded(self, outcome: Outcome, parcel: Parcel, shown: str, answer: Answered) -> Outcome:
        """The outcome with its record. A carrier that echoes what it was sent has it taken out of its words."""
        what = ", ".join(getattr(outcome, "carrier_ids", ())) or getattr(outcome, "reason", "")
        exchange = exchange_of(shown, f"HTTP {answer.status}\n{shown_headers(answer.headers)}", what)
        outcome = msgspec.structs.replace(outcome, exchange=exchange)
        for name in ("exchange", "reason"):
            for hidden in (*self.dialect.settings.secrets(), text_of(parcel)):
                said = str(getattr(outcome, name, ""))
                if len(hidden) >= N_HIDDEN and hidden in said:
                    outcome = msgspec.structs.replace(outcome, **{name: said.replace(hidden, "…")})
        return outcome


def access_of(carrier: Carrier) -> MediaAccess:
    """How an account's media are fetched. Only web services name addresses."""
    return carrier.dialect.settings.media_access() if isinstance(carrier, HttpCarrier) else MediaAccess()


def text_of(parcel: Parcel) -> str:
    """The whole text: carriers that are web services cut it themselves."""
    return parcel.text if isinstance(parcel, MmsParcel) else "".join(parcel.parts)


def addresses_of(parcel: MmsParcel, ours: Ours, *, most: int) -> list[str]:
    """The addresses of its pictures. Raises OurFault for what no web service takes."""
    if parcel.sender_kind is SenderKind.ALPHANUMERIC:
        raise OurFault("a name cannot send picture messages")
    if not 1 <= len(parcel.media) <= most:
        raise OurFault(f"a picture message has 1 to {most} media")
    return [ours.media_url(each) for each in parcel.media]


def json_request(url: str, headers: Mapping[str, str], body: object, parcel: Parcel) -> Request:
    """A request with a JSON body."""
    own = {"Content-Type": "application/json", "Accept": "application/json"}
    return Request(url=url, headers={**own, **headers}, body=msgspec.json.encode(body), shown=shown_parcel(parcel))


def shown_parcel(parcel: Parcel) -> str:
    """What an attempt keeps of what was sent."""
    n_media = len(parcel.media) if isinstance(parcel, MmsParcel) else 0
    return f"{parcel.sender} -> {masked(parcel.to_e164)}, {len(text_of(parcel))} characters, {n_media} media"


def read_answer(octets: bytes, shape: type[Shape]) -> Shape | None:
    """A JSON answer, None for one that is none, or is of another shape."""
    try:
        return msgspec.json.decode(octets, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def taken(given: str, *, by: str) -> Outcome:
    """What an answer that takes the message says: without an id that can be kept, no receipt would find it."""
    if own := id_of(given):
        return Accepted(carrier_ids=(own,))
    return Unknown(reason=f"{by} took the message but gave no id for it, so no receipt can find it.")


def id_of(text: str) -> str:
    """A carrier's id, "" for one that nobody could keep: ids are compared as they came, never cut."""
    return text if len(text) <= MAX_ID and text.isprintable() else ""
