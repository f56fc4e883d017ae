"""A small world for tests: a clock moved by hand, ids in order, and a workspace with groups, senders and people.

The defaults are one US long code that can send pictures, and people in the United States who are subscribed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from heliogram.consent.ledger import chain
from heliogram.model.consent import Fact, Source, Subscription
from heliogram.storage import access, campaigns, consent, people, senders
from heliogram.storage import media as pictures
from heliogram.storage.engine import Store
from heliogram.storage.senders import put_approval

WORKSPACE = "workspace"
GROUP = "offers"
SMSC = "smsc"
MMSC = "mmsc"
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


class Clock:
    """The time, which stands still until it is moved."""

    def __init__(self, at: datetime = NOON) -> None:
        self._at = at

    def now(self) -> datetime:
        return self._at

    def move(self, *, seconds: float) -> datetime:
        self._at += timedelta(seconds=seconds)
        return self._at


class Ids:
    """Ids and tokens in the order they are asked for."""

    def __init__(self) -> None:
        self._n = 0

    def new_id(self) -> str:
        self._n += 1
        return f"{self._n:032x}"

    def new_token(self) -> str:
        self._n += 1
        return f"T{self._n:09d}"


@dataclass(slots=True)
class World:
    """Puts rows into a store, in the words of the product."""

    store: Store
    clock: Clock
    ids: Ids
    people: dict[str, str] = field(default_factory=dict)
    """Contact ids by number."""

    async def build(self, *, group: Mapping[str, Any] = {}, sender: Mapping[str, Any] = {}) -> None:
        """A workspace with two accounts and one group, whose one sender is a US long code."""
        await self.add_workspace(WORKSPACE)
        for account_id, carrier in ((SMSC, "smpp"), (MMSC, "mm7")):
            await self.add_account(account_id, carrier)
        await self.add_sender("us", **sender)
        await self.add_group(GROUP, ["us"], **group)

    async def add_workspace(self, workspace_id: str) -> None:
        async with self.store.write() as connection:
            row = {"id": workspace_id, "name": workspace_id.title(), "created_at": self.clock.now()}
            await access.add_workspace(connection, row)

    async def add_account(self, account_id: str, carrier: str) -> None:
        row: dict[str, Any] = {
            "id": account_id,
            "workspace_id": WORKSPACE,
            "name": account_id.upper(),
            "carrier": carrier,
        }
        row |= {"settings": {"port": 2775}, "secret": "", "created_at": self.clock.now()}
        async with self.store.write() as connection:
            await senders.add_account(connection, row)

    async def add_sender(self, sender_id: str, *, approvals: Mapping[str, str] = {}, **changes: Any) -> None:
        row: dict[str, Any] = {
            "id": sender_id,
            "workspace_id": WORKSPACE,
            "kind": "long_code",
            "address": "+13125550100",
            "countries": ["US", "CA"],
            "mms_enabled": True,
            "may_go_abroad": True,
            "sms_account_id": SMSC,
            "mms_account_id": MMSC,
            "created_at": self.clock.now(),
        }
        async with self.store.write() as connection:
            await senders.add_sender(connection, row | changes)
            for network, status in approvals.items():
                word = {"sender_id": sender_id, "network": network, "status": status, "at": self.clock.now()}
                await put_approval(connection, word | {"workspace_id": WORKSPACE})

    async def add_group(self, group_id: str, sender_ids: Sequence[str], **changes: Any) -> None:
        row: dict[str, Any] = {
            "id": group_id,
            "workspace_id": WORKSPACE,
            "name": group_id.title(),
            "purpose": "marketing",
            "fallback_carrier_not_approved": True,
            "fallback_sender_cannot_mms": False,
            "fallback_media_not_taken": True,
            "link_base_url": None,
            "help_text": "Northgate: call 312 555 0100.",
            "created_at": self.clock.now(),
        }
        async with self.store.write() as connection:
            await senders.add_group(connection, row | changes, sender_ids)

    async def add_people(self, phones: Sequence[str], *, subscribed: bool = True, **changes: Any) -> list[str]:
        """Make contacts and, unless told otherwise, subscribe them to the group. Returns their ids."""
        rows = [self.person(phone, **changes) for phone in phones]
        async with self.store.write() as connection:
            await people.put_contacts(connection, rows)
        self.people |= {row["phone_e164"]: row["id"] for row in rows}
        if subscribed:
            await self.say(Subscription.SUBSCRIBED, phones)
        return [row["id"] for row in rows]

    def person(self, phone: str, **changes: Any) -> dict[str, Any]:
        row: dict[str, Any] = {
            "id": self.ids.new_id(),
            "workspace_id": WORKSPACE,
            "phone_e164": phone,
            "country": "GB" if phone.startswith("+44") else "US",
            "network": None,
            "is_landline": False,
            "first_name": "Ada",
            "last_name": "",
            "attributes": {},
            "created_at": self.clock.now(),
        }
        return row | changes

    async def say(self, state: Subscription, phones: Sequence[str], group_id: str = GROUP) -> list[str]:
        """Record that these numbers subscribed or unsubscribed now. Returns the ids of the facts."""
        facts = [
            Fact(
                group_id=group_id,
                phone_e164=phone,
                state=state,
                source=Source.STAFF,
                at=self.clock.now(),
                evidence="said so",
            )
            for phone in phones
        ]
        async with self.store.write() as connection:
            return await consent.add_facts(connection, WORKSPACE, facts, chain=chain, new_id=self.ids.new_id)

    async def add_list(self, list_id: str, contact_ids: Sequence[str]) -> None:
        async with self.store.write() as connection:
            await people.add_list(
                connection,
                id=list_id,
                workspace_id=WORKSPACE,
                name=list_id,
                contact_ids=contact_ids,
                now=self.clock.now(),
            )

    async def add_picture(self, media_id: str, sha256: str = "0" * 64, **changes: Any) -> None:
        row: dict[str, Any] = {"id": media_id, "workspace_id": WORKSPACE, "sha256": sha256, "filename": "menu.jpg"}
        row |= {"content_type": "image/jpeg", "n_octets": 20_000, "width": 640, "height": 640, "frames": 1}
        row |= changes
        async with self.store.write() as connection:
            await pictures.add(connection, row | {"alt_text": "A menu", "created_at": self.clock.now()})

    async def add_campaign(self, campaign_id: str = "campaign", **changes: Any) -> str:
        """A draft to everyone the group has heard of."""
        row: dict[str, Any] = {
            "id": campaign_id,
            "workspace_id": WORKSPACE,
            "name": campaign_id.title(),
            "state": "draft",
            "group_id": GROUP,
            "body": "Hi {{ first_name }}",
            "media_id": None,
            "content": "text",
            "audience_kind": "group",
            "list_id": None,
            "n_audience": 0,
            "version": 1,
            "created_at": self.clock.now(),
            "updated_at": self.clock.now(),
            "launched_at": None,
            "finished_at": None,
            "expanded_to": "",
            "is_expanded": False,
        }
        async with self.store.write() as connection:
            await campaigns.add(connection, row | changes)
        return campaign_id


def phones_of(n: int) -> list[str]:
    """`n` US numbers (at most 10,000 of them)."""
    return [f"+1312555{index:04d}" for index in range(n)]
