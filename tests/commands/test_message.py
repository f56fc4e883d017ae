import json
import re

from tests.commands.desk import ATTESTED, Desk

ADA, CLEO = "+13125550111", "+447400100113"


def test_a_message_tells_its_whole_story(shop: Desk) -> None:
    shop.people(ADA, CLEO)
    shop.send(*ATTESTED, "--name", "May menu")
    told = shop.run("message", CLEO).out
    for words in (
        f"to Person1, {CLEO}: delivered",
        "Campaign “May menu”, group “Offers”",
        "  Hi Person1",
        f" {shop.stage.url}/p/",
        "times in UTC",
        "Consent found",
        "Ticked the box on the till form",
        "Goes as text with a link to the picture",
        "This destination takes no picture messages",
        "Why this sender: The group has no sender at home in GB",
        "Segments: 1",
        "Attempt 1: handed to “Simulator SMSC”",
        "| submit_sm +13125550100 -> …0113",
        "Confirmed on the handset",
    ):
        assert words in told, words
    picture = shop.run("message", ADA).out
    assert "Goes as picture message (MMS)" in picture
    assert re.search(r"Made for this route: [0-9,]+ bytes, (quality \d+, )?similarity [01]\.\d{3}\n", picture)
    # The exchange is XML in one line on the wire, and an element a line here.
    assert "              | <Recipients>\n" in picture
    assert f"<Number>{ADA}</Number>" not in picture


def test_a_message_shows_the_text_that_went_with_the_link_where_it_stands(shop: Desk) -> None:
    shop.people(ADA, CLEO)
    shop.send(*ATTESTED, "--fallback-text", "See {{ link }} or call us")
    assert re.search(rf"^  See {shop.stage.url}/p/\w{{10}} or call us$", shop.run("message", CLEO).out, re.MULTILINE)
    assert "  Hi Person0\n" in shop.run("message", ADA).out


def test_a_message_is_found_by_its_id_too_and_as_json(shop: Desk) -> None:
    shop.people(ADA)
    shop.send(*ATTESTED)
    ((message_id,),) = shop.query("SELECT id FROM messages")
    told = json.loads(shop.run("message", message_id, "--json").out)
    assert (told["id"], told["phone"], told["timeline"][0]["kind"]) == (message_id, ADA, "queued")


def test_a_person_who_was_left_out_has_a_story_as_well(shop: Desk) -> None:
    shop.people(ADA)
    shop.send()
    told = shop.run("message", ADA).out
    assert f"{ADA}: skipped" in told
    assert "Not sent" in told
    assert "No consent is on record for this group." in told


def test_asking_sends_nothing_and_what_is_not_there_is_said(shop: Desk) -> None:
    for asked, sentence in (("nobody", "There is no such message.\n"), (ADA, f"No message went to {ADA}.\n")):
        told = shop.run("message", asked)
        assert (told.code, told.out, told.err) == (2, "", sentence)
    away = shop.run("message", "x", "--url", "http://127.0.0.1:1")
    assert (away.code, away.err[:27]) == (2, "The server does not answer ")
