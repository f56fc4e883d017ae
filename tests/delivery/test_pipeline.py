"""The named steps: may we, by which way, what does it say, how is it cut. All of it pure."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace as changed

from heliogram.compose.fallback import LINK_MARK
from heliogram.delivery.draft import Variant
from heliogram.delivery.pipeline import STEPS, decide
from heliogram.media.limits import MMS_TEXT_LIMIT
from heliogram.media.plan import budget_for
from heliogram.model.consent import Standing
from heliogram.model.cut import Cut
from heliogram.model.group import Fallbacks, Purpose
from heliogram.model.message import Channel, Content, State
from heliogram.model.queue import Queued, Stop
from heliogram.model.sender import SenderKind
from heliogram.model.text import TextRules, TooLong
from tests.delivery.decided import (
    FITS,
    GROUP,
    OPTED_OUT,
    PHONE,
    SENDER,
    SUBSCRIBED,
    decided,
    draft_of,
    facts,
    queued,
    variant,
)
from tests.world import NOON

SECOND = timedelta(seconds=1)
PICTURE = queued(content=Content.MMS, media_id="menu")
ABROAD = changed(PICTURE, country="GB")
LINK = " https://heliogram.test/p/T000000001"
NO_LINK = replace(GROUP, fallbacks=Fallbacks(media_not_taken=False))


def _stop(message: Queued, **changes: object) -> tuple[State, str]:
    batch = decided(message, **changes)
    assert not batch.going
    return batch.stopped[0].state, batch.stopped[0].reason


def test_the_steps_are_taken_in_this_order() -> None:
    assert [step.__name__ for step in STEPS] == ["heed_cancel", "ask_consent", "choose_way", "write_text", "encode"]


# ── may we ──


def test_a_message_that_goes_names_the_fact_that_allows_it() -> None:
    assert draft_of(queued()).fact_id == "fact-1"


@pytest.mark.parametrize(
    ("standing", "reason"), [(None, "no_consent"), (OPTED_OUT, "opted_out")], ids=["never heard of", "STOP"]
)
@pytest.mark.parametrize("message", [queued(), PICTURE, ABROAD, changed(PICTURE, forced_reason="media_not_taken")])
def test_without_consent_nothing_goes_by_any_way(message: Queued, standing: Standing | None, reason: str) -> None:
    standings = {} if standing is None else {PHONE: standing}
    assert _stop(message, standings=standings) == (State.SKIPPED, reason)


def test_the_consent_of_one_is_not_the_consent_of_another() -> None:
    assert _stop(changed(queued(), phone_e164="+13125550002")) == (State.SKIPPED, "no_consent")


def test_the_answer_to_stop_goes_to_somebody_who_opted_out() -> None:
    answer = queued(purpose=Purpose.REPLY)
    assert draft_of(answer, standings={PHONE: OPTED_OUT}).fact_id == "fact-2"
    assert draft_of(answer, standings={}).fact_id is None


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"expires_at": NOON}, (State.EXPIRED, "expired")),
        ({"expires_at": NOON + SECOND}, None),
        ({"due_at": NOON + SECOND}, (State.HELD, "not_due")),
        ({"due_at": NOON}, None),
    ],
    ids=["just expired", "not yet expired", "not yet due", "just due"],
)
def test_a_message_goes_from_when_it_is_due_until_before_it_expires(
    changes: dict[str, object], expected: tuple[State, str] | None
) -> None:
    batch = decided(changed(queued(), **changes))
    assert [(stop.state, stop.reason) for stop in batch.stopped] == ([expected] if expected else [])
    assert len(batch.going) == (0 if expected else 1)


def test_a_held_message_says_until_when() -> None:
    (stop,) = decided(queued(due_at=NOON + SECOND)).stopped
    assert stop == Stop(message=stop.message, state=State.HELD, reason="not_due", until=NOON + SECOND)


# ── by which way ──


@pytest.mark.parametrize(
    ("message", "channel", "account", "why"),
    [
        (queued(), Channel.SMS, "smsc", "text"),
        (PICTURE, Channel.MMS, "mmsc", "mms"),
        (ABROAD, Channel.SMS_LINK, "smsc", "destination_no_mms"),
        (changed(PICTURE, is_landline=True), Channel.SMS_LINK, "smsc", "number_landline"),
        (changed(PICTURE, content=Content.TEXT_LINK), Channel.SMS_LINK, "smsc", "text_link_chosen"),
        (changed(PICTURE, forced_reason="media_not_taken"), Channel.SMS_LINK, "smsc", "media_not_taken"),
    ],
    ids=["text", "picture", "abroad", "landline", "chosen", "refused before"],
)
def test_the_way_has_an_account_and_a_reason(message: Queued, channel: Channel, account: str, why: str) -> None:
    route = draft_of(message).the_route()
    assert (route.channel, route.account_id, route.reason) == (channel, account, why)


def test_the_picture_is_the_variant_that_fits_the_route() -> None:
    small, large = variant(b"small"), variant(b"large")
    limits = {kind: budget_for(kind, "mm7", "US").octets for kind in (SenderKind.TOLL_FREE, SenderKind.LONG_CODE)}
    made = {("menu", limits[SenderKind.TOLL_FREE]): (small,), ("menu", limits[SenderKind.LONG_CODE]): (large,)}
    toll_free = replace(GROUP, senders=(replace(SENDER, kind=SenderKind.TOLL_FREE),))
    assert draft_of(PICTURE, variants=made).variants == (large,)
    assert draft_of(PICTURE, variants=made, group=toll_free).variants == (small,)


def test_a_picture_that_the_carrier_fetches_has_the_room_that_base64_would_take() -> None:
    wrapped, fetched = [budget_for(SENDER.kind, carrier, "US").octets for carrier in ("mm7", "twilio")]
    made = {("menu", wrapped): (variant(b"small"),), ("menu", fetched): (variant(b"large"),)}
    twilio = replace(GROUP, senders=(replace(SENDER, mms_carrier="twilio"),))
    assert wrapped < fetched and draft_of(PICTURE, variants=made).variants[0].part.octets == b"small"
    assert draft_of(PICTURE, variants=made, group=twilio).variants[0].part.octets == b"large"


def test_a_picture_that_fits_no_budget_becomes_a_link_where_the_group_says_so() -> None:
    unfit = dict.fromkeys(FITS)
    assert draft_of(PICTURE, variants=unfit).the_route().reason == "media_not_taken"
    assert draft_of(PICTURE, variants=unfit).variants == ()
    assert _stop(PICTURE, variants=unfit, group=NO_LINK) == (State.SKIPPED, "media_not_taken")


@pytest.mark.parametrize(("n", "reason"), [(8, "mms"), (9, "too_many_media")])
def test_more_media_than_the_carrier_takes_become_a_link_and_say_why(n: int, reason: str) -> None:
    sinch = replace(GROUP, senders=(replace(SENDER, mms_carrier="sinch"),))
    several = {key: fitted and fitted * n for key, fitted in FITS.items()}
    draft = draft_of(PICTURE, variants=several, group=sinch)
    assert (draft.the_route().reason, len(draft.variants)) == (reason, n if reason == "mms" else 0)
    assert draft_of(PICTURE, variants=several).the_route().reason == "mms"


def test_one_file_among_several_that_is_not_taken_makes_all_of_them_a_link() -> None:
    mixed = {key: fitted and (*fitted, _film(fitted[0])) for key, fitted in FITS.items()}
    draft = draft_of(PICTURE, variants=mixed)
    assert (draft.the_route().reason, draft.variants) == ("type_not_taken", ())


def test_the_album_is_looked_up_where_there_is_one() -> None:
    album = {("album-1", octets): (variant(b"one"), variant(b"two")) for _, octets in FITS}
    draft = draft_of(changed(PICTURE, album_id="album-1"), variants={**FITS, **album})
    assert [each.part.octets for each in draft.variants] == [b"one", b"two"]


def _film(picture: Variant) -> Variant:
    return replace(picture, part=changed(picture.part, content_type="video/quicktime"))


def test_a_file_that_its_carrier_does_not_take_becomes_a_link_and_says_why() -> None:
    film = {
        key: tuple(replace(each, part=changed(each.part, content_type="video/quicktime")) for each in fitted)
        for key, fitted in FITS.items()
        if fitted
    }
    draft = draft_of(PICTURE, variants=film)
    assert (draft.the_route().channel, draft.the_route().reason, draft.variants) == (
        Channel.SMS_LINK,
        "type_not_taken",
        (),
    )
    assert _stop(PICTURE, variants=film, group=NO_LINK) == (State.SKIPPED, "type_not_taken")
    twilio = replace(GROUP, senders=(replace(SENDER, mms_carrier="twilio"),))
    assert draft_of(PICTURE, variants=film, group=twilio).the_route().channel is Channel.MMS


def test_whether_the_picture_fits_does_not_matter_to_one_who_gets_the_link_anyway() -> None:
    assert draft_of(ABROAD, variants=dict.fromkeys(FITS)).the_route().reason == "destination_no_mms"


def test_people_alike_go_alike_and_others_do_not() -> None:
    unlike = [PICTURE, ABROAD, changed(PICTURE, is_landline=True), changed(PICTURE, content=Content.TEXT)]
    unlike += [changed(PICTURE, forced_reason="media_not_taken"), changed(PICTURE, content=Content.TEXT_LINK)]
    together = decide(facts(), [changed(each, id=str(n)) for n, each in enumerate(unlike * 2)]).going
    ways = [(draft.the_route().channel, draft.the_route().reason) for draft in together]
    alone = [draft_of(each).the_route() for each in unlike]
    assert ways == [(route.channel, route.reason) for route in alone] * 2


def test_two_replies_come_each_from_the_number_that_was_written_to() -> None:
    second = replace(SENDER, id="second", address="+13125550199")
    group = replace(GROUP, senders=(SENDER, second))
    asked = [changed(queued(), id=address, from_address=address) for address in (second.address, SENDER.address)]
    going = decide(facts(group=group), asked).going
    assert [draft.the_route().sender.address for draft in going] == [second.address, SENDER.address]


# ── what does it say ──


@pytest.mark.parametrize("message", [queued(), PICTURE, ABROAD], ids=["text", "picture", "link"])
@pytest.mark.parametrize("body", ["", " ", "\n\t "])
def test_an_empty_text_never_leaves(message: Queued, body: str) -> None:
    assert _stop(changed(message, body=body)) == (State.SKIPPED, "empty_text")


@pytest.mark.parametrize("message", [queued(), PICTURE], ids=["text", "picture"])
def test_who_gets_the_picture_or_none_at_all_gets_no_link(message: Queued) -> None:
    draft = draft_of(message)
    assert (draft.link_token, draft.text) == (None, "Hello")


def test_everyone_who_gets_a_link_gets_one_of_their_own() -> None:
    going = decide(facts(), [changed(ABROAD, id=str(n)) for n in range(3)]).going
    assert [draft.link_token for draft in going] == ["T000000001", "T000000002", "T000000003"]
    assert {draft.text for draft in going} == {f"Hello https://heliogram.test/p/{draft.link_token}" for draft in going}


# ── how is it cut ──


@pytest.mark.parametrize(("n", "goes"), [(1_600, True), (1_601, False)])
@pytest.mark.parametrize("character", ["x", "é", "語", "🍲"])
def test_a_picture_message_carries_1600_characters(n: int, goes: bool, character: str) -> None:
    assert MMS_TEXT_LIMIT == 1_600
    batch = decided(changed(PICTURE, body=character * n))
    assert [stop.reason for stop in batch.stopped] == ([] if goes else ["mms_text_too_long"])
    assert [draft.parts for draft in batch.going] == ([()] if goes else [])


@pytest.mark.parametrize(("character", "per_segment"), [("x", 153), ("語", 67)])
def test_a_text_has_ten_segments_at_most(character: str, per_segment: int) -> None:
    assert len(draft_of(queued(body=character * per_segment * 10)).parts) == 10
    assert _stop(queued(body=character * (per_segment * 10 + 1))) == (State.SKIPPED, "too_long")


def test_the_segments_are_counted_with_the_link() -> None:
    room = 153 * 10 - len(LINK)
    draft = draft_of(changed(ABROAD, body="x" * room))
    assert len(draft.parts) == 10 and draft.text.endswith(LINK)
    assert _stop(changed(ABROAD, body="x" * (room + 1))) == (State.SKIPPED, "too_long")


def test_the_segment_limit_is_for_texts_and_not_for_picture_messages() -> None:
    long = changed(PICTURE, body="語" * 671)
    assert draft_of(long).the_route().channel is Channel.MMS
    assert _stop(changed(long, country="GB")) == (State.SKIPPED, "too_long")


any_message = st.builds(
    queued,
    country=st.sampled_from(["US", "CA", "GB"]),
    is_landline=st.booleans(),
    content=st.sampled_from(Content),
    media_id=st.just("menu"),
    body=st.text(alphabet="x é語🍲", max_size=40).map(lambda text: text * 45),
    due_at=st.sampled_from([None, NOON, NOON + SECOND]),
    expires_at=st.sampled_from([None, NOON, NOON + SECOND]),
)


@given(any_message, st.sampled_from([None, SUBSCRIBED, OPTED_OUT]), st.sampled_from([FITS, dict.fromkeys(FITS)]))
def test_everyone_either_goes_or_stops_and_nothing_that_goes_breaks_a_rule(
    message: Queued, standing: Standing | None, variants: dict[tuple[str, int], None]
) -> None:
    batch = decided(message, standings={} if standing is None else {PHONE: standing}, variants=variants)
    assert len(batch.going) + len(batch.stopped) == 1
    for stop in batch.stopped:
        assert stop.reason and (stop.until is not None) == (stop.state is State.HELD)
    for draft in batch.going:
        assert standing is SUBSCRIBED and draft.fact_id == "fact-1" and message.body.strip()
        is_link = draft.the_route().channel is Channel.SMS_LINK
        assert (draft.link_token is not None) == is_link
        if draft.the_route().channel is Channel.MMS:
            assert draft.variants and len(draft.text) <= 1_600 and not draft.parts
        else:
            assert 1 <= len(draft.parts) <= 10 and "".join(draft.parts) == draft.text


# ── as the account wants it cut ──


@pytest.mark.parametrize(
    ("body", "cut", "cuts_to"),
    [
        ("a" * 306, Cut(), [153, 153]),
        ("a" * 306, Cut(is_wide=True), [152, 152, 2]),
        ("a" * 160, Cut(is_wide=True), [160]),
        ("ж" * 134, Cut(is_wide=True), [66, 66, 2]),
        ("ş" * 155, Cut(), [67, 67, 21]),
        ("ş" * 155, Cut(national=("tr",)), [155]),
        ("ş" * 156, Cut(national=("tr",)), [149, 7]),
        ("ş" * 156, Cut(national=("tr",), is_wide=True), [148, 8]),
        ("é" * 160, Cut(charset="latin-1"), [160]),
        ("é" * 160, Cut(charset="ascii"), [67, 67, 26]),
    ],
)
def test_the_segments_are_those_that_the_account_sends(body: str, cut: Cut, cuts_to: list[int]) -> None:
    draft = draft_of(queued(body=body), cuts={"smsc": cut})
    assert [len(part) for part in draft.parts] == cuts_to
    assert draft.n_slots() == len(cuts_to)


def test_an_account_is_not_cut_for_by_the_wish_of_another() -> None:
    assert len(draft_of(queued(body="a" * 306), cuts={"other": Cut(is_wide=True)}).parts) == 2


def test_a_text_that_is_too_long_in_its_accounts_segments_stops() -> None:
    body = "a" * 1_521
    assert len(draft_of(queued(body=body)).parts) == 10
    assert _stop(queued(body=body), cuts={"smsc": Cut(is_wide=True)}) == (State.SKIPPED, "too_long")


# ── by the rules for texts ──


def test_a_text_is_cut_or_spelled_plainly_as_its_campaign_has_it_unless_the_message_wants_otherwise() -> None:
    rules = TextRules(too_long=TooLong.CUT, max_segments=1)
    long = "word " * 40
    draft = draft_of(queued(body=long), text_rules=rules)
    assert draft.parts == (("word " * 32).rstrip(),) and draft.text == draft.parts[0]
    assert draft.rewriting is not None and draft.rewriting.n_uncut == 2
    assert len(draft_of(queued(body=long, text_wishes={"max_segments": 2}), text_rules=rules).parts) == 2
    assert _stop(queued(body=long, text_wishes={"too_long": "skip"}), text_rules=rules) == (State.SKIPPED, "too_long")
    plain = draft_of(queued(body="It’s"))
    assert (plain.encoding, plain.parts) == ("GSM-7", ("It's",))
    as_is = draft_of(queued(body="It’s", text_wishes={"smart_encoding": False}))
    assert (as_is.encoding, as_is.parts, as_is.rewriting) == ("UCS-2", ("It’s",), None)


def test_a_text_that_is_cut_keeps_the_whole_link() -> None:
    rules = TextRules(too_long=TooLong.CUT, max_segments=2)
    draft = draft_of(changed(ABROAD, body="word " * 400), text_rules=rules)
    assert len(draft.parts) == 2 and draft.text.endswith(LINK) and draft.text[: -len(LINK)].endswith("word")


def test_a_picture_message_keeps_the_characters_it_was_written_with() -> None:
    draft = draft_of(changed(PICTURE, body="It’s " * 300), text_rules=TextRules(too_long=TooLong.CUT, max_segments=1))
    assert draft.the_route().channel is Channel.MMS and draft.text == "It’s " * 300 and draft.rewriting is None


def test_a_link_goes_in_the_authors_text_for_phones_without_pictures_and_nowhere_else() -> None:
    own = f"See {LINK_MARK} now"
    assert draft_of(changed(ABROAD, fallback_body=own)).text == f"See{LINK} now"
    assert draft_of(changed(ABROAD, body="Hello")).text == f"Hello{LINK}"
    assert draft_of(changed(PICTURE, body="Hello", fallback_body=own)).text == "Hello"


def test_the_segments_are_those_of_the_authors_text() -> None:
    own = changed(ABROAD, body="x" * 2_000, fallback_body=LINK_MARK)
    assert len(draft_of(own).parts) == 1
    assert _stop(changed(own, body="x", fallback_body="x" * 2_000)) == (State.SKIPPED, "too_long")


@pytest.mark.parametrize(
    ("carrier", "channel", "reason"),
    [("mm7", Channel.MMS, "mms"), ("sinch", Channel.SMS_LINK, "media_not_taken")],
    ids=["takes films", "takes pictures only"],
)
def test_a_film_that_stands_in_for_a_gif_goes_where_films_are_taken_and_elsewhere_the_gif_did_not_fit(
    carrier: str, channel: Channel, reason: str
) -> None:
    film = replace(_film(variant()), is_stand_in=True)
    film = replace(film, part=changed(film.part, content_type="video/mp4"))
    group = replace(GROUP, senders=(replace(SENDER, mms_carrier=carrier),))
    draft = draft_of(PICTURE, variants={key: (film,) for key in FITS}, group=group)
    assert (draft.the_route().channel, draft.the_route().reason) == (channel, reason)
    assert draft.variants == ((film,) if channel is Channel.MMS else ())


def test_beside_another_file_that_is_not_taken_that_one_is_the_reason() -> None:
    film = replace(variant(), part=changed(variant().part, content_type="video/mp4"), is_stand_in=True)
    sinch = replace(GROUP, senders=(replace(SENDER, mms_carrier="sinch"),))
    mixed = {key: (film, _film(variant())) for key in FITS}
    assert draft_of(PICTURE, variants=mixed, group=sinch).the_route().reason == "type_not_taken"
