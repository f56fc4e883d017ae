from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from heliogram.analytics.history import load_history
from heliogram.analytics.step import TimelineStep, Tone
from heliogram.analytics.timeline import timeline_of
from heliogram.compose.fallback import LINK_MARK
from heliogram.delivery.retry import BACKOFF_S
from heliogram.media.plan import budget_for
from heliogram.model.consent import Subscription
from heliogram.model.event import News
from heliogram.model.parcel import MEDIA_REFUSED, Partly, Refused, Unknown
from heliogram.model.sender import SenderKind
from heliogram.storage import consent, media
from heliogram.storage.tables.delivery import outcomes
from tests.delivery.scene import ADA, LONDON, Scene, receipt
from tests.world import NOON, WORKSPACE, World

from .network import CREDENTIALS, PASSWORD, Network, open_network

TEXT = "Soup of the day, {}!"


@pytest.fixture
async def scene(small_world: World) -> AsyncIterator[Scene]:
    await small_world.build()
    opened = Scene(small_world)
    await opened.add_lane()
    yield opened
    await opened.workshop.close()


@pytest.fixture
async def network(scene: Scene, tmp_path: Path) -> AsyncIterator[Network]:
    async with open_network(scene, tmp_path / "simulator") as opened:
        yield opened


async def _told(scene: Scene, message_id: str) -> tuple[TimelineStep, ...]:
    async with scene.store.read() as connection:
        told = await load_history(connection, WORKSPACE, message_id)
    assert told is not None
    return timeline_of(told)


def _kinds(steps: tuple[TimelineStep, ...]) -> list[str]:
    assert [step.at for step in steps] == sorted(step.at for step in steps)
    return [step.kind for step in steps]


def _step(steps: tuple[TimelineStep, ...], kind: str, n: int = 0) -> TimelineStep:
    return [step for step in steps if step.kind == kind][n]


HANDED_OVER = ["consent", "route", "written", "attempt", "outcome"]


# ── what goes well ──


async def test_a_delivered_picture_message_tells_everything_from_its_queue_to_the_handset(network: Network) -> None:
    scene = network.scene
    await scene.add_picture()
    (message_id,) = await scene.queue(ADA, content="mms", media_id="menu", body=TEXT.format("Ada"))
    scene.world.clock.move(seconds=5)
    await network.deliver()
    async with scene.store.read() as connection:
        (ids,) = (await connection.execute(select(outcomes.c.carrier_ids))).scalars()
    await network.hear_report(ids[0], ADA)
    steps = await _told(scene, message_id)
    assert _kinds(steps) == ["queued", *HANDED_OVER, "receipt"]
    queued, agreed, route, written, attempt, outcome, heard = steps
    assert queued.facts == (("Purpose", "marketing"), ("Group", "Offers"))
    assert agreed.detail == "said so"
    assert agreed.facts[:2] == (("Subscribed", "2026-03-02 12:00 UTC"), ("How", "staff"))
    assert (route.title, route.detail) == (
        "Goes as picture message (MMS)",
        "The sender can send pictures there, and nothing says that the phone takes none.",
    )
    assert route.facts == (
        ("Sender", "+13125550100 (long code)"),
        ("Why this sender", "It is at home in the recipient's country (US)."),
    )
    n_octets = len(f"menu in {budget_for(SenderKind.LONG_CODE, 'mm7', 'US').octets}")
    assert written.facts == (
        ("Picture", "menu.jpg, 20,000 bytes as uploaded"),
        ("Made for this route", f"{n_octets:,} bytes"),
    )
    assert (attempt.title, attempt.facts) == ("Attempt 1: handed to “MMSC”", (("Carrier", "MM7"),))
    assert (outcome.title, outcome.tone, outcome.facts) == ("The carrier took it", Tone.OK, (("Carrier's id", ids[0]),))
    assert (heard.title, heard.tone) == ("Confirmed on the handset", Tone.OK)


async def test_a_text_with_a_link_tells_why_it_is_one_and_what_it_was_written_as(network: Network) -> None:
    scene = network.scene
    await scene.add_picture()
    await scene.world.add_people([LONDON])
    (message_id,) = await scene.queue(LONDON, content="mms", media_id="menu", body="Sōup", lane_id="g-offers")
    await network.deliver()
    await network.hear_receipt()
    (link,) = await scene.links()
    async with scene.store.write() as connection:
        for n, is_preview in enumerate((True, False)):
            row = {"id": f"o{n}", "workspace_id": WORKSPACE, "token": link["token"], "campaign_id": None}
            at = scene.world.clock.move(seconds=1)
            await media.add_open(connection, row | {"at": at, "is_preview": is_preview, "user_agent": ""})
    steps = await _told(scene, message_id)
    assert _kinds(steps) == ["queued", *HANDED_OVER, "receipt", "preview", "open"]
    route = _step(steps, "route")
    assert (route.title, route.detail) == (
        "Goes as text with a link to the picture",
        "This destination takes no picture messages, so the text ends in a link to the picture.",
    )
    assert route.facts[1][1] == "The group has no sender at home in GB; this long code may text abroad."
    written = _step(steps, "written")
    assert written.title == "Written as 1 segment"
    assert written.facts == (
        ("Segments", "1"),
        ("Encoding", "UCS-2"),
        ("Text", "the message's own, with the link behind it"),
        ("Link", f"/p/{link['token']}"),
    )
    assert _step(steps, "outcome").tone is Tone.OK
    assert _step(steps, "preview").detail == "By a program, not a person."


async def test_the_raw_exchange_is_shown_without_secrets_text_or_whole_numbers(network: Network) -> None:
    scene = network.scene
    await scene.add_picture()
    await scene.world.add_people([LONDON])
    ids = await scene.queue(ADA, LONDON, content="mms", media_id="menu", body=TEXT.format("Ada"))
    await network.deliver()
    async with scene.store.read() as connection:
        given = [each for row in (await connection.execute(select(outcomes.c.carrier_ids))).scalars() for each in row]
    await network.hear_receipt()
    await network.hear_report(next(each for each in given if each.startswith("mm-")), ADA)
    for message_id in ids:
        steps = await _told(scene, message_id)
        raw = [step.raw for step in steps if step.kind in ("outcome", "receipt")]
        assert len(raw) == 2 and all(raw)
        everything = repr(steps)
        for hidden in (PASSWORD, CREDENTIALS, CREDENTIALS.removeprefix("Basic "), "uthorization", "Soup of the day"):
            assert hidden not in everything
        for whole in (ADA, ADA[1:], LONDON, LONDON[1:]):
            assert not any(whole in (each or "") for each in raw)
    mms, sms = [_step(await _told(scene, each), "outcome").raw or "" for each in ids]
    assert mms.startswith("POST /mm7") and "SubmitReq" in mms and "HTTP 200" in mms
    assert "submit_sm +13125550100 -> …0001" in sms and "submit_sm_resp" in sms


# ── what does not go at once ──


async def test_a_refusal_and_the_next_try_are_both_told(scene: Scene) -> None:
    (message_id,) = await scene.queue(ADA)
    refusal = Refused(code="ESME_RSYSERR", reason="The carrier has a fault of its own.", permanent=False)
    await scene.answer(await scene.take(), refusal)
    waiting = await _told(scene, message_id)
    assert _kinds(waiting) == ["queued", *HANDED_OVER, "retrying"]
    assert _step(waiting, "retrying").title == "Tried again soon"
    refused = _step(waiting, "outcome")
    assert (refused.title, refused.detail, refused.tone) == ("The carrier refused it", refusal.reason, Tone.BAD)
    assert ("Code", "ESME_RSYSERR") in refused.facts
    scene.world.clock.move(seconds=BACKOFF_S[0])
    await scene.answer(await scene.take())
    steps = await _told(scene, message_id)
    assert _kinds(steps) == ["queued", *HANDED_OVER, *HANDED_OVER]
    assert [step.title for step in steps if step.kind == "attempt"] == [
        "Attempt 1: handed to “SMSC”",
        "Attempt 2: handed to “SMSC”",
    ]


async def test_a_picture_the_carrier_does_not_take_goes_again_as_a_link_and_says_so(scene: Scene) -> None:
    await scene.add_picture()
    (message_id,) = await scene.queue(ADA, content="mms", media_id="menu")
    await scene.answer(await scene.take(), Refused(code=MEDIA_REFUSED, reason="Too large.", permanent=True))
    scene.world.clock.move(seconds=1)
    await scene.answer(await scene.take())
    steps = await _told(scene, message_id)
    assert [step.title for step in steps if step.kind == "route"] == [
        "Goes as picture message (MMS)",
        "Goes as text with a link to the picture",
    ]
    assert _step(steps, "route", 1).detail == "The picture is not taken on this route: text + link."


async def test_a_permanent_refusal_ends_the_story_with_the_reason(scene: Scene) -> None:
    (message_id,) = await scene.queue(ADA)
    await scene.answer(await scene.take(), Refused(code="ESME_RINVDSTADR", reason="No such number.", permanent=True))
    steps = await _told(scene, message_id)
    assert _kinds(steps) == ["queued", *HANDED_OVER, "failed"]
    assert (steps[-1].title, steps[-1].detail, steps[-1].tone) == (
        "Failed",
        "The carrier cannot reach this number.",
        Tone.BAD,
    )


@pytest.mark.parametrize(
    ("outcome", "title", "detail", "tone"),
    [
        (
            Unknown(reason="no_answer"),
            "No answer came",
            "The carrier was sent the message and did not answer. It is not repeated by itself, "
            "because the message may have gone out.",
            Tone.WARN,
        ),
        (
            Partly(carrier_ids=("1",), code="ESME_RSYSERR", reason="Only some segments were taken."),
            "The carrier took only a part",
            "Only some segments were taken.",
            Tone.BAD,
        ),
    ],
)
async def test_what_nobody_knows_is_called_unknown(
    scene: Scene, outcome: Any, title: str, detail: str, tone: Tone
) -> None:
    (message_id,) = await scene.queue(ADA)
    await scene.answer(await scene.take(), outcome)
    steps = await _told(scene, message_id)
    assert _kinds(steps) == ["queued", *HANDED_OVER, "unknown"]
    answered = _step(steps, "outcome")
    assert (answered.title, answered.detail, answered.tone) == (title, detail, tone)
    assert steps[-1].title == "What became of it is not known"


async def test_an_attempt_a_crash_left_in_doubt_is_told_in_words_and_so_is_the_receipt_that_resolves_it(
    scene: Scene,
) -> None:
    (message_id,) = await scene.queue(ADA)
    await scene.take()
    scene.world.clock.move(seconds=30)
    await scene.crash()
    in_doubt = await _told(scene, message_id)
    assert _kinds(in_doubt) == ["queued", *HANDED_OVER, "unknown"]
    assert _step(in_doubt, "outcome").detail == (
        "The sending process ended before the carrier's answer was recorded. It is not repeated by itself, "
        "because the message may have gone out."
    )
    scene.world.clock.move(seconds=30)
    await scene.hear(receipt("77", about=ADA))
    resolved = await _told(scene, message_id)
    assert _kinds(resolved) == ["queued", *HANDED_OVER, "receipt"]
    assert (resolved[-1].title, resolved[-1].facts) == ("Confirmed on the handset", (("Carrier's id", "77"),))


@pytest.mark.parametrize(
    ("news", "title", "tone"),
    [
        (News.EN_ROUTE, "On its way to the handset", Tone.INFO),
        (News.ACCEPTED, "The network took it", Tone.INFO),
        (News.DELIVERED, "Confirmed on the handset", Tone.OK),
        (News.UNDELIVERED, "Not delivered", Tone.BAD),
        (News.EXPIRED, "The network gave up", Tone.BAD),
        (News.REJECTED, "The network rejected it", Tone.BAD),
        (News.DELETED, "The network deleted it", Tone.BAD),
        (News.UNKNOWN, "The network does not know what became of it", Tone.INFO),
    ],
)
async def test_every_receipt_has_its_words(scene: Scene, news: News, title: str, tone: Tone) -> None:
    (message_id,) = await scene.queue(ADA)
    await scene.answer(await scene.take())
    scene.world.clock.move(seconds=1)
    await scene.hear(receipt(f"{message_id}.1/0", news, code="034"))
    heard = (await _told(scene, message_id))[-1]
    assert (heard.kind, heard.title, heard.tone) == ("receipt", title, tone)
    assert ("Code", "034") in heard.facts


# ── what does not go ──


async def test_a_reply_says_that_it_comes_from_the_number_the_person_wrote_to(scene: Scene) -> None:
    (message_id,) = await scene.queue(ADA, from_address="+13125550100")
    await scene.take()
    route = _step(await _told(scene, message_id), "route")
    assert ("Why this sender", "It is the number that the person wrote to.") in route.facts


async def test_a_message_without_consent_says_so_and_shows_no_attempt(scene: Scene) -> None:
    await scene.world.add_people([ADA], subscribed=False)
    (message_id,) = await scene.queue(ADA)
    scene.world.clock.move(seconds=1)
    await scene.take()
    steps = await _told(scene, message_id)
    assert _kinds(steps) == ["queued", "skipped"]
    assert (steps[1].title, steps[1].tone) == ("Not sent", Tone.WARN)
    assert steps[1].detail == "No consent is on record for this group."


async def test_a_message_to_a_person_who_left_shows_when_and_how_they_left(scene: Scene) -> None:
    await scene.world.add_people([ADA])
    scene.world.clock.move(seconds=60)
    left_at = scene.world.clock.now()
    (fact_id,) = await scene.world.say(Subscription.UNSUBSCRIBED, [ADA])
    scene.world.clock.move(seconds=60)
    (message_id,) = await scene.queue(ADA)
    scene.world.clock.move(seconds=60)
    await scene.take()
    # Coming back later changes nothing about why this one was not sent.
    scene.world.clock.move(seconds=60)
    await scene.world.say(Subscription.SUBSCRIBED, [ADA])
    async with scene.store.read() as connection:
        fact = await consent.fact(connection, WORKSPACE, fact_id)
    assert fact is not None
    steps = await _told(scene, message_id)
    assert _kinds(steps) == ["queued", "consent", "skipped"]
    assert (steps[1].title, steps[1].detail, steps[1].tone) == ("Consent was withdrawn", fact["evidence"], Tone.WARN)
    assert steps[1].facts == (
        ("Unsubscribed", f"{left_at:%Y-%m-%d %H:%M} UTC"),
        ("How", fact["source"]),
        ("Record", fact["hash"][:16]),
    )
    assert steps[2].detail == "This person has unsubscribed from this group."


async def test_a_held_message_says_until_when_and_why_and_later_that_its_time_came(scene: Scene) -> None:
    due = NOON + timedelta(hours=1)
    (message_id,) = await scene.queue(ADA, due_at=due)
    await scene.take()
    held = await _told(scene, message_id)
    assert _kinds(held) == ["queued", "held"]
    assert ("Due", due.isoformat()) in held[0].facts
    assert (held[1].detail, held[1].facts) == ("It is not due yet.", (("Until", due.isoformat()),))
    scene.world.clock.move(seconds=3_600)
    await scene.answer(await scene.take())
    sent = await _told(scene, message_id)
    assert _kinds(sent) == ["queued", "released", *HANDED_OVER]
    assert (sent[1].at, sent[1].detail) == (due, "Until then: It is not due yet.")


async def test_a_message_whose_time_had_passed_says_so(scene: Scene) -> None:
    (message_id,) = await scene.queue(ADA, expires_at=NOON + timedelta(minutes=1))
    scene.world.clock.move(seconds=61)
    await scene.take()
    steps = await _told(scene, message_id)
    assert (_kinds(steps), steps[1].title) == (["queued", "expired"], "Not sent: too late")
    assert steps[1].detail == "Its time had passed before it could be sent."


async def test_the_reply_to_a_stop_needs_no_consent_and_says_so(scene: Scene) -> None:
    await scene.world.add_people([ADA], subscribed=False)
    (message_id,) = await scene.queue(ADA, purpose="reply")
    await scene.answer(await scene.take())
    agreed = _step(await _told(scene, message_id), "consent")
    assert (agreed.title, agreed.detail) == ("No consent needed", "A reply that the person asked for.")


async def test_a_message_still_in_line_has_only_been_queued(scene: Scene) -> None:
    await scene.world.add_campaign()
    await scene.add_lane("c-campaign", campaign_id="campaign")
    (message_id,) = await scene.queue(ADA, lane_id="c-campaign", campaign_id="campaign")
    (only,) = await _told(scene, message_id)
    assert (only.kind, only.detail, only.at) == ("queued", "Campaign “Campaign”.", NOON)


async def test_a_text_that_was_cut_and_spelled_plainly_tells_from_what(scene: Scene) -> None:
    body = "It’s " + "word " * 60
    (message_id,) = await scene.queue(ADA, body=body, text_wishes={"max_segments": 1, "too_long": "cut"})
    await scene.take()
    step = _step(await _told(scene, message_id), "written")
    assert (step.title, step.tone) == ("Written as 1 segment", Tone.WARN)
    assert step.detail == (
        "Typographic characters were made plain: it saves 3 segments. "
        "It had 2 segments, more than it may have, so it was cut at a word."
    )
    facts = dict(step.facts)
    assert facts["Replaced"] == "’ → ' (1)"
    assert facts["Text as sent"] == "It's " + ("word " * 31).rstrip()


async def test_a_text_that_leaves_as_it_was_written_says_nothing_of_it(scene: Scene) -> None:
    (message_id,) = await scene.queue(ADA, body="Hello")
    await scene.take()
    step = _step(await _told(scene, message_id), "written")
    assert (step.detail, step.tone, {"Replaced", "Text as sent"} & set(dict(step.facts))) == ("", Tone.INFO, set())


async def test_a_link_in_the_authors_own_text_says_which_text_it_was(scene: Scene) -> None:
    await scene.add_picture()
    await scene.world.add_people([LONDON])
    own = f"It’s here: {LINK_MARK}!"
    (message_id,) = await scene.queue(LONDON, content="mms", media_id="menu", body="Look!", fallback_body=own)
    await scene.take()
    facts = dict(_step(await _told(scene, message_id), "written").facts)
    assert facts["Text"] == "the one written for phones without pictures"
    assert facts["Text as sent"] == "It's here: {{ link }}!"
