"""Puts the web doors together: the API, the carriers' callbacks, the readers' pages, the dashboard."""

import httpx
from fastapi import APIRouter, FastAPI

from heliogram import __version__
from heliogram.api import callbacks, dashboard
from heliogram.api.errors import add_handlers
from heliogram.api.limits import BodyLimit
from heliogram.api.resources import (
    accounts,
    campaigns,
    consent,
    events,
    groups,
    home,
    me,
    media,
    messages,
    people,
    sends,
    simulator,
    texts,
)
from heliogram.api.schema.base import ProblemShape
from heliogram.api.watch import Watch
from heliogram.app import App
from heliogram.pages import picture, sign_in

_RESOURCES = (me, home, campaigns, messages, sends, people, consent, media, texts, groups, accounts, events, simulator)


def create_web(app: App) -> FastAPI:
    """The web application over an opened App. Whoever runs it also runs `web.state.watch`."""
    web = FastAPI(
        title="Heliogram",
        version=__version__,
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
        swagger_ui_oauth2_redirect_url=None,
    )
    web.state.app = app
    web.state.watch = Watch(app)
    web.state.simulator = httpx.AsyncClient(timeout=5, trust_env=False)
    add_handlers(web)
    api = APIRouter(prefix="/api/v1", responses={"4XX": {"model": ProblemShape, "description": "A problem"}})
    for resource in _RESOURCES:
        api.include_router(resource.router)
    web.include_router(api)
    web.include_router(callbacks.router)
    web.include_router(sign_in.router)
    web.include_router(picture.router)

    @web.get("/healthz", include_in_schema=False)
    async def healthz() -> dict[str, bool]:
        return {"ok": True}

    # Last: it answers for every address that nobody else has.
    web.include_router(dashboard.router)
    web.add_middleware(BodyLimit)
    return web
