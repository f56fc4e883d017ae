"""How an MM7 account shows who it is: Digest where it is asked for, a certificate of its own."""

import re
import ssl
from pathlib import Path

import pytest
from aiohttp import web

from heliogram.carriers.digest import Challenge, answer_to
from heliogram.carriers.mm7 import Mm7Carrier
from heliogram.carriers.mm7_requests import request_for
from heliogram.carriers.mm7_settings import Mm7Settings
from heliogram.model.parcel import UNREACHABLE, Accepted, Refused
from heliogram.wire.mm7.envelope import read_message
from heliogram.wire.mm7.submit import read_submit_req

from .certificates import Authority
from .gateway import always, gateway_answering
from .test_mm7 import TOOK_IT, parcel_of, settings_for


async def asks_for_digest(request: web.Request) -> web.StreamResponse:
    """A gateway that knows one password, and one nonce until it is used three times."""
    shown = request.headers.get("Authorization", "")
    nonce = "n2" if "nc=00000003" in shown or 'nonce="n2"' in shown else "n1"
    challenge = Challenge(realm="mmsc", nonce=nonce, qop="auth")
    count, client = re.search(r"nc=(\w+)", shown), re.search(r'cnonce="(\w+)"', shown)
    if count and client:
        own = {"method": "POST", "uri": "/mm7", "count": int(count[1], 16), "client_nonce": client[1]}
        if shown == answer_to(challenge, username="helio", password="secret", **own):  # type: ignore[arg-type]
            return await always(200, TOOK_IT)(request)
    asked = f'Digest realm="mmsc", nonce="{nonce}", qop="auth"'
    return web.Response(status=401, headers={"WWW-Authenticate": asked})


async def test_a_gateway_that_asks_for_digest_gets_it_and_is_asked_only_once() -> None:
    async with gateway_answering(asks_for_digest) as gateway:
        carrier = Mm7Carrier(settings_for(gateway.url, auth="digest"))
        for n in range(4):
            assert isinstance(await carrier.send(parcel_of(key=f"m{n}.1")), Accepted)
        await carrier.close()
    # The first and the one with the nonce that had had its time went twice.
    assert len(gateway.asked) == 6
    assert not any(each.headers.get("authorization", "").startswith("Basic") for each in gateway.asked)


async def test_a_wrong_password_is_refused_after_one_answer() -> None:
    async with gateway_answering(asks_for_digest) as gateway:
        carrier = Mm7Carrier(Mm7Settings(url=gateway.url, username="helio", password="guess", auth="digest"))
        outcome = await carrier.send(parcel_of())
        await carrier.close()
    assert isinstance(outcome, Refused)
    assert len(gateway.asked) == 2


@pytest.mark.parametrize("name", ["127.0.0.1", "elsewhere.test"])
async def test_the_gateway_is_known_by_its_own_authority_and_knows_us_by_our_certificate(
    tmp_path: Path, name: str
) -> None:
    authority, stranger = Authority(tmp_path), Authority(tmp_path, "stranger")
    server, ours = authority.sign(name), authority.sign("heliogram")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=authority.file)
    context.load_cert_chain(server.certificate, server.key)
    context.verify_mode = ssl.CERT_REQUIRED
    own = {"tls_certificate": ours.certificate, "tls_key": ours.key}
    async with gateway_answering(always(200, TOOK_IT), context=context) as gateway:
        outcomes = []
        for files in ({"tls_ca": authority.file, **own}, {"tls_ca": stranger.file, **own}, own):
            carrier = Mm7Carrier(settings_for(gateway.url, **files))
            outcomes.append(await carrier.send(parcel_of()))
            await carrier.close()
        unknown = Mm7Carrier(settings_for(gateway.url, tls_ca=authority.file))
        nameless = await unknown.send(parcel_of())
        await unknown.close()
    assert isinstance(outcomes[0], Accepted) is (name == "127.0.0.1")
    assert all(isinstance(each, Refused) and each.code == UNREACHABLE for each in outcomes[1:])
    assert not isinstance(nameless, Accepted)
    assert len(gateway.asked) == int(name == "127.0.0.1")


def test_read_reports_are_asked_for_where_the_account_wants_them() -> None:
    for wanted in (True, False):
        headers, buffers = request_for(parcel_of(), settings_for(read_reply=wanted))
        read = read_submit_req(read_message(headers["Content-Type"], b"".join(buffers)).envelope)
        assert read.read_reply is (True if wanted else None)
