import json
from pathlib import Path

import pytest

from .check_captures import check_captures
from .samples import Sample, write

BODY = {
    "dst": "14156667777<14156667776",
    "text": "hi",
    "src": "14156667778",
    "type": "mms",
    "url": "https://x.example/dlr",
    "method": "POST",
    "media_urls": ["https://cdn.example.com/a.jpg"],
}
CALL = {
    "method": "POST",
    "path": "/v1/Account/MAXXXXXXXXXXXXXXXXXX/Message/",
    "headers": {"Content-Type": "application/json", "Authorization": "Basic …"},
}


def found(tmp_path: Path, body: Sample, name: str = "plivo_mms", **changes: object) -> tuple[int, int, list[str]]:
    call = {**CALL, "body": json.dumps(body), **changes}
    checked = check_captures(write(tmp_path, "providers/sdk_wire_capture.json", {name: {"requests": [call]}}))
    return checked.read, checked.passed, checked.failures


def test_a_call_like_ours_passes(tmp_path: Path) -> None:
    assert found(tmp_path, BODY) == (1, 1, [])


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"path": "/v2/Messages"}, "path is"),
        ({"method": "PUT"}, "method is"),
        ({"headers": {**CALL["headers"], "Authorization": "Bearer …"}}, "login is"),  # type: ignore[dict-item]
        ({"headers": {**CALL["headers"], "Content-Type": "text/plain"}}, "type is"),  # type: ignore[dict-item]
    ],
)
def test_a_call_that_goes_another_way_fails(tmp_path: Path, changes: Sample, words: str) -> None:
    (failure,) = found(tmp_path, BODY, **changes)[2]
    assert words in failure


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"text": "ho"}, "text is 'hi', not 'ho'"),
        ({"media_urls": []}, "media_urls is"),
        ({"dst": 14156667777}, "dst is str"),
    ],
)
def test_another_value_or_type_fails(tmp_path: Path, changes: Sample, words: str) -> None:
    (failure,) = found(tmp_path, {**BODY, **changes})[2]
    assert words in failure


def test_a_field_that_nobody_was_seen_to_send_fails(tmp_path: Path) -> None:
    (failure,) = found(tmp_path, {name: value for name, value in BODY.items() if name != "method"})[2]
    assert "method was never seen" in failure


def test_a_call_that_is_compared_with_nothing_fails(tmp_path: Path) -> None:
    assert "nobody compares" in found(tmp_path, BODY, "plivo_other")[2][0]
