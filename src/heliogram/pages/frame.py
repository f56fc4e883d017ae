"""The frame of every public page: one template folder, one style, and headers that let nothing in from elsewhere."""

from typing import Annotated, Any, Final

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader

from heliogram.app import App


def _the_app(request: Request) -> App:
    app: App = request.app.state.app
    return app


Own = Annotated[App, Depends(_the_app)]

_PAGES: Final = Environment(
    loader=PackageLoader("heliogram.pages"), autoescape=True, trim_blocks=True, lstrip_blocks=True
)
HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
    "Cache-Control": "no-store",
}


def page(template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """A rendered page with the headers every public page has."""
    return HTMLResponse(_PAGES.get_template(template).render(values), status, HEADERS)
