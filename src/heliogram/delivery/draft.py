"""One message on its way through the pipeline, and what the steps need to know about the world."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from heliogram.media.kinds import Kind, kind_of
from heliogram.model.consent import Standing
from heliogram.model.cut import Cut
from heliogram.model.group import Group
from heliogram.model.parcel import MediaPart
from heliogram.model.queue import Queued, Route, Stop
from heliogram.model.text import DEFAULTS, Rewriting, TextRules
from heliogram.routing.choose import NoRoute


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """A medium as one budget made it, loaded and ready to go. `quality` and `similarity` are as of `media.fit`.

    `is_stand_in`: an MP4 for an animation that fits the budget in no form of a picture.
    """

    part: MediaPart
    width: int
    height: int
    quality: int | None = None
    similarity: float | None = None
    is_stand_in: bool = False

    @property
    def n_octets(self) -> int:
        return len(self.part.octets)

    @property
    def may_shrink(self) -> bool:
        """Nobody here makes a film or a card smaller that came as one."""
        return self.is_stand_in or kind_of(self.part.content_type) is Kind.PICTURE


Fitted = tuple[Variant, ...]
"""All media of a message as one budget made them, in order."""


Ways = dict[tuple[object, ...], Route | NoRoute]


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What one batch is decided by. `variants` has (`Shown.key`, budget in octets); None where it does not fit.

    `cuts` has the accounts that want their texts cut in a way of their own. `text_rules` are the campaign's, or the
    group's; a message may want some of them otherwise.
    `ways` remembers what was chosen: the people of a campaign differ in a few points only that a route depends on.
    """

    now: datetime
    group: Group
    standings: Mapping[str, Standing]
    variants: Mapping[tuple[str, int], Fitted | None]
    link_base_url: str
    new_token: Callable[[], str]
    cuts: Mapping[str, Cut] = field(default_factory=dict)
    text_rules: TextRules = DEFAULTS
    away: Mapping[str, str] = field(default_factory=dict)
    """The accounts that traffic has left for others of their senders, each with why."""
    ways: Ways = field(default_factory=dict)


class Draft(msgspec.Struct, kw_only=True):
    """Filled in step by step; the steps' order in `pipeline.STEPS` says which fields are set when.

    Not frozen: a new draft for each step would cost more than the steps do.
    """

    message: Queued
    fact_id: str | None = None
    route: Route | None = None
    variants: Fitted = ()
    link_token: str | None = None
    text: str = ""
    encoding: str = ""
    parts: tuple[str, ...] = ()
    shift: tuple[int, int] = (0, 0)
    rewriting: Rewriting | None = None

    def the_route(self) -> Route:
        """The route, for the steps after the one that chooses it."""
        if self.route is None:
            raise AssertionError("the way is chosen before this step")
        return self.route

    def body(self) -> str:
        """What the text is made of: the author's words for phones without pictures where it carries the link."""
        return (self.message.fallback_body if self.link_token else None) or self.message.body

    def n_slots(self) -> int:
        """How many answers it waits for: one a segment, one for a picture message."""
        return max(1, len(self.parts))


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """The drafts that go on, and the messages that stopped, each with its reason."""

    going: tuple[Draft, ...]
    stopped: tuple[Stop, ...] = field(default=())
