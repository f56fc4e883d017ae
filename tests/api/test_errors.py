from typing import Any

import pytest

from heliogram.api.errors import PROBLEMS, Problem, sentence_of
from heliogram.compose.errors import TemplateRefused
from tests.api.kit import PEOPLE, draft, import_of, jpeg, problem, run_sql
from tests.doors import Doors
from tests.world import GROUP

V1 = "/api/v1"
JSON = {"Content-Type": "application/json"}
UNREADABLE = "The body of the request cannot be read. Check that it is complete, and of the type that it says it is."
MESSAGE = {"group_id": GROUP, "to": "+13125550101", "body": "Hello"}


def raw(body: bytes, content_type: str = "application/json") -> dict[str, Any]:
    return {"content": body, "headers": {"Content-Type": content_type}}


REFUSED: list[tuple[str, str, dict[str, Any], str, str]] = [
    ("GET", "/nope", {}, "not_found", "There is nothing at this address. The API's addresses are described at"),
    ("POST", "/nope", {}, "not_found", "There is nothing at this address. The API's"),
    ("GET", "/campaigns/unknown", {}, "not_found", "There is no such campaign."),
    ("GET", "/messages/unknown", {}, "not_found", "There is no such message."),
    ("GET", "/media/unknown/content", {}, "not_found", "There is no such picture."),
    ("GET", "/campaigns/x/launch", {}, "method_not_allowed", "This address takes POST, not GET."),
    ("PUT", "/campaigns", {}, "method_not_allowed", "This address takes GET, POST, not PUT."),
    ("DELETE", "/messages", {}, "method_not_allowed", "This address takes GET, POST, not DELETE."),
    ("POST", "/segments", raw(b'{"text": "x"}', "text/plain"), "unsupported_type", "Content-Type: application/json."),
    ("POST", "/segments", raw(b'{"text": "x"}', ""), "unsupported_type", "Send this as Content-Type: application/json"),
    ("POST", "/media", {"json": {}}, "unsupported_type", "Send this as Content-Type: multipart/form-data."),
    ("POST", "/sends", raw(b"a,b", "text/csv"), "unsupported_type", "Send this as Content-Type: multipart/form-data."),
    ("POST", "/segments", raw(b'{"text": '), "invalid", "The body is not JSON: Expecting value at character 9."),
    ("POST", "/segments", raw(b"{'text': 'x'}"), "invalid", "The body is not JSON: Expecting property name"),
    ("POST", "/segments", raw(b"[" * 100_000), "bad_request", UNREADABLE),
    ("POST", "/segments", raw(b'{"text": "\xff"}'), "bad_request", UNREADABLE),
    ("POST", "/segments", raw(b'{"text": ' + b"9" * 5_000 + b"}"), "bad_request", UNREADABLE),
    ("POST", "/segments", raw(b'{"text": NaN}'), "invalid", "text: Input should be a valid string."),
    ("POST", "/segments", {"json": []}, "invalid", "Input should be a valid dictionary"),
    ("POST", "/segments", {}, "invalid", "Field required."),
    ("POST", "/segments", {"json": {"text": "x", "txt": "y"}}, "invalid", "txt: Extra inputs are not permitted."),
    ("POST", "/segments", {"json": {"text": "x" * 20_001}}, "invalid", "text: String should have at most 20000"),
    ("POST", "/media", raw(b"abc", "multipart/form-data; boundary=x"), "bad_request", UNREADABLE),
    ("POST", "/media", raw(b"abc", "multipart/form-data"), "bad_request", UNREADABLE),
    ("POST", "/media", {"data": {"alt_text": "x"}}, "invalid", "file: Field required."),
    ("POST", "/media", {"files": {"file": b"x"}}, "media_refused", "it looks like a text file"),
    ("POST", "/imports", {"files": import_of(b"")}, "import_refused", "The file is empty."),
    ("POST", "/campaigns", {"json": draft(name="")}, "invalid", "name: String should have at least 1 character."),
    ("POST", "/campaigns", {"json": draft(content="fax")}, "invalid", "content: Input should be 'mms', 'text_link' or"),
    ("POST", "/messages", {"json": MESSAGE | {"to": "12"}}, "bad_phone", "too short"),
    ("POST", "/messages", {"json": MESSAGE | {"due_at": "2026-03-02T12:00:00"}}, "invalid", "timezone"),
    ("GET", "/messages?state=gone", {}, "invalid", "A message's state is one of queued, "),
    ("GET", "/messages?limit=999999999999999999999999", {}, "invalid", "limit: Input should be less than or equal to"),
    ("GET", "/consent?phone=Ada", {}, "bad_phone", "A telephone number has no letters."),
    ("GET", "/simulator/phones", {}, "not_found", "There is no such simulator here: this server has real carriers."),
]


@pytest.mark.parametrize(("method", "path", "body", "code", "sentence"), REFUSED)
async def test_every_refusal_is_a_problem_with_a_sentence_to_act_on(
    doors: Doors, method: str, path: str, body: dict[str, Any], code: str, sentence: str
) -> None:
    answer = await doors.api.request(method, V1 + path, **body)
    assert sentence in problem(answer, code)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/api/v1/campaigns/x", "DELETE, GET, PATCH"),
        ("POST", "/p/token", "GET, HEAD"),
        ("PUT", "/", "GET, HEAD"),
    ],
)
async def test_a_wrong_method_is_told_the_right_ones(doors: Doors, method: str, path: str, allowed: str) -> None:
    answer = await doors.api.request(method, path)
    assert problem(answer, "method_not_allowed").startswith("This address ")
    assert set(answer.headers["allow"].split(", ")) == set(allowed.split(", "))


async def test_what_is_wrong_with_a_form_is_told_field_by_field(doors: Doors) -> None:
    answer = await doors.api.post(f"{V1}/messages", json={"to": "x" * 41, "body": 7, "group_id": GROUP})
    assert problem(answer, "invalid").startswith("to: ")
    assert [each["field"] for each in answer.json()["errors"]] == ["to", "body"]
    assert all(each["detail"] for each in answer.json()["errors"])


async def test_our_own_trouble_is_told_without_our_insides(doors: Doors) -> None:
    await run_sql(doors, "ALTER TABLE lists RENAME TO lost")
    answer = await doors.api.get(f"{V1}/lists")
    sentence = problem(answer, "internal")
    assert sentence == "Nothing you did wrong. It is in the server's log; please try again."
    assert "lost" not in answer.text and "lists" not in answer.text


async def test_a_number_beyond_reason_is_refused_not_stored(either_doors: Doors) -> None:
    made = (await either_doors.api.post(f"{V1}/campaigns", json=draft())).json()
    path = f"{V1}/campaigns/{made['id']}"
    for version in (b"1e999", b"2147483647", b"-1", b"0", b"9" * 25):
        answer = await either_doors.api.patch(path, **raw(b'{"name": "Other", "version": ' + version + b"}"))
        assert problem(answer, "invalid").startswith("version: "), version
    most = await either_doors.api.patch(path, **raw(b'{"version": 2147483646}'))
    assert problem(most, "changed_elsewhere").startswith("This draft was changed")


@pytest.mark.parametrize(
    "moment",
    ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "1970-12-31T23:59:59Z", "2200-01-01T00:00:00Z", 1e18],
)
async def test_a_moment_that_no_clock_will_show_is_refused(doors: Doors, moment: object) -> None:
    for field in ("due_at", "expires_at"):
        answer = await doors.api.post(f"{V1}/messages", json=MESSAGE | {field: moment})
        assert problem(answer, "invalid").startswith(f"{field}: ")


@pytest.mark.parametrize("moment", ["1971-01-01T00:00:00+14:00", "2199-12-31T23:59:59-14:00"])
async def test_the_farthest_moments_are_kept(doors: Doors, moment: str) -> None:
    answer = await doors.api.post(f"{V1}/messages", json=MESSAGE | {"due_at": moment})
    told = (await doors.api.get(f"{V1}/messages/{answer.json()['id']}")).json()
    assert told["timeline"][0]["facts"][-1]["label"] == "Due"


NASTY = ["a\0b", "half \ud83d of a pair", "\udfff", "\u202e\ufeff\u0085", "𝕳 👩‍👩‍👧"]


def _escaped(asked: dict[str, Any]) -> dict[str, Any]:
    """JSON as other programs write it: half of a pair is a legal escape there."""
    import json

    return raw(json.dumps(asked).encode("ascii"))


async def test_text_that_no_database_keeps_never_breaks_anything(either_doors: Doors) -> None:
    for text in NASTY:
        await _say_everywhere(either_doors, text)
    assert (await either_doors.api.get(f"{V1}/messages")).json()["items"][-1]["state"] == "queued"


async def _say_everywhere(doors: Doors, text: str) -> None:
    api = doors.api
    consent = {"group_id": GROUP, "phone": "+13125550101", "state": "subscribed", "evidence": f"said {text}"}
    sayable = text.encode("utf-8", "replace").decode()
    answers = [
        await api.post(f"{V1}/campaigns", **_escaped(draft(name=f"n{text}", body=text))),
        await api.post(f"{V1}/messages", **_escaped(MESSAGE | {"body": f"m{text}"})),
        await api.post(f"{V1}/consent", **_escaped(consent)),
        await api.post(f"{V1}/segments", **_escaped({"text": text})),
        await api.post(f"{V1}/preview", **_escaped({"group_id": GROUP, "body": text})),
        await api.post(
            f"{V1}/media", files={"file": (f"{sayable}.jpg", jpeg(33 + NASTY.index(text)))}, data={"alt_text": sayable}
        ),
        await api.post(f"{V1}/imports", files=import_of(PEOPLE), data={"list_name": sayable, "group_id": ""}),
        await api.post(
            f"{V1}/imports",
            files={"file": (sayable, PEOPLE)},
            data={"group_id": GROUP, "attest_consent": f"at the till {sayable}"},
        ),
        await api.post(
            f"{V1}/sends",
            files={"people": (sayable, PEOPLE), "media": (sayable, jpeg())},
            data={"group": GROUP, "text": f"Hi {sayable}", "name": sayable, "attest_consent": sayable},
        ),
    ]
    assert [answer.status_code for answer in answers] == [201, 202, 201, 200, 200, 201, 201, 201, 201]
    kept = "".join(answer.text for answer in answers)
    assert "\0" not in kept and "\\u0000" not in kept and kept.encode()


async def test_a_name_that_nothing_has_is_not_found_whatever_is_in_it(either_doors: Doors) -> None:
    assert [await _ask_for(either_doors, text) for text in NASTY[:3]] == [7, 7, 7]


async def _ask_for(doors: Doors, text: str) -> int:
    """Name what does not exist wherever a request names something. Returns how often it was not found."""
    api = doors.api
    sayable = text.encode("utf-8", "replace").decode()
    form = {"group": sayable, "text": "Hi"}
    answers = (
        await api.post(f"{V1}/campaigns", **_escaped(draft(group_id=text))),
        await api.post(f"{V1}/campaigns", **_escaped(draft(media_ids=[text], content="mms"))),
        await api.post(f"{V1}/campaigns", **_escaped(draft(audience={"kind": "list", "list_id": text}))),
        await api.post(f"{V1}/messages", **_escaped(MESSAGE | {"media_ids": [text]})),
        await api.post(f"{V1}/preview", **_escaped({"group_id": GROUP, "body": "Hi", "contact_id": text})),
        await api.post(f"{V1}/imports", files=import_of(PEOPLE), data={"group_id": f"x{sayable}"}),
        await api.post(f"{V1}/sends", files={"people": PEOPLE}, data=form),
    )
    return sum(problem(answer, "not_found").startswith("There is no ") for answer in answers)


async def test_words_that_are_nothing_once_cleaned_do_not_count_as_said(doors: Doors) -> None:
    asked = {"group_id": GROUP, "phone": "+13125550101", "state": "subscribed", "evidence": "\0\0\0"}
    answer = await doors.api.post(f"{V1}/consent", **_escaped(asked))
    assert problem(answer, "invalid") == "evidence: String should have at least 3 characters."


@pytest.mark.parametrize("code", PROBLEMS)
def test_a_problem_has_the_members_of_rfc_9457(code: str) -> None:
    answer = Problem(code, "Do this instead.", [("name", "Give one.")], {"Retry-After": "3"}).response()
    status, title = PROBLEMS[code]
    assert (answer.status_code, answer.media_type) == (status, "application/problem+json")
    assert b'"errors":[{"field":"name","detail":"Give one."}]' in bytes(answer.body)
    assert title[0].isupper() and not title.endswith(".")
    assert answer.headers.get("retry-after") == ("3" if status != 401 else None)


@pytest.mark.parametrize(
    ("column", "said"),
    [(7, "Line 2, column 7: There is no filter “upcas”."), (None, "Line 2: There is no filter “upcas”.")],
)
def test_a_mistake_in_a_text_is_told_by_line_and_column(column: int | None, said: str) -> None:
    assert sentence_of(TemplateRefused("There is no filter “upcas”.", line=2, column=column)) == said
