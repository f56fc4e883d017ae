"""A send through a line that loses requests and answers: once is once, and what is not known is said."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

import httpx
import pytest

from heliogram.campaigns.lifecycle import PAUSE, take
from heliogram.commands.client import Api, Refused
from heliogram.commands.follow import LostSight, NotReached, bar, follow, launch
from tests.doors import Doors
from tests.world import GROUP, WORKSPACE

FIELDS = {"group": GROUP, "text": "Hi {{ first_name }}", "attest_consent": "said so at the till"}
FILES = {"people": ("people.csv", b"phone,first_name\n+13125550111,Ada\n+14165550112,Bob\n")}


class Line(httpx.AsyncBaseTransport):
    """The real API behind a line that fails as told: "request" never arrives, "answer" is lost on the way back."""

    def __init__(self, behind: httpx.AsyncBaseTransport) -> None:
        self._behind = behind
        self.failures: list[str] = []
        self.keys: list[str] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.keys.append(request.headers.get("idempotency-key", ""))
        failure = self.failures.pop(0) if self.failures else ""
        if failure == "request":
            raise httpx.ConnectError("nobody listens")
        answer = await self._behind.handle_async_request(request)
        await answer.aread()
        if failure == "answer":
            raise httpx.ReadError("the line went dead")
        return answer


@pytest.fixture
async def line(doors: Doors) -> AsyncIterator[Line]:
    yield Line(doors.api._transport)


@pytest.fixture
async def api(doors: Doors, line: Line) -> AsyncIterator[Api]:
    async with httpx.AsyncClient(transport=line, base_url="http://heliogram", headers=doors.api.headers) as client:
        yield Api(client)


class Shown:
    """What the bar was told."""

    def __init__(self) -> None:
        self.notes: list[str] = []

    def __call__(self, _now: Mapping[str, Any], note: str) -> None:
        self.notes.append(note)


async def _campaigns(doors: Doors) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await doors.api.get("/api/v1/campaigns")).json()["items"]
    return found


async def test_a_request_whose_answer_was_lost_is_repeated_and_launches_once(
    doors: Doors, line: Line, api: Api
) -> None:
    line.failures = ["answer", "request", "answer"]
    report = await launch(api, FIELDS, FILES)
    assert report["n_subscribed"] == 2
    assert len(set(line.keys)) == 1
    assert [each["id"] for each in await _campaigns(doors)] == [report["campaign"]["id"]]


async def test_two_sends_are_two(doors: Doors, line: Line, api: Api) -> None:
    for _ in range(2):
        await launch(api, FIELDS, FILES)
    assert len(set(line.keys)) == len(await _campaigns(doors)) == 2


async def test_a_server_that_is_not_there_means_that_nothing_was_sent(doors: Doors, line: Line, api: Api) -> None:
    line.failures = ["request"]
    with pytest.raises(NotReached, match="Nothing was sent"):
        await launch(api, FIELDS, FILES)
    assert await _campaigns(doors) == []


async def test_a_refusal_is_bad_input(doors: Doors, api: Api) -> None:
    with pytest.raises(Refused, match="no group “Nobody”") as refused:
        await launch(api, {**FIELDS, "group": "Nobody"}, FILES)
    assert refused.value.code == "not_found"
    assert await _campaigns(doors) == []


async def test_a_refusal_after_a_lost_answer_is_not_called_bad_input(line: Line, api: Api) -> None:
    line.failures = ["answer"]
    with pytest.raises(LostSight, match="not known whether the campaign was launched"):
        await launch(api, {**FIELDS, "group": "Nobody"}, FILES)


async def test_a_line_that_stays_dead_after_the_request_left_is_not_known(line: Line, api: Api) -> None:
    line.failures = ["answer"]
    with pytest.raises(LostSight, match="before you send again"):
        await launch(api, FIELDS, FILES, away_s=0)


async def test_a_server_that_is_away_for_a_moment_is_waited_for_and_said(line: Line, api: Api) -> None:
    report = await launch(api, FIELDS, FILES)
    line.failures = ["request", "answer"]
    shown = Shown()
    campaign = await follow(api, report["campaign"]["id"], shown, until_handed_over=False)
    assert campaign["progress"]["total"] == 2
    assert shown.notes == ["The server does not answer. Nothing is lost."] * 2 + [""]


async def test_a_server_that_stays_away_ends_the_watching_not_the_campaign(doors: Doors, line: Line, api: Api) -> None:
    report = await launch(api, FIELDS, FILES)
    line.failures = ["request"]
    with pytest.raises(LostSight, match="The campaign was launched, but"):
        await follow(api, report["campaign"]["id"], Shown(), until_handed_over=True, away_s=0)
    assert [each["state"] for each in await _campaigns(doors)] == ["sending"]


async def test_a_campaign_that_somebody_pauses_is_not_waited_for(doors: Doors, api: Api) -> None:
    report = await launch(api, FIELDS, FILES)
    campaign_id = report["campaign"]["id"]
    async with doors.app.store.write() as connection:
        await take(
            connection, PAUSE, WORKSPACE, campaign_id, actor="Robin", new_id=doors.app.new_id, now=doors.app.now()
        )
    campaign = await follow(api, campaign_id, Shown(), until_handed_over=True)
    assert (campaign["state"], campaign["progress"]["queued"]) == ("paused", 2)


@pytest.mark.parametrize(("is_shown", "words"), [(True, "1/2"), (False, "")])
def test_the_bar_is_drawn_on_the_error_stream_or_not_at_all(
    is_shown: bool, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with bar(is_shown=is_shown) as show:
        show({}, "The server does not answer.")
        show({"total": 2, "queued": 1, "sending": 0, "waiting": None, "delivered": 1}, "")
    drawn = capsys.readouterr()
    assert (words in drawn.err, bool(drawn.err), drawn.out) == (True, is_shown, "")
