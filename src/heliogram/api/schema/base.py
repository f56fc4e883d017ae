"""What every shape shares: strictness, pages, and the problem of RFC 9457."""

from enum import StrEnum
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field, field_validator

from heliogram.storage.types import storable

Item = TypeVar("Item")

MAX_PAGE = 200
DEFAULT_PAGE = 50


class Shape(BaseModel):
    """An answer."""

    model_config = ConfigDict(frozen=True)


class Ask(BaseModel):
    """A request. A field we do not know is a mistake worth telling, not one to swallow."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_max_length=20_000)

    @field_validator("*", mode="after")
    @classmethod
    def _storable(cls, value: Any) -> Any:
        return storable(value) if isinstance(value, str) and not isinstance(value, StrEnum) else value


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
