"""An SMSC whose every word a test writes: for what the simulator never says."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from heliogram.wire.smpp.names import OK, RESPONSE, Command
from heliogram.wire.smpp.pdu import Pdu, encode, parse

WITHIN_S = 20.0


@dataclass(slots=True)
class Line:
    """One connection of a client."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def hear(self) -> Pdu:
        """The client's next PDU. Raises IncompleteReadError when it has gone."""
        async with asyncio.timeout(WITHIN_S):
            length = await self.reader.readexactly(4)
            return parse(length + await self.reader.readexactly(int.from_bytes(length, "big") - 4))

    def say(self, *pdus: Pdu) -> None:
        self.writer.write(b"".join(map(encode, pdus)))

    def answer(self, pdu: Pdu, status: int = OK, **fields: str) -> None:
        self.say(Pdu(pdu.command | RESPONSE, status, pdu.sequence, dict(fields)))

    async def bind(self) -> Pdu:
        """Let the client in."""
        pdu = await self.hear()
        self.answer(pdu, system_id="PEER")
        return pdu

    async def heard_nothing_more(self) -> bool:
        """Whether the client says nothing before it answers the question that is asked now."""
        self.say(Pdu(Command.ENQUIRE_LINK, sequence=9_999))
        pdu = await self.hear()
        return (pdu.command, pdu.sequence) == (Command.ENQUIRE_LINK_RESP, 9_999)

    async def is_gone(self) -> bool:
        """Whether the client has hung up, with or without reading all that was said to it."""
        try:
            async with asyncio.timeout(WITHIN_S):
                return await self.reader.read() == b""
        except ConnectionError:
            return True

    def hang_up(self) -> None:
        self.writer.close()


@dataclass(slots=True)
class Peer:
    """Where it listens, and the connections in the order they came."""

    port: int = 0
    lines: "asyncio.Queue[Line]" = field(default_factory=asyncio.Queue)

    async def line(self) -> Line:
        async with asyncio.timeout(WITHIN_S):
            return await self.lines.get()


@asynccontextmanager
async def peer(context: ssl.SSLContext | None = None) -> AsyncIterator[Peer]:
    made = Peer()
    opened: list[Line] = []

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        opened.append(Line(reader, writer))
        made.lines.put_nowait(opened[-1])

    server = await asyncio.start_server(take, "127.0.0.1", 0, ssl=context)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()
        for line in opened:
            line.hang_up()


def receipt(sequence: int, message_id: str, stat: str = "DELIVRD", **fields: str | int | bytes) -> Pdu:
    """A deliver_sm with a receipt in it."""
    text = f"id:{message_id} sub:001 dlvrd:001 submit date:2611231053 done date:2611231053 stat:{stat} err:000 text:Hi"
    told: dict[str, str | int | bytes] = {"esm_class": 0x04, "source_addr": "13125550142", "destination_addr": "72345"}
    told |= {"short_message": text.encode()}
    return Pdu(Command.DELIVER_SM, sequence=sequence, fields=told | fields)


def phone_text(sequence: int, octets: bytes, source: str = "13125550142", **fields: int) -> Pdu:
    """A deliver_sm with a text from a phone."""
    told: dict[str, str | int | bytes] = {"source_addr": source, "destination_addr": "72345", "short_message": octets}
    return Pdu(Command.DELIVER_SM, sequence=sequence, fields=told | fields)


def context_of_nobody(folder: Path) -> ssl.SSLContext:
    """A certificate that nobody vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    began = datetime(2026, 1, 1, tzinfo=UTC)
    certificate = x509.CertificateBuilder(name, name, key.public_key(), 1, began, began + timedelta(days=36_500))
    (folder / "key.pem").write_bytes(
        certificate.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "key.pem")
    return context
