"""What every carrier that is a web service owes, beside what all carriers do: answers from hell, over real sockets."""

from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from heliogram.carriers.aggregator import HttpCarrier, HttpSettings, id_of, settings_of, text_of
from heliogram.carriers.protocol import NO_LOOKUPS, Carrier, Link, Misconfigured
from heliogram.carriers.registry import carrier_for
from heliogram.model.number import Line, LookedUp, NoLookup
from heliogram.model.parcel import THROTTLED, Accepted, Outcome, Refused, Unknown
from heliogram.simulator.control import Control
from heliogram.simulator.faults import FaultBoard
from heliogram.simulator.journal import Journal
from heliogram.simulator.phones import Phones

from .gateway import closed_port, gateway_answering, hang_up
from .kit import account
from .provider import Provider, Reply
from .sides import NUMBER, SECRET, WEB_CARRIERS, Side, mms_parcel, open_side, sms_parcel

HUGE = b'{"x": "' + b"y" * (4 << 20) + b'"}'
JSON = {"Content-Type": "application/json"}


@pytest.fixture(params=sorted(WEB_CARRIERS))
async def side(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Side]:
    async with open_side(request.param, tmp_path) as opened:
        yield opened


def provider(side: Side) -> Provider:
    assert side.provider is not None
    return side.provider


async def rude(side: Side, status: int, body: bytes, headers: Mapping[str, str] = JSON) -> Outcome:
    provider(side).rude = Reply(status=status, body=body, headers=headers)
    return await side.carrier.send(side.parcel())


@pytest.mark.parametrize("body", [HUGE, b"", b"<html>ok</html>", b"[" * 200_000, b"null", b'"ok"', b"\xff\xfe", b"{}"])
@pytest.mark.parametrize("status", [200, 500, 502])
async def test_an_answer_that_nobody_can_read_leaves_the_outcome_unknown(side: Side, status: int, body: bytes) -> None:
    outcome = await rude(side, status, body)
    assert isinstance(outcome, Unknown)
    assert len(outcome.exchange) <= 2_000


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_a_redirect_is_not_followed(side: Side, status: int) -> None:
    outcome = await rude(side, status, b"", {"Location": f"{provider(side).url}/elsewhere"})
    assert isinstance(outcome, Refused) and outcome.permanent
    assert len(side.lines("rude")) == 1 and side.lines("departed") == []


async def test_too_fast_waits_as_long_as_it_is_told_to(side: Side) -> None:
    outcome = await rude(side, 429, b"", {"Retry-After": "7"})
    assert isinstance(outcome, Refused)
    assert (outcome.code, outcome.permanent, outcome.retry_after_s) == (THROTTLED, False, 7.0)


async def test_a_service_that_is_closed_for_now_may_be_tried_again(side: Side) -> None:
    outcome = await rude(side, 503, b"<html>")
    assert isinstance(outcome, Refused) and not outcome.permanent


async def test_an_echo_of_what_was_sent_is_not_kept(side: Side) -> None:
    words = f"Bad token {SECRET} for Sale today to {NUMBER}"
    provider(side).rude = provider(side).book.said(words)
    outcome = await side.carrier.send(side.parcel())
    assert isinstance(outcome, Refused) and outcome.permanent
    assert "Bad token …" in outcome.reason
    for hidden in (SECRET, "Sale today", NUMBER, NUMBER[1:]):
        assert hidden not in f"{outcome}"


async def test_both_kinds_of_message_are_carried_as_recorded(side: Side) -> None:
    text, picture = await side.carrier.send(sms_parcel("m1.1")), await side.carrier.send(mms_parcel("m2.1"))
    assert isinstance(text, Accepted) and isinstance(picture, Accepted)
    lines = side.lines("submit")
    assert [(line["to"], line["text"], line["media"]) for line in lines] == [
        (NUMBER, "Sale today", []),
        (NUMBER, "Sale today", ["https://sms.example.com/m/token/sale.jpg"]),
    ]
    assert side.lines("departed") == []


async def test_no_secret_and_no_address_of_a_picture_is_kept(side: Side) -> None:
    outcome = await side.carrier.send(mms_parcel())
    assert isinstance(outcome, Accepted)
    assert outcome.exchange.startswith("POST /") and "HTTP 20" in outcome.exchange
    assert "/m/token" not in outcome.exchange and "uthorization" not in outcome.exchange
    assert outcome.carrier_ids[0] in outcome.exchange


async def test_only_a_service_that_knows_a_key_again_is_called_idempotent(side: Side) -> None:
    first, second = await side.carrier.send(side.parcel()), await side.carrier.send(side.parcel())
    assert isinstance(first, Accepted) and isinstance(second, Accepted)
    assert (first.carrier_ids == second.carrier_ids) is side.carrier.capabilities.idempotent


# ── the settings ──


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"url": "ftp://x"}, "must begin with http"),
        ({"url": "https://"}, "must begin with http"),
        ({"url": "https://a.example/?x=1"}, "must begin with http"),
        ({"url": "https://me:pw@a.example"}, "do not belong in the address"),
        ({"window": 0}, "window is 1 to 1,000"),
        ({"window": 1_001}, "window is 1 to 1,000"),
        ({"timeout_s": 0}, "more than 0 seconds"),
        ({"colour": "red"}, "has no setting colour"),
        ({"window": "many"}, "cannot be used"),
    ],
)
def test_settings_that_cannot_work_are_complained_about(changed: dict[str, Any], said: str) -> None:
    with pytest.raises(Misconfigured, match=said):
        settings_of(HttpSettings, "A", {"url": "https://a.example", **changed}, "secret")


@pytest.mark.parametrize("secret", ["", "a\nb", "a\rb"])
def test_an_account_has_a_secret_on_one_line(secret: str) -> None:
    with pytest.raises(Misconfigured, match="needs its password"):
        settings_of(HttpSettings, "A", {"url": "https://a.example"}, secret)


def test_a_secret_is_not_shown_with_the_settings() -> None:
    settings = settings_of(HttpSettings, "A", {"url": "https://a.example/api/", "window": 1_000}, "secret")
    assert "secret" not in repr(settings).replace("secret=", "")
    assert settings.at("/messages") == "https://a.example/api/messages"


def test_a_number_where_an_id_is_meant_is_the_id() -> None:
    with pytest.raises(Misconfigured, match="not '9900000'"):
        settings_of(HttpSettings, "A", {"url": 9900000}, "secret")


@pytest.mark.parametrize(("given", "kept"), [("x" * 200, "x" * 200), ("x" * 201, ""), ("a\0b", ""), ("", "")])
def test_an_id_is_kept_as_it_came_or_not_at_all(given: str, kept: str) -> None:
    assert id_of(given) == kept


def test_the_text_of_a_message_is_all_of_its_segments() -> None:
    assert text_of(sms_parcel(parts=("a", "b", "c"))) == "abc"


async def test_an_account_says_where_it_is_connected_to(side: Side) -> None:
    assert isinstance(side.carrier, HttpCarrier)
    assert side.carrier.health().detail == f"Connected to {provider(side).url.removeprefix('http://')}."


# ── what a number is ──


def _asking(url: str, *, lookups: bool = True) -> Carrier:
    return carrier_for("webhook", account(SECRET, {"url": url, "lookups": lookups}))


async def test_a_gateway_that_is_asked_what_a_number_is_answers(tmp_path: Path) -> None:
    control = Control(tmp_path, Journal(tmp_path / "journal.jsonl"), Phones(), FaultBoard())
    runner = web.AppRunner(control.app())
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    carrier = _asking(f"http://127.0.0.1:{runner.addresses[0][1]}")
    assert await carrier.look_up("+13125550094") == LookedUp(line=Line.LANDLINE)
    assert carrier.health().link is Link.UP
    await carrier.close()
    await runner.cleanup()


async def test_a_gateway_that_is_away_has_no_word_and_counts_as_away() -> None:
    carrier = _asking(f"http://127.0.0.1:{await closed_port()}")
    assert await carrier.look_up(NUMBER) == NoLookup(reason="The carrier cannot be reached.")
    assert carrier.health().link is Link.DOWN
    await carrier.close()


async def test_an_answer_that_never_comes_is_no_word(tmp_path: Path) -> None:
    async with gateway_answering(hang_up, path="/lookups") as gateway:
        carrier = _asking(gateway.url.removesuffix("/lookups"))
        assert await carrier.look_up(NUMBER) == NoLookup(reason="The carrier did not answer.")
        await carrier.close()


async def test_a_gateway_that_answers_no_questions_is_asked_none() -> None:
    async with gateway_answering(hang_up, path="/lookups") as gateway:
        carrier = _asking(gateway.url.removesuffix("/lookups"), lookups=False)
        assert await carrier.look_up(NUMBER) == NO_LOOKUPS
        assert gateway.asked == []
        await carrier.close()
