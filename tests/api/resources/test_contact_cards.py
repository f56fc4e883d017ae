import base64
import io
from typing import Any

import httpx
import pytest
import vobject
from PIL import Image

from heliogram.api.resources.contact_cards import file_name
from tests.api.kit import jpeg, n_rows, problem, uploaded
from tests.doors import Doors
from tests.media.films import CARD
from tests.media.pictures import saved

CARDS = "/api/v1/media/contact-cards"
CAFE = {"company": "Juniper Cafe", "phone": "+1 (312) 555-0100"}


async def made(doors: Doors, **fields: Any) -> dict[str, Any]:
    answer = await doors.api.post(CARDS, json=CAFE | fields)
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def read(doors: Doors, told: dict[str, Any]) -> Any:
    """What an independent reader reads in the card."""
    return vobject.readOne((await doors.api.get(told["url"])).text)


async def test_a_card_is_made_kept_in_the_library_and_read_by_others(doors: Doors) -> None:
    fields = {
        "name": " Zoë Lee ",
        "email": "desk@juniper.example",
        "website": "https://juniper.example",
        "city": "Reno",
    }
    told = await made(doors, **fields, folder="Cards")
    assert (told["filename"], told["content_type"], told["folder"]) == ("zoë-lee.vcf", "text/vcard", "Cards")
    assert (told["alt_text"], told["is_known"]) == ("Contact card of Zoë Lee", False)
    card = await read(doors, told)
    assert (card.fn.value, card.org.value, card.tel.value) == ("Zoë Lee", ["Juniper Cafe"], "+13125550100")
    assert (card.email.value, card.url.value, card.adr.value.city) == (
        "desk@juniper.example",
        "https://juniper.example",
        "Reno",
    )


async def test_the_very_same_card_is_made_once(doors: Doors) -> None:
    told = await made(doors)
    again = await doors.api.post(CARDS, json=CAFE)
    assert (again.status_code, again.json()) == (200, told | {"is_known": True})
    headers = {"Idempotency-Key": "k"}
    first, same = [await doors.api.post(CARDS, json=CAFE | {"city": "Reno"}, headers=headers) for _ in range(2)]
    assert (first.content, same.headers.get("idempotent-replayed")) == (same.content, "true")
    assert await n_rows(doors, "media") == {"media": 2}


@pytest.mark.parametrize(("side", "kept"), [(240, 240), (241, 240), (1_200, 240)])
async def test_a_photo_has_at_most_240_pixels_a_side_and_is_a_jpeg(doors: Doors, side: int, kept: int) -> None:
    photo = await uploaded(doors, saved(Image.new("RGB", (side, side), "teal"), "PNG"))
    card = await read(doors, await made(doors, photo_id=photo["id"]))
    shown = Image.open(io.BytesIO(card.photo.value))
    assert (shown.format, shown.size) == ("JPEG", (kept, kept))


async def test_a_photo_is_folded_in_base64_at_75_octets(doors: Doors) -> None:
    told = await made(doors, photo_id=(await uploaded(doors, jpeg(300)))["id"])
    octets = (await doors.api.get(told["url"])).content
    lines = octets.split(b"\r\n")
    assert max(map(len, lines)) == 75
    value = octets.replace(b"\r\n ", b"").partition(b"TYPE=JPEG:")[2].partition(b"\r\n")[0]
    assert base64.b64decode(value, validate=True).startswith(b"\xff\xd8\xff")


@pytest.mark.parametrize(
    ("fields", "field", "said"),
    [
        ({"company": "x" * 21}, "company", "At most 20 characters; these are 21."),
        ({"company": " "}, "company", "A contact card needs this."),
        ({"phone": "call us"}, "phone", "A telephone number has 3 to 15 digits, with a + before the country's."),
        ({"email": "desk"}, "email", "An e-mail address looks like desk@example.com."),
        ({"website": "javascript:x"}, "website", "A web address begins with https:// or http://, and has no space."),
        (
            {"street": "1 Main St\n2"},
            "street",
            "This has a line break or another character in it that no line of text has.",
        ),
    ],
)
async def test_what_a_card_cannot_say_is_refused_by_its_field(
    doors: Doors, fields: dict[str, str], field: str, said: str
) -> None:
    answer = await doors.api.post(CARDS, json=CAFE | fields)
    assert problem(answer, "invalid") == f"{field}: {said}"
    assert answer.json()["errors"] == [{"field": field, "detail": said}]
    assert await n_rows(doors, "media") == {"media": 0}


async def test_a_company_may_have_20_characters_of_any_script(doors: Doors) -> None:
    card = await read(doors, await made(doors, company="咖" * 20))
    assert card.fn.value == "咖" * 20


async def test_only_a_picture_of_this_library_is_a_photo(doors: Doors, stranger: httpx.AsyncClient) -> None:
    card = await uploaded(doors, CARD)
    sentence = problem(await doors.api.post(CARDS, json=CAFE | {"photo_id": card["id"]}), "invalid")
    assert sentence == "Only a picture can be a card's photo."
    picture = await uploaded(doors, jpeg(64))
    theirs = await stranger.post(CARDS, json=CAFE | {"photo_id": picture["id"]})
    assert problem(theirs, "not_found") == "There is no such picture."


@pytest.mark.parametrize(
    ("shown", "name"),
    [
        ("Juniper Cafe", "juniper-cafe.vcf"),
        ("../etc/passwd", "etc-passwd.vcf"),
        ("咖啡", "咖啡.vcf"),
        ("***", "contact.vcf"),
    ],
)
def test_a_card_is_called_as_who_it_is_of(shown: str, name: str) -> None:
    assert file_name(shown) == name
