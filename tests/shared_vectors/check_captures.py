"""Calls as the vendors' SDKs send them (providers/sdk_wire_capture.json), beside what we send for the same message.

The address, the kind of login and the kind of body must be the SDK's; each field of ours must be one that the SDKs of
this carrier were seen to send, with the same type of value; and sender, recipient, text and pictures the same values.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from heliogram.carriers.aggregator import Dialect, Ours, Request
from heliogram.carriers.bandwidth import Bandwidth, BandwidthSettings
from heliogram.carriers.infobip import Infobip, InfobipSettings
from heliogram.carriers.plivo import Plivo, PlivoSettings
from heliogram.carriers.telnyx import Telnyx, TelnyxSettings
from heliogram.carriers.vonage import Vonage, VonageSettings
from heliogram.model.parcel import MediaPart, MmsParcel, Parcel, SmsParcel
from heliogram.model.sender import SenderKind

from .checked import Checked, difference

Call = dict[str, Any]
PICTURE = "https://cdn.example.com/a.jpg"
KEY = "128lcIDYl0siUKVdBtZCglXAnRk9uE7h4b3ZoYSV5GA="
OURS = Ours(
    callback_url="https://x.example/w", media_url=lambda _part: PICTURE, now=lambda: datetime(2026, 1, 1, tzinfo=UTC)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Same:
    """The message of a capture, as our carrier is handed it; `fields` name what must have the same value.

    `documented` are fields that we send and that no SDK was seen to: they stand in the carrier's documentation.
    """

    carrier: Callable[[], Dialect]
    sender: str
    to: str
    text: str
    has_picture: bool
    fields: tuple[str, ...]
    documented: tuple[str, ...] = ()
    base: str = ""


SAME: dict[str, Same] = {
    "bandwidth_send_mms": Same(
        carrier=lambda: Bandwidth(_bandwidth(), OURS),
        sender="+15551113333",
        to="+15552223333",
        text="hi",
        has_picture=True,
        fields=("applicationId", "to", "from", "text", "media"),
        base="/api/v2",
    ),
    "telnyx_send_mms": Same(
        carrier=lambda: Telnyx(TelnyxSettings(public_key=KEY, secret="key"), OURS),
        sender="+13125550001",
        to="+18665550001",
        text="hi",
        has_picture=True,
        fields=("to", "from", "text", "media_urls", "type"),
        base="/v2",
    ),
    "vonage_mms_image_failover": Same(
        carrier=lambda: Vonage(VonageSettings(api_key="abcdef12", secret="api:signature"), OURS),
        sender="+15551113333",
        to="+15552223333",
        text="hi",
        has_picture=True,
        fields=("to", "from", "channel", "message_type", "image"),
    ),
    "vonage_error": Same(
        carrier=lambda: Vonage(VonageSettings(api_key="abcdef12", secret="api:signature"), OURS),
        sender="+15551113333",
        to="+15552223333",
        text="x",
        has_picture=False,
        fields=("to", "from", "channel", "message_type", "text"),
    ),
    "infobip_send_sms": Same(
        carrier=lambda: Infobip(InfobipSettings(secret="api:callback-key"), OURS),
        sender="InfoSMS",
        to="+41793026727",
        text="hi",
        has_picture=False,
        fields=(),
        documented=("messages[].webhooks.delivery.url", "messages[].webhooks.contentType"),
    ),
    "plivo_mms": Same(
        carrier=lambda: Plivo(PlivoSettings(auth_id="MAXXXXXXXXXXXXXXXXXX", secret="token"), OURS),
        sender="+14156667778",
        to="+14156667777",
        text="hi",
        has_picture=True,
        fields=("src", "text", "type", "media_urls"),
    ),
}
UNASKED = "a call that the product does not make"
NOT_OURS = {
    "bandwidth_400": UNASKED,
    "bandwidth_upload_media": UNASKED,
    "telnyx_number_pool": UNASKED,
    "telnyx_get": UNASKED,
    "telnyx_cancel": UNASKED,
    "telnyx_group": UNASKED,
    "telnyx_profile": UNASKED,
    "telnyx_error": UNASKED,
    "vonage_mms_content": UNASKED,
    "sinch_send_mms": "picture messages go by Sinch's MMS API, which no SDK speaks",
    "sinch_send_sms": UNASKED,
    "sinch_dry_run": UNASKED,
    "messagebird_mms": "a carrier that the product does not have",
}


def check_captures(folder: Path) -> Checked:
    checked = Checked()
    captures = json.loads((folder / "providers" / "sdk_wire_capture.json").read_text())
    for name, capture in captures.items():
        if name in NOT_OURS:
            checked.judge(name, ["not sent"], reason=NOT_OURS[name])
        elif name in SAME:
            provider = name.partition("_")[0]
            seen = [call for each, told in captures.items() if each.startswith(provider) for call in told["requests"]]
            checked.judge(name, _compared(SAME[name], capture["requests"][0], seen))
        else:
            checked.judge(name, ["nobody compares this call"])
    return checked


def _compared(same: Same, theirs: Call, seen: list[Call]) -> list[str]:
    request = same.carrier().request_for(_parcel(same))
    ours, path = json.loads(request.body), urlsplit(request.url).path.removeprefix(same.base)
    body = json.loads(theirs["body"])
    found = difference("path", path, theirs["path"])
    found += difference("method", "POST", theirs["method"])
    found += difference("login", _scheme(request), theirs["headers"]["Authorization"].partition(" ")[0])
    found += difference("type", _kind(request.headers), _kind(theirs["headers"]))
    for field in same.fields:
        found += difference(field, ours.get(field), body[field])
    known: dict[str, set[type]] = {}
    for call in seen:
        for where, value in _fields(_json_of(call)):
            known.setdefault(where, set()).add(type(value))
    for where, value in _fields(ours):
        if where in same.documented:
            continue
        if where not in known:
            found.append(f"{where} was never seen")
        elif type(value) not in known[where]:
            found.append(f"{where} is {type(value).__name__}")
    return found


def _json_of(call: Call) -> Any:
    try:
        return json.loads(call["body"] or "{}")
    except ValueError:
        return {}


def _fields(value: Any, where: str = "") -> list[tuple[str, Any]]:
    """Every value with the names that lead to it; the items of a list are all one."""
    if isinstance(value, dict):
        return [each for name, inner in value.items() for each in _fields(inner, f"{where}.{name}".lstrip("."))]
    if isinstance(value, list):
        return [each for inner in value for each in _fields(inner, f"{where}[]")]
    return [(where, value)]


def _scheme(request: Request) -> str:
    return request.headers["Authorization"].partition(" ")[0]


def _kind(headers: Any) -> str:
    return str(headers["Content-Type"]).partition(";")[0]


def _bandwidth() -> BandwidthSettings:
    application = "93de2206-9669-4e07-948d-329f4b722ee2"
    return BandwidthSettings(account_id="9900000", application_id=application, username="user", secret="password")


def _parcel(same: Same) -> Parcel:
    kind = SenderKind.LONG_CODE if same.sender.startswith("+") else SenderKind.ALPHANUMERIC
    if same.has_picture:
        part = MediaPart(content_type="image/jpeg", octets=b"", sha256="00", filename="a.jpg")
        return MmsParcel(
            key="m1.1", sender_kind=kind, sender=same.sender, to_e164=same.to, text=same.text, media=(part,)
        )
    return SmsParcel(
        key="m1.1",
        sender_kind=kind,
        sender=same.sender,
        to_e164=same.to,
        parts=(same.text,),
        encoding="GSM-7",
        reference=1,
    )
