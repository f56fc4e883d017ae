"""The pictures being sent: fitted to each route's budget once, stored, and kept in memory while they are needed.

Every recipient's parcel shares the same octets.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, TypeVar

import structlog

from heliogram.delivery.draft import Fitted, Variant
from heliogram.media.films import read_film
from heliogram.media.fit import Variant as Made
from heliogram.media.kinds import SUFFIXES, Kind, kind_of
from heliogram.media.plan import Budget, all_budgets
from heliogram.media.probe import MediaRefused
from heliogram.media.together import fit_together
from heliogram.media.workshop import Workshop
from heliogram.model.album import Shown
from heliogram.model.parcel import MediaPart
from heliogram.storage import albums, media
from heliogram.storage.blobs import Blobs
from heliogram.storage.bulk import Row
from heliogram.storage.engine import Store

log = structlog.get_logger()
Medium = TypeVar("Medium")

_MAY_MOVE: Final = ("image/gif", "image/webp")
N_KEPT = 32
"""Pictures kept in memory: with at most a few variants of at most 1 MB each, some tens of megabytes."""


class PicturesNeeded(Exception):
    """A batch has pictures that are not prepared: prepare them outside the transaction and take the turn again."""

    def __init__(self, wanted: set[Shown]) -> None:
        super().__init__(f"{len(wanted)} pictures are not prepared")
        self.wanted = wanted


@dataclass(slots=True)
class Pictures:
    """`variants` has (`Shown.key`, budget octets) for all that is prepared; None where it does not fit."""

    store: Store
    blobs: Blobs
    workshop: Workshop
    now: Callable[[], datetime]
    variants: dict[tuple[str, int], Fitted | None] = field(default_factory=dict)
    _prepared: OrderedDict[str, None] = field(default_factory=OrderedDict)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    def require(self, wanted: set[Shown]) -> None:
        """Check that what is shown is prepared. Raises PicturesNeeded."""
        missing = {shown for shown in wanted if shown.key not in self._prepared}
        if missing:
            raise PicturesNeeded(missing)
        for shown in wanted:
            self._prepared.move_to_end(shown.key)

    async def prepare(self, shown: Shown) -> dict[int, Fitted | None]:
        """Make or load the variants for every budget. Returns them by budget octets."""
        budgets = all_budgets()
        async with self._turn:
            if shown.key not in self._prepared:
                async with self.store.read() as connection:
                    originals = await albums.media_of(connection, shown)
                # The largest first: what is small enough for a smaller budget too is not made again for it.
                for budget in reversed(budgets):
                    self.variants[shown.key, budget.octets] = await _together(originals, budget, self._variant)
                self._prepared[shown.key] = None
                self._forget_oldest()
        return {budget.octets: self.variants.get((shown.key, budget.octets)) for budget in budgets}

    async def try_out(self, files: Sequence[tuple[bytes, str]]) -> dict[int, Fitted | None]:
        """What files (octets, content type) would become, by budget octets; nothing is stored."""
        tried: dict[bytes, dict[int, Variant]] = {octets: {} for octets, _ in files}

        async def once(file: tuple[bytes, str], budget: Budget) -> Variant | None:
            made = tried[file[0]]
            serves = _serves(budget.octets, {octets: variant.n_octets for octets, variant in made.items()})
            variant = made[serves] if serves is not None else await self._try(file, budget)
            if variant is not None:
                made[budget.octets] = variant
            return variant

        return {budget.octets: await _together(files, budget, once) for budget in reversed(all_budgets())}

    async def _try(self, file: tuple[bytes, str], budget: Budget) -> Variant | None:
        octets, content_type = file
        if kind_of(content_type) is not Kind.PICTURE:
            row = {"content_type": content_type, "sha256": "", "width": 0, "height": 0}
            return _whole(row, octets) if len(octets) <= budget.octets else None
        try:
            fitted = await self._fitted(octets, content_type, budget)
        except MediaRefused:
            return None
        row = {"content_type": fitted.content_type, "sha256": "", "width": fitted.width, "height": fitted.height}
        return _made({**row, "quality": fitted.quality, "similarity": fitted.similarity}, fitted.octets)

    async def _fitted(self, octets: bytes, content_type: str, budget: Budget) -> Made:
        """A picture within a budget: an animation that fits as no GIF as MP4, where there is ffmpeg.

        Raises MediaRefused.
        """
        try:
            return await self.workshop.fit(octets, budget)
        except MediaRefused as refused:
            if content_type not in _MAY_MOVE or not self.workshop.makes_films:
                raise
            try:
                return await self.workshop.film(octets, budget)
            except MediaRefused as also:
                raise refused from also

    def _forget_oldest(self) -> None:
        while len(self._prepared) > N_KEPT:
            old, _ = self._prepared.popitem(last=False)
            for key in [key for key in self.variants if key[0] == old]:
                del self.variants[key]

    async def _variant(self, original: Row, budget: Budget) -> Variant | None:
        async with self.store.read() as connection:
            there_are = await media.variants_of(connection, original["id"])
        serves = _serves(budget.octets, {octets: row["n_octets"] for octets, row in there_are.items()})
        try:
            if kind_of(original["content_type"]) is not Kind.PICTURE:
                # Nobody here makes these smaller: they go as they came, or as a link.
                fits = original["n_octets"] <= budget.octets
                return _whole(original, await self.blobs.get(original["sha256"])) if fits else None
            made = there_are[serves] if serves is not None else await self._make(original, budget)
            if made is None:
                return None
            octets = await self.blobs.get(made["sha256"])
        except FileNotFoundError:
            # The text with the link still goes, if the group lets it; a lane must not stand still for one file.
            log.error("picture is gone from the store", media=original["id"], octets=budget.octets)
            return None
        return _made(made, octets)

    async def _make(self, original: Row, budget: Budget) -> Row | None:
        try:
            octets = await self.blobs.get(original["sha256"])
            fitted = await self._fitted(octets, original["content_type"], budget)
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
            "similarity": fitted.similarity,
            "created_at": self.now(),
        }
        async with self.store.write() as connection:
            await media.add_variant(connection, row)
        return row


async def _together(
    media: Sequence[Medium], budget: Budget, make: Callable[[Medium, Budget], Awaitable[Variant | None]]
) -> Fitted | None:
    """The media of one message within a budget together; each alone first, which is all that a single one needs."""
    alone: list[Variant] = []
    for each in media:
        variant = await make(each, budget)
        if variant is None:
            return None
        alone.append(variant)

    async def smaller(index: int, octets: int) -> Variant | None:
        return await make(media[index], replace(budget, octets=octets))

    return await fit_together(alone, budget.octets, smaller) if alone else None


def _serves(octets: int, made: Mapping[int, int]) -> int | None:
    """Of the variants there are, octets by budget, the budget of the one that serves for `octets`; None for none.

    The best of a larger budget that fits a smaller one is the best of the smaller one too.
    """
    return min((budget for budget, n_octets in made.items() if budget >= octets >= n_octets), default=None)


def _made(row: Row, octets: bytes) -> Variant:
    """What was made of a picture. How long a film lasts, it says itself."""
    if kind_of(row["content_type"]) is Kind.PICTURE:
        return _whole(row, octets)
    return replace(_whole({**row, "duration_ms": read_film(octets).duration_ms}, octets), is_stand_in=True)


def _whole(row: Row, octets: bytes) -> Variant:
    content_type = row["content_type"]
    part = MediaPart(
        content_type=content_type,
        octets=octets,
        sha256=row["sha256"],
        filename=f"{kind_of(content_type).value}.{SUFFIXES.get(content_type, 'bin')}",
        duration_ms=row.get("duration_ms", 0),
    )
    return Variant(
        part=part,
        width=row["width"],
        height=row["height"],
        quality=row.get("quality"),
        similarity=row.get("similarity"),
    )
