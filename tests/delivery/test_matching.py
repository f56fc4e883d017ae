"""Ids that receipts write in another way: learnt from what leaves no other reading, and never guessed."""

from collections import Counter
from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from heliogram.delivery.matching import LEAD, N_VOTES, Said, count_votes, find
from heliogram.delivery.receipts import match_early, ref_row, store_receipts
from heliogram.model.event import News, ReceiptHeard
from heliogram.model.message import State
from heliogram.model.receipt_id import IdForm
from heliogram.storage import deliveries, id_forms, lanes
from heliogram.storage.deliveries import Claimed
from heliogram.storage.id_forms import Learning
from heliogram.storage.tables.delivery import receipts
from tests.delivery.scene import ADA, BO, CY, DEE, Scene
from tests.world import GROUP, MMSC, NOON, SMSC, WORKSPACE

LEARN = IdForm.LEARN
SEED = 20_261_125


def said(carrier_id: str, about: str = "", *, form: IdForm = LEARN, news: News = News.DELIVERED) -> ReceiptHeard:
    return ReceiptHeard(carrier_id=carrier_id, news=news, about_e164=about, id_form=form)


class Desk:
    """Attempts and answers of accounts, written down as delivery writes them."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.n = 0

    async def attempt(self, *phones: str, account_id: str = SMSC) -> list[str]:
        """Messages that have been handed over and have no answer yet."""
        ids = []
        rows, attempts, states = [], [], []
        for phone in phones:
            self.n += 1
            ids.append(f"m{self.n:06d}")
            person = {"id": None, "workspace_id": WORKSPACE, "phone_e164": phone, "country": "US"}
            row = {"group_id": GROUP, "purpose": "marketing", "priority": 0, "content": "text", "body": "Hello"}
            rows.append(lanes.message_row(person, id=ids[-1], now=NOON, **row))
            attempts.append(_attempt_row(ids[-1], account_id))
            states.append(
                {"message_id": ids[-1], "workspace_id": WORKSPACE, "lane_id": "g-offers", "campaign_id": None}
                | {"state": State.SENDING.value, "reason": "", "at": NOON}
            )
        async with self.scene.store.write() as connection:
            await lanes.add_messages(connection, "g-offers", rows)
            await deliveries.add_attempts(connection, attempts)
            await deliveries.add_states(connection, states)
        return ids

    async def answer(self, given: dict[str, str], account_id: str = SMSC) -> None:
        """The carrier's answers: message id → the id it gave."""
        async with self.scene.store.write() as connection:
            await deliveries.lock_account(connection, account_id)
            await deliveries.add_outcomes(connection, [_outcome_row(each) for each in given])
            await deliveries.set_states(connection, list(given), State.SENT, "", NOON)
            claims = [
                ref_row(account_id, WORKSPACE, carrier_id, Claimed(message_id, 1, 0, 1))
                for message_id, carrier_id in given.items()
            ]
            await deliveries.add_refs(connection, claims)
            await match_early(connection, account_id, set(given.values()), Counter(), NOON)

    async def hear(self, *heard: ReceiptHeard, account_id: str = SMSC) -> None:
        async with self.scene.store.write() as connection:
            await store_receipts(connection, account_id, WORKSPACE, heard, NOON)

    async def sent(self, carrier_id: str, phone: str, account_id: str = SMSC) -> str:
        (message_id,) = await self.attempt(phone, account_id=account_id)
        await self.answer({message_id: carrier_id}, account_id)
        return message_id

    async def form(self, account_id: str = SMSC) -> IdForm | None:
        async with self.scene.store.read() as connection:
            known = await id_forms.one(connection, account_id)
        return known.form if known else None

    async def matched(self, account_id: str = SMSC) -> dict[str, str | None]:
        """The id of each receipt → the message it is about, None for none."""
        rows = await self.scene.rows(receipts)
        return {row["carrier_id"]: row["message_id"] for row in rows if row["account_id"] == account_id}


def _attempt_row(message_id: str, account_id: str) -> dict[str, Any]:
    row: dict[str, Any] = {"message_id": message_id, "n": 1, "workspace_id": WORKSPACE, "at": NOON}
    row |= {"account_id": account_id, "sender_id": "us", "channel": "sms", "reason": "text", "encoding": "GSM-7"}
    row |= {"n_segments": 1, "link_token": None, "variant_sha256": None, "variant_octets": None}
    return row | {"fact_id": None, "reference": 7}


def _outcome_row(message_id: str) -> dict[str, Any]:
    row: dict[str, Any] = {"message_id": message_id, "n": 1, "workspace_id": WORKSPACE, "at": NOON}
    row |= {"kind": "accepted", "code": "", "reason": "", "is_permanent": None}
    return row | {"carrier_ids": [], "exchange": ""}


@pytest.fixture
def desk(scene: Scene) -> Desk:
    return Desk(scene)


# ── while the form is not known ──


async def test_the_number_says_which_of_two_messages_is_meant(desk: Desk) -> None:
    ten, sixteen = await desk.sent("10", ADA), await desk.sent("16", BO)
    await desk.hear(said("16", ADA))
    assert await desk.matched() == {"16": ten}
    assert (await desk.scene.states())[sixteen] is State.SENT


async def test_two_readings_for_one_number_match_neither_and_stay_visible(desk: Desk) -> None:
    await desk.sent("10", ADA)
    await desk.sent("16", ADA)
    await desk.hear(said("16", ADA))
    assert await desk.matched() == {"16": None}
    assert await desk.form() is LEARN
    async with desk.scene.store.read() as connection:
        assert await deliveries.n_unmatched(connection, WORKSPACE, [SMSC]) == {SMSC: 1}


async def test_an_attempt_without_its_answer_may_be_the_one_that_is_meant(desk: Desk) -> None:
    # The answer "10" is on its way: read in hexadecimal it is what this receipt is about, and not "16".
    (ten,) = await desk.attempt(ADA)
    await desk.sent("16", ADA)
    await desk.hear(said("16", ADA))
    assert await desk.matched() == {"16": None}
    await desk.answer({ten: "11"})
    assert (await desk.matched())["16"] != ten


@pytest.mark.parametrize("about", ["", CY])
async def test_an_id_alone_is_no_evidence(desk: Desk, about: str) -> None:
    await desk.sent("16", ADA)
    await desk.hear(said("16", about))
    assert await desk.matched() == {"16": None}


async def test_an_id_that_is_no_number_has_one_spelling(desk: Desk) -> None:
    message_id = await desk.sent("smsc-16", ADA)
    await desk.hear(said("smsc-16"))
    assert await desk.matched() == {"smsc-16": message_id}


# ── learning ──

SPELT: dict[IdForm, tuple[Callable[[int], str], Callable[[int], str]]] = {
    IdForm.SAME: (str, str),
    IdForm.PADDED: ("{:010d}".format, str),
    IdForm.HEX_TO_DECIMAL: ("{:X}".format, str),
    IdForm.DECIMAL_TO_HEX: (str, "{:08x}".format),
}


@pytest.mark.parametrize("form", list(SPELT))
async def test_a_form_is_learnt_and_read_from_then_on_and_what_waited_is_read_again(desk: Desk, form: IdForm) -> None:
    answer, receipt = SPELT[form]
    waiting = await desk.sent(answer(100), DEE)
    await desk.hear(said(receipt(100)))
    for number, phone in ((29, ADA), (47, BO), (61, CY)):
        assert await desk.form() is LEARN
        message_id = await desk.sent(answer(number), phone)
        await desk.hear(said(receipt(number), phone))
        assert (await desk.matched())[receipt(number)] == message_id
    assert await desk.form() is form
    assert (await desk.matched())[receipt(100)] == waiting
    assert set((await desk.scene.states()).values()) == {State.DELIVERED}
    # Known, so the id alone is enough, before its answer or behind it.
    (early,) = await desk.attempt(ADA)
    await desk.hear(said(receipt(200)))
    await desk.answer({early: answer(200)})
    assert (await desk.matched())[receipt(200)] == early


@pytest.mark.parametrize(
    ("votes", "form"),
    [
        ({"same": N_VOTES - 1}, LEARN),
        ({"same": N_VOTES}, IdForm.SAME),
        ({"same": LEAD - 1, "padded": 1}, LEARN),
        ({"same": LEAD, "padded": 1}, IdForm.SAME),
    ],
)
async def test_a_form_needs_votes_and_no_rival(desk: Desk, votes: dict[str, int], form: IdForm) -> None:
    (first, *others) = [IdForm(name) for name, n in votes.items() for _ in range(n)]
    learning = Learning(account_id=SMSC, workspace_id=WORKSPACE, form=LEARN, votes={first.value: 1})
    async with desk.scene.store.write() as connection:
        learnt = await count_votes(connection, learning, others, NOON)
    assert await desk.form() is form
    assert (learnt is not None) == (form is not LEARN)


async def test_a_form_that_the_account_is_told_is_not_learnt(desk: Desk) -> None:
    message_id = await desk.sent("1C", ADA)
    await desk.hear(said("28", form=IdForm.HEX_TO_DECIMAL))
    assert await desk.matched() == {"28": message_id}
    assert await desk.form() is IdForm.HEX_TO_DECIMAL


async def test_two_spellings_of_one_number_are_two_claims(desk: Desk) -> None:
    await desk.sent("1c", ADA)
    await desk.sent("1C", BO)
    learning = Learning(account_id=SMSC, workspace_id=WORKSPACE, form=IdForm.HEX_TO_DECIMAL, votes={})
    async with desk.scene.store.read() as connection:
        found = await find(connection, SMSC, learning, [Said("28", "")])
    assert len(found.claims["28"]) == 2
    assert found.answer_ids == {}


async def test_no_receipt_of_ten_thousand_is_matched_to_another_message(scene: Scene) -> None:
    """Two accounts with the same ids, one in decimal and one in hex; few phones, receipts early, late and repeated."""
    n_enough = 1_000 if scene.store.is_postgresql else 10_000  # the rules are the same
    dice, desk = Random(SEED), Desk(scene)
    accounts = {SMSC: SPELT[IdForm.SAME], MMSC: SPELT[IdForm.HEX_TO_DECIMAL]}
    phones = [f"+1312555{n:04d}" for n in range(40)]
    truth: dict[tuple[str, str], str] = {}
    numbers = {SMSC: 10, MMSC: 10}
    pending: dict[str, list[ReceiptHeard]] = {SMSC: [], MMSC: []}
    n_heard = 0
    while n_heard < n_enough:
        for account_id, (answer, receipt) in accounts.items():
            to = dice.choices(phones, k=dice.randint(1, 120))
            given = {}
            for message_id, phone in zip(await desk.attempt(*to, account_id=account_id), to, strict=True):
                number, numbers[account_id] = numbers[account_id], numbers[account_id] + 1
                given[message_id] = answer(number)
                truth[account_id, receipt(number)] = message_id
                pending[account_id].append(said(receipt(number), dice.choice([phone, phone, phone, ""])))
            dice.shuffle(pending[account_id])
            n_now = dice.randint(0, len(pending[account_id]))
            early, pending[account_id] = pending[account_id][:n_now], pending[account_id][n_now:]
            await desk.hear(*early, *early[:3], account_id=account_id)
            await desk.answer(given, account_id)
            n_heard += len(early)
            assert await _wrong(desk, account_id, truth) == [], f"seed {SEED}"
    assert [await desk.form(each) for each in accounts] == [IdForm.SAME, IdForm.HEX_TO_DECIMAL]
    for account_id in accounts:
        matched = await desk.matched(account_id)
        assert list(matched.values()).count(None) == 0, "what waited for the form was read again"


async def _wrong(desk: Desk, account_id: str, truth: dict[tuple[str, str], str]) -> list[tuple[str, str]]:
    return [
        (carrier_id, message_id)
        for carrier_id, message_id in (await desk.matched(account_id)).items()
        if message_id is not None and message_id != truth[account_id, carrier_id]
    ]
