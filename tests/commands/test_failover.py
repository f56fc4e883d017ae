from tests.commands.desk import Desk

SENDER = "+13125550100"
ACCOUNT = ("--carrier", "smpp", "--set", "host=127.0.0.1", "--set", "port=1", "--set", "system_id=a", "--password", "s")


def test_the_accounts_that_stand_in_are_said_by_their_names(shop: Desk) -> None:
    for name in ("second", "third"):
        shop.run("accounts", "add", name, *ACCOUNT)
    told = shop.run("senders", "failover", SENDER, "--sms-account", "third", "--sms-account", "second")
    assert (told.code, told.out) == (0, "Texts: third then second\nPicture messages: nobody stands in\n")
    assert shop.query("SELECT channel, position FROM sender_failovers ORDER BY position") == [("sms", 0), ("sms", 1)]
    assert shop.run("senders", "failover", SENDER).out.startswith("Texts: nobody stands in")


def test_what_cannot_stand_in_is_said_in_a_sentence(shop: Desk) -> None:
    told = shop.run("senders", "failover", SENDER, "--sms-account", "nobody")
    assert (told.code, told.err) == (
        2,
        "There is no carrier account “nobody”. There are: Simulator MMSC, Simulator SMSC.\n",
    )
    assert "No group has a sender 1." in shop.run("senders", "failover", "1").err
    told = shop.run("senders", "failover", SENDER, "--sms-account", "Simulator MMSC")
    assert "carries no texts" in told.err
