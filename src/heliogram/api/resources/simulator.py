"""The simulated phones, passed on from the simulator's control socket with the names of the people behind them."""

import re
from datetime import UTC, datetime
from typing import Annotated, Any

import httpx
import msgspec
from fastapi import APIRouter, File, Form, Path, Request, Response, UploadFile

from heliogram.api.auth import Caller, CampaignsRead, MessagesWrite, Own, SettingsWrite
from heliogram.api.errors import Problem, not_found
from heliogram.api.schema.shape import CLEAN, Page
from heliogram.api.schema.simulator import (
    Accepted,
    FaultsAsk,
    FaultsShape,
    ReplyAsk,
    SimulatedMedia,
    SimulatedMessage,
    SimulatedPhone,
    SimulatedPhoneDetail,
)
from heliogram.app import App, country_of
from heliogram.routing.choose import Destination
from heliogram.storage import people

router = APIRouter(prefix="/simulator", tags=["simulator"])

MAX_PICTURE = 8_000_000
"""The simulated network's own limit, above what the server keeps, so that a refusal can be seen."""
_TYPE = re.compile(r"[a-z]+/[a-z0-9.+-]{1,60}")
_NOT_IN_NAME = re.compile(r"[^A-Za-z0-9._-]+")
_UNKNOWN = "application/octet-stream"

Number = Annotated[str, Path(pattern=r"^\+[1-9]\d{6,14}$")]


async def ask(request: Request, method: str, path: str, content: bytes | None = None) -> httpx.Response:
    """Ask the simulator. Raises Problem when there is none, or when it does not answer."""
    app: App = request.app.state.app
    if not app.config.simulator_url:
        raise not_found("simulator here: this server has real carriers")
    client: httpx.AsyncClient = request.app.state.simulator
    try:
        answer = await client.request(method, f"{app.config.simulator_url}{path}", content=content)
    except httpx.HTTPError:
        raise Problem(
            "simulator_down", "The simulated phones cannot be reached. They come back when the simulator runs again."
        ) from None
    if answer.status_code in (400, 422):
        raise Problem("invalid", str(answer.json().get("detail", "The simulator refused it.")))
    return answer


@router.get("/phones", summary="Phones that have received or sent something, the latest first")
async def list_phones(request: Request, app: Own, caller: CampaignsRead) -> Page[SimulatedPhone]:
    told = (await ask(request, "GET", "/phones")).json()["items"]
    known = await _people(app, caller, [each["phone"] for each in told])
    items = [
        SimulatedPhone(
            **_person(each["phone"], known),
            n_messages=each["n_messages"],
            last_at=_moment(each["last_at"]),
            last_text=each["last_text"],
        )
        for each in told
    ]
    return Page(items=items)


@router.get("/phones/{number}", summary="One phone and its messages")
async def read_phone(number: Number, request: Request, app: Own, caller: CampaignsRead) -> SimulatedPhoneDetail:
    told = (await ask(request, "GET", f"/phones/{number}")).json()
    known = await _people(app, caller, [number])
    messages = [
        SimulatedMessage(
            at=_moment(each["at"]),
            direction=each["direction"],
            from_=each["from"],
            to=each["to"],
            text=each["text"],
            kind=each["kind"],
            media=[
                SimulatedMedia(url=f"/api/v1/simulator{part['url']}", content_type=part["content_type"])
                for part in each["media"]
            ],
        )
        for each in told["messages"]
    ]
    return SimulatedPhoneDetail(**_person(number, known), messages=messages)


@router.post("/phones/{number}/reply", status_code=202, summary="The phone writes to a sender")
async def reply(number: Number, asked: ReplyAsk, request: Request, _caller: MessagesWrite) -> Accepted:
    await ask(request, "POST", f"/phones/{number}/reply", asked.model_dump_json().encode())
    return Accepted(ok=True)


@router.post("/phones/{number}/picture", status_code=202, summary="The phone sends a picture to a sender")
async def send_picture(
    number: Number,
    request: Request,
    _caller: MessagesWrite,
    to: Annotated[str, Form(max_length=40), CLEAN],
    file: Annotated[UploadFile, File(description="Any file: what the server makes of it is what is tried out")],
    text: Annotated[str, Form(max_length=1_600), CLEAN] = "",
) -> Accepted:
    """It comes in as a picture message would: by MM7, as a DeliverReq."""
    octets = await file.read(MAX_PICTURE + 1)
    if not 1 <= len(octets) <= MAX_PICTURE:
        raise Problem("invalid", f"A phone sends a picture of 1 to {MAX_PICTURE:,} bytes.")
    content_type = file.content_type if file.content_type and _TYPE.fullmatch(file.content_type) else _UNKNOWN
    shot = {"content_type": content_type, "data": octets, "filename": _NOT_IN_NAME.sub("_", file.filename or "")[-60:]}
    shot["filename"] = str(shot["filename"]).lstrip("._ -") or "picture"
    body = msgspec.json.encode({"to": to, "text": text, "media": [shot]})
    await ask(request, "POST", f"/phones/{number}/reply", body)
    return Accepted(ok=True)


@router.get(
    "/media/{sha256}",
    response_class=Response,
    responses={200: {"content": {"image/*": {}}}},
    summary="A picture as a phone got it",
)
async def picture(
    sha256: Annotated[str, Path(pattern="^[0-9a-f]{64}$")], request: Request, _caller: CampaignsRead
) -> Response:
    answer = await ask(request, "GET", f"/media/{sha256}")
    if answer.status_code != 200:
        raise not_found("picture")
    return Response(answer.content, media_type=_type_of(answer.content))


@router.get("/faults", summary="What the simulator does wrong on purpose")
async def read_faults(request: Request, _caller: CampaignsRead) -> FaultsShape:
    return FaultsShape(**(await ask(request, "GET", "/faults")).json())


@router.put("/faults", summary="Let the simulator do something wrong")
async def put_faults(asked: FaultsAsk, request: Request, _caller: SettingsWrite) -> FaultsShape:
    wanted = asked.model_dump_json(exclude_unset=True).encode()
    return FaultsShape(**(await ask(request, "PUT", "/faults", wanted)).json())


async def _people(app: App, caller: Caller, phones: list[str]) -> dict[str, Any]:
    async with app.store.read() as connection:
        return await people.by_phones(connection, caller.workspace_id, phones)


def _person(number: str, known: dict[str, Any]) -> dict[str, Any]:
    contact = known.get(number)
    country = contact["country"] if contact else country_of(number)
    name = f"{contact['first_name']} {contact['last_name']}".strip() if contact else ""
    is_landline = bool(contact and contact["is_landline"])
    return {
        "phone": number,
        "name": name or number,
        "country": country,
        "takes_mms": Destination(country=country, is_landline=is_landline).takes_mms(),
    }


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


_MAGIC = ((b"\xff\xd8\xff", "image/jpeg"), (b"\x89PNG", "image/png"), (b"GIF8", "image/gif"))


def _type_of(octets: bytes) -> str:
    return next((kind for magic, kind in _MAGIC if octets.startswith(magic)), "application/octet-stream")
