from msgspec.structs import replace

from heliogram.model.receipt_id import IdForm
from heliogram.storage import id_forms
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
