"""The forecast is a promise: it counts, for exactly this audience, what delivery then does."""

import asyncio
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from heliogram.campaigns.expand import Expander
from heliogram.compose.liquid import compile_text
from heliogram.delivery.forecast import TOKEN_LIKE, Forecast, Plan, Rewritten, forecast, forecast_people
from heliogram.media.plan import budget_for
from heliogram.model.album import Shown
from heliogram.model.campaign import Audience, AudienceKind
from heliogram.model.consent import Subscription
from heliogram.model.cut import Cut
from heliogram.model.message import Channel, Content, State
from heliogram.model.sender import SenderKind
from heliogram.storage import lanes, senders
from heliogram.storage.engine import open_store
from heliogram.storage.tables.campaigns import campaigns
from heliogram.storage.tables.delivery import messages
from tests.delivery.scene import SERVER_URL, Scene
from tests.world import GROUP, SMSC, WORKSPACE, Clock, Ids, World

LIST = Audience(kind=AudienceKind.LIST, list_id="people")
LONG = "語" * 700
BODY = "Hi {{ first_name }}, {{ note | default: 'the menu is here' }}"

PEOPLE: dict[str, dict[str, Any]] = {
    "+13125550001": {},
    "+14165550001": {"country": "CA", "first_name": "Zoë 🍲"},
    "+447700900001": {"country": "GB"},
    "+13125550002": {"is_landline": True},
    "+13125550003": {"network": "Verizon"},
    "+13125550004": {"network": "AT&T"},
    "+13125550005": {"attributes": {"note": LONG}},
    "+447700900002": {"country": "GB", "attributes": {"note": LONG}},
    "+13125550006": {"attributes": {"note": "x" * 1_600}},
    "+13125550007": {"attributes": {"note": "x" * 400}},
    "+4915150900001": {"country": "DE"},
    "+13125550008": {"said": None},
    "+13125550009": {"said": Subscription.UNSUBSCRIBED},
    "+447700900003": {"country": "GB", "said": Subscription.UNSUBSCRIBED},
}
"""A mixed audience. `said` is their word to the group: subscribed unless told otherwise."""

SENDERS: dict[str, dict[str, Any]] = {
    "us": {},
    "us text": {"mms_enabled": False, "mms_account_id": None, "address": "+13125550101"},
    "code": {"kind": "short_code", "address": "62449", "countries": ["US"], "approvals": {"Verizon": "approved"}},
    "new code": {"kind": "short_code", "address": "62450", "countries": ["US"], "approvals": {"AT&T": "pending"}},
    "gb": {"countries": ["GB"], "address": "+447700900100", "mms_enabled": False, "mms_account_id": None},
    "toll-free": {"kind": "toll_free", "address": "+18005550100", "countries": ["US", "CA"]},
}


async def _build(world: World, sender_ids: list[str], fallbacks: dict[str, bool]) -> Scene:
    """The people, the senders, and a group of some of them."""
    await world.add_workspace(WORKSPACE)
    for account_id, carrier in ((SMSC, "smpp"), ("mmsc", "mm7")):
        await world.add_account(account_id, carrier)
    for sender_id in sender_ids:
        await world.add_sender(sender_id, **SENDERS[sender_id])
    await world.add_group(GROUP, sender_ids, **{f"fallback_{name}": word for name, word in fallbacks.items()})
    for phone, known in PEOPLE.items():
        await world.add_people([phone], subscribed=False, **{k: v for k, v in known.items() if k != "said"})
        word = known.get("said", Subscription.SUBSCRIBED)
        if word is not None:
            await world.say(word, [phone])
    await world.add_list("people", list(world.people.values()))
    return Scene(world)


async def _plan(scene: Scene, content: Content, **changes: Any) -> Plan:
    async with scene.store.read() as connection:
        group = (await senders.load_groups(connection, WORKSPACE))[GROUP]
    row: dict[str, Any] = {"workspace_id": WORKSPACE, "group": group, "audience": LIST, "content": content}
    row |= {"template": compile_text(BODY), "shown": None if content is Content.TEXT else Shown(WORKSPACE, "menu")}
    return Plan(**row | changes)


async def _forecast(scene: Scene, plan: Plan, limit: int | None = None) -> Forecast:
    now = scene.world.clock.now
    return await forecast(scene.store, scene.pictures, plan, now=now, link_base_url=SERVER_URL, limit=limit)


async def _send(scene: Scene, plan: Plan) -> None:
    """Launch the same campaign: expand it and take turns until nothing is left, each attempt accepted."""
    await scene.world.add_campaign(
        state="sending",
        body=BODY,
        content=plan.content.value,
        media_id=plan.shown and plan.shown.media_id,
        audience_kind=plan.audience.kind.value,
        list_id=plan.audience.list_id,
    )
    lane_id = lanes.campaign_lane_of("campaign")
    await scene.add_lane(lane_id, campaign_id="campaign")
    await Expander(scene.store, new_id=scene.world.ids.new_id, now=scene.world.clock.now).step()
    while (taken := await scene.take(lane_id)).n_moved:
        await scene.answer(taken)


async def _happened(scene: Scene) -> dict[str, Counter[Any]]:
    rows = await scene.attempts()
    reasons = await scene.reasons()
    assert len(await scene.rows(messages)) == len(reasons) == len(PEOPLE)
    assert {state for state, _reason in reasons.values()} <= {State.SENT, State.SKIPPED}
    return {
        "channels": Counter((Channel(row["channel"]), row["reason"]) for row in rows),
        "skipped": Counter(reason for state, reason in reasons.values() if state is State.SKIPPED),
        "segments": Counter(row["n_segments"] for row in rows if row["channel"] != "mms"),
        "pictures": Counter(row["variant_octets"] for row in rows if row["channel"] == "mms"),
    }


def _foretold(found: Forecast) -> dict[str, Counter[Any]]:
    pictures: Counter[int] = Counter()
    for each in found.variants:
        assert each.fitted is not None
        pictures[sum(one.n_octets for one in each.fitted)] += each.n
    return {
        "channels": Counter(found.channels),
        "skipped": Counter(found.skipped),
        "segments": Counter(found.segments),
        "pictures": pictures,
    }


async def _compare(path: Path, sender_ids: list[str], fallbacks: dict[str, bool], content: Content, fits: int) -> None:
    store = open_store(f"sqlite:///{path}")
    try:
        scene = await _build(World(store=store, clock=Clock(), ids=Ids()), sender_ids, fallbacks)
        await scene.add_picture(fits=lambda octets: octets >= fits)
        plan = await _plan(scene, content)
        foretold = await _forecast(scene, plan)
        assert await scene.attempts() == []
        await _send(scene, plan)
        assert _foretold(foretold) == await _happened(scene)
        assert (foretold.audience, foretold.n_counted, foretold.held) == (len(PEOPLE), len(PEOPLE), {})
    finally:
        await store.close()


any_fallbacks = st.fixed_dictionaries(
    {name: st.booleans() for name in ("carrier_not_approved", "sender_cannot_mms", "media_not_taken")}
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.sampled_from(sorted(SENDERS)), max_size=4, unique=True),
    any_fallbacks,
    st.sampled_from(Content),
    st.sampled_from([0, 300_000, 10_000_000]),
)
def test_what_is_foretold_of_a_mixed_audience_is_what_happens(
    migrated_sqlite: Path,
    tmp_path_factory: pytest.TempPathFactory,
    sender_ids: list[str],
    fallbacks: dict[str, bool],
    content: Content,
    fits: int,
) -> None:
    path = tmp_path_factory.mktemp("forecast") / "law.sqlite"
    shutil.copy(migrated_sqlite, path)
    asyncio.run(_compare(path, sender_ids, fallbacks, content, fits))


async def _usual(world: World, **fallbacks: bool) -> Scene:
    """A group with a short code that one network approved, and a US long code behind it."""
    scene = await _build(world, ["code", "us"], fallbacks)
    await scene.add_picture()
    return scene


async def test_a_picture_campaign_is_foretold_to_the_last_person(world: World) -> None:
    scene = await _usual(world)
    plan = await _plan(scene, Content.MMS)
    found = await _forecast(scene, plan)
    ways = {(Channel.MMS, "mms"): 6, (Channel.SMS_LINK, "destination_no_mms"): 2}
    assert found.channels == ways | {(Channel.SMS_LINK, "number_landline"): 1}
    assert found.skipped == {"no_consent": 1, "opted_out": 2, "too_long": 1, "mms_text_too_long": 1}
    assert (found.held, found.audience, found.n_counted) == ({}, 14, 14)
    assert found.longest_body == f"Hi Ada, {LONG}"
    limits = {kind: budget_for(kind, "mm7", "US").octets for kind in (SenderKind.SHORT_CODE, SenderKind.LONG_CODE)}
    assert [(each.route, each.budget_octets, each.n) for each in found.variants] == [
        ("long_code +13125550100", limits[SenderKind.LONG_CODE], 2),
        ("short_code 62449", limits[SenderKind.SHORT_CODE], 4),
    ]
    await _send(scene, plan)
    assert _foretold(found) == await _happened(scene)


async def test_nothing_is_sent_and_nothing_stored_by_a_forecast(world: World) -> None:
    scene = await _usual(world)
    await _forecast(scene, await _plan(scene, Content.MMS))
    assert [await scene.rows(table) for table in (messages, campaigns)] == [[], []]
    assert (await scene.attempts(), await scene.links(), await scene.states()) == ([], [], {})


async def test_a_limit_looks_at_the_first_people_only_and_says_so(small_world: World) -> None:
    scene = await _usual(small_world)
    plan = await _plan(scene, Content.TEXT)
    counted = [await _forecast(scene, plan, limit) for limit in (0, 3, len(PEOPLE), len(PEOPLE) + 1)]
    assert [each.n_counted for each in counted] == [0, 3, len(PEOPLE), len(PEOPLE)]
    assert {each.audience for each in counted} == {len(PEOPLE)}
    assert counted[1].channels == {(Channel.SMS, "text"): 3}


async def test_a_link_is_counted_at_its_true_length(small_world: World) -> None:
    assert len(TOKEN_LIKE) == len(small_world.ids.new_token())
    scene = await _build(small_world, ["us"], {})
    await scene.add_picture()
    plan = await _plan(scene, Content.TEXT_LINK, template=compile_text("{{ first_name }}"))
    link = f" {SERVER_URL}/p/{TOKEN_LIKE}"
    for n, segments in ((160 - len(link), 1), (161 - len(link), 2)):
        row = {**scene.world.person("+13125559999"), "first_name": "x" * n}
        found = await _people(scene, plan, [row])
        assert found.segments == {segments: 1}


async def test_the_segments_foretold_are_cut_as_the_account_has_them_cut(small_world: World) -> None:
    scene = await _build(small_world, ["us"], {})
    plain = await _plan(scene, Content.TEXT, template=compile_text("x" * 306))
    wide = await _plan(scene, Content.TEXT, template=compile_text("x" * 306), cuts={SMSC: Cut(is_wide=True)})
    row = scene.world.person("+13125559999")
    assert [(await _people(scene, plan, [row])).segments for plan in (plain, wide)] == [{2: 1}, {3: 1}]
    assert [set((await _forecast(scene, plan)).segments) for plan in (plain, wide)] == [{2}, {3}]


async def test_the_texts_and_segments_of_each_account_are_told_apart(small_world: World) -> None:
    scene = await _build(small_world, ["us"], {})
    await small_world.add_account("other", "smpp")
    await small_world.add_sender("gb", **SENDERS["gb"] | {"sms_account_id": "other"})
    await small_world.add_group("both", ["us", "gb"])
    async with scene.store.read() as connection:
        group = (await senders.load_groups(connection, WORKSPACE))["both"]
    cuts = {"other": Cut(is_wide=True)}
    plan = await _plan(scene, Content.TEXT, template=compile_text("x" * 306), cuts=cuts, group=group)
    rows = [scene.world.person("+13125559999"), scene.world.person("+447700900555") | {"country": "GB"}]
    found = await _people(scene, plan, [*rows, scene.world.person("+13125559998")])
    assert found.by_account == {SMSC: (2, 4), "other": (1, 3)}


# ── people of a file that is not stored ──


async def _people(scene: Scene, plan: Plan, rows: list[dict[str, Any]], *, is_attested: bool = True) -> Forecast:
    return await forecast_people(
        scene.store,
        plan,
        rows,
        scene.pictures.variants,
        now=scene.world.clock.now,
        link_base_url=SERVER_URL,
        is_attested=is_attested,
    )


@pytest.mark.parametrize("is_attested", [True, False])
async def test_an_attested_file_speaks_for_new_people_and_never_for_those_who_opted_out(
    world: World, is_attested: bool
) -> None:
    scene = await _usual(world)
    plan = await _plan(scene, Content.TEXT)
    new = "+13125558888"
    rows = [world.person(phone) for phone in (new, "+13125550001", "+13125550008", "+13125550009")]
    found = await _people(scene, plan, rows, is_attested=is_attested)
    assert found.channels == {(Channel.SMS, "text"): 3 if is_attested else 1}
    assert found.skipped == {"opted_out": 1} | ({} if is_attested else {"no_consent": 2})
    assert (found.audience, found.n_counted) == (4, 4)


async def test_what_is_known_of_a_person_counts_where_the_file_says_nothing(world: World) -> None:
    scene = await _usual(world)
    plan = await _plan(scene, Content.MMS)
    landline = world.person("+13125550002")
    renamed = world.person("+13125550001", first_name="x" * 2_000)
    nameless = world.person("+13125550007", first_name="", attributes={})
    found = await _people(scene, plan, [landline, renamed, nameless])
    assert found.channels == {(Channel.SMS_LINK, "number_landline"): 1, (Channel.MMS, "mms"): 1}
    assert found.skipped == {"mms_text_too_long": 1}
    only = await _people(scene, plan, [nameless])
    assert only.longest_body == f"Hi Ada, {'x' * 400}"


# ── by the rules for texts ──


async def test_it_tells_how_many_texts_would_be_cut_or_refused_and_what_plain_spelling_saves(
    small_world: World,
) -> None:
    scene = await _build(small_world, ["us"], {})
    rows = [scene.world.person("+13125559999", attributes={"note": note}) for note in ("x", "word " * 60, "It’s " * 20)]
    wishes = {"max_segments": 1, "too_long": "cut"}
    template = compile_text("{{ note }}")
    cut = await _people(scene, await _plan(scene, Content.TEXT, template=template, text_wishes=wishes), rows)
    assert (cut.segments, cut.skipped, cut.rewritten.n_cut) == ({1: 3}, {}, 1)
    assert (cut.rewritten.n_respelled, cut.rewritten.n_saved) == (1, 1)
    assert cut.rewritten.replaced == {("’", "'"): 20}
    wishes = {"max_segments": 1, "smart_encoding": False}
    refused = await _people(scene, await _plan(scene, Content.TEXT, template=template, text_wishes=wishes), rows)
    assert (refused.segments, refused.skipped) == ({1: 1}, {"too_long": 2})
    assert refused.rewritten == Rewritten()
