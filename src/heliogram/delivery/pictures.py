"""The pictures being sent: fitted to each route's budget once, stored, and kept in memory while they are needed.

Every recipient's parcel shares the same octets.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import structlog

from heliogram.delivery.draft import Variant
from heliogram.media.kinds import SUFFIXES, Kind, kind_of
from heliogram.media.plan import Budget, all_budgets
from heliogram.media.probe import MediaRefused
from heliogram.media.workshop import Workshop
from heliogram.model.parcel import MediaPart
from heliogram.storage import media
from heliogram.storage.blobs import Blobs
from heliogram.storage.engine import Store

log = structlog.get_logger()

N_KEPT = 32
"""Pictures kept in memory: with at most a few variants of at most 1 MB each, some tens of megabytes."""


class PicturesNeeded(Exception):
    """A batch has pictures that are not prepared: prepare them outside the transaction and take the turn again."""

    def __init__(self, wanted: set[tuple[str, str]]) -> None:
        super().__init__(f"{len(wanted)} pictures are not prepared")
        self.wanted = wanted


@dataclass(slots=True)
class Pictures:
    """`variants` has (media id, budget octets) for every prepared picture; None where nothing fits."""

    store: Store
    blobs: Blobs
    workshop: Workshop
    now: Callable[[], datetime]
    variants: dict[tuple[str, int], Variant | None] = field(default_factory=dict)
    _prepared: OrderedDict[str, None] = field(default_factory=OrderedDict)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    def require(self, wanted: set[tuple[str, str]]) -> None:
        """Check that the pictures (workspace id, media id) are prepared. Raises PicturesNeeded."""
        missing = {(workspace_id, media_id) for workspace_id, media_id in wanted if media_id not in self._prepared}
        if missing:
            raise PicturesNeeded(missing)
        for _workspace_id, media_id in wanted:
            self._prepared.move_to_end(media_id)

    async def prepare(self, workspace_id: str, media_id: str) -> dict[int, Variant | None]:
        """Make or load the variants of one picture for every budget. Returns them by budget octets."""
        budgets = all_budgets()
        async with self._turn:
            if media_id not in self._prepared:
                for budget in budgets:
                    self.variants[media_id, budget.octets] = await self._variant(workspace_id, media_id, budget)
                self._prepared[media_id] = None
                self._forget_oldest()
        return {budget.octets: self.variants.get((media_id, budget.octets)) for budget in budgets}

    async def try_out(self, octets: bytes, content_type: str = "image/jpeg") -> dict[int, Variant | None]:
        """The variants a picture would get, by budget octets; nothing is stored."""
        if kind_of(content_type) is not Kind.PICTURE:
            whole = _whole({"content_type": content_type, "sha256": "", "width": 0, "height": 0}, octets)
            return {each.octets: whole if len(octets) <= each.octets else None for each in all_budgets()}
        made: dict[int, Variant | None] = {}
        for budget in all_budgets():
            try:
                fitted = await self.workshop.fit(octets, budget)
            except MediaRefused:
                made[budget.octets] = None
                continue
            part = MediaPart(content_type=fitted.content_type, octets=fitted.octets, sha256="", filename="")
            made[budget.octets] = Variant(part=part, width=fitted.width, height=fitted.height)
        return made

    def _forget_oldest(self) -> None:
        while len(self._prepared) > N_KEPT:
            old, _ = self._prepared.popitem(last=False)
            for key in [key for key in self.variants if key[0] == old]:
                del self.variants[key]

    async def _variant(self, workspace_id: str, media_id: str, budget: Budget) -> Variant | None:
        async with self.store.read() as connection:
            original = await media.one(connection, workspace_id, media_id)
            made = (await media.variants_of(connection, media_id)).get(budget.octets)
        if original is None:
            return None
        try:
            if kind_of(original["content_type"]) is not Kind.PICTURE:
                # Nobody here makes these smaller: they go as they came, or as a link.
                fits = original["n_octets"] <= budget.octets
                return _whole(original, await self.blobs.get(original["sha256"])) if fits else None
            if made is None:
                made = await self._make(original, budget)
            if made is None:
                return None
            octets = await self.blobs.get(made["sha256"])
        except FileNotFoundError:
            # The text with the link still goes, if the group lets it; a lane must not stand still for one file.
            log.error("picture is gone from the store", media=media_id, octets=budget.octets)
            return None
        return _whole(made, octets)

    async def _make(self, original: Any, budget: Budget) -> Mapping[str, Any] | None:
        try:
            fitted = await self.workshop.fit(await self.blobs.get(original["sha256"]), budget)
        except MediaRefused as refused:
            log.warning("picture fits no budget", media=original["id"], octets=budget.octets, why=str(refused))
            return None
        row = {
            "media_id": original["id"],
            "budget_octets": budget.octets,
            "workspace_id": original["workspace_id"],
            "sha256": await self.blobs.put(fitted.octets),
            "content_type": fitted.content_type,
            "n_octets": len(fitted.octets),
            "width": fitted.width,
            "height": fitted.height,
            "quality": fitted.quality,
            "created_at": self.now(),
        }
        async with self.store.write() as connection:
            await media.add_variant(connection, row)
        return row


def _whole(row: Mapping[str, Any], octets: bytes) -> Variant:
    content_type = row["content_type"]
    part = MediaPart(
        content_type=content_type,
        octets=octets,
        sha256=row["sha256"],
        filename=f"{kind_of(content_type).value}.{SUFFIXES.get(content_type, 'bin')}",
    )
    return Variant(part=part, width=row["width"], height=row["height"])
