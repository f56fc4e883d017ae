"""What an account of each kind has to be told: the one table behind the dashboard's form, the command line and docs.

Names, types and defaults are those of the carriers' own settings; here are the words beside them.
"""

from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, fields
from enum import StrEnum
from typing import Final, Literal, get_args

from heliogram.carriers.aggregator import HttpSettings
from heliogram.carriers.bandwidth import BandwidthSettings
from heliogram.carriers.infobip import InfobipSettings
from heliogram.carriers.mm7_settings import Mm7Settings
from heliogram.carriers.plivo import PlivoSettings
from heliogram.carriers.sinch import SinchSettings
from heliogram.carriers.smpp_settings import SmppSettings
from heliogram.carriers.telnyx import TelnyxSettings
from heliogram.carriers.twilio import TwilioSettings
from heliogram.carriers.vonage import VonageSettings
from heliogram.carriers.webhook import WebhookSettings

SettingType = Literal["text", "integer", "number", "switch"]
Value = str | int | float | bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One setting. `is_rare`: most accounts leave it as it is. `choices` is empty where anything may be written."""

    name: str
    label: str
    help: str
    type: SettingType
    default: Value
    is_required: bool
    is_rare: bool
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of carrier. `secret_label` and `secret_help` are about the password, which is only ever written."""

    kind: str
    title: str
    summary: str
    secret_label: str
    secret_help: str
    needs_secret: bool
    calls_back: bool
    settings: tuple[Setting, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Words:
    """`own` are (label, help) of the settings that only this kind has, or that mean something else here."""

    shape: type[SmppSettings | Mm7Settings | HttpSettings]
    title: str
    summary: str
    secret: tuple[str, str]
    own: Mapping[str, tuple[str, str]]


_SHARED: Final[Mapping[str, tuple[str, str]]] = {
    "url": ("Address", "Where its API is; another address only for a test server."),
    "window": ("Window", "Requests without an answer at once, 1 to 1,000."),
    "timeout_s": ("Wait for an answer", "Seconds until a request without an answer counts as unknown."),
    "connect_timeout_s": ("Wait for a connection", "Seconds until the carrier counts as not reachable."),
}
_RARE: Final = frozenset({"window", "timeout_s", "connect_timeout_s", "reconnect_s"}) | {
    *(
        "system_type",
        "binds",
        "bind_mode",
        "tls_ca",
        "tls_name",
        "tls_certificate",
        "tls_key",
        "long_texts",
        "alphabet",
        "national",
    ),
    *("receipt_ids", "tlvs", "queries", "auth", "callback_auth", "read_reply"),
    *(f"ton_npi_{each}" for each in ("long_code", "toll_free", "short_code", "alphanumeric", "recipient")),
    *("namespace", "soap_action", "transfer_encoding", "expiry", "validity_s", "mms_url", "subject"),
}
_CHOICES: Final[Mapping[str, tuple[str, ...]]] = {
    "transfer_encoding": ("base64", "binary"),
    "auth": ("basic", "digest"),
    "callback_auth": ("basic", "digest"),
}
_PASSWORDS: Final = frozenset({"secret", "password"})
_TYPES: Final[Mapping[object, SettingType]] = {
    str: "text",
    int: "integer",
    float: "number",
    float | None: "number",
    bool: "switch",
}

_TON_NPI: Final = "Type of number and numbering plan, as the carrier wants them: TON/NPI."
_KINDS: Final[Mapping[str, _Words]] = {
    "smpp": _Words(
        shape=SmppSettings,
        title="SMPP 3.4",
        summary="Texts over a line that stays open, with an SMSC or most aggregators.",
        secret=("Password", "To bind with, at most 8 characters."),
        own={
            "host": ("Host", "Where the SMSC listens."),
            "port": ("Port", "Usually 2775, or 3550 with TLS."),
            "system_id": ("System id", "The name to bind with, 1 to 15 characters."),
            "system_type": ("System type", "What some carriers ask for beside the name."),
            "window": ("Window", "Submits without an answer at once on one session, 1 to 10,000; ask your carrier."),
            "binds": ("Sessions", "Sessions side by side, 1 to 32."),
            "bind_mode": ("Kind of session", "Both ways in one, or a pair: one that sends and one that receives."),
            "per_s": ("Segments a second", "The carrier’s limit over all sessions, never exceeded; empty: none."),
            "tls": ("TLS", "The whole connection in TLS 1.2 or later; certificate and name are verified."),
            "tls_ca": ("Authority’s certificate", "PEM file on the server; empty: what the system trusts."),
            "tls_name": ("Name in the certificate", "Where it is not the host’s."),
            "tls_certificate": ("Our certificate", "PEM file on the server, for a carrier that asks for one."),
            "tls_key": ("Our key", "PEM file on the server; empty: it is in the certificate’s file."),
            "long_texts": (
                "Long texts",
                "How segments travel: with a header of an 8- or 16-bit reference, in SAR TLVs, or whole as payload.",
            ),
            "alphabet": ("Alphabet", "What the carrier takes data_coding 0 for; ask it when accents arrive wrong."),
            "national": ("National tables", "Languages whose GSM tables the phones know, as tr,es; empty: none."),
            "receipt_ids": (
                "Ids in receipts",
                "How they are written, where that shall not be learnt from the receipts.",
            ),
            "tlvs": ("Fields of its own", "TLVs for each submit, as 0x1400=text:abc, 0x1401=int2:7; empty: none."),
            "ton_npi_long_code": ("Long codes", _TON_NPI),
            "ton_npi_toll_free": ("Toll-free numbers", _TON_NPI),
            "ton_npi_short_code": ("Short codes", f"{_TON_NPI} Many carriers want 6/0, 0/1 or 2/1."),
            "ton_npi_alphanumeric": ("Names", _TON_NPI),
            "ton_npi_recipient": ("Recipients", _TON_NPI),
            "queries": ("Ask about what has no receipt", "By query_sm, after hours or a lost line; off: never."),
            "reconnect_s": ("First pause", "Seconds before connecting again; doubled up to 30."),
        },
    ),
    "mm7": _Words(
        shape=Mm7Settings,
        title="MM7",
        summary="Picture messages with an MMSC, over HTTP.",
        secret=("Password", "HTTP Basic or Digest, both ways: we show it to the MMSC, and it shows it to us."),
        own={
            "url": ("Address", "Where SubmitReq goes."),
            "username": ("User name", "HTTP Basic or Digest, both ways."),
            "vaspid": ("VASP id", "Who you are to the MMSC."),
            "vasid": ("VAS id", "Which of your services this is."),
            "namespace": ("Namespace", "The schema of your MMSC; decides the MM7 version."),
            "soap_action": ("SOAPAction", "The header, quotes included."),
            "auth": ("Login", "How we show name and password: HTTP Basic, or Digest once the MMSC has asked."),
            "callback_auth": ("Login of the MMSC", "How it shows them to us: HTTP Basic, or Digest, for which we ask."),
            "tls_ca": ("Authority’s certificate", "PEM file on the server; empty: what the system trusts."),
            "tls_certificate": ("Our certificate", "PEM file on the server, for an MMSC that asks for one."),
            "tls_key": ("Our key", "PEM file on the server; empty: it is in the certificate’s file."),
            "read_reply": ("Read reports", "Ask phones to say when a message was read; many ask their owner first."),
            "transfer_encoding": ("Encoding of pictures", "How they stand in the request."),
            "expiry": ("Expiry", "How long the MMSC may try, as P3D; empty: its own."),
        },
    ),
    "bandwidth": _Words(
        shape=BandwidthSettings,
        title="Bandwidth",
        summary="Texts and pictures through Bandwidth’s messaging API.",
        secret=("Password", "Of the API. Bandwidth shows the same name and password when it calls us."),
        own={
            "account_id": ("Account", "The number of the account."),
            "application_id": ("Application", "The messaging application that the numbers belong to."),
            "username": ("User name", "Of the API."),
        },
    ),
    "infobip": _Words(
        shape=InfobipSettings,
        title="Infobip",
        summary="Texts and pictures through Infobip.",
        secret=(
            "API key and callback key",
            "The API key, a colon, and a callback key that you make up: 8 or more letters, digits or - . _ ~",
        ),
        own={"url": ("Address", "The one of your account, as Infobip’s portal shows it.")},
    ),
    "plivo": _Words(
        shape=PlivoSettings,
        title="Plivo",
        summary="Texts and pictures through Plivo.",
        secret=("Auth token", "It also signs what Plivo calls us with."),
        own={"auth_id": ("Auth id", "Of the account, as the console shows it.")},
    ),
    "sinch": _Words(
        shape=SinchSettings,
        title="Sinch",
        summary="Texts by XMS and pictures by the MMS API of Sinch.",
        secret=(
            "Token, MMS key and callback key",
            "The SMS API’s token, a colon, the MMS API’s key, a colon, and a callback key of 8 letters or more.",
        ),
        own={
            "service_plan_id": ("Service plan", "Of the SMS API, as the dashboard shows it."),
            "service_id": ("Service", "Of the MMS API: the campaign."),
            "subject": ("Subject", "Of picture messages that have none, 1 to 80 characters."),
            "url": ("Address for texts", "Differs by region."),
            "mms_url": ("Address for pictures", "A path at the address for texts, for a test server."),
        },
    ),
    "telnyx": _Words(
        shape=TelnyxSettings,
        title="Telnyx",
        summary="Texts and pictures through Telnyx.",
        secret=("API key", "From the portal."),
        own={
            "public_key": ("Public key", "From the portal (Keys & Credentials): it checks what Telnyx calls us with."),
            "messaging_profile_id": ("Messaging profile", "Of a sender that is a name."),
            "lookups": ("Lookups", "It may be asked what a number is, and charges for each."),
        },
    ),
    "twilio": _Words(
        shape=TwilioSettings,
        title="Twilio",
        summary="Texts and pictures through Twilio’s Programmable Messaging.",
        secret=("Auth token", "It also signs what Twilio calls us with; an API key’s secret does not."),
        own={
            "account_sid": ("Account SID", "AC and 32 digits, as the console shows it."),
            "messaging_service_sid": ("Messaging Service", "The sender is still the one that Heliogram chose."),
            "validity_s": ("How long to try", "1 to 36,000 seconds; 0: Twilio’s own."),
            "lookups": ("Lookups", "It may be asked what a number is, and charges for each."),
            "lookups_url": ("Address of lookups", "Another for a test server."),
        },
    ),
    "vonage": _Words(
        shape=VonageSettings,
        title="Vonage",
        summary="Texts and pictures through Vonage’s Messages API.",
        secret=(
            "API secret and signature secret",
            "The API secret, a colon, and the signature secret that checks what Vonage calls us with.",
        ),
        own={"api_key": ("API key", "Of the account, as the dashboard shows it.")},
    ),
    "webhook": _Words(
        shape=WebhookSettings,
        title="Your own gateway",
        summary="A small signed format in JSON, for a gateway that you write.",
        secret=("Secret", "Signs both ways: 16 octets or more, plain or as whsec_ and base64."),
        own={
            "url": ("Address", "The gateway; messages are posted to /messages under it."),
            "lookups": ("Lookups", "It answers at /lookups what a number is: mobile or landline, whose, reachable."),
        },
    ),
}


def _setting(field: Field[object], own: Mapping[str, tuple[str, str]]) -> Setting:
    label, told = own.get(field.name) or _SHARED[field.name]
    is_required = field.default is MISSING
    return Setting(
        name=field.name,
        label=label,
        help=told,
        type=_TYPES.get(field.type, "text"),
        default=None if is_required else _default(field),
        is_required=is_required,
        is_rare=field.name in _RARE or (field.name == "url" and not is_required),
        choices=_CHOICES.get(field.name) or _choices(field.type),
    )


def _choices(shape: object) -> tuple[str, ...]:
    """What may be written, where the type itself says it."""
    if isinstance(shape, type) and issubclass(shape, StrEnum):
        return tuple(each.value for each in shape)
    return get_args(shape) if shape not in _TYPES else ()


def _default(field: Field[object]) -> Value:
    assert field.default is None or isinstance(field.default, str | int | float | bool)
    return field.default


def _kind(kind: str, words: _Words) -> Kind:
    settings = [_setting(each, words.own) for each in fields(words.shape) if each.name not in _PASSWORDS]
    return Kind(
        kind=kind,
        title=words.title,
        summary=words.summary,
        secret_label=words.secret[0],
        secret_help=words.secret[1],
        needs_secret=kind not in ("smpp", "mm7"),
        calls_back=kind != "smpp",
        settings=tuple(sorted(settings, key=lambda each: (not each.is_required, each.is_rare))),
    )


KINDS: Final[Mapping[str, Kind]] = {kind: _kind(kind, words) for kind, words in _KINDS.items()}
"""Every kind, in the order in which a form offers them."""
