"""Which sender, which channel, and the one word that says why. Source of the rules: the head of `routing.choose`."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heliogram.model.group import Fallbacks, Group, Purpose, UnknownMms
from heliogram.model.message import Channel, Content
from heliogram.model.queue import Detour, Route
from heliogram.model.sender import Approval, Sender, SenderKind, Standby
from heliogram.routing.choose import Destination, NoRoute, choose

CODE, LONG, NAME = SenderKind.SHORT_CODE, SenderKind.LONG_CODE, SenderKind.ALPHANUMERIC
MMS, LINK, SMS = Channel.MMS, Channel.SMS_LINK, Channel.SMS
NO_LINKS = Fallbacks(carrier_not_approved=False, sender_cannot_mms=False, media_not_taken=False)
ALL_LINKS = Fallbacks(carrier_not_approved=True, sender_cannot_mms=True, media_not_taken=True)


def _sender(id: str, kind: SenderKind, *countries: str, **changes: Any) -> Sender:
    given: dict[str, Any] = {"sms_account_id": "smsc", "mms_account_id": "mmsc", "mms_enabled": True}
    return Sender(id=id, kind=kind, address=id, countries=countries, **given | changes)


US = _sender("us", LONG, "US", may_go_abroad=True)
CA = _sender("ca", LONG, "CA", may_go_abroad=True)
US_AT_HOME = _sender("us-at-home", LONG, "US")
US_TEXT = _sender("us-text", LONG, "US", may_go_abroad=True, mms_enabled=False, mms_account_id=None)
GB = _sender("gb", LONG, "GB", may_go_abroad=True)
GB_NAME = _sender("Northgate", NAME, "GB", mms_enabled=False, mms_account_id=None)
TOLL_FREE = _sender("toll-free", SenderKind.TOLL_FREE, "US", may_go_abroad=True)
SHORT = _sender("62449", CODE, "US", approvals={"Verizon": Approval.APPROVED, "AT&T": Approval.PENDING})
ASKED = _sender("62450", CODE, "US", approvals={"Verizon": Approval.PENDING})

TO_US = Destination(country="US")
TO_CA = Destination(country="CA")
TO_GB = Destination(country="GB")


def _group(*senders: Sender, fallbacks: Fallbacks = ALL_LINKS) -> Group:
    return Group(
        id="offers",
        workspace_id="w",
        name="Offers",
        purpose=Purpose.MARKETING,
        senders=senders,
        fallbacks=fallbacks,
    )


def _way(group: Group, to: Destination, content: Content = Content.MMS, **how: Any) -> tuple[str, Channel, str] | str:
    """(sender, channel, why), or only why not."""
    found = choose(group, to, content, **how)
    return found.reason if isinstance(found, NoRoute) else (found.sender.id, found.channel, found.reason)


@pytest.mark.parametrize("sender", [US, TOLL_FREE], ids=lambda sender: sender.id)
def test_from_the_us_to_the_us_the_picture_goes(sender: Sender) -> None:
    assert _way(_group(sender, fallbacks=NO_LINKS), TO_US) == (sender.id, MMS, "mms")


def test_a_picture_goes_through_the_senders_account_for_pictures_and_a_text_through_the_one_for_texts() -> None:
    ways = [choose(_group(US), TO_US, content) for content in (Content.MMS, Content.TEXT)]
    assert [way.account_id for way in ways if isinstance(way, Route)] == ["mmsc", "smsc"]


@pytest.mark.parametrize("fallbacks", [ALL_LINKS, NO_LINKS, Fallbacks()], ids=["all", "none", "default"])
@pytest.mark.parametrize("country", ["GB", "DE", "IN", ""])
def test_from_the_us_abroad_the_picture_becomes_a_link_whatever_the_group_chose(
    country: str, fallbacks: Fallbacks
) -> None:
    assert _way(_group(US, fallbacks=fallbacks), Destination(country=country)) == ("us", LINK, "destination_no_mms")


def test_a_landline_takes_no_picture() -> None:
    assert _way(_group(US), Destination(country="US", is_landline=True)) == ("us", LINK, "number_landline")
    assert _way(_group(US), Destination(country="GB", is_landline=True)) == ("us", LINK, "destination_no_mms")


@pytest.mark.parametrize("home", [GB, GB_NAME], ids=lambda sender: sender.id)
def test_from_the_uk_to_the_uk_there_is_a_link_only_by_the_groups_choice(home: Sender) -> None:
    chosen = Fallbacks(sender_cannot_mms=True)
    assert _way(_group(home, US, fallbacks=chosen), TO_GB) == (home.id, LINK, "sender_cannot_mms")
    assert _way(_group(home, US, fallbacks=Fallbacks()), TO_GB) == "sender_cannot_mms"


def test_a_sender_at_home_comes_before_one_from_abroad_whatever_their_order() -> None:
    for senders in ((US, GB), (GB, US)):
        assert _way(_group(*senders), TO_GB, Content.TEXT) == ("gb", SMS, "text")


def test_of_the_senders_at_home_the_groups_order_decides() -> None:
    assert _way(_group(US, TOLL_FREE), TO_US) == ("us", MMS, "mms")
    assert _way(_group(TOLL_FREE, US), TO_US) == ("toll-free", MMS, "mms")


def test_a_reply_comes_from_the_number_that_was_written_to() -> None:
    group = _group(TOLL_FREE, US, GB)
    assert _way(group, TO_US, Content.TEXT, from_address="us") == ("us", SMS, "text")
    assert _way(group, TO_GB, Content.TEXT, from_address="us") == ("us", SMS, "text")


@pytest.mark.parametrize(
    "address", ["62449", "gone", None], ids=["a short code from abroad", "one no longer in", "none"]
)
def test_a_number_that_cannot_answer_leaves_the_reply_to_the_others(address: str | None) -> None:
    assert _way(_group(SHORT, GB), TO_GB, Content.TEXT, from_address=address) == ("gb", SMS, "text")


def test_among_senders_at_home_the_first_that_can_send_the_picture_sends_it() -> None:
    assert _way(_group(US_TEXT, US_AT_HOME), TO_US) == ("us-at-home", MMS, "mms")


@pytest.mark.parametrize("sender", [US, CA], ids=lambda sender: sender.id)
def test_a_long_code_of_the_us_or_canada_goes_abroad_when_it_may(sender: Sender) -> None:
    assert _way(_group(sender), TO_GB, Content.TEXT) == (sender.id, SMS, "text")


def test_a_long_code_from_across_the_border_sends_the_picture_itself() -> None:
    assert _way(_group(US), TO_CA) == ("us", MMS, "mms")


@pytest.mark.parametrize(
    ("sender", "to"),
    [
        (US_AT_HOME, TO_GB),
        (SHORT, TO_GB),
        (replace(SHORT, may_go_abroad=True), TO_CA),
        (replace(TOLL_FREE, may_go_abroad=True), TO_GB),
        (GB, TO_US),
        (replace(GB_NAME, may_go_abroad=True), TO_US),
    ],
    ids=["may not", "short code", "short code next door", "toll-free", "long code of another country", "name"],
)
@pytest.mark.parametrize("content", list(Content))
def test_any_other_sender_stays_in_its_country(sender: Sender, to: Destination, content: Content) -> None:
    assert _way(_group(sender), to, content) == "no_sender_for_country"


def test_a_short_code_sends_the_picture_only_on_a_network_that_approved_it() -> None:
    ways = {network: _way(_group(SHORT), replace(TO_US, network=network)) for network in ("Verizon", "AT&T", None)}
    no = ("62449", LINK, "carrier_not_approved")
    assert ways == {"Verizon": ("62449", MMS, "mms"), "AT&T": no, None: no}


def test_a_short_code_that_no_network_approved_yet_waits_for_approval() -> None:
    assert _way(_group(ASKED), replace(TO_US, network="Verizon")) == ("62450", LINK, "carrier_not_approved")


def test_where_the_short_code_is_not_approved_a_long_code_sends_the_picture() -> None:
    group = _group(SHORT, US)
    assert _way(group, replace(TO_US, network="Verizon")) == ("62449", MMS, "mms")
    assert _way(group, replace(TO_US, network="AT&T")) == ("us", MMS, "mms")


def test_a_sender_not_enabled_for_pictures_falls_back_because_of_itself() -> None:
    assert _way(_group(US_TEXT), TO_US) == ("us-text", LINK, "sender_cannot_mms")
    assert _way(_group(replace(ASKED, mms_enabled=False)), TO_US) == ("62450", LINK, "sender_cannot_mms")


def test_a_picture_that_fits_nowhere_on_the_route_falls_back_because_of_the_picture() -> None:
    assert _way(_group(US), TO_US, misfit="media_not_taken") == ("us", LINK, "media_not_taken")


def test_where_no_picture_goes_it_does_not_matter_whether_it_fits() -> None:
    assert _way(_group(US), TO_GB, misfit="media_not_taken") == ("us", LINK, "destination_no_mms")


def test_what_an_earlier_attempt_showed_leaves_only_the_link() -> None:
    assert _way(_group(US), TO_US, forced_reason="media_not_taken") == ("us", LINK, "media_not_taken")
    assert _way(_group(US, fallbacks=NO_LINKS), TO_US, forced_reason="media_not_taken") == "media_not_taken"


CASES = {
    "destination_no_mms": (US, TO_GB, ""),
    "carrier_not_approved": (ASKED, TO_US, ""),
    "sender_cannot_mms": (US_TEXT, TO_US, ""),
    "media_not_taken": (US, TO_US, "media_not_taken"),
}


@pytest.mark.parametrize("reason", ["carrier_not_approved", "sender_cannot_mms", "media_not_taken"])
def test_a_replacement_by_a_link_is_the_groups_choice(reason: str) -> None:
    sender, to, misfit = CASES[reason]
    alone = replace(NO_LINKS, **{reason: True})
    others = replace(ALL_LINKS, **{reason: False})
    assert _way(_group(sender, fallbacks=alone), to, misfit=misfit) == (sender.id, LINK, reason)
    assert _way(_group(sender, fallbacks=others), to, misfit=misfit) == reason


def test_only_the_link_for_a_destination_without_pictures_is_promised() -> None:
    ways = {}
    for reason, (sender, to, misfit) in CASES.items():
        ways[reason] = choose(_group(sender, fallbacks=NO_LINKS), to, Content.MMS, misfit=misfit)
    assert [reason for reason, way in ways.items() if isinstance(way, Route)] == ["destination_no_mms"]


def test_the_author_may_choose_text_and_link_even_where_the_picture_could_go() -> None:
    assert _way(_group(US, fallbacks=NO_LINKS), TO_US, Content.TEXT_LINK) == ("us", LINK, "text_link_chosen")


def test_a_text_goes_as_a_text() -> None:
    assert _way(_group(SHORT), TO_US, Content.TEXT) == ("62449", SMS, "text")


def test_a_group_without_senders_reaches_nobody() -> None:
    assert _way(_group(), TO_US) == "group_has_no_senders"


def test_a_text_passes_over_a_sender_that_no_account_carries() -> None:
    loose = replace(US_AT_HOME, id="loose", sms_account_id=None)
    assert _way(_group(loose, US), TO_US, Content.TEXT) == ("us", SMS, "text")
    assert _way(_group(loose), TO_US, Content.TEXT) == "no_account"


MISFITS = ["", "media_not_taken", "type_not_taken", "too_many_media"]


@pytest.mark.parametrize("misfit", MISFITS[1:])
def test_media_that_do_not_go_this_way_fall_back_by_one_choice_of_the_group_and_say_why(misfit: str) -> None:
    alone, others = replace(NO_LINKS, media_not_taken=True), replace(ALL_LINKS, media_not_taken=False)
    assert _way(_group(US, fallbacks=alone), TO_US, misfit=misfit) == ("us", LINK, misfit)
    assert _way(_group(US, fallbacks=others), TO_US, misfit=misfit) == misfit


any_sender = st.builds(
    Sender,
    id=st.sampled_from("abc"),
    kind=st.sampled_from(SenderKind),
    address=st.just("62449"),
    countries=st.lists(st.sampled_from(["US", "CA", "GB"]), max_size=2, unique=True).map(tuple),
    mms_enabled=st.booleans(),
    may_go_abroad=st.booleans(),
    sms_account_id=st.sampled_from([None, "smsc"]),
    mms_account_id=st.sampled_from([None, "mmsc"]),
    approvals=st.dictionaries(st.sampled_from(["Verizon", "AT&T"]), st.sampled_from(Approval)),
)
any_destination = st.builds(
    Destination,
    country=st.sampled_from(["US", "CA", "GB", "DE"]),
    network=st.sampled_from([None, "Verizon", "AT&T"]),
    is_landline=st.booleans(),
)
any_fallbacks = st.builds(
    Fallbacks,
    carrier_not_approved=st.booleans(),
    sender_cannot_mms=st.booleans(),
    media_not_taken=st.booleans(),
)


@given(
    st.lists(any_sender, max_size=4), any_destination, any_fallbacks, st.sampled_from(Content), st.sampled_from(MISFITS)
)
def test_no_route_ever_breaks_a_rule(
    senders: list[Sender], to: Destination, fallbacks: Fallbacks, content: Content, misfit: str
) -> None:
    way = choose(_group(*senders, fallbacks=fallbacks), to, content, misfit=misfit)
    if isinstance(way, NoRoute):
        return
    sender = way.sender
    if sender.kind is not LONG or not sender.may_go_abroad:
        assert to.country in sender.countries
    if way.channel is MMS:
        assert content is Content.MMS and not misfit and to.takes_mms() and sender.can_mms_on(to.network)
        assert sender.kind is not NAME and way.account_id == sender.mms_account_id
    else:
        assert way.account_id == sender.sms_account_id
    if content is Content.TEXT:
        assert way.channel is SMS
    if content is Content.TEXT_LINK:
        assert way.channel is LINK


@pytest.mark.parametrize("fallbacks", [NO_LINKS, ALL_LINKS])
def test_a_number_whose_network_takes_no_pictures_always_gets_text_and_link(fallbacks: Fallbacks) -> None:
    to = Destination(country="US", mms=False)
    assert _way(_group(US, fallbacks=fallbacks), to) == ("us", LINK, "number_no_mms")


@pytest.mark.parametrize(
    ("unknown_mms", "mms", "way"),
    [
        (UnknownMms.PICTURE, None, ("us", MMS, "mms")),
        (UnknownMms.PICTURE, True, ("us", MMS, "mms")),
        (UnknownMms.LINK, None, ("us", LINK, "mms_unknown")),
        (UnknownMms.LINK, True, ("us", MMS, "mms")),
    ],
)
def test_a_group_says_what_a_number_gets_of_which_nobody_knows(
    unknown_mms: UnknownMms, mms: bool | None, way: tuple[str, Channel, str]
) -> None:
    group = replace(_group(US), unknown_mms=unknown_mms)
    assert _way(group, Destination(country="US", mms=mms)) == way


TWO = replace(
    US,
    sms_failover=(Standby(account_id="smsc2", carrier="smpp"),),
    mms_failover=(Standby(account_id="mmsc2", carrier="twilio"),),
)


@pytest.mark.parametrize(
    ("content", "first", "second"), [(Content.TEXT, "smsc", "smsc2"), (Content.MMS, "mmsc", "mmsc2")]
)
def test_another_account_of_the_sender_stands_in_for_one_that_traffic_has_left(
    content: Content, first: str, second: str
) -> None:
    for away, chosen in ({}, first), ({first: "account_down"}, second), ({second: "account_down"}, first):
        way = choose(_group(TWO), Destination(country="US"), content, away=away)
        assert isinstance(way, Route) and way.account_id == chosen
        assert way.detour == (Detour(instead_of=first, why="account_down") if chosen == second else None)
    avoiding = choose(_group(TWO), Destination(country="US"), content, avoids=first)
    assert isinstance(avoiding, Route) and avoiding.account_id == second


def test_a_standing_in_account_says_of_which_kind_it_is() -> None:
    assert [TWO.carrier_of(each) for each in ("mmsc", "mmsc2")] == [TWO.mms_carrier, "twilio"]
