from typing import Any

import pytest

from heliogram.model.cut import Cut
from heliogram.storage import senders
from tests.api.kit import jpeg, problem, uploaded
from tests.doors import Doors
from tests.world import GROUP, SMSC

V1 = "/api/v1"


async def segments(doors: Doors, text: str) -> Any:
    return (await doors.api.post(f"{V1}/segments", json={"text": text})).json()


async def preview(doors: Doors, body: str, **asked: Any) -> Any:
    return (await doors.api.post(f"{V1}/preview", json={"group_id": GROUP, "body": body} | asked)).json()


@pytest.mark.parametrize(
    ("text", "encoding", "n"),
    [
        ("x" * 160, "GSM-7", 1),
        ("x" * 161, "GSM-7", 2),
        ("x" * 306, "GSM-7", 2),
        ("x" * 307, "GSM-7", 3),
        ("é" * 160, "GSM-7", 1),
        ("ë" * 70, "UCS-2", 1),
        ("ë" * 71, "UCS-2", 2),
        ("ë" * 134, "UCS-2", 2),
        ("ë" * 135, "UCS-2", 3),
    ],
)
async def test_segments_are_counted_at_both_sides_of_each_limit(doors: Doors, text: str, encoding: str, n: int) -> None:
    told = await segments(doors, text)
    assert (told["encoding"], told["segments"], "".join(told["parts"])) == (encoding, n, text)


WIDE: dict[str, Any] = {"host": "smsc.example.com", "port": 2775, "system_id": "us", "long_texts": "udh16"}


async def set_up(doors: Doors, **settings: Any) -> None:
    """Give the account for texts these settings, as its page would."""
    async with doors.app.store.write() as connection:
        await senders.set_account_settings(connection, SMSC, WIDE | settings)
    await doors.app.connections.follow()


async def counted(doors: Doors, text: str, **by: str) -> Any:
    return (await doors.api.post(f"{V1}/segments", json={"text": text, **by})).json()


async def test_a_text_is_counted_as_the_account_has_it_cut(doors: Doors) -> None:
    await set_up(doors)
    for by in ({"account": "SMSC"}, {"group_id": GROUP}):
        told = await counted(doors, "x" * 306, **by)
        assert (told["segments"], [len(part) for part in told["parts"]]) == (3, [152, 152, 2])
        assert told["by_account"] == [
            {
                "encoding": "GSM-7",
                "segments": 3,
                "units": 306,
                "cut": {"reference_bits": 16, "national": [], "charset": ""},
                "accounts": [{"id": SMSC, "name": "SMSC"}],
            }
        ]
    told = await counted(doors, "x" * 306)
    assert (told["segments"], told["by_account"]) == (2, [])


async def test_of_several_ways_the_one_of_most_segments_is_shown(doors: Doors) -> None:
    await set_up(doors)
    await doors.world.add_account("plain", "webhook")
    await doors.world.add_sender("gb", countries=["GB"], address="+447700900100", sms_account_id="plain")
    await doors.world.add_group("both", ["gb", "us"])
    told = await counted(doors, "x" * 306, group_id="both")
    assert told["segments"] == 3
    assert [(each["segments"], each["accounts"][0]["name"]) for each in told["by_account"]] == [
        (3, "SMSC"),
        (2, "PLAIN"),
    ]
    groups = {group["id"]: group for group in (await doors.api.get(f"{V1}/groups")).json()["items"]}
    assert [each["cut"]["reference_bits"] for each in groups["both"]["cuts"]] == [8, 16]


async def test_what_an_account_lacks_is_named_and_what_it_has_is_not(doors: Doors) -> None:
    await set_up(doors, long_texts="udh8", alphabet="ascii")
    told = await counted(doors, "café", account="SMSC")
    assert (told["encoding"], [each["character"] for each in told["forcing"]]) == ("UCS-2", ["é"])
    await set_up(doors, national="tr")
    told = await counted(doors, "ığdır", account="SMSC")
    assert (told["encoding"], told["forcing"], told["smart"]) == ("GSM-7", [], None)


async def test_a_stranger_of_an_account_or_group_is_not_counted_by(doors: Doors) -> None:
    for by, thing in (("account", "account"), ("group_id", "group")):
        told = await doors.api.post(f"{V1}/segments", json={"text": "x", by: "nobody"})
        assert thing in problem(told, "not_found")


async def test_a_preview_is_counted_by_the_account_that_this_persons_text_goes_by(doors: Doors) -> None:
    await doors.world.add_account("plain", "webhook")
    await doors.world.add_sender(
        "gb", countries=["GB"], address="+447700900100", sms_account_id="plain", may_go_abroad=False
    )
    await doors.world.add_group("both", ["gb", "us"])
    await set_up(doors)
    american, briton = await doors.world.add_people(["+13125550101", "+447700900001"])
    for contact_id, n, name in ((american, 3, "SMSC"), (briton, 2, "PLAIN")):
        told = await preview(doors, "x" * 306, contact_id=contact_id, content="text", group_id="both")
        assert (told["segments"], told["fallback_segments"], told["account"]) == (n, n, name)
    picture = (await uploaded(doors, jpeg(64)))["id"]
    told = await preview(doors, "x" * 280, contact_id=american, media_ids=[picture], fallback_body="y" * 306)
    # Beside a picture: the account that the text would go by without it.
    assert (told["channel"], told["account"], told["fallback_segments"]) == ("mms", "SMSC", 3)
    assert doors.app.cuts[SMSC] == Cut(is_wide=True)


async def test_the_character_that_costs_is_named_with_the_one_that_does_not(doors: Doors) -> None:
    told = await segments(doors, "It’s here")
    (found,) = told["forcing"]
    assert (found["position"], found["character"], found["replacement"]) == (2, "’", "'")
    assert found["name"] == "Right single quotation mark"
    assert told["smart"] == {"text": "It's here", "segments": 1}
    assert (await segments(doors, "🎉"))["smart"] is None
    assert (await segments(doors, "你好，世界"))["smart"] is None, "a plain comma saves this text nothing"
    assert (await segments(doors, "plain"))["forcing"] == []


async def test_one_person_reads_the_text_with_their_own_words_in_it(doors: Doors) -> None:
    one, two = await doors.world.add_people(["+13125550101", "+447700900001"], first_name="Zoë")
    told = await preview(doors, "Hi {{ first_name }}, {{ city }}", contact_id=one, content="text")
    assert (told["body"], told["missing_fields"], told["error"]) == ("Hi Zoë, ", ["city"], None)
    assert (told["person"], told["channel"], told["link"]) == (
        {"name": "Zoë", "phone": "+13125550101", "country": "US"},
        "sms",
        None,
    )
    picture = (await uploaded(doors, jpeg(64)))["id"]
    as_link = await preview(doors, "Hi", contact_id=two, media_ids=[picture])
    assert (as_link["channel"], as_link["fallback_body"]) == ("sms_link", f"Hi {as_link['link']}")
    as_mms = await preview(doors, "Hi", contact_id=one, media_ids=[picture])
    assert (as_mms["channel"], as_mms["body"]) == ("mms", "Hi")


async def test_a_preview_without_people_is_for_nobody(doors: Doors) -> None:
    told = await preview(doors, "Hi {{ first_name | default: 'there' }}", content="text")
    assert (told["person"], told["body"]) == (None, "Hi there")


@pytest.mark.parametrize(
    ("body", "line", "column"),
    [("Hi {{ first_name", 1, 4), ("a\nb {{ x | upcas }}", 2, 10), ("{% if %}", 1, None)],
)
async def test_a_mistake_is_an_answer_that_says_where_it_is(
    doors: Doors, body: str, line: int, column: int | None
) -> None:
    told = await preview(doors, body)
    assert (told["error"]["line"], told["body"], told["segments"]) == (line, body, 0)
    assert column is None or told["error"]["column"] == column
    assert told["error"]["sentence"].endswith(("?", "."))


async def test_a_way_that_does_not_exist_is_told_with_its_reason(doors: Doors) -> None:
    await doors.world.add_group("senderless", [])
    told = await preview(doors, "Hi", group_id="senderless", content="text")
    assert (told["channel"], told["reason"]) == ("sms", "The group has no senders.")


async def test_a_preview_is_the_text_message_as_it_leaves(doors: Doors) -> None:
    long = "It’s " + "word " * 60
    cut = await preview(doors, long, content="text", text_rules={"max_segments": 1, "too_long": "cut"})
    assert (cut["segments"], cut["cut_from"], cut["is_too_long"]) == (1, 2, False)
    assert cut["body"] == cut["fallback_body"] == "It's " + ("word " * 31).rstrip()
    refused = await preview(doors, long, content="text", text_rules={"max_segments": 1})
    assert (refused["cut_from"], refused["is_too_long"]) == (None, True)
    as_is = await preview(doors, "It’s", content="text", text_rules={"smart_encoding": False})
    assert as_is["body"] == "It’s"
    picture = (await uploaded(doors, jpeg(64)))["id"]
    beside = await preview(doors, "It’s", media_ids=[picture])
    assert (beside["body"], beside["fallback_body"]) == ("It’s", f"It's {beside['link']}")


async def test_the_text_for_phones_without_pictures_is_previewed_with_its_link_or_its_mistake(doors: Doors) -> None:
    picture = (await uploaded(doors, jpeg(64)))["id"]
    told = await preview(doors, "Hi", media_ids=[picture], fallback_body="See {{ link }}!")
    assert (told["fallback_body"], told["fallback_segments"]) == (f"See {told['link']}!", 1)
    wrong = await preview(doors, "Hi", media_ids=[picture], fallback_body="{{ link | upcase }}")
    assert (wrong["error"], "stand alone" in wrong["fallback_error"]["sentence"]) == (None, True)
    assert (await preview(doors, "Hi", media_ids=[picture], content="text_link", fallback_body="x"))["fallback_body"][
        :2
    ] == "Hi"
