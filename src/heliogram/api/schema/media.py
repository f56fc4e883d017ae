"""Pictures as uploaded, and the library they are in."""

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, Field

from heliogram.api.schema.shape import Ask, Shape
from heliogram.model.album import MAX_MEDIA
from heliogram.model.campaign import CampaignState

MAX_ALT_TEXT = 500
MAX_FOLDER = 60
MAX_FILENAME = 200


def _each_once(media_ids: list[str]) -> list[str]:
    if len(set(media_ids)) < len(media_ids):
        raise ValueError("name each medium once")
    return media_ids


MediaIds = Annotated[list[str], Field(max_length=MAX_MEDIA), AfterValidator(_each_once)]
"""The media of a message, in the order in which they are shown."""


class MediaShape(Shape):
    """`warning` is a sentence when the picture is above what most phones take without trouble."""

    id: str
    filename: str
    content_type: str
    n_octets: int
    width: int
    height: int
    frames: int
    alt_text: str
    folder: str = Field(description="Empty for a medium in no folder.")
    created_at: datetime
    url: str
    warning: str | None = None


class UploadedShape(MediaShape):
    """`is_known`: the very same file was in the library, and this is it; nothing was added."""

    is_known: bool = False


class FetchAsk(Ask):
    """A file on the web. What is kept is the file: a change there changes nothing here."""

    url: str = Field(min_length=1, max_length=2_000, description="Begins with https:// or http://.")
    alt_text: str = Field(default="", max_length=MAX_ALT_TEXT)
    folder: str = Field(default="", max_length=MAX_FOLDER, description="Empty for none.")


class CardAsk(Ask):
    """A contact card. Without a `name` phones show the company as one."""

    company: str = Field(description="At most 20 characters.")
    phone: str = Field(description="A number, or a short code.")
    name: str = ""
    email: str = ""
    website: str = Field(default="", description="Begins with https:// or http://.")
    street: str = ""
    city: str = ""
    region: str = ""
    postcode: str = ""
    country: str = ""
    photo_id: str | None = Field(default=None, description="A picture of the library; at most 240 × 240 of it is kept.")
    folder: str = Field(default="", max_length=MAX_FOLDER, description="Empty for none.")


class MediaChange(Ask):
    """Only what is given changes. Campaigns that use the medium show its new description, too."""

    filename: str | None = Field(default=None, min_length=1, max_length=MAX_FILENAME)
    alt_text: str | None = Field(default=None, max_length=MAX_ALT_TEXT)
    folder: str | None = Field(default=None, max_length=MAX_FOLDER, description="Empty for none.")


class UsingCampaign(Shape):
    id: str
    name: str
    state: CampaignState
    n_messages: int


class UsesShape(Shape):
    """Where a medium is used. `campaigns` has the newest 50; the counts are of all."""

    n_campaigns: int
    n_messages: int
    sentence: str = Field(description="Why it cannot be taken out of the library; empty when it can.")
    campaigns: list[UsingCampaign]


class MediaDetail(MediaShape):
    uses: UsesShape


class FolderShape(Shape):
    name: str
    n: int


class FoldersShape(Shape):
    """`n` are all media of the library, `items` the folders by name."""

    n: int
    items: list[FolderShape]
