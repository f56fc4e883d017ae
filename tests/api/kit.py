"""What tests of the API say again and again: problems in form, files, counts of rows."""

import io
import re
from typing import Any

import httpx
from PIL import Image

from heliogram.api.errors import PROBLEMS
from heliogram.carriers.protocol import Link
from heliogram.delivery.accounts import Account
from heliogram.delivery.slots import Slots
from tests.delivery.carrier import CounterCarrier
from tests.doors import Doors
from tests.world import GROUP, WORKSPACE

_INSIDES = re.compile(r"Traceback|sqlite|psycopg|sqlalchemy|SELECT |INSERT |\.py\b", re.IGNORECASE)
"""What nobody outside should ever be shown."""

PEOPLE = b"phone,first_name\n+13125550101,Ada\n+13125550102,Bo\n"


def problem(answer: httpx.Response, code: str) -> str:
    """The sentence of a problem of this code, which is one in form: RFC 9457, and nothing of our insides."""
    status, title = PROBLEMS[code]
    told = answer.json()
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json"), told
    assert (told["status"], told["title"], told["type"], told["code"]) == (status, title, f"/problems/{code}", code)
    assert not _INSIDES.search(answer.text), answer.text
    sentence = str(told["detail"])
    assert sentence.endswith((".", "”", "?")), sentence
    return sentence


def draft(**changes: Any) -> dict[str, Any]:
    """The request that drafts a campaign to everyone of the group."""
    asked = {"name": "Sale", "group_id": GROUP, "body": "Hi {{ first_name }}. Reply STOP to opt out"}
    return asked | {"content": "text", "audience": {"kind": "group"}} | changes


async def drafted(doors: Doors, **changes: Any) -> str:
    """The id of a campaign made over the API."""
    answer = await doors.api.post("/api/v1/campaigns", json=draft(**changes))
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def launched(doors: Doors, **changes: Any) -> str:
    campaign_id = await drafted(doors, **changes)
    answer = await doors.api.post(f"/api/v1/campaigns/{campaign_id}/launch", json={"confirm_warnings": True})
    assert answer.status_code == 200, answer.text
    return campaign_id


async def n_rows(doors: Doors, *tables: str) -> dict[str, int]:
    """How many rows each table has."""
    async with doors.app.store.read() as connection:
        return {
            table: int((await connection.exec_driver_sql(f"SELECT count(*) FROM {table}")).scalar_one())
            for table in tables
        }


async def run_sql(doors: Doors, statement: str) -> None:
    """Break the database, or mend it."""
    async with doors.app.store.write() as connection:
        await connection.exec_driver_sql(statement)


def jpeg(side: int = 320, *, n_octets: int = 0) -> bytes:
    """A picture; with `n_octets`, of exactly that size by comments, which belong to the file and show nothing."""
    out = io.BytesIO()
    Image.radial_gradient("L").resize((side, side)).convert("RGB").save(out, "JPEG", quality=85)
    octets = out.getvalue()
    missing = n_octets - len(octets)
    comments = []
    while missing > 0:
        size = missing if missing <= 65_537 else min(65_537, missing - 4)
        comments.append(b"\xff\xfe" + (size - 2).to_bytes(2, "big") + b"\0" * (size - 4))
        missing -= size
    return octets[:2] + b"".join(comments) + octets[2:]


async def uploaded(doors: Doors, octets: bytes = b"", **form: str) -> dict[str, Any]:
    """The picture as the API tells it after an upload."""
    files = {"file": ("menu.jpg", octets or jpeg(), "image/jpeg")}
    answer = await doors.api.post("/api/v1/media", files=files, data=form)
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    return told


def import_of(octets: bytes) -> dict[str, Any]:
    return {"file": ("people.csv", octets, "text/csv")}


def connected(doors: Doors, account_id: str = "smsc", link: Link = Link.UP) -> CounterCarrier:
    """Give the process a connection of one of the world's accounts; its carrier's link can be changed."""
    carrier = CounterCarrier(link=link)
    doors.app.accounts[account_id] = Account(
        id=account_id,
        workspace_id=WORKSPACE,
        name=account_id.upper(),
        kind="smpp",
        carrier=carrier,
        slots=Slots(carrier.window),
    )
    return carrier
