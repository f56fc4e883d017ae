from typing import Any

from heliogram.delivery.accounts import Account
from heliogram.delivery.slots import Slots
from heliogram.model.access import Scope
from heliogram.model.event import InboundHeard, InboundPart
from tests.api.kit import jpeg, problem
from tests.delivery.carrier import CounterCarrier
from tests.doors import Doors
from tests.world import MMSC, WORKSPACE

V1 = "/api/v1"
ADA, BO, LONG_CODE = "+13125550101", "+13125550102", "+13125550100"
PICTURE = jpeg(64)


async def hear(doors: Doors, text: str = "look", *octets: bytes, phone: str = ADA, unique: str = "1") -> None:
    """The MMSC's message is stored as its call stores it, read, and its pictures are seen to."""
    app = doors.app
    media = tuple(InboundPart(content_type="image/jpeg", octets=each, filename="me.jpg") for each in octets)
    heard = InboundHeard(unique=unique, from_e164=phone, to_address=LONG_CODE, text=text, media=media)
    await app.sink_for(_account())([heard])
    await app.reader.step()
    await app.gatherer.step()


def _account() -> Account:
    return Account(MMSC, WORKSPACE, "MMSC", "counter", CounterCarrier(), Slots(1))


async def listed(doors: Doors, **query: str) -> list[dict[str, Any]]:
    answer = await doors.api.get(f"{V1}/inbound", params=query)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


async def test_a_picture_from_a_phone_is_listed_and_shown(doors: Doors) -> None:
    await doors.world.add_people([ADA], last_name="Lovelace")
    await hear(doors, "look", PICTURE)
    (told,) = await listed(doors)
    assert (told["phone"], told["person_name"], told["to"], told["text"]) == (ADA, "Ada Lovelace", LONG_CODE, "look")
    (medium,) = told["media"]
    assert (medium["state"], medium["content_type"], medium["filename"]) == ("kept", "image/jpeg", "me.jpg")
    shown = await doors.api.get(medium["url"])
    assert (shown.content, shown.headers["content-type"]) == (PICTURE, "image/jpeg")
    assert shown.headers["x-content-type-options"] == "nosniff"


async def test_what_is_refused_is_told_of_with_the_reason_and_never_served(doors: Doors) -> None:
    await hear(doors, "", b"<script>alert(1)</script>")
    (medium,) = (await listed(doors))[0]["media"]
    assert (medium["state"], medium["url"]) == ("refused", None) and "not a JPEG" in medium["reason"]
    assert problem(await doors.api.get(f"{V1}/inbound/media/{medium['id']}/content"), "not_found")


async def test_messages_are_listed_newest_first_a_page_at_a_time_and_by_phone(doors: Doors) -> None:
    for n, phone in enumerate((ADA, BO, ADA)):
        await hear(doors, str(n), phone=phone, unique=str(n))
    assert [each["text"] for each in await listed(doors)] == ["2", "1", "0"]
    assert [each["text"] for each in await listed(doors, phone=ADA)] == ["2", "0"]
    first = (await doors.api.get(f"{V1}/inbound", params={"limit": 2})).json()
    assert [each["text"] for each in await listed(doors, after=first["next"])] == ["0"]


async def test_only_its_own_workspace_sees_it_and_only_with_the_scope(doors: Doors) -> None:
    await hear(doors, "", PICTURE)
    (medium,) = (await listed(doors))[0]["media"]
    await doors.world.add_workspace("elsewhere")
    stranger = await doors.key(Scope.MESSAGES_READ, workspace_id="elsewhere")
    assert (await stranger.get(f"{V1}/inbound")).json()["items"] == []
    assert problem(await stranger.get(medium["url"]), "not_found")
    other = await doors.key(Scope.CAMPAIGNS_READ)
    assert problem(await other.get(medium["url"]), "forbidden")
