"""Problems, as RFC 9457 has them: every refusal has a stable code and a sentence that a person can act on."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException

from heliogram.audience.errors import ImportRefused, PhoneRefused
from heliogram.campaigns.lifecycle import NoSuchCampaign, NotNow
from heliogram.compose.errors import TemplateRefused
from heliogram.media.probe import MediaRefused
from heliogram.storage.blobs import BlobsError

log = structlog.get_logger()

PROBLEMS: Final[dict[str, tuple[int, str]]] = {
    "bad_request": (400, "The request cannot be read"),
    "unauthenticated": (401, "Sign in first"),
    "forbidden": (403, "Not allowed"),
    "not_found": (404, "Not found"),
    "method_not_allowed": (405, "Not possible here"),
    "conflict": (409, "Not possible now"),
    "changed_elsewhere": (409, "Changed elsewhere"),
    "warnings": (409, "Please confirm"),
    "too_large": (413, "Too large"),
    "unsupported_type": (415, "Not in a form that can be read here"),
    "invalid": (422, "Something is missing or wrong"),
    "key_reused": (422, "This Idempotency-Key belongs to another request"),
    "bad_phone": (422, "Not a telephone number"),
    "import_refused": (422, "The file cannot be read"),
    "media_refused": (422, "The picture cannot be used"),
    "not_fetched": (422, "The file could not be fetched"),
    "template_refused": (422, "The text has a mistake"),
    "not_launched": (422, "The campaign cannot be launched yet"),
    "no_lookup": (502, "The carrier has no word on this number"),
    "internal": (500, "Something went wrong on our side"),
    "not_ready": (503, "Not ready"),
    "simulator_down": (503, "The simulator does not answer"),
    "store_down": (503, "Pictures cannot be stored or shown at the moment"),
}
"""Code → (HTTP status, title). `docs/api.md` lists them; a test keeps it so."""

PROBLEM_TYPE: Final = "application/problem+json"
_BY_STATUS: Final = {400: "bad_request", 401: "unauthenticated", 403: "forbidden", 404: "not_found"} | {
    405: "method_not_allowed",
    413: "too_large",
    415: "unsupported_type",
}
_SENTENCES: Final = {
    400: "The body of the request cannot be read. Check that it is complete, and of the type that it says it is.",
    404: "There is nothing at this address.",
    405: "This address does not take this method.",
}
"""What a person is told where the framework has a word for programs only."""


class Problem(Exception):
    """A request that is refused. `errors` are (field, sentence) for a form to show beside its fields."""

    def __init__(
        self, code: str, detail: str, errors: Sequence[tuple[str, str]] = (), headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.errors = errors
        self.headers = headers

    def response(self) -> JSONResponse:
        status, title = PROBLEMS[self.code]
        body: dict[str, Any] = {
            "type": f"/problems/{self.code}",
            "title": title,
            "status": status,
            "detail": self.detail,
            "code": self.code,
            "errors": [{"field": field, "detail": detail} for field, detail in self.errors],
        }
        headers = {"WWW-Authenticate": "Bearer"} if status == 401 else self.headers
        return JSONResponse(body, status, headers, media_type=PROBLEM_TYPE)


def not_found(what: str) -> Problem:
    return Problem("not_found", f"There is no such {what}.")


def add_handlers(web: FastAPI) -> None:
    """Turn what the product refuses, and what it did not expect, into problems."""
    web.add_exception_handler(Problem, _problem)
    web.add_exception_handler(RequestValidationError, _invalid)
    web.add_exception_handler(HTTPException, _http)
    for kind in _FROM_PRODUCT:
        web.add_exception_handler(kind, _product)
    web.add_exception_handler(BlobsError, _store_down)
    web.add_exception_handler(Exception, _internal)


_FROM_PRODUCT: Final[dict[type[Exception], str]] = {
    NoSuchCampaign: "not_found",
    NotNow: "conflict",
    ImportRefused: "import_refused",
    PhoneRefused: "bad_phone",
    MediaRefused: "media_refused",
    TemplateRefused: "template_refused",
}


async def _problem(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Problem)
    return error.response()


async def _product(_request: Request, error: Exception) -> JSONResponse:
    field = "body" if isinstance(error, TemplateRefused) else "file" if isinstance(error, MediaRefused) else ""
    sentence = sentence_of(error) if isinstance(error, TemplateRefused) else str(error)
    return Problem(_FROM_PRODUCT[type(error)], sentence, [(field, sentence)] if field else ()).response()


def sentence_of(refused: TemplateRefused) -> str:
    """What is wrong with a text, and where: the line, and the column where it is known."""
    column = "" if refused.column is None else f", column {refused.column}"
    return f"Line {refused.line}{column}: {refused.sentence}"


async def _invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    if wanted := _type_wanted(error.body, request.headers.get("content-type", "")):
        return Problem("unsupported_type", f"Send this as Content-Type: {wanted}.").response()
    errors = [_field_problem(each) for each in error.errors()[:20]]
    said = "; ".join(f"{field}: {detail}" if field else detail for field, detail in errors)
    return Problem("invalid", f"{said}.", errors).response()


def _type_wanted(body: Any, content_type: str) -> str:
    """The type a body should have had; "" when its type is not what is wrong.

    Octets that were not parsed came where JSON was wanted, and an empty form is what becomes of anything but a form.
    """
    if isinstance(body, bytes):
        return "application/json"
    is_no_form = isinstance(body, FormData) and content_type and not content_type.startswith(_FORMS)
    return "multipart/form-data" if is_no_form else ""


_FORMS: Final = ("multipart/form-data", "application/x-www-form-urlencoded")


def _field_problem(error: Mapping[str, Any]) -> tuple[str, str]:
    """(field, sentence) of one finding."""
    if error["type"] == "json_invalid":
        return "", f"The body is not JSON: {error['ctx']['error']} at character {error['loc'][-1]:,}"
    # The first step says only where in the request to look: a field may itself be called “body”.
    return ".".join(str(each) for each in error["loc"][1:]), str(error["msg"])


async def _http(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    code = _BY_STATUS.get(error.status_code, "bad_request")
    return Problem(code, _SENTENCES.get(error.status_code, str(error.detail)), headers=error.headers).response()


async def _store_down(request: Request, error: Exception) -> Response:
    """Only members are told which store it is; who opens a picture is told to come back."""
    log.error("picture store", path=request.url.path, why=str(error))
    again = {"Retry-After": "60"}
    if request.url.path.startswith("/api/"):
        return Problem("store_down", f"{error} Nothing was stored; please try again.", headers=again).response()
    return Response("The picture cannot be had now. Try again in a minute.\n", 503, again, media_type="text/plain")


async def _internal(request: Request, error: Exception) -> JSONResponse:
    log.error("request failed", path=request.url.path, exc_info=error)
    return Problem("internal", "Nothing you did wrong. It is in the server's log; please try again.").response()
