"""How an operator is told: by e-mail (SMTP) and by a signed webhook. Each says whether it has told.

The webhook is signed as Standard Webhooks 1.0 says (https://www.standardwebhooks.com), like our own carrier's.
"""

import asyncio
import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Final, Protocol
from urllib.parse import unquote, urlsplit

import msgspec
import structlog

from heliogram.alerts.rules import Standing
from heliogram.carriers.http import Answered, HttpClient
from heliogram.carriers.webhook import key_of, signature_of

log = structlog.get_logger()

TIMEOUT_S: Final = 10.0
_LOCAL: Final = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """One thing to tell. `id` is the same however often it is tried."""

    id: str
    at: datetime
    is_over: bool
    standing: Standing

    def title(self) -> str:
        """On one line: an account may be called anything."""
        title = " ".join(self.standing.title.split())
        return f"Resolved: {title}" if self.is_over else title


class Channel(Protocol):
    async def tell(self, word: Word) -> bool:
        """Whether somebody was told. Never raises for what the other side does."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """`url` is smtp://user:password@host:587 (STARTTLS where the server has it) or smtps://… (TLS from the start)."""

    url: str
    sender: str
    to: tuple[str, ...]
    home: str

    async def tell(self, word: Word) -> bool:
        try:
            await asyncio.to_thread(self._send, self.letter(word))
        except (OSError, smtplib.SMTPException) as problem:
            log.warning("alert not mailed", why=str(problem))
            return False
        return True

    def letter(self, word: Word) -> EmailMessage:
        standing = word.standing
        letter = EmailMessage()
        letter["Subject"] = f"Heliogram: {word.title()}"
        letter["From"] = self.sender
        letter["To"] = ", ".join(self.to)
        letter["Date"] = format_datetime(word.at)
        letter["Message-ID"] = f"<{word.id}@heliogram.invalid>"
        letter["Auto-Submitted"] = "auto-generated"
        seen = f"Seen since {standing.since:%Y-%m-%d %H:%M} UTC."
        told = f"It is over, since {(standing.clear_since or word.at):%Y-%m-%d %H:%M} UTC." if word.is_over else ""
        lines = (standing.sentence, "", " ".join(filter(None, (seen, told))), "", f"{self.home}/")
        letter.set_content("\n".join(lines) + "\n")
        return letter

    def _send(self, letter: EmailMessage) -> None:
        parts = urlsplit(self.url)
        host, context = parts.hostname or "", ssl.create_default_context()
        if parts.scheme == "smtps":
            server: smtplib.SMTP = smtplib.SMTP_SSL(host, parts.port or 465, timeout=TIMEOUT_S, context=context)
        else:
            server = smtplib.SMTP(host, parts.port or 587, timeout=TIMEOUT_S)
        with server:
            server.ehlo()
            if parts.scheme != "smtps" and server.has_extn("starttls"):
                server.starttls(context=context)
                server.ehlo()
            elif parts.username and parts.scheme != "smtps" and host not in _LOCAL:
                raise smtplib.SMTPException("The mail server has no STARTTLS, so it is not told our password.")
            if parts.username:
                server.login(unquote(parts.username), unquote(parts.password or ""))
            server.send_message(letter)


class _Told(msgspec.Struct, frozen=True, kw_only=True):
    type: str
    id: str
    kind: str
    workspace_id: str
    subject: str
    title: str
    sentence: str
    since: datetime
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """A signed POST; any 2xx is "told"."""

    url: str
    secret: str
    now: Callable[[], datetime]

    async def tell(self, word: Word) -> bool:
        body, timestamp = self.body(word), str(int(self.now().timestamp()))
        headers = {
            "Content-Type": "application/json",
            "Content-Length": str(len(body)),
            "webhook-id": word.id,
            "webhook-timestamp": timestamp,
            "webhook-signature": signature_of(key_of(self.secret), word.id, timestamp, body),
        }
        client = HttpClient(connections=1, timeout_s=TIMEOUT_S, connect_timeout_s=TIMEOUT_S)
        try:
            answer = await client.post(self.url, headers, [body])
        finally:
            await client.close()
        is_told = isinstance(answer, Answered) and 200 <= answer.status < 300
        if not is_told:
            why = f"HTTP {answer.status}" if isinstance(answer, Answered) else answer.error
            log.warning("alert not posted", why=why)
        return is_told

    def body(self, word: Word) -> bytes:
        standing = word.standing
        return msgspec.json.encode(
            _Told(
                type="alert.resolved" if word.is_over else "alert.opened",
                id=word.id,
                kind=standing.key.kind.value,
                workspace_id=standing.key.workspace_id,
                subject=standing.key.subject,
                title=word.title(),
                sentence=standing.sentence,
                since=standing.since,
                at=word.at,
            )
        )
