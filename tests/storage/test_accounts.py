from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from heliogram.model.receipt_id import IdForm
from heliogram.storage import accounts, id_forms
from heliogram.storage.engine import Store
from heliogram.storage.id_forms import Learning
from heliogram.storage.tables.delivery import attempts, outcomes
from tests.world import MMSC, NOON, SMSC, WORKSPACE, World

OTHER = "another workspace"


@pytest.fixture
async def world(world: World) -> World:
    await world.build()
    await world.add_workspace(OTHER)
    return world


def attempt(message_id: str, account_id: str = SMSC, n: int = 1, **changes: Any) -> dict[str, Any]:
    row = {"message_id": message_id, "n": n, "workspace_id": WORKSPACE, "at": NOON, "account_id": account_id}
    row |= {"sender_id": "us", "channel": "sms", "reason": "", "encoding": "GSM-7", "n_segments": 1, "reference": 1}
    return row | changes


def outcome(message_id: str, n: int = 1, **changes: Any) -> dict[str, Any]:
    row = {"message_id": message_id, "n": n, "workspace_id": WORKSPACE, "at": NOON, "kind": "accepted", "code": ""}
    return row | {"reason": "", "is_permanent": None, "carrier_ids": [], "exchange": "submit_sm"} | changes


async def test_an_account_is_changed_and_found_in_its_own_workspace_only(store: Store, world: World) -> None:
    async with store.write() as connection:
        await accounts.change(connection, WORKSPACE, SMSC, {"name": "Main", "is_paused": True})
        await accounts.change(connection, OTHER, MMSC, {"name": "Stolen"})
    async with store.read() as connection:
        mine, other = await accounts.one(connection, WORKSPACE, SMSC), await accounts.one(connection, OTHER, SMSC)
        untouched = await accounts.one(connection, WORKSPACE, MMSC)
    assert mine is not None and (mine["name"], mine["is_paused"]) == ("Main", True)
    assert untouched is not None and (untouched["name"], untouched["is_paused"]) == ("MMSC", False)
    assert other is None


async def test_a_name_is_taken_by_another_account_of_the_workspace_only(store: Store, world: World) -> None:
    async with store.read() as connection:
        assert await accounts.is_name_taken(connection, WORKSPACE, "SMSC")
        assert not await accounts.is_name_taken(connection, WORKSPACE, "SMSC", but=SMSC)
        assert not await accounts.is_name_taken(connection, WORKSPACE, "Main")
        assert not await accounts.is_name_taken(connection, OTHER, "SMSC")


async def test_who_goes_through_an_account_is_named_once(store: Store, world: World) -> None:
    await world.add_account("both", "smpp")
    await world.add_sender("gb", address="+447911123456", sms_account_id="both", mms_account_id="both")
    await world.add_group("news", ["us", "gb"])
    async with store.read() as connection:
        through = await accounts.senders_through(connection, WORKSPACE)
        groups = await accounts.groups_through(connection, WORKSPACE)
        assert await accounts.senders_through(connection, OTHER) == {}
        assert await accounts.groups_through(connection, OTHER) == {}
    assert through == {SMSC: ["+13125550100"], MMSC: ["+13125550100"], "both": ["+447911123456"]}
    assert groups == {SMSC: ["News", "Offers"], MMSC: ["News", "Offers"], "both": ["News"]}


async def test_an_account_with_a_sender_cannot_be_removed_by_mistake(store: Store, world: World) -> None:
    await world.add_account("spare", "smpp")
    with pytest.raises(IntegrityError):
        async with store.write() as connection:
            await accounts.remove(connection, WORKSPACE, SMSC)
    async with store.write() as connection:
        await accounts.remove(connection, OTHER, "spare")
        assert await accounts.one(connection, WORKSPACE, "spare") is not None
        await accounts.remove(connection, WORKSPACE, "spare")
        assert await accounts.one(connection, WORKSPACE, "spare") is None


async def test_the_newest_exchanges_of_one_account_come_first(store: Store, world: World) -> None:
    later = NOON + timedelta(seconds=1)
    async with store.write() as connection:
        await connection.execute(
            attempts.insert(),
            [attempt("m1"), attempt("m1", n=2, at=later), attempt("m2", MMSC), attempt("m3", workspace_id=OTHER)],
        )
        await connection.execute(outcomes.insert(), [outcome("m1", code="88", kind="refused")])
    async with store.read() as connection:
        found = await accounts.exchanges(connection, WORKSPACE, SMSC, 10)
        assert [(row["message_id"], row["n"], row["kind"], row["code"]) for row in found] == [
            ("m1", 2, None, None),
            ("m1", 1, "refused", "88"),
        ]
        assert len(await accounts.exchanges(connection, WORKSPACE, SMSC, 1)) == 1
        assert await accounts.exchanges(connection, OTHER, SMSC, 10) != found


@pytest.mark.parametrize(("n_newer", "n_found"), [(accounts.N_LOOKED_THROUGH - 1, 1), (accounts.N_LOOKED_THROUGH, 0)])
async def test_looking_for_exchanges_is_bounded(store: Store, world: World, n_newer: int, n_found: int) -> None:
    newer = [attempt(f"m{number:05d}", MMSC) for number in range(n_newer)]
    async with store.write() as connection:
        await connection.execute(attempts.insert(), [attempt("l"), *newer])
    async with store.read() as connection:
        assert len(await accounts.exchanges(connection, WORKSPACE, SMSC, 10)) == n_found


async def test_a_removed_account_takes_what_was_learnt_of_it_along_and_nothing_of_the_others(
    store: Store, world: World
) -> None:
    for account_id in ("spare", "other"):
        await world.add_account(account_id, "smpp")
    async with store.write() as connection:
        for account_id in ("spare", "other"):
            learnt = Learning(account_id=account_id, workspace_id=WORKSPACE, form=IdForm.PADDED, votes={"padded": 3})
            await id_forms.put(connection, WORKSPACE, learnt, NOON)
        await accounts.remove(connection, OTHER, "other")
        await accounts.remove(connection, WORKSPACE, "spare")
    async with store.read() as connection:
        assert await accounts.one(connection, WORKSPACE, "spare") is None
        assert await id_forms.one(connection, "spare") is None
        assert await accounts.one(connection, WORKSPACE, "other") is not None
        assert await id_forms.one(connection, "other") is not None
