"""By whose rules texts are counted: each account's own, those that cut alike together."""

from heliogram.api.cuts import cuts_of, group_cuts, names_of
from heliogram.model.cut import PLAIN, Cut
from heliogram.storage import senders
from tests.doors import Doors
from tests.world import GROUP, MMSC, SMSC, WORKSPACE

WIDE = Cut(is_wide=True)


async def test_accounts_that_cut_alike_are_named_together_in_the_order_of_the_senders(doors: Doors) -> None:
    world = doors.world
    for account_id in ("wide", "also"):
        await world.add_account(account_id, "smpp")
    for n, account_id in enumerate(("wide", SMSC, "also", None)):
        await world.add_sender(f"more-{n}", address=f"+1312555020{n}", sms_account_id=account_id)
    await world.add_group("several", ["more-0", "more-1", "more-2", "more-3"])
    async with doors.app.store.read() as connection:
        group = (await senders.load_groups(connection, WORKSPACE))["several"]
        names = await names_of(connection, WORKSPACE)
    told = group_cuts(cuts_of(group, {"wide": WIDE, "also": WIDE}, names))
    assert [(each.cut.reference_bits, [name.name for name in each.accounts]) for each in told] == [
        (16, ["WIDE", "ALSO"]),
        (8, ["SMSC"]),
    ]
    assert {each.id for way in told for each in way.accounts} == {"wide", "also", SMSC}


async def test_an_account_for_pictures_only_has_no_part_in_the_count(doors: Doors) -> None:
    async with doors.app.store.read() as connection:
        group = (await senders.load_groups(connection, WORKSPACE))[GROUP]
    assert {name.id for names in cuts_of(group, {MMSC: WIDE}, {}).values() for name in names} == {SMSC}
    assert list(cuts_of(group, {MMSC: WIDE}, {})) == [PLAIN]
