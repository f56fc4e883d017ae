"""Carrier accounts: what is asked and told of them. A password goes in and never comes out."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from heliogram.api.schema.senders import AccountName, AccountShape, FailoverShape
from heliogram.api.schema.shape import Ask, Shape
from heliogram.model.receipt_id import IdForm

Value = str | int | float | bool | None
Settings = Annotated[dict[str, Value], Field(max_length=40)]
Name = Annotated[str, Field(min_length=1, max_length=60)]
Secret = Annotated[str, Field(max_length=4_000)]


class SettingShape(Shape):
    """A setting of a kind of carrier. `is_rare`: most accounts leave it; `choices`: empty where anything may stand."""

    name: str
    label: str
    help: str
    type: Literal["text", "integer", "number", "switch"]
    default: Value
    is_required: bool
    is_rare: bool
    choices: list[str]


class KindShape(Shape):
    """A kind of carrier, and the form an account of it is made with."""

    kind: str
    title: str
    summary: str
    secret_label: str
    secret_help: str
    needs_secret: bool
    calls_back: bool
    settings: list[SettingShape]


class ReceiptIdsShape(Shape):
    """How an account's receipts write the ids of its answers: `is_learnt` from them (`votes`: form → receipts that only
    it can read), or said in the account's settings. `since`: null where nothing has been heard yet.

    `n_unmatched` receipts match no message for certain: their id is unknown, or has more readings than one.
    """

    form: IdForm
    sentence: str
    is_learnt: bool
    since: datetime | None
    votes: dict[str, int]
    n_unmatched: int


class AccountListing(AccountShape):
    """`receipt_ids`: null for kinds of carriers that write ids in one way only."""

    receipt_ids: ReceiptIdsShape | None


class StandInShape(Shape):
    """A sender whose texts ("sms") or picture messages ("mms") go by an account first.

    `failover` is all that is chosen for the sender; `choices` are the other accounts that carry such messages.
    """

    sender_id: str
    address: str
    channel: Literal["sms", "mms"]
    failover: FailoverShape
    choices: list[AccountName]


class AccountDetail(AccountListing):
    """`callback_url` is what the carrier is told to call, "" for one that never calls. `groups` send through it.

    `stand_ins` says who stands in for it, and who may (`PUT /senders/{sender_id}/failover`).
    """

    settings: dict[str, Value]
    has_secret: bool
    callback_url: str
    groups: list[str]
    senders: list[str]
    stand_ins: list[StandInShape]
    created_at: datetime


class AccountAsk(Ask):
    name: Name
    carrier: str
    settings: Settings
    secret: Secret = ""


class AccountChange(Ask):
    """What is left out stays. A `secret` replaces the one that is stored."""

    name: Name | None = None
    settings: Settings | None = None
    secret: Secret | None = None
    is_paused: bool | None = None


class TrialAsk(Ask):
    """Settings that are not stored yet."""

    carrier: str
    settings: Settings
    secret: Secret = ""


class TrialChange(Ask):
    """Changes to try beside what is stored."""

    settings: Settings | None = None
    secret: Secret | None = None


class TrialShape(Shape):
    ok: bool
    sentence: str


class ExchangeShape(Shape):
    """One try to hand a message over, and what was said: without texts, passwords and whole numbers."""

    message_id: str
    n: int
    at: datetime
    outcome: str
    code: str
    reason: str
    exchange: str
