"""TLS between our client and the simulator's SMSC: who is let in, who is not, and what an operator reads then."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from heliogram.carriers.protocol import Link, Misconfigured
from heliogram.carriers.smpp import SmppCarrier
from heliogram.carriers.tls import client_context
from heliogram.model.parcel import Accepted, Refused
from heliogram.simulator.faults import FaultBoard
from heliogram.simulator.journal import Journal
from heliogram.simulator.phones import Phones
from heliogram.simulator.settings import SimulatorSettings
from heliogram.simulator.smsc import Smsc, start_smsc
from tests.carriers.certificates import ENDED, Authority, Files
from tests.carriers.sides import AT, PASSWORD, Shelf, sms_parcel, until
from tests.world import Ids

HERE = "127.0.0.1"


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@asynccontextmanager
async def smsc(folder: Path, files: Files, client_ca: str = "") -> AsyncIterator[tuple[int, Journal]]:
    settings = SimulatorSettings(
        folder=folder,
        password=PASSWORD,
        tls_certificate=files.certificate,
        tls_key=files.key,
        tls_client_ca=client_ca,
    )
    journal = Journal(folder / "journal.jsonl")
    theirs = Smsc(settings, journal, Phones(), FaultBoard(), lambda: AT)
    server = await start_smsc(theirs)
    try:
        yield server.sockets[0].getsockname()[1], journal
    finally:
        server.close()
        theirs.close_sessions()
        journal.close()


@asynccontextmanager
async def connecting(port: int, **settings: Any) -> AsyncIterator[SmppCarrier]:
    own = {"host": HERE, "port": port, "system_id": "heliogram", "reconnect_s": 0.05, "tls": True}
    carrier = SmppCarrier.configured(own | settings, PASSWORD, Ids().new_id)
    listening = asyncio.create_task(carrier.listen(Shelf()))
    try:
        yield carrier
    finally:
        listening.cancel()
        await asyncio.wait([listening])
        await carrier.close()


async def test_a_text_goes_to_a_carrier_whose_certificate_our_authority_signed(
    tmp_path: Path, authority: Authority
) -> None:
    async with (
        smsc(tmp_path, authority.sign(HERE)) as (port, journal),
        connecting(port, tls_ca=authority.file) as carrier,
    ):
        await until(lambda: carrier.health().link is Link.UP)
        assert isinstance(await carrier.send(sms_parcel()), Accepted)
        assert [line["text"] for line in journal.lines() if line["kind"] == "submit"] == ["Sale today"]


async def test_a_certificate_for_another_name_will_do_where_the_account_says_which(
    tmp_path: Path, authority: Authority
) -> None:
    async with (
        smsc(tmp_path, authority.sign("smsc.example")) as (port, _journal),
        connecting(port, tls_ca=authority.file, tls_name="smsc.example") as carrier,
    ):
        await until(lambda: carrier.health().link is Link.UP)
        assert isinstance(await carrier.send(sms_parcel()), Accepted)


async def test_the_name_that_is_asked_for_is_the_one_of_the_account(tmp_path: Path, authority: Authority) -> None:
    asked: list[str | None] = []
    files = authority.sign("smsc.example")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(files.certificate, files.key)
    context.sni_callback = lambda _socket, name, _context: asked.append(name)
    server = await asyncio.start_server(lambda _reader, _writer: None, HERE, 0, ssl=context)
    port = server.sockets[0].getsockname()[1]
    async with connecting(port, tls_ca=authority.file, tls_name="smsc.example"):
        await until(lambda: asked)
    server.close()
    assert set(asked) == {"smsc.example"}


@pytest.mark.parametrize(
    ("name", "changes", "words"),
    [
        (HERE, {"tls_ca": ""}, "its certificate is not accepted: unable to get local issuer certificate"),
        ("smsc.example", {}, "its certificate is not accepted: IP address mismatch"),
        (HERE, {"tls_name": "smsc.example"}, "its certificate is not accepted: Hostname mismatch"),
        ("expired", {}, "its certificate is not accepted: certificate has expired"),
    ],
    ids=["signed by a stranger", "for another name", "not for the name of the account", "expired"],
)
async def test_a_carrier_that_is_not_who_it_should_be_gets_neither_password_nor_text(
    tmp_path: Path, authority: Authority, name: str, changes: dict[str, str], words: str
) -> None:
    files = authority.sign(HERE, ends=ENDED) if name == "expired" else authority.sign(name)
    async with (
        smsc(tmp_path, files) as (port, journal),
        connecting(port, **{"tls_ca": authority.file} | changes) as carrier,
    ):
        await until(lambda: carrier.health().link is Link.DOWN)
        assert words in carrier.health().detail
        assert isinstance(await carrier.send(sms_parcel()), Refused)
        assert list(journal.lines()) == []


async def test_a_client_shows_its_certificate_where_it_is_asked_for_one(tmp_path: Path, authority: Authority) -> None:
    own = authority.sign("client.example")
    shown = {"tls_certificate": own.certificate, "tls_key": own.key, "tls_ca": authority.file}
    async with (
        smsc(tmp_path, authority.sign(HERE), authority.file) as (port, _journal),
        connecting(port, **shown) as carrier,
    ):
        await until(lambda: carrier.health().link is Link.UP)
        assert isinstance(await carrier.send(sms_parcel()), Accepted)


@pytest.mark.parametrize("is_strange", [False, True], ids=["none", "a stranger's"])
async def test_a_client_without_a_certificate_that_is_taken_stays_out_and_says_why(
    tmp_path: Path, authority: Authority, is_strange: bool
) -> None:
    stranger = Authority(tmp_path, "stranger").sign("client.example")
    shown = {"tls_certificate": stranger.certificate, "tls_key": stranger.key} if is_strange else {}
    async with (
        smsc(tmp_path, authority.sign(HERE), authority.file) as (port, journal),
        connecting(port, tls_ca=authority.file, **shown) as carrier,
    ):
        await until(lambda: carrier.health().link is Link.DOWN)
        assert "it may want another certificate of ours" in carrier.health().detail
        assert [line for line in journal.lines() if line["kind"] == "bind"] == []


async def test_a_carrier_that_speaks_no_tls_is_told_so(tmp_path: Path, authority: Authority) -> None:
    server = await asyncio.start_server(lambda _reader, writer: writer.write(b"\0" * 64), HERE, 0)
    async with connecting(server.sockets[0].getsockname()[1], tls_ca=authority.file) as carrier:
        await until(lambda: carrier.health().link is Link.DOWN)
        assert "no secure connection" in carrier.health().detail
    server.close()


def test_files_that_cannot_be_used_are_complained_about_in_a_sentence(tmp_path: Path, authority: Authority) -> None:
    own, other = authority.sign("one.example"), authority.sign("two.example")
    notes = tmp_path / "notes.txt"
    notes.write_text("nothing of the kind")
    for files, words in (
        ({"ca": str(tmp_path / "gone.pem")}, "no such file"),
        ({"ca": str(notes)}, "no PEM file"),
        ({"certificate": str(notes)}, "no PEM file"),
        ({"certificate": own.certificate, "key": other.key}, "the key belongs to another certificate"),
        ({"key": own.key}, "tls_key needs tls_certificate"),
    ):
        with pytest.raises(Misconfigured, match=words):
            client_context(**files)


def test_old_versions_of_tls_are_not_spoken() -> None:
    assert client_context().minimum_version is ssl.TLSVersion.TLSv1_2


def test_settings_of_tls_without_tls_are_a_mistake_not_a_silence(authority: Authority) -> None:
    own = {"host": HERE, "port": 1, "system_id": "heliogram", "tls_ca": authority.file}
    with pytest.raises(Misconfigured, match="without tls=true"):
        SmppCarrier.configured(own, PASSWORD, Ids().new_id)
