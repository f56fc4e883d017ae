"""What every shape shares: strictness, pages, and the problem of RFC 9457."""

from datetime import datetime
from typing import Annotated, Any, Final, Generic, TypeVar

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, field_validator

from heliogram.storage.types import storable

Item = TypeVar("Item")

MAX_PAGE = 200
DEFAULT_PAGE = 50


def _clean(value: Any) -> Any:
    if isinstance(value, list):
        return [_clean(each) for each in value]
    return storable(value) if isinstance(value, str) else value


CLEAN: Final = BeforeValidator(_clean)
"""Beside a text of a form: it is taken as both engines can keep it, and measured so."""

_YEARS: Final = range(1971, 2200)


def _near(moment: datetime) -> datetime:
    if moment.year not in _YEARS:
        raise ValueError(f"the year must lie between {_YEARS[0]} and {_YEARS[-1]}")
    return moment


Moment = Annotated[AwareDatetime, AfterValidator(_near)]
"""A moment with its offset from UTC: without one, nobody knows which moment is meant."""


class Shape(BaseModel):
    """An answer."""

    model_config = ConfigDict(frozen=True)


class Ask(BaseModel):
    """A request. A field we do not know is a mistake worth telling, not one to swallow."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_max_length=20_000)

    @field_validator("*", mode="before")
    @classmethod
    def _storable(cls, value: Any) -> Any:
        """Before anything is measured: what a database cannot keep must not count as said."""
        return _clean(value)


class Page(Shape, Generic[Item]):
    """A page of a list. `next` is what to give as `after` for the following one; null at the end."""

    items: list[Item]
    next: str | None = None


class FieldProblem(Shape):
    field: str
    detail: str


class ProblemShape(Shape):
    """RFC 9457. `detail` is a sentence a person can act on; `code` is stable and for programs."""

    type: str = Field(examples=["/problems/not_found"])
    title: str
    status: int
    detail: str
    code: str
    errors: list[FieldProblem] = []


class Reasoned(Shape):
    """`n` people share this reason; `sentence` says it in words."""

    reason: str
    sentence: str
    n: int
