import pytest
from pydantic import ValidationError

from heliogram.api.schema.senders import ApprovalAsk, FallbackAsk, FallbackShape, GroupChange

SWITCHES = {"carrier_not_approved": True, "sender_cannot_mms": False, "media_not_taken": True}


@pytest.mark.parametrize("missing", SWITCHES)
def test_switches_are_given_all_or_not_at_all(missing: str) -> None:
    with pytest.raises(ValidationError):
        GroupChange.model_validate({"fallback": {name: on for name, on in SWITCHES.items() if name != missing}})
    assert GroupChange.model_validate({"fallback": SWITCHES}).fallback.model_dump() == SWITCHES


def test_the_switches_that_are_shown_are_those_that_can_be_changed() -> None:
    assert set(FallbackShape.model_fields) == set(FallbackAsk.model_fields)


def test_an_approval_is_one_of_the_words_there_are() -> None:
    with pytest.raises(ValidationError):
        ApprovalAsk.model_validate({"status": "maybe"})
    assert ApprovalAsk.model_validate({"status": "approved"}).status.value == "approved"
