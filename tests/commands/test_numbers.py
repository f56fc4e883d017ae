from tests.commands.desk import Desk

ADA, LANDLINE = "+13125550142", "+13125550094"
SECRET = ("--password", "a-secret-of-ours-12345")


def test_a_number_is_looked_up_and_what_is_known_of_it_is_shown(shop: Desk) -> None:
    assert shop.run("numbers", "show", ADA).out.splitlines() == [
        f"{ADA} (US): picture messages unknown",
        "  Nobody knows whether it takes picture messages.",
    ]
    url = f"url=http://127.0.0.1:{shop.stage.control_port}"
    shop.run("accounts", "add", "phone book", "--carrier", "webhook", "--set", url, "--set", "lookups=true", *SECRET)
    found = shop.run("numbers", "lookup", LANDLINE, "--account", "phone book").out
    assert found.startswith(
        f"{LANDLINE} (US): picture messages cannot\n  A landline, so no pictures: a lookup said so on"
    )
    assert "(today)" in found and found.count("landline") == 1
    assert shop.run("numbers", "lookup", ADA, "--json").json()["network"] == "T-Mobile"
    assert "Its network is T-Mobile: a lookup said so on" in shop.run("numbers", "show", ADA).out


def test_what_cannot_be_asked_is_said_in_a_sentence(shop: Desk) -> None:
    told = shop.run("numbers", "lookup", ADA)
    assert (told.code, told.err) == (
        2,
        "No carrier account can be asked about numbers. "
        "One of Twilio, Telnyx or a webhook with the setting “lookups” can.\n",
    )
    assert "There is no account “x”." in shop.run("numbers", "lookup", ADA, "--account", "x").err
    assert "has no letters" in shop.run("numbers", "show", "abc").err
