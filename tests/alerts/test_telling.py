import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy

import pytest

from heliogram.alerts.rules import AlertKind, Key, Standing
from heliogram.alerts.telling import Hook, Mail, Word
from heliogram.carriers.webhook import key_of, signature_of
from tests.carriers.gateway import always, closed_port, gateway_answering
from tests.world import NOON

SECRET = "sixteen octets or more"
STANDING = Standing(
    key=Key(workspace_id="w", kind=AlertKind.CARRIER_DOWN, subject="smsc"),
    title="“SM\nSC” cannot be reached",
    sentence="Nobody there.",
    since=NOON,
)
WORD = Word(id="a1", at=NOON, is_over=False, standing=STANDING)
OVER = Word(id="a2", at=NOON, is_over=True, standing=STANDING)


@dataclass(slots=True)
class Office:
    """A mail server that takes every letter, or refuses every recipient."""

    port: int = 0
    is_closed: bool = False
    said: list[str] = field(default_factory=list)
    letters: list[bytes] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 office\r\n")
        while line := (await reader.readline()).decode().strip():
            self.said.append(line)
            verb = line.split(" ")[0].upper()
            if verb == "DATA":
                writer.write(b"354 go on\r\n")
                self.letters.append(await reader.readuntil(b"\r\n.\r\n"))
            refused = self.is_closed and verb == "RCPT"
            writer.write(b"550 no\r\n" if refused else b"221 bye\r\n" if verb == "QUIT" else b"250 yes\r\n")
        writer.close()


@asynccontextmanager
async def office(*, is_closed: bool = False) -> AsyncIterator[Office]:
    made = Office(is_closed=is_closed)
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()


def mail(port: int) -> Mail:
    return Mail(
        url=f"smtp://127.0.0.1:{port}", sender="h@x.example", to=("a@x.example", "b@x.example"), home="http://h"
    )


async def test_a_letter_goes_to_everybody_with_the_words_and_the_way_home() -> None:
    async with office() as made:
        assert await mail(made.port).tell(WORD)
    (octets,) = made.letters
    letter = message_from_bytes(octets, policy=policy.default)
    assert letter["Subject"] == "Heliogram: “SM SC” cannot be reached"
    assert (letter["To"], letter["From"]) == ("a@x.example, b@x.example", "h@x.example")
    assert letter["Message-ID"] == "<a1@heliogram.invalid>"
    text = octets.decode()
    assert "Nobody there." in text and "http://h/" in text and "Seen since 2026-03-02 12:00 UTC." in text
    assert [line for line in made.said if line.upper().startswith("RCPT")] == [
        "rcpt TO:<a@x.example>",
        "rcpt TO:<b@x.example>",
    ]


async def test_what_is_over_says_so_in_its_subject() -> None:
    assert mail(1).letter(OVER)["Subject"] == "Heliogram: Resolved: “SM SC” cannot be reached"


async def test_a_mail_server_that_is_away_or_refuses_tells_nobody() -> None:
    assert not await mail(await closed_port()).tell(WORD)
    async with office(is_closed=True) as made:
        assert not await mail(made.port).tell(WORD)


def hook(url: str) -> Hook:
    return Hook(url=url, secret=SECRET, now=lambda: NOON)


@pytest.mark.parametrize(("word", "kind"), [(WORD, "alert.opened"), (OVER, "alert.resolved")])
async def test_a_webhook_is_signed_and_says_what_is_wrong(word: Word, kind: str) -> None:
    async with gateway_answering(always(204, b"")) as gateway:
        assert await hook(gateway.url).tell(word)
    (asked,) = gateway.asked
    told = json.loads(asked.body)
    assert (told["type"], told["id"], told["kind"], told["subject"]) == (kind, word.id, "carrier_down", "smsc")
    assert told["since"] == "2026-03-02T12:00:00Z"
    stamp = asked.headers["webhook-timestamp"]
    assert asked.headers["webhook-signature"] == signature_of(key_of(SECRET), word.id, stamp, asked.body)


async def test_nobody_at_the_address_tells_nobody() -> None:
    assert not await hook(f"http://127.0.0.1:{await closed_port()}/").tell(WORD)


@pytest.mark.parametrize("status", [302, 401, 500])
async def test_any_other_answer_tells_nobody(status: int) -> None:
    async with gateway_answering(always(status, b"")) as gateway:
        assert not await hook(gateway.url).tell(WORD)
