from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from heliogram.model.group import Fallbacks, Group, Purpose
from heliogram.model.sender import Approval, Sender, SenderKind
from heliogram.storage import accounts, senders
from heliogram.storage.engine import Store
from tests.world import GROUP, MMSC, NOON, SMSC, WORKSPACE, World

OTHER = "another workspace"


@pytest.fixture
async def world(world: World) -> World:
    await world.build()
    await world.add_workspace(OTHER)
    return world


async def _groups(store: Store, workspace_id: str = WORKSPACE) -> dict[str, Group]:
    async with store.read() as connection:
        return await senders.load_groups(connection, workspace_id)


async def test_a_group_comes_with_its_senders_and_choices(store: Store, world: World) -> None:
    assert await _groups(store) == {
        GROUP: Group(
            id=GROUP,
            workspace_id=WORKSPACE,
            name="Offers",
            purpose=Purpose.MARKETING,
            senders=(
                Sender(
                    id="us",
                    kind=SenderKind.LONG_CODE,
                    address="+13125550100",
                    countries=("US", "CA"),
                    mms_enabled=True,
                    may_go_abroad=True,
                    sms_account_id=SMSC,
                    mms_account_id=MMSC,
                    mms_carrier="mm7",
                ),
            ),
            fallbacks=Fallbacks(carrier_not_approved=True, sender_cannot_mms=False, media_not_taken=True),
        )
    }


async def test_senders_keep_the_groups_order_and_may_serve_several_groups(store: Store, world: World) -> None:
    await world.add_sender("gb", address="+447911123456", countries=["GB"])
    await world.add_sender("code", address="62449", kind="short_code", countries=["US"])
    await world.add_group("news", ["code", "us", "gb"], purpose="reminder", link_base_url="https://n.example")
    await world.add_group("empty", [])
    groups = await _groups(store)
    assert [sender.id for sender in groups["news"].senders] == ["code", "us", "gb"]
    assert [sender.id for sender in groups[GROUP].senders] == ["us"]
    assert groups["empty"].senders == ()
    assert (groups["news"].purpose, groups["news"].link_base_url) == (Purpose.REMINDER, "https://n.example")
    assert list(groups) == sorted(groups)


async def test_the_newest_word_of_a_network_counts(store: Store, world: World) -> None:
    words = {"Verizon": "pending", "AT&T": "rejected"}
    await world.add_sender("code", address="62449", kind="short_code", countries=["US"], approvals=words)
    await world.add_group("codes", ["code"])
    assert not (await _groups(store))["codes"].has_mms()
    async with store.write() as connection:
        row = {"sender_id": "code", "network": "Verizon", "status": "approved", "at": NOON, "workspace_id": WORKSPACE}
        await senders.put_approval(connection, row)
    group = (await _groups(store))["codes"]
    assert group.senders[0].approvals == {"AT&T": Approval.REJECTED, "Verizon": Approval.APPROVED}
    assert group.has_mms()


async def test_a_groups_choices_are_changed_together(store: Store, world: World) -> None:
    new = Fallbacks(carrier_not_approved=False, sender_cannot_mms=True, media_not_taken=False)
    async with store.write() as connection:
        assert await senders.set_fallbacks(connection, WORKSPACE, GROUP, new)
    assert (await _groups(store))[GROUP].fallbacks == new


async def test_another_workspaces_senders_are_never_returned_or_changed(store: Store, world: World) -> None:
    before = await _groups(store)
    assert await _groups(store, OTHER) == {}
    async with store.write() as connection:
        assert not await senders.set_fallbacks(connection, OTHER, GROUP, Fallbacks(sender_cannot_mms=True))
        assert await senders.group_names(connection, OTHER) == {}
        assert not await senders.has_sender(connection, OTHER, "us")
        assert await senders.groups_by_address(connection, OTHER, "+13125550100") == []
        assert await senders.accounts_of(connection, OTHER) == []
    assert await _groups(store) == before


async def test_groups_are_named(store: Store, world: World) -> None:
    async with store.read() as connection:
        assert await senders.group_names(connection, WORKSPACE) == {GROUP: "Offers"}
        assert await senders.help_text(connection, WORKSPACE, GROUP) == "Northgate: call 312 555 0100."


async def test_a_reply_finds_the_groups_of_the_address_it_was_sent_to(store: Store, world: World) -> None:
    await world.add_group("news", ["us"])
    await world.add_sender("idle", address="62449", kind="short_code")
    async with store.read() as connection:
        assert await senders.groups_by_address(connection, WORKSPACE, "+13125550100") == ["news", GROUP]
        assert await senders.groups_by_address(connection, WORKSPACE, "62449") == []
        assert await senders.groups_by_address(connection, WORKSPACE, "13125550100") == []


async def test_a_sender_is_known_by_its_id(store: Store, world: World) -> None:
    async with store.read() as connection:
        assert await senders.has_sender(connection, WORKSPACE, "us")
        assert not await senders.has_sender(connection, WORKSPACE, "gb")


async def test_accounts_come_with_their_settings(store: Store, world: World) -> None:
    async with store.read() as connection:
        rows = await senders.accounts_of(connection, WORKSPACE)
    assert [(row["id"], row["carrier"], row["settings"]) for row in rows] == [
        (MMSC, "mm7", {"port": 2775}),
        (SMSC, "smpp", {"port": 2775}),
    ]


@pytest.mark.parametrize("changes", [{"address": "+13125550100"}, {"address": "62449", "sms_account_id": "gone"}])
async def test_a_second_sender_of_an_address_and_one_of_no_account_are_refused(
    store: Store, world: World, changes: dict[str, Any]
) -> None:
    with pytest.raises(IntegrityError):
        await world.add_sender("second", **changes)
    async with store.read() as connection:
        assert not await senders.has_sender(connection, WORKSPACE, "second")


async def test_the_accounts_that_stand_in_for_a_senders_own_are_kept_in_their_order(world: World) -> None:
    for account_id, carrier in (("b", "smpp"), ("a", "smpp"), ("t", "twilio")):
        await world.add_account(account_id, carrier)
    for wanted in ({"sms": ["b", "a"], "mms": ["t"]}, {"sms": ["t"], "mms": []}):
        async with world.store.write() as connection:
            await senders.set_failover(connection, WORKSPACE, "us", wanted)
            (sender,) = (await senders.load_groups(connection, WORKSPACE))[GROUP].senders
            through = await accounts.senders_through(connection, WORKSPACE)
            groups = await accounts.groups_through(connection, WORKSPACE)
        assert (sender.sms_accounts(), sender.mms_accounts()) == ((SMSC, *wanted["sms"]), (MMSC, *wanted["mms"]))
        named = {SMSC, MMSC, *wanted["sms"], *wanted["mms"]}
        assert through == {each: ["+13125550100"] for each in named}
        assert groups == {each: ["Offers"] for each in named}
