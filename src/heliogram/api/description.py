"""The API's description of itself (OpenAPI): FastAPI's, with problems as the type they really are."""

from typing import Any, Final

from fastapi import FastAPI

from heliogram.api.errors import PROBLEM_TYPE
from heliogram.api.schema.shape import ProblemShape

PROBLEM_RESPONSES: Final[dict[int | str, dict[str, Any]]] = {
    "4XX": {"model": ProblemShape, "description": "A problem: something in the request"},
    "5XX": {"model": ProblemShape, "description": "A problem: something on our side"},
}


class Described(FastAPI):
    """FastAPI believes that a problem is plain JSON, because the answers beside it are."""

    def openapi(self) -> dict[str, Any]:
        if self.openapi_schema is None:
            _name_problems(super().openapi())
        return super().openapi()


def _name_problems(spec: dict[str, Any]) -> None:
    for methods in spec["paths"].values():
        for operation in methods.values():
            for status in PROBLEM_RESPONSES:
                content = operation["responses"][str(status)]["content"]
                content[PROBLEM_TYPE] = next(iter(content.values()))
                for other in [kind for kind in content if kind != PROBLEM_TYPE]:
                    del content[other]
