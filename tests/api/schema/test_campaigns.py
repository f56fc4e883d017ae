from typing import Any

import pytest
from pydantic import ValidationError

from heliogram.api.schema.campaigns import DraftAsk, DraftChange, MistakeShape, PreviewAsk, SegmentsAsk, Way
from heliogram.model.message import Channel, Content

DRAFT: dict[str, Any] = {"name": "Sale", "group_id": "g", "body": "Hi", "audience": {"kind": "all"}}


@pytest.mark.parametrize(("n", "is_taken"), [(0, False), (1, True), (200, True), (201, False)])
def test_a_campaigns_name_has_1_to_200_characters(n: int, is_taken: bool) -> None:
    for shape, given in ((DraftAsk, DRAFT), (DraftChange, {"version": 1})):
        try:
            assert shape.model_validate({**given, "name": "n" * n}).name == "n" * n
            assert is_taken
        except ValidationError:
            assert not is_taken


@pytest.mark.parametrize(("n", "is_taken"), [(20_000, True), (20_001, False)])
def test_a_text_has_at_most_20_000_characters(n: int, is_taken: bool) -> None:
    asked = [
        (DraftAsk, DRAFT | {"body": "x" * n}),
        (DraftChange, {"version": 1, "body": "x" * n}),
        (PreviewAsk, {"group_id": "g", "body": "x" * n}),
        (SegmentsAsk, {"text": "x" * n}),
    ]
    for shape, given in asked:
        try:
            assert shape.model_validate(given) and is_taken
        except ValidationError:
            assert not is_taken


@pytest.mark.parametrize(("version", "is_taken"), [(0, False), (1, True), (2**31 - 2, True), (2**31 - 1, False)])
def test_a_version_is_what_a_database_counts_to_and_one_on(version: int, is_taken: bool) -> None:
    try:
        assert DraftChange(version=version).version == version and is_taken
    except ValidationError:
        assert not is_taken


def test_a_draft_is_a_picture_message_unless_it_says_otherwise() -> None:
    assert DraftAsk.model_validate(DRAFT).content is Content.MMS
    assert DraftAsk.model_validate(DRAFT | {"content": "text_link"}).content is Content.TEXT_LINK


def test_a_change_knows_what_was_given_and_what_was_not() -> None:
    asked = DraftChange(version=1, media_ids=[])
    assert asked.model_dump(exclude_unset=True) == {"version": 1, "media_ids": []}


def test_a_way_is_a_reason_with_its_channel() -> None:
    assert Way(channel=Channel.MMS, reason="mms", sentence="As MMS.", n=3).model_dump(mode="json") == {
        "reason": "mms",
        "sentence": "As MMS.",
        "n": 3,
        "channel": "mms",
    }


def test_a_mistake_may_know_its_line_alone() -> None:
    assert MistakeShape(line=3, column=None, sentence="No.").column is None
