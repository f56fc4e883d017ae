import pytest
from pydantic import TypeAdapter

from heliogram.api.schema.numbers import LookupAsk, NumberShape
from heliogram.model.number import Line


def test_a_line_is_one_of_the_models_or_unknown() -> None:
    line: TypeAdapter[object] = TypeAdapter(NumberShape.model_fields["line"].annotation)
    for word in (*Line, "unknown"):
        assert line.validate_python(word) == word
    with pytest.raises(ValueError, match="unknown"):
        line.validate_python("fax")


def test_who_is_asked_need_not_be_said() -> None:
    assert LookupAsk().account_id is None
