import pytest

from tests.commands.desk import Desk

ACCOUNT = ("--carrier", "smpp", "--set", "host=127.0.0.1", "--set", "port=1", "--set", "system_id=a", "--password", "s")
NUMBER = ("--sender", "long_code:+13125550100:US,CA")


@pytest.fixture
def office(desk: Desk) -> Desk:
    """A desk with one carrier account."""
    assert desk.run("accounts", "add", "smsc", *ACCOUNT).code == 0
    return desk


def test_an_empty_desk_says_how_to_add_a_group(desk: Desk) -> None:
    assert desk.run("groups", "list").out == "No groups yet: heliogram groups add NAME --sender …\n"


def test_a_group_is_listed_with_its_senders_and_its_tag(office: Desk) -> None:
    name = ("--sender", "alphanumeric:NORTHGATE:DE,FR")
    added = office.run("groups", "add", "Offers", *NUMBER, *name, "--sms-account", "smsc", "--mms-account", "smsc")
    assert (added.code, added.out) == (0, "Added.\n")
    assert office.run("groups", "list").out.splitlines() == [
        "Offers  [marketing, MMS]",
        "    long_code  +13125550100  US, CA",
        "    alphanumeric  NORTHGATE  DE, FR",
    ]


def test_a_group_without_an_account_for_pictures_is_for_texts(office: Desk) -> None:
    office.run("groups", "add", "Texts", *NUMBER, "--sms-account", "smsc", "--purpose", "reminder")
    assert "Texts  [reminder, SMS only]" in office.run("groups", "list").out


@pytest.mark.parametrize(("option", "stored"), [([], 0), (["--link-instead"], 1), (["--no-link-instead"], 0)])
def test_a_link_from_senders_that_cannot_do_pictures_is_the_groups_choice(
    office: Desk, option: list[str], stored: int
) -> None:
    office.run("groups", "add", "Offers", *NUMBER, "--sms-account", "smsc", *option)
    assert office.query("SELECT fallback_sender_cannot_mms, fallback_media_not_taken FROM groups") == [(stored, 1)]


@pytest.mark.parametrize(("option", "stored"), [([], "picture"), (["--unknown-mms", "link"], "link")])
def test_what_unknown_numbers_get_is_the_groups_choice(office: Desk, option: list[str], stored: str) -> None:
    office.run("groups", "add", "Offers", *NUMBER, "--sms-account", "smsc", *option)
    assert office.query("SELECT unknown_mms FROM groups") == [(stored,)]


@pytest.mark.parametrize(
    ("option", "stored"), [([], None), (["--links-at", "https://go.example.com/"], "https://go.example.com")]
)
def test_short_links_are_on_the_groups_own_domain_where_it_has_one(
    office: Desk, option: list[str], stored: str | None
) -> None:
    office.run("groups", "add", "Offers", *NUMBER, "--sms-account", "smsc", *option)
    assert office.query("SELECT link_base_url FROM groups") == [(stored,)]


def test_a_domain_that_links_cannot_begin_with_is_refused(office: Desk) -> None:
    told = office.run("groups", "add", "Offers", *NUMBER, "--sms-account", "smsc", "--links-at", "go.example.com")
    assert (told.code, "begins with https://" in told.err) == (2, True)
    assert office.query("SELECT count(*) FROM groups") == [(0,)]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["Offers", *NUMBER, "--sms-account", "post"], "There is no carrier account “post”. There are: smsc."),
        (["Old", *NUMBER, "--sms-account", "smsc"], "There is a group “Old” already."),
        (
            ["New", "--sender", "short_code:72975:US", "--sender", "short_code:72975:US", "--sms-account", "smsc"],
            "72975 is named twice.",
        ),
        (["New", "--sender", "toll_free:8885550123:US", "--sms-account", "smsc"], "+18885550123 is in a group already"),
        (["New", "--sms-account", "smsc"], "Missing option '--sender'"),
    ],
)
def test_what_cannot_be_a_group_is_refused_and_leaves_nothing(
    office: Desk, arguments: list[str], sentence: str
) -> None:
    office.run("groups", "add", "Old", "--sender", "toll_free:8885550123:US", "--sms-account", "smsc")
    before = office.query("SELECT (SELECT count(*) FROM groups), (SELECT count(*) FROM senders)")
    told = office.run("groups", "add", *arguments)
    assert told.code == 2
    assert sentence in told.err
    assert office.query("SELECT (SELECT count(*) FROM groups), (SELECT count(*) FROM senders)") == before == [(1, 1)]
