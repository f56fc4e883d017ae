"""The control socket: what a person or a test asks of the simulator, as JSON over HTTP on loopback."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import msgspec
from aiohttp import web

from heliogram.model.phone import E164
from heliogram.simulator.faults import FaultBoard
from heliogram.simulator.journal import Journal
from heliogram.simulator.lookups import looked_up
from heliogram.simulator.phones import Phones, Shot, shown

MAX_TEXT = 1_600
MAX_SHOTS = 10
MAX_REPLY_OCTETS = 12_000_000
"""Ten pictures of what a phone's camera makes for a message, in base64."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a phone writes. `to` is a sender as the phone saw it; an SMPP address holds 20 characters, no plus.

    With `media` it is a picture message, which needs no text.
    """

    to: Annotated[str, msgspec.Meta(pattern=r"^\+?[^+\x00-\x1f][^\x00-\x1f]{0,19}\Z")]
    text: Annotated[str, msgspec.Meta(max_length=MAX_TEXT)]
    media: Annotated[tuple[Shot, ...], msgspec.Meta(max_length=MAX_SHOTS)] = ()

    def __post_init__(self) -> None:
        if not self.text and not self.media:
            raise ValueError("it says nothing and shows nothing")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A number that somebody asks about."""

    phone: Annotated[str, msgspec.Meta(pattern=E164.pattern)]


class Control:
    """The handlers, over the simulator's parts."""

    def __init__(self, folder: Path, journal: Journal, phones: Phones, faults: FaultBoard) -> None:
        self._folder = folder
        self._journal = journal
        self._phones = phones
        self._faults = faults

    def app(self) -> web.Application:
        app = web.Application(client_max_size=MAX_REPLY_OCTETS)
        app.router.add_get("/healthz", self._healthz)
        app.router.add_get("/phones", self._list)
        app.router.add_get("/phones/{number}", self._one)
        app.router.add_post("/phones/{number}/reply", self._reply)
        app.router.add_get("/media/{sha256:[0-9a-f]{64}}", self._media)
        app.router.add_post("/lookups", self._look_up)
        app.router.add_get("/journal", self._counts)
        app.router.add_get("/faults", self._get_faults)
        app.router.add_put("/faults", self._put_faults)
        app.router.add_delete("/faults", self._clear_faults)
        return app

    async def _healthz(self, _request: web.Request) -> web.Response:
        return web.json_response({"ok": True})

    async def _list(self, _request: web.Request) -> web.Response:
        items = [
            {
                "phone": phone.number,
                "n_messages": len(phone.messages),
                "last_at": phone.messages[-1].at,
                "last_text": phone.messages[-1].text[:160],
                "last_kind": phone.messages[-1].kind,
            }
            for phone in self._phones.by_number.values()
            if phone.messages
        ]
        items.sort(key=lambda item: -float(str(item["last_at"])))
        return web.json_response({"items": items[:1_000]})

    async def _one(self, request: web.Request) -> web.Response:
        phone = self._phones.by_number.get(request.match_info["number"])
        messages = phone.messages if phone else []
        return web.json_response({"phone": request.match_info["number"], "messages": shown(messages)})

    async def _reply(self, request: web.Request) -> web.Response:
        number = request.match_info["number"]
        if not E164.match(number):
            return _problem(422, f"{number} is no phone: a number looks like +13125550142.")
        try:
            asked = msgspec.json.decode(await request.read(), type=Reply)
        except msgspec.DecodeError as problem:
            return _problem(422, f"A reply needs “to”, a sender, and “text” of 1 to {MAX_TEXT} characters: {problem}.")
        if (self._phones.show_by if asked.media else self._phones.reply_by) is None:
            what = "pictures" if asked.media else "texts"
            return _problem(422, f"This carrier has no way for {what} of phones: its protocol carries none.")
        if asked.media:
            self._phones.show(number, asked.to, asked.text, asked.media)
        else:
            self._phones.reply(number, asked.to, asked.text)
        return web.json_response({"ok": True}, status=202)

    async def _look_up(self, request: web.Request) -> web.Response:
        """What a webhook carrier with lookups answers. Who asks is on this machine: signatures are not checked."""
        try:
            asked = msgspec.json.decode(await request.read(), type=Asked)
        except msgspec.DecodeError as problem:
            return _problem(422, f"A lookup needs “phone”, a number like +13125550142: {problem}.")
        return web.json_response(looked_up(asked.phone))

    async def _media(self, request: web.Request) -> web.StreamResponse:
        path = self._folder / "media" / request.match_info["sha256"]
        if not path.is_file():
            return _problem(404, "No such picture.")
        return web.FileResponse(path)

    async def _counts(self, _request: web.Request) -> web.Response:
        return web.json_response(Counter(line["kind"] for line in self._journal.lines()))

    async def _get_faults(self, _request: web.Request) -> web.Response:
        return web.json_response(msgspec.to_builtins(self._faults.faults))

    async def _put_faults(self, request: web.Request) -> web.Response:
        try:
            self._faults.set(msgspec.json.decode(await request.read(), type=dict))
        except msgspec.DecodeError as problem:
            return _problem(422, f"These are no faults: {problem}.")
        return await self._get_faults(request)

    async def _clear_faults(self, request: web.Request) -> web.Response:
        self._faults.clear()
        return await self._get_faults(request)


def _problem(status: int, detail: str) -> web.Response:
    return web.json_response({"detail": detail}, status=status)
