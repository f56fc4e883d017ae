from typing import Any

import httpx
import pytest

from heliogram.model.receipt_id import WORDS, IdForm
from heliogram.storage import deliveries, id_forms, senders
from heliogram.storage.id_forms import Learning
from tests.doors import Doors
from tests.world import MMSC, NOON, SMSC, WORKSPACE

ACCOUNTS = "/api/v1/accounts"


async def _known(doors: Doors, form: IdForm, **votes: int) -> None:
    learning = Learning(account_id=SMSC, workspace_id=WORKSPACE, form=form, votes=votes)
    async with doors.app.store.write() as connection:
        await id_forms.put(connection, WORKSPACE, learning, NOON)


async def _said(doors: Doors, form: str) -> None:
    async with doors.app.store.write() as connection:
        await senders.set_account_settings(connection, SMSC, {"port": 2775, "receipt_ids": form})


async def _stray(doors: Doors, n: int) -> None:
    row = {"account_id": SMSC, "workspace_id": WORKSPACE, "news": "delivered", "about_e164": "", "at": NOON}
    row |= {"code": "", "raw": "", "message_id": None, "answer_id": None}
    async with doors.app.store.write() as connection:
        await deliveries.add_receipts(connection, [row | {"carrier_id": str(each)} for each in range(n)])


async def _told(doors: Doors) -> Any:
    (one,) = [each for each in (await doors.api.get(ACCOUNTS)).json()["items"] if each["id"] == SMSC]
    assert one["receipt_ids"] == (await doors.api.get(f"{ACCOUNTS}/{SMSC}")).json()["receipt_ids"]
    return one["receipt_ids"]


async def test_nothing_is_known_before_a_receipt_has_come(doors: Doors) -> None:
    told = {"form": "learn", "sentence": WORDS[IdForm.LEARN], "is_learnt": False}
    assert await _told(doors) == told | {"since": None, "votes": {}, "n_unmatched": 0}


async def test_votes_are_shown_while_they_are_too_few(doors: Doors) -> None:
    await _known(doors, IdForm.LEARN, padded=2)
    await _stray(doors, 3)
    told = await _told(doors)
    assert (told["form"], told["is_learnt"], told["since"]) == ("learn", False, None)
    assert (told["votes"], told["n_unmatched"]) == ({"padded": 2}, 3)


async def test_what_was_learnt_is_told_in_a_sentence_and_since_when(doors: Doors) -> None:
    await _known(doors, IdForm.DECIMAL_TO_HEX, decimal_to_hex=3)
    told = await _told(doors)
    assert (told["form"], told["is_learnt"], told["since"]) == ("decimal_to_hex", True, "2026-03-02T12:00:00Z")
    assert told["sentence"] == "Answers write the ids of messages in decimal, receipts in hexadecimal."


@pytest.mark.parametrize(("heard", "since"), [(IdForm.PADDED, "2026-03-02T12:00:00Z"), (IdForm.SAME, None)])
async def test_what_the_settings_say_is_not_learnt_and_older_than_no_receipt_of_that_form(
    doors: Doors, heard: IdForm, since: str | None
) -> None:
    await _said(doors, "padded")
    await _known(doors, heard)
    told = await _told(doors)
    assert (told["form"], told["is_learnt"], told["since"]) == ("padded", False, since)


async def test_carriers_that_write_ids_in_one_way_have_nothing_to_say(
    doors: Doors, stranger: httpx.AsyncClient
) -> None:
    shown = {each["id"]: each["receipt_ids"] for each in (await doors.api.get(ACCOUNTS)).json()["items"]}
    assert shown[MMSC] is None and shown[SMSC] is not None
    assert (await stranger.get(ACCOUNTS)).json()["items"] == []
