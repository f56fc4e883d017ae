"""By whose rules a text is counted: the account's that will send it, and where a group has several, each of theirs."""

from collections.abc import Mapping

from sqlalchemy.ext.asyncio import AsyncConnection

from heliogram.api.schema.senders import AccountName, CutShape, GroupCutShape
from heliogram.model.cut import PLAIN, Cut
from heliogram.model.group import Group
from heliogram.storage import senders

ByCut = dict[Cut, list[AccountName]]
"""How texts are cut → the accounts that want them so."""


async def names_of(connection: AsyncConnection, workspace_id: str) -> dict[str, str]:
    """Account id → its name."""
    return {row["id"]: row["name"] for row in await senders.accounts_of(connection, workspace_id)}


def cuts_of(group: Group, cuts: Mapping[str, Cut], names: Mapping[str, str]) -> ByCut:
    """The cuts of the accounts that are the first choice of a sender for texts, in the senders' order."""
    found: ByCut = {}
    for account_id in dict.fromkeys(each.sms_account_id for each in group.senders if each.sms_account_id):
        name = AccountName(id=account_id, name=names.get(account_id, account_id))
        found.setdefault(cuts.get(account_id, PLAIN), []).append(name)
    return found


def cut_shape(cut: Cut) -> CutShape:
    return CutShape(reference_bits=16 if cut.is_wide else 8, national=list(cut.national), charset=cut.charset)


def group_cuts(by_cut: ByCut) -> list[GroupCutShape]:
    return [GroupCutShape(cut=cut_shape(cut), accounts=accounts) for cut, accounts in by_cut.items()]
