import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest
from starlette.types import Message

from heliogram.api.limits import DEFAULT_OCTETS, BodyLimit, TooLarge
from tests.api.conftest import served
from tests.api.kit import jpeg, problem
from tests.doors import Doors

KIB = 1_024
FORM = {"Content-Type": "multipart/form-data; boundary=x"}
JSON = {"Content-Type": "application/json"}
ROOMS = [
    ("/api/v1/segments", 262_144),
    ("/api/v1/media", 12_000_000),
    ("/api/v1/imports", 100_000_000),
    ("/api/v1/sends", 106_000_000),
    ("/carriers/smsc", 12_000_000),
    ("/sign-in/token", 262_144),
]


class Pieces:
    """A body in pieces that counts how many were taken."""

    def __init__(self, n_octets: int, size: int = 64 * KIB) -> None:
        self.sizes: Iterator[int] = iter([size] * (n_octets // size) + [n_octets % size])
        self.taken = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for size in self.sizes:
            self.taken += size
            yield b" " * size


async def reads_all(limit_path: str, octets: int, announced: int | None) -> int | None:
    """Send that many octets through the limit alone. Returns how many came through, None for a refusal."""
    pieces = [min(KIB * KIB, octets - start) for start in range(0, octets, KIB * KIB)]
    n = 0
    answers: list[Message] = []

    async def app(scope: object, receive: object, send: object) -> None:
        nonlocal n
        for _ in pieces:
            n += len((await receive())["body"])  # type: ignore[operator]

    async def receive() -> Message:
        return {"type": "http.request", "body": bytes(pieces.pop(0)), "more_body": True}

    async def send(message: Message) -> None:
        answers.append(message)

    headers = [] if announced is None else [(b"content-length", b"%d" % announced)]
    scope = {"type": "http", "path": limit_path, "query_string": b"", "headers": headers}
    try:
        await BodyLimit(app)(scope, receive, send)
    except TooLarge:
        return None
    return None if answers and answers[0]["status"] == 413 else n


@pytest.mark.parametrize(("path", "limit"), ROOMS)
async def test_a_body_may_have_as_many_octets_as_its_address_takes_and_not_one_more(path: str, limit: int) -> None:
    step = min(limit, 8 * KIB)
    assert await reads_all(path, step, announced=limit) == step
    assert await reads_all(path, step, announced=limit + 1) is None
    # Without an announcement they are counted: a small address shows it.
    if limit == DEFAULT_OCTETS:
        assert await reads_all(path, limit, announced=None) == limit
        assert await reads_all(path, limit + 1, announced=None) is None


async def test_an_announcement_of_nonsense_is_no_way_around_the_count() -> None:
    assert await reads_all("/api/v1/segments", DEFAULT_OCTETS + 1, announced=1) is None
    assert await reads_all("/api/v1/segments", 1, announced=10**4_000) is None


@pytest.mark.parametrize(("path", "headers", "limit"), [("/segments", JSON, 262_144), ("/media", FORM, 12_000_000)])
async def test_a_body_that_goes_on_is_refused_while_it_comes_in(
    doors: Doors, path: str, headers: dict[str, str], limit: int
) -> None:
    body = Pieces(10 * limit)
    start = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n' if headers is FORM else b'"'

    async def sent() -> AsyncIterator[bytes]:
        yield start
        async for piece in body:
            yield piece

    answer = await doors.api.post(f"/api/v1{path}", content=sent(), headers=headers)
    assert problem(answer, "too_large") == f"This is larger than the {limit:,} bytes that can be sent here."
    assert body.taken <= limit + 64 * KIB


async def test_what_is_announced_as_too_large_is_refused_unread(doors: Doors) -> None:
    body = Pieces(1)
    headers = JSON | {"Content-Length": str(DEFAULT_OCTETS + 1)}
    answer = await doors.api.post("/api/v1/segments", content=body, headers=headers)
    assert "262,144" in problem(answer, "too_large")
    assert body.taken == 0


async def test_a_sender_who_never_stops_hears_no_while_still_sending(doors: Doors) -> None:
    key = doors.api.headers["authorization"]
    head = f"POST /api/v1/segments HTTP/1.1\r\nHost: h\r\nAuthorization: {key}\r\nContent-Type: application/json\r\n"
    async with served(doors) as url:
        reader, writer = await asyncio.open_connection("127.0.0.1", int(url.rpartition(":")[2]))
        writer.write(head.encode() + b"Transfer-Encoding: chunked\r\n\r\n")
        for _ in range(5):
            writer.write(b"10000\r\n" + b" " * 65_536 + b"\r\n")
        async with asyncio.timeout(10):
            answer = await reader.readuntil(b"\r\n\r\n")
        writer.close()
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"content-type: application/problem+json" in answer.lower()


async def test_a_picture_of_just_over_its_limit_reaches_the_rule_that_has_the_figures(doors: Doors) -> None:
    files = {"file": ("menu.jpg", jpeg(n_octets=5_000_001))}
    sentence = problem(await doors.api.post("/api/v1/media", files=files), "too_large")
    assert "5,000,001" in sentence


async def test_an_address_with_a_nul_is_refused_in_words(either_doors: Doors) -> None:
    said = "This address holds a NUL character, which is in no name here. Take it out."
    for address in WITH_NUL:
        assert problem(await either_doors.api.get(address), "bad_request") == said, address


WITH_NUL = (
    "/%00",
    "/p/%00",
    "/p/%00/file",
    "/sign-in/%00",
    "/carriers/%00",
    "/api/v1/campaigns/a%00b",
    "/api/v1/senders/us/approvals/%00",
    "/api/v1/contacts?q=%00",
    "/api/v1/messages?campaign_id=a%00",
)
