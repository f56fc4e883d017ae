from msgspec.structs import replace

from heliogram.model.receipt_id import IdForm
from heliogram.storage import deliveries, id_forms
from heliogram.storage.engine import Store
from heliogram.storage.id_forms import Learning
from tests.world import MMSC, NOON, SMSC, WORKSPACE, World

KNOWN = Learning(account_id=SMSC, workspace_id=WORKSPACE, form=IdForm.LEARN, votes={"same": 2})


async def test_what_is_known_of_an_account_is_kept_and_replaced(store: Store, world: World) -> None:
    await world.add_workspace(WORKSPACE)
    await world.add_account(SMSC, "smpp")
    learnt = replace(KNOWN, form=IdForm.SAME, votes={"same": 3})
    async with store.write() as connection:
        assert await id_forms.one(connection, SMSC) is None
        for each in (KNOWN, learnt):
            await id_forms.put(connection, each.workspace_id, each, NOON)
            assert await id_forms.one(connection, SMSC) == each
        assert await id_forms.one(connection, MMSC) is None


async def test_what_is_known_of_a_workspaces_accounts_comes_with_since_when(store: Store, world: World) -> None:
    await world.add_workspace(WORKSPACE)
    for account_id in (SMSC, MMSC):
        await world.add_account(account_id, "smpp")
    async with store.write() as connection:
        await id_forms.put(connection, WORKSPACE, KNOWN, NOON)
        assert await id_forms.since(connection, WORKSPACE) == {SMSC: (KNOWN, NOON)}
        assert await id_forms.since(connection, "another workspace") == {}


async def test_receipts_that_match_nothing_are_counted_by_account(store: Store, world: World) -> None:
    await world.add_workspace(WORKSPACE)
    await world.add_workspace("other")
    row = {"news": "delivered", "about_e164": "", "at": NOON, "code": "", "raw": "", "answer_id": None}
    rows = [
        row | {"account_id": account_id, "carrier_id": carrier_id, "workspace_id": where, "message_id": message_id}
        for account_id, carrier_id, where, message_id in (
            (SMSC, "1", WORKSPACE, None),
            (SMSC, "2", WORKSPACE, None),
            (SMSC, "3", WORKSPACE, "m"),
            (MMSC, "4", WORKSPACE, None),
            ("theirs", "5", "other", None),
        )
    ]
    async with store.write() as connection:
        await deliveries.add_receipts(connection, rows)
        assert await id_forms.n_unmatched(connection, WORKSPACE) == {SMSC: 2, MMSC: 1}
