"""Reads stored inbound messages: joins segments, recognises keywords, records the fact and queues the one reply.

Fact, reply and the mark "read" are one transaction, so a crash repeats none of them and loses none.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from heliogram.consent.ledger import chain
from heliogram.inbox.keywords import Keyword, read_keyword
from heliogram.model.consent import Fact, Source, Subscription
from heliogram.model.group import Group, Purpose
from heliogram.model.message import Content
from heliogram.storage import consent, history, inbound, inbound_media, lanes, people, senders
from heliogram.storage.bulk import Row
from heliogram.storage.engine import Store
from heliogram.storage.types import storable
from heliogram.wire.coded import Coded, texts_of

N_READ = 200
REPLY_PRIORITY = 9

_REPLIES = {
    "stop": "You are unsubscribed from {name}. No more messages will be sent. Reply HELP for help.",
    "start": "You are subscribed to {name}. Msg & data rates may apply. Reply HELP for help, STOP to opt out.",
}
_STATES = {"stop": Subscription.UNSUBSCRIBED, "start": Subscription.SUBSCRIBED}


def joined_texts(parts: Sequence[Row]) -> dict[str, str]:
    """The text of each part of a longer one, in their order, decoded as one with the neighbours that are there.

    A part without its octets says what it said. One that came twice says the same twice.
    """
    texts = {part["id"]: str(part["text"]) for part in parts}
    by_number = {part["concat_number"]: part for part in parts if part["octets"] is not None}
    numbers = sorted(by_number)
    runs = [list(run) for _gap, run in groupby(enumerate(numbers), lambda each: each[1] - each[0])]
    for run in runs:
        found = [number for _place, number in run]
        said = texts_of([Coded(by_number[number]["octets"], by_number[number]["coding"]) for number in found])
        told = dict(zip(found, map(storable, said), strict=True))
        texts |= {part["id"]: told[part["concat_number"]] for part in parts if part["concat_number"] in told}
    return texts


class Reader:
    """Works through what nobody has read yet."""

    def __init__(
        self,
        store: Store,
        *,
        new_id: Callable[[], str],
        now: Callable[[], datetime],
        country_of: Callable[[str], str],
    ) -> None:
        self._store = store
        self._new_id = new_id
        self._now = now
        self._country_of = country_of

    async def step(self) -> int:
        """Read one batch. Returns how many messages it got through."""
        async with self._store.write() as connection:
            rows = await inbound.unread(connection, N_READ)
            done: set[str] = set()
            for row in rows:
                if row["id"] not in done:
                    done |= await self._read(connection, row)
        return len(done)

    async def _read(self, connection: AsyncConnection, row: Any) -> set[str]:
        parts: Sequence[Any] = [row]
        if row["concat_total"] is not None and row["concat_total"] > 1:
            parts = await inbound.siblings(connection, row)
            texts = joined_texts(parts)
            for part in parts:
                if texts[part["id"]] != part["text"]:
                    await inbound.set_text(connection, [part["id"]], texts[part["id"]])
            parts = [{**part, "text": texts[part["id"]]} for part in parts]
            if len({part["concat_number"] for part in parts}) < row["concat_total"]:
                await inbound.set_read(connection, [row["id"]], "part")
                return {row["id"]}
        # By number: a segment that came twice under two keys is one segment.
        text = "".join({part["concat_number"]: part["text"] for part in parts}.values())
        keyword = read_keyword(text)
        kind = keyword.kind if keyword else "other"
        await inbound.set_read(connection, [part["id"] for part in parts], kind)
        await self._know(connection, row)
        await inbound_media.add(connection, self._media(parts))
        if keyword is not None:
            await self._obey(connection, row, keyword, text)
        return {part["id"] for part in parts}

    def _media(self, parts: Sequence[Row]) -> list[Row]:
        """What came along or is to be fetched, from now on somebody's work (`inbox.gather`)."""
        return [
            {
                "id": self._new_id(),
                "workspace_id": part["workspace_id"],
                "inbound_id": part["id"],
                "account_id": part["account_id"],
                "position": position,
                "url": each.get("url", ""),
                "sha256": each.get("sha256", ""),
                "filename": each.get("filename", "")[:200],
                "content_type": each.get("content_type", "")[:100],
                "state": "waiting",
                "reason": "",
                "n_octets": 0,
                "width": 0,
                "height": 0,
                "n_tries": 0,
                "due_at": self._now(),
            }
            for part in parts
            for position, each in enumerate(part["media"])
        ]

    async def _know(self, connection: AsyncConnection, row: Any) -> None:
        await people.add_missing_contact(
            connection,
            {
                "id": self._new_id(),
                "workspace_id": row["workspace_id"],
                "phone_e164": row["from_e164"],
                "country": self._country_of(row["from_e164"]),
                "network": None,
                "is_landline": False,
                "first_name": "",
                "last_name": "",
                "attributes": {},
                "created_at": self._now(),
            },
        )

    async def _obey(self, connection: AsyncConnection, row: Any, keyword: Keyword, text: str) -> None:
        """One reply answers. STOP holds for every group that uses the number it was sent to, known there or not.

        START takes back what STOP did; where there was none, it is for the group that wrote to this person last: a
        number that two groups share must not subscribe anyone to a group that they have never heard of.
        """
        all_groups = await senders.load_groups(connection, row["workspace_id"])
        group_ids = await senders.groups_by_address(connection, row["workspace_id"], row["to_address"])
        last = await history.last_group_to(connection, row["workspace_id"], row["from_e164"], group_ids)
        groups = sorted((all_groups[each] for each in group_ids), key=lambda group: group.id != last)
        if not groups:
            return
        state = _STATES.get(keyword.kind)
        left = await self._left(connection, row, groups)
        if state is Subscription.SUBSCRIBED:
            groups = [group for group in groups if group.id in left] or groups[:1]
        # An opt-out is confirmed once (47 CFR 64.1200(a)(12)): a phone that answers by itself could go on for ever.
        is_confirmed = keyword.kind == "stop" and all(left.get(group.id) is Source.KEYWORD for group in groups)
        if state is not None:
            facts = [
                Fact(
                    group_id=group.id,
                    phone_e164=row["from_e164"],
                    state=state,
                    source=Source.KEYWORD,
                    at=self._now(),
                    evidence=f"Texted “{text.strip()[:160]}” to {row['to_address']}",
                )
                for group in groups
            ]
            await consent.add_facts(connection, row["workspace_id"], facts, chain=chain, new_id=self._new_id)
        if not is_confirmed:
            await self._reply(connection, row, groups, keyword)

    async def _left(self, connection: AsyncConnection, row: Any, groups: Sequence[Group]) -> dict[str, Source]:
        """The ids of the groups that this person has unsubscribed from, each with how."""
        found: dict[str, Source] = {}
        for group in groups:
            standings = await consent.standings_of(connection, row["workspace_id"], group.id, [row["from_e164"]])
            standing = standings.get(row["from_e164"])
            if standing is not None and standing.state is Subscription.UNSUBSCRIBED:
                found[group.id] = standing.source
        return found

    async def _reply(self, connection: AsyncConnection, row: Any, groups: Sequence[Group], keyword: Keyword) -> None:
        group = groups[0]
        if keyword.kind == "help":
            body = await senders.help_text(connection, row["workspace_id"], group.id)
        else:
            body = _REPLIES[keyword.kind].format(name=" and ".join(each.name for each in groups))
        lane_id = lanes.single_lane_of(group.id)
        await lanes.add_lane(
            connection,
            id=lane_id,
            workspace_id=row["workspace_id"],
            group_id=group.id,
            campaign_id=None,
            priority=REPLY_PRIORITY,
        )
        contact = (await people.by_phones(connection, row["workspace_id"], [row["from_e164"]]))[row["from_e164"]]
        reply = lanes.message_row(
            contact,
            id=self._new_id(),
            group_id=group.id,
            purpose=Purpose.REPLY.value,
            priority=REPLY_PRIORITY,
            content=Content.TEXT.value,
            body=body,
            now=self._now(),
            from_address=row["to_address"],
        )
        await lanes.add_messages(connection, lane_id, [reply])
