"""People, lists, imports and consent."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from heliogram.api.schema.shape import Ask, Shape
from heliogram.model.consent import Subscription


class SubscriptionShape(Shape):
    group_id: str
    state: Subscription


class Contact(Shape):
    id: str
    phone: str
    country: str
    network: str | None
    first_name: str
    last_name: str
    attributes: dict[str, Any]
    subscriptions: list[SubscriptionShape]


class ListShape(Shape):
    id: str
    name: str
    n_people: int
    created_at: datetime


class RejectedRow(Shape):
    """A row of the file that was not used, and why."""

    row_number: int
    value: str
    reason: str
    sentence: str


class ImportReport(Shape):
    """Every row of the file is a person or rejected: `n_rows` = `n_people` + `n_rejected`.

    `n_without_consent` are people the group has no consent of; `rejected` shows the first 1,000.
    """

    list_id: str
    n_rows: int
    n_people: int
    n_rejected: int
    n_subscribed: int
    n_already_opted_out: int
    n_without_consent: int
    rejected: list[RejectedRow]


class ConsentAsk(Ask):
    """`evidence` is what shows that the person agreed: the words of the form, the date, who took the call."""

    group_id: str
    phone: str = Field(max_length=40, examples=["+13125550142"])
    state: Subscription
    evidence: Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=2_000)]


class ConsentFact(Shape):
    """One record of the ledger; each carries the hash of the one before."""

    id: str
    at: datetime
    group_id: str
    group_name: str
    phone: str
    state: Subscription
    source: str
    evidence: str
    hash: str
    previous_hash: str


class ConsentCheck(Shape):
    """Whether the chain of the workspace's facts is unbroken; `broken_at` is the first position that does not fit."""

    ok: bool
    n: int
    broken_at: int | None
