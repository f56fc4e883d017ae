from typing import Any

import pytest

from heliogram.model.consent import Subscription
from tests.api.kit import PEOPLE, jpeg, n_rows, problem, run_sql
from tests.doors import Doors
from tests.world import GROUP, SMSC

V1 = "/api/v1"
KEPT = ("contacts", "lists", "imports", "consent_facts", "media", "campaigns", "lanes", "audit", "idempotency_keys")
NOTHING = dict.fromkeys(KEPT, 0)
RULES = {"smart_encoding": True, "transliterate": False, "max_segments": 10, "too_long": "skip"}
FORM = {"group": "offers", "text": "Hi {{ first_name }}. Reply STOP to opt out", "attest_consent": "at the till"}


async def ask(doors: Doors, people: bytes = PEOPLE, media: bytes | None = None, **form: str) -> Any:
    files: dict[str, Any] = {"people": ("people.csv", people)}
    if media is not None:
        files["media"] = ("menu.jpg", media)
    return await doors.api.post(f"{V1}/sends", files=files, data=FORM | form)


async def test_one_request_does_the_whole_job(doors: Doors) -> None:
    answer = await ask(doors, PEOPLE + b"12,Cy\n", jpeg(), name="Summer")
    told = answer.json()
    assert (answer.status_code, told["n_rows"], told["n_people"], told["n_rejected"]) == (201, 3, 2, 1)
    assert (told["n_subscribed"], told["estimate"]["mms"], told["estimate"]["skipped"]) == (2, 2, 0)
    campaign = told["campaign"]
    assert (campaign["state"], campaign["n_audience"], campaign["name"]) == ("sending", 2, "Summer")
    assert (campaign["content"], campaign["media"][0]["filename"]) == ("mms", "menu.jpg")
    assert campaign == (await doors.api.get(f"{V1}/campaigns/{campaign['id']}")).json()
    assert await doors.app.expander.step() == 2
    bodies = [each["person_name"] for each in (await doors.api.get(f"{V1}/messages")).json()["items"]]
    assert sorted(bodies) == ["Ada", "Bo"]


async def test_a_picture_keeps_the_words_for_who_cannot_see_it(doors: Doors) -> None:
    report = (await ask(doors, media=jpeg(), alt_text="A bowl of soup")).json()
    assert report["campaign"]["media"][0]["alt_text"] == "A bowl of soup"


async def _send_several(doors: Doors, octets: list[bytes], alt_texts: list[str], **form: str) -> Any:
    shown = [("media", (f"{n}.jpg", each)) for n, each in enumerate(octets)]
    data = {**FORM, "alt_text": alt_texts, **form}
    return await doors.api.post(f"{V1}/sends", files=[("people", ("people.csv", PEOPLE)), *shown], data=data)


async def test_several_pictures_go_in_their_order_each_with_its_words(doors: Doors) -> None:
    pictures = [jpeg(40), jpeg(50), jpeg(60)]
    dry = (await _send_several(doors, pictures, ["A", "B"], dry_run="true")).json()
    told = (await _send_several(doors, pictures, ["A", "B"])).json()
    assert [(each["width"], each["alt_text"]) for each in told["campaign"]["media"]] == [(40, "A"), (50, "B"), (60, "")]
    (variant,) = told["estimate"]["variants"]
    assert [each["width"] for each in variant["media"]] == [40, 50, 60]
    assert variant["octets"] == sum(each["octets"] for each in variant["media"])
    assert dry["estimate"] == told["estimate"]
    assert told["estimate"]["weight"]["media_octets"] == sum(map(len, pictures))


@pytest.mark.parametrize(("n", "status"), [(10, 200), (11, 422)])
async def test_ten_files_are_the_most(doors: Doors, n: int, status: int) -> None:
    answer = await _send_several(doors, [jpeg(20 + number) for number in range(n)], [], dry_run="true")
    assert answer.status_code == status
    assert status == 200 or problem(answer, "invalid") == "A message has at most 10 files."


async def test_words_without_a_file_are_refused(doors: Doors) -> None:
    answer = await _send_several(doors, [jpeg(20)], ["A", "B"])
    assert problem(answer, "invalid") == "There are more descriptions than files."


async def test_a_dry_run_tells_the_same_and_stores_nothing(doors: Doors) -> None:
    dry = (await ask(doors, media=jpeg(), dry_run="true")).json()
    assert await n_rows(doors, *KEPT) == NOTHING
    real = (await ask(doors, media=jpeg())).json()
    assert dry["campaign"] is None
    assert dry | {"campaign": 0} == real | {"campaign": 0}


@pytest.mark.parametrize("attested", ["", "  ", "at the till"])
async def test_who_opted_out_stays_so_and_who_never_agreed_is_left_out(doors: Doors, attested: str) -> None:
    await doors.world.say(Subscription.UNSUBSCRIBED, ["+13125550101"])
    told = (await ask(doors, attest_consent=attested)).json()
    skipped = {each["reason"]: each["n"] for each in told["estimate"]["skipped_by_reason"]}
    if attested.strip():
        assert (told["n_subscribed"], told["n_already_opted_out"], told["n_without_consent"]) == (1, 1, 0)
        assert skipped == {"opted_out": 1}
    else:
        assert (told["n_subscribed"], told["n_already_opted_out"], told["n_without_consent"]) == (0, 1, 1)
        assert skipped == {"opted_out": 1, "no_consent": 1}
    facts = (await doors.api.get(f"{V1}/consent", params={"phone": "+13125550101"})).json()["items"]
    assert [each["state"] for each in facts] == ["unsubscribed"]


REFUSED: list[tuple[dict[str, Any], str, str]] = [
    ({"people": b""}, "import_refused", "The file is empty."),
    ({"people": b"name\nAda\n"}, "import_refused", "No column is named “phone”."),
    ({"text": "Hi {{ first_name | upcas }}"}, "template_refused", "Line 1, column 20: There is no filter “upcas”."),
    ({"text": "one\n{% if %}"}, "template_refused", "Line 2"),
    ({"text": " "}, "not_launched", "The text is empty."),
    ({"group": "Gone"}, "not_found", "There is no group “Gone”. The groups are: “Offers”, “Senderless”."),
    ({"group": "Senderless"}, "not_launched", "The group has no senders."),
    ({"media": b"a text"}, "media_refused", "it looks like a text file"),
    ({"media": jpeg()[:-100]}, "media_refused", "The file ends in the middle of the picture."),
    ({"media": jpeg(64, n_octets=5_000_001)}, "too_large", "at most 5,000,000 can be sent"),
    ({"media": jpeg(64, n_octets=4_999_990)}, "not_launched", "The message is too large: pictures 4,999,990 + text "),
    ({"content": "mms"}, "not_launched", "There is no picture yet."),
    ({"content": "fax"}, "invalid", "content: Input should be 'mms', 'text_link' or 'text'."),
    ({"attest_consent": "x" * 2_001}, "invalid", "attest_consent: String should have at most 2000 characters."),
]


@pytest.mark.parametrize(("changed", "code", "said"), REFUSED)
async def test_what_cannot_be_done_whole_is_not_begun(
    doors: Doors, changed: dict[str, Any], code: str, said: str
) -> None:
    await doors.world.add_group("senderless", [])
    for dry_run in ("true", "false"):
        assert said in problem(await ask(doors, dry_run=dry_run, **changed), code)
    assert await n_rows(doors, *KEPT) == NOTHING


@pytest.mark.parametrize("table", ["imports", "media", "campaigns", "lanes", "audit", "idempotency_keys"])
async def test_whatever_breaks_on_the_way_leaves_nothing_behind(doors: Doors, table: str) -> None:
    moment = "UPDATE" if table == "idempotency_keys" else "INSERT"
    full = f"CREATE TRIGGER full BEFORE {moment} ON {table} BEGIN SELECT RAISE(ABORT, 'disk full'); END"
    await run_sql(doors, full)
    files = {"people": PEOPLE, "media": ("menu.jpg", jpeg())}
    headers = {"Idempotency-Key": "k"}
    broken = await doors.api.post(f"{V1}/sends", files=files, data=FORM, headers=headers)
    assert "try again" in problem(broken, "internal")
    assert await n_rows(doors, *KEPT) == NOTHING
    await run_sql(doors, "DROP TRIGGER full")
    again = await doors.api.post(f"{V1}/sends", files=files, data=FORM, headers=headers)
    assert again.json()["campaign"]["state"] == "sending"


async def test_a_send_to_nobody_who_may_be_sent_to_is_still_accounted_for(doors: Doors) -> None:
    told = (await ask(doors, attest_consent="")).json()
    assert (told["n_without_consent"], told["campaign"]["n_audience"], told["estimate"]["skipped"]) == (2, 2, 2)


async def test_a_group_is_named_by_its_name_or_its_id_and_a_campaign_by_its_text(doors: Doors) -> None:
    for group in (GROUP, "Offers", " OFFERS "):
        told = (await ask(doors, group=group, text="Hello\nthere. STOP" + " x" * 60)).json()
        assert (told["campaign"]["group_id"], told["campaign"]["name"][:17]) == (GROUP, "Hello there. STOP")
        assert len(told["campaign"]["name"]) <= 60


async def test_a_send_has_its_own_rules_for_texts_which_hold_to_the_last_message(doors: Doors) -> None:
    text = "It’s " + "word " * 60
    rules = {"max_segments": "1", "too_long": "cut"}
    dry = (await ask(doors, text=text, dry_run="true", **rules)).json()["estimate"]
    assert dry["segments"] == {
        "total": 2,
        "spread": [{"segments": 1, "n": 2}],
        "by_account": [{"account_id": SMSC, "n": 2, "segments": 2}],
    }
    assert dry["rewritten"] == {
        "n_cut": 2,
        "n_respelled": 2,
        "segments_saved": 6,
        "replaced": [{"character": "’", "name": "Right single quotation mark", "replacement": "'", "n": 2}],
    }
    assert [each["title"] for each in dry["checks"] if each["id"] == "cut"] == [
        "2 texts are too long, and lose the end"
    ]
    sent = (await ask(doors, text=text, **rules)).json()["campaign"]
    assert sent["text_rules"] == RULES | {"max_segments": 1, "too_long": "cut"}
    refused = (await ask(doors, text=text, dry_run="true", max_segments="1")).json()["estimate"]
    assert [(each["reason"], each["n"]) for each in refused["skipped_by_reason"]] == [("too_long", 2)]
    problem(await ask(doors, max_segments="11"), "invalid")
    problem(await ask(doors, too_long="shorten"), "invalid")


async def test_a_send_has_a_text_of_its_own_for_phones_without_pictures(doors: Doors) -> None:
    people = b"phone,first_name\n+447700900001,Zoe\n"
    own = {"media": jpeg(), "fallback_text": "{{ first_name }}: {{ link }} STOP to opt out"}
    dry = (await ask(doors, people, dry_run="true", **own | {"text": "x" * 400 + " STOP"})).json()["estimate"]
    assert (dry["segments"]["total"], dry["segments"]["spread"]) == (1, [{"segments": 1, "n": 1}])
    sent = (await ask(doors, people, **own)).json()["campaign"]
    assert sent["fallback_body"] == own["fallback_text"]
    assert await doors.app.expander.step() == 1
    (row,) = (await doors.api.get(f"{V1}/messages")).json()["items"]
    told = (await doors.api.get(f"{V1}/messages/{row['id']}")).json()
    assert told["link_text"] == "Zoe: {{ link }} STOP to opt out"
    problem(await ask(doors, people, media=jpeg(), fallback_text="{{ link | upcase }}"), "template_refused")
