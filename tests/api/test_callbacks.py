import base64
import dataclasses
import sqlite3
from typing import Any

import httpx
import pytest

from heliogram.carriers.mm7 import Mm7Carrier
from heliogram.carriers.mm7_settings import Mm7Settings
from heliogram.delivery.accounts import Account
from heliogram.delivery.slots import Slots
from heliogram.wire.mm7.address import number, short_code
from heliogram.wire.mm7.content import Medium, write_content
from heliogram.wire.mm7.deliver import DeliverReq, write_deliver_req
from heliogram.wire.mm7.envelope import Head, pack_message
from heliogram.wire.mm7.names import REL_6_MM7_1_4
from heliogram.wire.mm7.report import DeliveryReport, write_delivery_report
from tests.api.kit import jpeg, n_rows, problem, run_sql
from tests.doors import Doors
from tests.world import MMSC, NOON, WORKSPACE, Clock, Ids

HEAD = Head(transaction_id="t-7", namespace=REL_6_MM7_1_4)
PATH = f"/carriers/{MMSC}"
TAKEN, NOT_TAKEN = b"<StatusCode>1000</StatusCode>", b"<StatusCode>4006</StatusCode>"


def credentials(password: str = "secret") -> dict[str, str]:
    shown = base64.b64encode(f"helio:{password}".encode()).decode()
    return {"Authorization": f"Basic {shown}", "Content-Type": "text/xml"}


def report(message_id: str = "m-1") -> bytes:
    return write_delivery_report(
        HEAD,
        DeliveryReport(
            message_id=message_id,
            mm_status="Retrieved",
            recipient=number("+13125550142"),
            sender=short_code("72345"),
            date=NOON,
        ),
    )


def plain(body: bytes) -> bytes:
    """Without namespaces' prefixes, which are a matter of taste."""
    return body.replace(b"mm7:", b"")


@pytest.fixture
async def gateway(doors: Doors) -> Any:
    """A gateway's account in this process."""
    settings = Mm7Settings(url="http://127.0.0.1:9/mm7", username="helio", password="secret")
    carrier = Mm7Carrier(settings)
    doors.app.accounts[MMSC] = Account(
        id=MMSC, workspace_id=WORKSPACE, name="MMSC", kind="mm7", carrier=carrier, slots=Slots(10)
    )
    yield doors
    await carrier.close()


async def test_what_a_carrier_says_is_stored_before_it_is_answered(gateway: Doors) -> None:
    path = str(gateway.app.config.database).removeprefix("sqlite:///")
    seen: list[int] = []
    answers: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": report(), "more_body": False}

    async def send(message: Any) -> None:
        # What another process would find at the moment the first octet of the answer leaves.
        with sqlite3.connect(path) as elsewhere:
            seen.append(elsewhere.execute("SELECT count(*) FROM receipts").fetchone()[0])
        answers.append(message)

    headers = [(name.lower().encode(), value.encode()) for name, value in credentials().items()]
    scope = {"type": "http", "method": "POST", "path": PATH, "query_string": b"", "headers": headers}
    await gateway.web({**scope, "root_path": "", "raw_path": PATH.encode(), "scheme": "http"}, receive, send)
    assert answers[0]["status"] == 200 and TAKEN in plain(answers[1]["body"])
    assert seen[0] == 1


async def test_a_carrier_is_told_not_now_when_nothing_can_be_stored(gateway: Doors) -> None:
    await run_sql(gateway, "ALTER TABLE receipts RENAME TO lost")
    answer = await gateway.anyone.post(PATH, content=report(), headers=credentials())
    assert (answer.status_code, NOT_TAKEN in plain(answer.content), TAKEN in plain(answer.content)) == (
        500,
        True,
        False,
    )
    await run_sql(gateway, "ALTER TABLE lost RENAME TO receipts")
    again = await gateway.anyone.post(PATH, content=report(), headers=credentials())
    assert TAKEN in plain(again.content)
    assert await n_rows(gateway, "receipts") == {"receipts": 1}


async def test_a_report_that_comes_again_is_stored_once_and_thanked_for_each_time(gateway: Doors) -> None:
    for _ in range(3):
        answer = await gateway.anyone.post(PATH, content=report(), headers=credentials())
        assert TAKEN in plain(answer.content)
    assert await n_rows(gateway, "receipts") == {"receipts": 1}


async def test_a_reply_with_a_picture_is_stored_whole(gateway: Doors) -> None:
    request = DeliverReq(linked_id="in-1", sender=number("+13125550142"), recipients=(short_code("72345"),))
    medium = Medium(content_type="image/jpeg", filename="me.jpg", octets=jpeg(64))
    content = write_content([medium], "STOP", content_id="c", boundary="inner", transfer_encoding="binary")
    content_type, buffers = pack_message(write_deliver_req(HEAD, request), content, boundary="outer")
    headers = credentials() | {"Content-Type": content_type}
    answer = await gateway.anyone.post(PATH, content=b"".join(buffers), headers=headers)
    assert TAKEN in plain(answer.content)
    assert await n_rows(gateway, "inbound") == {"inbound": 1}


@pytest.mark.parametrize("headers", [credentials("wrong"), {}, {"Authorization": "Bearer secret"}])
async def test_a_call_that_does_not_show_the_accounts_password_stores_nothing(
    gateway: Doors, headers: dict[str, str]
) -> None:
    answer = await gateway.anyone.post(PATH, content=report(), headers=headers)
    assert (answer.status_code, answer.text) == (401, "The user name or password of the call is not this account's.\n")
    assert await n_rows(gateway, "receipts", "inbound") == {"receipts": 0, "inbound": 0}


LAUGHS = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><x>&b;</x>'
LEAKS = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'


@pytest.mark.parametrize(
    "body", [LAUGHS, LEAKS, b"", b"<x/>", b"\xff\xfe<", b"<a>" * 100_000, b"not xml", report()[:-20]]
)
async def test_hostile_or_broken_xml_is_refused_with_a_reason(gateway: Doors, body: bytes) -> None:
    answer = await gateway.anyone.post(PATH, content=body, headers=credentials())
    assert (answer.status_code, answer.text[:21]) == (400, "Not readable as MM7: ")
    assert len(answer.text) > 25 and "root:" not in answer.text
    assert await n_rows(gateway, "receipts", "inbound") == {"receipts": 0, "inbound": 0}


async def test_a_call_is_bounded_in_size(gateway: Doors) -> None:
    padded = report() + b" " * (12_000_000 - len(report()))
    at_limit = await gateway.anyone.post(PATH, content=padded, headers=credentials())
    assert at_limit.text == "Not readable as MM7: the message has 12000000 octets, at most 8388608 are read.\n"
    beyond = await gateway.anyone.post(PATH, content=padded + b" ", headers=credentials())
    assert "12,000,000" in problem(beyond, "too_large")
    whole = await gateway.anyone.post(PATH, content=padded[:8_388_608], headers=credentials())
    assert TAKEN in plain(whole.content)


@pytest.mark.parametrize(
    ("method", "path", "status", "said"),
    [
        ("POST", "/carriers/unknown", 404, "No such account.\n"),
        ("GET", PATH, 405, "MM7 gateways call with POST.\n"),
    ],
)
async def test_a_call_to_the_wrong_place_is_told_so(
    gateway: Doors, method: str, path: str, status: int, said: str
) -> None:
    answer: httpx.Response = await gateway.anyone.request(method, path, headers=credentials())
    assert (answer.status_code, answer.text) == (status, said)


async def test_a_gateway_that_answers_the_challenge_is_heard_and_a_stranger_is_asked_again(gateway: Doors) -> None:
    settings = {"url": "http://127.0.0.1:9/mm7", "username": "helio", "callback_auth": "digest"}
    url = f"https://sms.example.com{PATH}"
    carrier = Mm7Carrier.configured(settings, "secret", callback_url=url, new_id=Ids().new_id, now=Clock().now)
    gateway.app.accounts[MMSC] = dataclasses.replace(gateway.app.accounts[MMSC], carrier=carrier)
    asked = await gateway.anyone.post(PATH, content=report(), headers=credentials())
    assert asked.status_code == 401
    assert [each.split(" ")[0] for each in asked.headers.get_list("www-authenticate")] == ["Digest", "Digest"]
    known, stranger = httpx.DigestAuth("helio", "secret"), httpx.DigestAuth("helio", "guess")
    for n in range(2):
        answer = await gateway.anyone.post(PATH, content=report(f"m-{n}"), auth=known)
        assert answer.status_code == 200
        assert len(answer.history) == (1 if n == 0 else 0)
    assert (await gateway.anyone.post(PATH, content=report("m-3"), auth=stranger)).status_code == 401
    assert await n_rows(gateway, "receipts") == {"receipts": 2}
    await carrier.close()
