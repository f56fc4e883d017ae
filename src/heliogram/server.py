"""Puts the web doors together: the API, the carriers' callbacks, the readers' pages, the dashboard."""

import httpx
from fastapi import APIRouter, FastAPI

from heliogram import __version__
from heliogram.api import callbacks, dashboard, health
from heliogram.api.auth import Guard
from heliogram.api.description import PROBLEM_RESPONSES, Described
from heliogram.api.errors import add_handlers
from heliogram.api.limits import BodyLimit
from heliogram.api.resources import (
    accounts,
    campaigns,
    consent,
    contact_cards,
    events,
    groups,
    home,
    inbound,
    me,
    media,
    media_fetch,
    media_mp4,
    messages,
    numbers,
    people,
    sends,
    simulator,
    texts,
)
from heliogram.api.watch import Watch
from heliogram.app import App
from heliogram.pages import fetched, picture, sign_in

_RESOURCES = (
    me,
    home,
    campaigns,
    messages,
    inbound,
    sends,
    people,
    numbers,
    consent,
    media,
    media_fetch,
    media_mp4,
    contact_cards,
    texts,
    groups,
    accounts,
    events,
    simulator,
)


def create_web(app: App) -> FastAPI:
    """The web application over an opened App. Whoever runs it also runs `web.state.watch`."""
    web = Described(
        title="Heliogram",
        version=__version__,
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
        swagger_ui_oauth2_redirect_url=None,
    )
    bind(web, app)
    add_handlers(web)
    api = APIRouter(prefix="/api/v1", responses=PROBLEM_RESPONSES)
    for resource in _RESOURCES:
        api.include_router(resource.router)
    web.include_router(api)
    web.include_router(callbacks.router)
    web.include_router(sign_in.router)
    web.include_router(picture.router)
    web.include_router(fetched.router)

    web.include_router(health.router)
    # Last: it answers for every address that nobody else has.
    web.include_router(dashboard.router)
    # The last one added is met first.
    web.add_middleware(Guard)
    web.add_middleware(BodyLimit)
    return web


def bind(web: FastAPI, app: App) -> None:
    """Let a web application answer for this App; its routes, which take long to make, are the same for any."""
    web.state.app = app
    web.state.watch = Watch(app)
    web.state.simulator = httpx.AsyncClient(timeout=5, trust_env=False)
