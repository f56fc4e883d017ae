"""A contact card made of a form: written, read again like an upload, and kept in the library."""

import re
from typing import Final

from fastapi import APIRouter, Response

from heliogram.api.auth import Caller, CampaignsWrite, Own
from heliogram.api.errors import Problem, not_found
from heliogram.api.media_view import uploaded_shape
from heliogram.api.once import OnceOnly
from heliogram.api.resources.media import inspected, put_picture
from heliogram.api.schema.media import CardAsk, UploadedShape
from heliogram.app import App
from heliogram.media.card_writing import PHOTO, Card, dialled, problems_of, write_card
from heliogram.media.kinds import Kind, kind_of
from heliogram.media.probe import MediaRefused
from heliogram.storage import media

router = APIRouter(tags=["media"])

_NOT_FIELDS: Final = {"photo_id", "folder", "phone"}


@router.post("/media/contact-cards", status_code=201, response_model=UploadedShape, summary="Make a contact card")
async def make_card(asked: CardAsk, app: Own, caller: CampaignsWrite, once: OnceOnly) -> Response:
    """The very same card, made again, answers 200 with the one that is there (`is_known`)."""
    texts = {name: text.strip() for name, text in asked.model_dump(exclude=_NOT_FIELDS).items()}
    phone = dialled(asked.phone)
    if problems := problems_of(Card(**texts, phone=phone)):
        raise Problem("invalid", " ".join(f"{field}: {said}" for field, said in problems), problems)
    photo = await _photo(app, caller, asked.photo_id) if asked.photo_id else b""
    card = await inspected(app, write_card(Card(**texts, phone=phone, photo=photo)))
    await app.blobs.put(card.octets)
    shown = texts["name"] or texts["company"]
    async with app.store.write() as connection:
        if (answer := await once.earlier(connection, caller.workspace_id, asked.model_dump_json())) is not None:
            return answer
        given = {"filename": file_name(shown), "alt_text": f"Contact card of {shown}", "folder": asked.folder}
        row, is_known = await put_picture(connection, app, caller, card, **given)
        shape = uploaded_shape(row, is_known=is_known)
        return await once.keep(connection, caller.workspace_id, 200 if is_known else 201, shape)


async def _photo(app: App, caller: Caller, media_id: str) -> bytes:
    """A picture of the library as a small JPEG. Raises Problem for what is none."""
    async with app.store.read() as connection:
        row = await media.one(connection, caller.workspace_id, media_id)
    if row is None:
        raise not_found("picture")
    if kind_of(row["content_type"]) is not Kind.PICTURE:
        raise Problem("invalid", "Only a picture can be a card's photo.", [("photo_id", "Choose a picture.")])
    try:
        return (await app.workshop.fit(await app.blobs.get(row["sha256"]), PHOTO)).octets
    except MediaRefused as refused:
        raise Problem("media_refused", str(refused), [("photo_id", str(refused))]) from refused


def file_name(shown: str) -> str:
    """“Juniper Cafe” → “juniper-cafe.vcf”: letters and digits of any script, nothing that a disk minds."""
    words = re.findall(r"\w+", shown.casefold())
    return f"{'-'.join(words) or 'contact'}.vcf"
