"""Values for the pure part of delivery: a queued message, a group and what is known of the world."""

from collections.abc import Callable, Mapping
from itertools import count
from typing import Any

from msgspec.structs import replace

from heliogram.delivery.claim import Attempt
from heliogram.delivery.draft import Batch, Draft, Facts, Fitted, Variant
from heliogram.delivery.pipeline import decide
from heliogram.media.plan import all_budgets
from heliogram.model.consent import Source, Standing, Subscription
from heliogram.model.group import Fallbacks, Group, Purpose
from heliogram.model.message import Content
from heliogram.model.parcel import MediaPart
from heliogram.model.queue import Queued
from heliogram.model.sender import Sender, SenderKind
from tests.world import NOON

PHONE = "+13125550001"
SUBSCRIBED = Standing(state=Subscription.SUBSCRIBED, fact_id="fact-1", at=NOON, source=Source.STAFF)
OPTED_OUT = replace(SUBSCRIBED, state=Subscription.UNSUBSCRIBED, fact_id="fact-2")
SENDER = Sender(
    id="us",
    kind=SenderKind.LONG_CODE,
    address="+13125550100",
    countries=("US", "CA"),
    mms_enabled=True,
    may_go_abroad=True,
    sms_account_id="smsc",
    mms_account_id="mmsc",
    mms_carrier="mm7",
)
GROUP = Group(
    id="offers",
    workspace_id="w",
    name="Offers",
    purpose=Purpose.MARKETING,
    senders=(SENDER,),
    fallbacks=Fallbacks(),
)


def variant(octets: bytes = b"picture") -> Variant:
    part = MediaPart(content_type="image/jpeg", octets=octets, sha256="ab" * 32, filename="picture.jpg")
    return Variant(part=part, width=640, height=480)


FITS: Mapping[tuple[str, int], Fitted | None] = {("menu", budget.octets): (variant(),) for budget in all_budgets()}


def queued(**changes: Any) -> Queued:
    row: dict[str, Any] = {
        "id": "00000000000000000000000000000a1f",
        "number": 1,
        "workspace_id": "w",
        "lane_id": "g-offers",
        "group_id": "offers",
        "campaign_id": None,
        "phone_e164": PHONE,
        "country": "US",
        "network": None,
        "is_landline": False,
        "purpose": Purpose.MARKETING,
        "content": Content.TEXT,
        "body": "Hello",
        "media_id": None,
        "due_at": None,
        "expires_at": None,
    }
    return Queued(**row | changes)


def tokens() -> Callable[[], str]:
    numbers = count(1)
    return lambda: f"T{next(numbers):09d}"


def facts(**changes: Any) -> Facts:
    row: dict[str, Any] = {
        "now": NOON,
        "group": GROUP,
        "standings": {PHONE: SUBSCRIBED},
        "variants": FITS,
        "link_base_url": "https://heliogram.test",
        "new_token": tokens(),
    }
    return Facts(**row | changes)


def decided(message: Queued, **changes: Any) -> Batch:
    return decide(facts(**changes), [message])


def draft_of(message: Queued, **changes: Any) -> Draft:
    """The draft of a message that goes."""
    batch = decided(message, **changes)
    assert not batch.stopped, batch.stopped
    return batch.going[0]


def attempt_of(message: Queued, n: int = 1, **changes: Any) -> Attempt:
    return Attempt(draft=draft_of(message, **changes), n=n)
