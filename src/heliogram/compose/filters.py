"""Liquid's filters with bounds: what goes in and what comes out has a largest size, whatever the chain.

python-liquid bounds loops and output but not filters: `replace` in a chain makes 64 million characters of 400.
`date` is ours, because python-liquid's reads the clock and the zone of the machine.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from functools import wraps
from typing import Any, Final

from liquid.exceptions import FilterError, LiquidError, ResourceLimitError
from liquid.undefined import Undefined, is_undefined

MAX_CHARS: Final = 5_000
"""Of any text on its way through filters; the longest message has 1,600 characters."""
MAX_ITEMS: Final = 500
MAX_BITS: Final = 128

# What filters let through when a value is not what they expect, such as infinity to `round`.
_ODD: Final = (ArithmeticError, AttributeError, LookupError, OSError, TypeError, ValueError)

Filter = Callable[..., Any]


class NotForMessages(FilterError):
    """What a filter does elsewhere and not here; its message is a sentence for the author."""


def bounded(name: str, function: Filter) -> Filter:
    """The filter with every argument and its result checked, and its stray exceptions turned into FilterError."""
    room = _ROOM.get(name)

    @wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        for value in (*args, *kwargs.values()):
            check_size(value)
        try:
            if room is not None and room(*args, **kwargs) > MAX_CHARS:
                raise ResourceLimitError("text limit reached", token=None)
            result = function(*args, **kwargs)
        except LiquidError:
            raise
        except _ODD as error:
            raise FilterError(f"{name} cannot work with this value", token=None) from error
        check_size(result)
        return result

    return call


def check_size(value: object) -> None:
    """Raise ResourceLimitError for a text, list or number beyond the bounds."""
    match value:
        case str() if len(value) > MAX_CHARS:
            raise ResourceLimitError("text limit reached", token=None)
        case list() | tuple() | dict() | range() if len(value) > MAX_ITEMS:
            raise ResourceLimitError("list limit reached", token=None)
        case int() if value.bit_length() > MAX_BITS:
            raise ResourceLimitError("number limit reached", token=None)
        case _:
            pass


# How long the text of a filter becomes, asked first, because making it is what must not happen. They take what
# python-liquid's filters take, by the same names.


def _room_to_replace(val: object = "", seq: object = "", sub: object = "") -> int:
    text, old = str(val), str(seq)
    n = text.count(old) if old else len(text) + 1
    return len(text) + n * (len(str(sub)) - len(old))


def _room_to_join(left: object = "", separator: object = " ", *, environment: object = None) -> int:
    if not isinstance(left, list | tuple):
        return 0
    return len(left) * len(str(separator)) + sum(len(each) for each in left if isinstance(each, str))


_ROOM: Final[Mapping[str, Callable[..., int]]] = {"replace": _room_to_replace, "join": _room_to_join}


def format_date(value: object, form: object = "%Y-%m-%d") -> str:
    """An ISO 8601 date, or seconds since 1970, as `strftime` writes it; a text that is no date stays as it is.

    "now" and "today" are refused: what a person gets must not depend on when it is rendered.
    """
    if is_undefined(value) or value is None:
        return ""
    if value in ("now", "today"):
        raise NotForMessages(f"“{value}” cannot be used: the text is written before it is sent.", token=None)
    moment = _moment_of(value)
    if moment is None or isinstance(form, Undefined):
        return str(value)
    return moment.strftime(str(form))


def _moment_of(value: object) -> datetime | None:
    match value:
        case datetime():
            return value
        case date():
            return datetime.combine(value, time.min, tzinfo=UTC)
        case bool():
            return None
        case int():
            return datetime.fromtimestamp(value, UTC)
        case str() if value.isdecimal():
            return datetime.fromtimestamp(int(value), UTC)
        case str():
            try:
                return datetime.fromisoformat(value)
            except ValueError:
                return None
        case _:
            return None
