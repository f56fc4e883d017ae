import pytest
from pydantic import ValidationError

from heliogram.api.schema.messages import MessageAsk, MessageDetail, MessageShape

MESSAGE = {"group_id": "g", "to": "+13125550101", "body": "Hi"}


def test_a_message_is_for_now_and_says_by_itself_whether_it_has_a_picture() -> None:
    asked = MessageAsk.model_validate(MESSAGE)
    assert (asked.content, asked.media_ids, asked.due_at, asked.expires_at) == (None, [], None, None)


@pytest.mark.parametrize(
    "changed",
    [{"to": "1" * 41}, {"body": "x" * 20_001}, {"body": None}, {"due_at": "2026-03-02T12:00:00"}, {"sender": "us"}],
)
def test_a_message_beyond_bounds_is_refused(changed: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        MessageAsk.model_validate(MESSAGE | changed)
    assert MessageAsk.model_validate(MESSAGE | {"to": "1" * 40, "body": "x" * 20_000}).to == "1" * 40


def test_a_message_in_detail_tells_all_that_it_tells_in_a_list() -> None:
    assert set(MessageShape.model_fields) < set(MessageDetail.model_fields)
