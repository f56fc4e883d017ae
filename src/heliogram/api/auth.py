"""Who is asking: a member's session (a cookie) or an API key, and what each may do.

Only hashes of secrets are stored. A session's changes also need the header `X-Heliogram`, which a form on another
site cannot send: with `SameSite=Lax` that is the guard against forged requests (OWASP CSRF, custom header).
Who asks is settled before the body is read (`Guard`): a stranger's upload costs nothing.
"""

import hmac
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import Depends, Request, Security
from fastapi.security import APIKeyCookie, HTTPAuthorizationCredentials, HTTPBearer
from starlette.types import ASGIApp, Receive, Send
from starlette.types import Scope as AsgiScope

from heliogram.api.errors import Problem
from heliogram.app import App
from heliogram.model.access import ROLE_SCOPES, SESSION_COOKIE, Role, Scope, hash_of
from heliogram.storage import access

CSRF_HEADER: Final = "X-Heliogram"
_GUARDED: Final = ("/api/v1/", "/metrics")
_NOBODYS: Final = hash_of("")
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})

_bearer = HTTPBearer(auto_error=False, description="An API key: hg_prefix.secret")
_cookie = APIKeyCookie(name=SESSION_COOKIE, auto_error=False, description="A member's session, set by a sign-in link")


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """`actor` is how the audit log names the caller; `is_session` tells a person at the dashboard from a program."""

    workspace_id: str
    actor: str
    name: str
    role: str
    scopes: frozenset[Scope]
    is_session: bool


def the_app(request: Request) -> App:
    app: App = request.app.state.app
    return app


Own = Annotated[App, Depends(the_app)]


class Guard:
    """ASGI middleware before every address of the API and the metrics: nobody we know gets no further."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: AsgiScope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith(_GUARDED):
            request = Request(scope)
            try:
                request.state.caller = await _authenticate(request)
            except Problem as problem:
                await problem.response()(scope, receive, send)
                return
        await self._app(scope, receive, send)


async def caller_of(
    request: Request,
    _by_bearer: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)],
    _by_cookie: Annotated[str | None, Security(_cookie)],
) -> Caller:
    """The caller whom `Guard` let in. The two other parameters are for the API's description."""
    caller: Caller = request.state.caller
    return caller


async def _authenticate(request: Request) -> Caller:
    """The caller. Raises Problem (401) for nobody we know, (403) for a session's change without the header."""
    app = the_app(request)
    bearer = await _bearer(request)
    if bearer is not None:
        return await _by_key(app, bearer.credentials)
    if cookie := request.cookies.get(SESSION_COOKIE):
        caller = await _by_session(app, cookie)
        if request.method not in _SAFE and CSRF_HEADER not in request.headers:
            raise Problem("forbidden", f"Changes from a browser need the header {CSRF_HEADER}: dashboard.")
        return caller
    raise Problem("unauthenticated", "Sign in with the link that the server printed, or send an API key.")


async def _by_key(app: App, text: str) -> Caller:
    prefix, _, secret = text.removeprefix("hg_").partition(".")
    async with app.store.read() as connection:
        row = await access.api_key(connection, prefix[:64])
    # The same work whether the prefix is known or not, so that time tells nobody which prefixes there are.
    is_right = hmac.compare_digest(row["secret_hash"] if row else _NOBODYS, hash_of(secret))
    if row is None or not is_right:
        raise Problem("unauthenticated", "This API key is not known, or it has been revoked.")
    return Caller(
        workspace_id=row["workspace_id"],
        actor=f"key:{row['prefix']}",
        name=row["name"],
        role="key",
        scopes=frozenset(Scope(each) for each in row["scopes"]),
        is_session=False,
    )


async def _by_session(app: App, token: str) -> Caller:
    async with app.store.read() as connection:
        row = await access.session(connection, hash_of(token), app.now())
    if row is None:
        raise Problem("unauthenticated", "Your session has ended. Sign in again with a new link.")
    return Caller(
        workspace_id=row["workspace_id"],
        actor=f"member:{row['member_id']}",
        name=row["name"],
        role=row["role"],
        scopes=ROLE_SCOPES[Role(row["role"])],
        is_session=True,
    )


def need(scope: Scope) -> Any:
    """A dependency: the caller, who must have `scope`; the API's description says so."""

    async def check(caller: Annotated[Caller, Depends(caller_of)]) -> Caller:
        if scope not in caller.scopes:
            raise Problem("forbidden", f"This needs the scope {scope.value}, which this {_what(caller)} does not have.")
        return caller

    checked: Callable[..., Coroutine[Any, Any, Caller]] = check
    return Security(checked, scopes=[scope.value])


def _what(caller: Caller) -> str:
    return "role" if caller.is_session else "key"


Anyone = Annotated[Caller, Depends(caller_of)]
MessagesRead = Annotated[Caller, need(Scope.MESSAGES_READ)]
MessagesWrite = Annotated[Caller, need(Scope.MESSAGES_WRITE)]
CampaignsRead = Annotated[Caller, need(Scope.CAMPAIGNS_READ)]
CampaignsWrite = Annotated[Caller, need(Scope.CAMPAIGNS_WRITE)]
ContactsRead = Annotated[Caller, need(Scope.CONTACTS_READ)]
ContactsWrite = Annotated[Caller, need(Scope.CONTACTS_WRITE)]
ConsentRead = Annotated[Caller, need(Scope.CONSENT_READ)]
ConsentWrite = Annotated[Caller, need(Scope.CONSENT_WRITE)]
SettingsRead = Annotated[Caller, need(Scope.SETTINGS_READ)]
SettingsWrite = Annotated[Caller, need(Scope.SETTINGS_WRITE)]
