"""Messages without a receipt: their carriers are asked, not too early, not too often, and nothing is sent again."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from heliogram.carriers.protocol import Link
from heliogram.delivery.accounts import Account
from heliogram.delivery.asking import AFTER_LINK, AGAIN, DEAF_FOR, LOOK_S, N_ASKED, WAITS, Asker, due_at
from heliogram.delivery.receipts import RECEIPT_WITHIN
from heliogram.delivery.slots import Slots
from heliogram.model.event import News, Piece, Untold
from heliogram.model.message import State
from heliogram.model.parcel import UNREACHABLE, Partly
from heliogram.model.sender import SenderKind
from heliogram.storage.questions import Asked, Waiting
from heliogram.storage.tables.delivery import questions
from tests.analytics.network import open_network
from tests.delivery.askable import DEAF, GONE, AskableCarrier
from tests.delivery.scene import ADA, BO, CY, Scene, receipt
from tests.world import MMSC, NOON, SMSC, WORKSPACE, phones_of

S = State
LATE = WAITS[S.SENT][0].total_seconds()
SECOND = timedelta(seconds=1)


def asker(scene: Scene, carrier: AskableCarrier, *, me: str = "one") -> Asker:
    account = Account(SMSC, WORKSPACE, "SMSC", "counter", carrier, Slots(9))
    return Asker(store=scene.store, accounts={SMSC: account}, now=scene.world.clock.now, me=me)


async def sent(scene: Scene, *phones: str, parts: int = 1) -> list[str]:
    """Messages that the carrier took, with ids named after them."""
    changes = {"body": "a" * 150 * parts} if parts > 1 else {}
    ids = await scene.queue(*phones, **changes)
    await scene.answer(await scene.take())
    return ids


# ── when ──


def _asked(n_asked: int = 0, asked_at: datetime | None = None) -> Asked:
    piece = Piece(carrier_id="c", sender_kind=SenderKind.LONG_CODE, sender="+1", to_e164=ADA)
    return Asked(
        piece=piece, message_id="m", n=1, account_id=SMSC, workspace_id=WORKSPACE, n_asked=n_asked, asked_at=asked_at
    )


@pytest.mark.parametrize("state", [S.SENT, S.UNKNOWN])
def test_each_question_has_its_time_and_after_the_last_there_is_none(state: State) -> None:
    waiting, up = Waiting("m", state, NOON), NOON - SECOND
    for n, wait in enumerate(WAITS[state]):
        assert due_at(waiting, _asked(n), up) == NOON + wait
    assert due_at(waiting, _asked(len(WAITS[state])), up) is None
    assert max(WAITS[state]) < RECEIPT_WITHIN


def test_what_was_handed_over_before_the_line_came_up_is_asked_about_soon_after() -> None:
    waiting = Waiting("m", S.SENT, NOON)
    assert due_at(waiting, _asked(), NOON) == NOON + AFTER_LINK
    assert due_at(waiting, _asked(), NOON + SECOND) == NOON + SECOND + AFTER_LINK
    assert due_at(waiting, _asked(), NOON - SECOND) == NOON + WAITS[S.SENT][0]
    assert due_at(waiting, _asked(1, NOON), NOON + SECOND) == NOON + WAITS[S.SENT][1]


def test_two_questions_about_a_piece_are_an_hour_apart_whatever_its_state_did() -> None:
    asked_at = NOON + WAITS[S.UNKNOWN][1]
    assert due_at(Waiting("m", S.UNKNOWN, NOON), _asked(1, asked_at), NOON) == asked_at + AGAIN


async def test_a_message_is_asked_about_when_its_receipt_is_late_and_not_before(scene: Scene) -> None:
    carrier = AskableCarrier()
    asking = asker(scene, carrier)
    assert await asking.step() == 0
    scene.world.clock.move(seconds=1)
    (message_id,) = await sent(scene, ADA)
    scene.world.clock.move(seconds=LATE - 1)
    assert (await asking.step(), carrier.asked) == (0, [])
    scene.world.clock.move(seconds=1)
    carrier.otherwise = News.DELIVERED
    assert await asking.step() == 1
    assert carrier.asked == [
        Piece(
            carrier_id=f"{message_id}.1/0",
            sender_kind=SenderKind.LONG_CODE,
            sender="+13125550100",
            to_e164=ADA,
        )
    ]
    assert await scene.states() == {message_id: S.DELIVERED}
    (row,) = await scene.receipts()
    assert (row["news"], row["is_asked"], row["message_id"]) == ("delivered", True, message_id)
    scene.world.clock.move(seconds=LATE * 99)
    assert await asking.step() == 0


async def test_after_a_restart_what_waits_for_its_receipt_is_asked_about_soon(scene: Scene) -> None:
    await sent(scene, ADA)
    carrier = AskableCarrier()
    asking = asker(scene, carrier)
    assert await asking.step() == 0
    scene.world.clock.move(seconds=AFTER_LINK.total_seconds() - 1)
    assert await asking.step() == 0
    scene.world.clock.move(seconds=1)
    assert await asking.step() == 1
    scene.world.clock.move(seconds=LOOK_S)
    assert await asking.step() == 0


async def test_a_line_that_was_away_is_like_a_restart(scene: Scene) -> None:
    carrier = AskableCarrier()
    asking = asker(scene, carrier)
    await asking.step()
    scene.world.clock.move(seconds=1)
    await sent(scene, ADA)
    scene.world.clock.move(seconds=AFTER_LINK.total_seconds())
    assert await asking.step() == 0
    carrier.link = Link.DOWN
    assert await asking.step() == 0
    carrier.link = Link.UP
    assert await asking.step() == 0
    scene.world.clock.move(seconds=AFTER_LINK.total_seconds())
    assert await asking.step() == 1


async def test_nobody_is_asked_more_than_three_times_about_a_piece_nor_after_a_week(scene: Scene) -> None:
    await sent(scene, ADA)
    carrier = AskableCarrier()
    asking = asker(scene, carrier)
    asked_after_h = []
    for hour in range(24 * 8):
        if await asking.step():
            asked_after_h.append(hour)
        scene.world.clock.move(seconds=3_600)
    assert asked_after_h == [1, 24, 72]
    (row,) = await scene.rows(questions)
    assert row["n_asked"] == 3
    await sent(scene, BO)
    scene.world.clock.move(seconds=RECEIPT_WITHIN.total_seconds() + 1)
    assert await asking.step() == 0


# ── about what ──


async def test_what_a_crash_left_without_an_id_cannot_be_asked_about_and_stays_unknown(scene: Scene) -> None:
    await scene.queue(ADA)
    await scene.take()
    (doubt,) = await scene.crash()
    carrier = AskableCarrier(otherwise=News.DELIVERED)
    asking = asker(scene, carrier)
    for _ in range(4):
        scene.world.clock.move(seconds=LATE)
        assert await asking.step() == 0
    assert (carrier.asked, await scene.states()) == ([], {doubt[0]: S.UNKNOWN})


async def test_an_answer_that_came_after_the_crash_gives_the_id_to_ask_by(scene: Scene) -> None:
    (message_id,) = await scene.queue(ADA)
    taken = await scene.take()
    await scene.crash()
    await scene.answer(taken)
    carrier = AskableCarrier(otherwise=News.UNDELIVERED)
    asking = asker(scene, carrier)
    await asking.step()
    scene.world.clock.move(seconds=AFTER_LINK.total_seconds())
    assert await asking.step() == 1
    assert await scene.states() == {message_id: S.UNDELIVERED}


async def test_of_a_text_in_pieces_those_without_their_end_are_asked_about(scene: Scene) -> None:
    (message_id,) = await sent(scene, ADA, parts=3)
    await scene.hear(receipt(f"{message_id}.1/1"))
    carrier = AskableCarrier(otherwise=News.DELIVERED)
    asking = asker(scene, carrier)
    await asking.step()
    scene.world.clock.move(seconds=LATE)
    assert await asking.step() > 1
    assert f"{message_id}.1/1" not in carrier.ids()
    assert await scene.states() == {message_id: S.DELIVERED}


async def test_of_a_text_that_was_taken_in_part_the_pieces_with_an_id_are_asked_about(scene: Scene) -> None:
    (message_id,) = await scene.queue(ADA, body="a" * 300)
    partly = Partly(carrier_ids=("first", ""), code="no_answer", reason="Only some segments were taken.")
    await scene.answer(await scene.take(), partly)
    assert await scene.states() == {message_id: S.UNKNOWN}
    carrier = AskableCarrier(otherwise=News.UNDELIVERED)
    asking = asker(scene, carrier)
    await asking.step()
    scene.world.clock.move(seconds=WAITS[S.UNKNOWN][0].total_seconds())
    assert (await asking.step(), carrier.ids()) == (1, ["first"])
    assert await scene.states() == {message_id: S.UNDELIVERED}


@pytest.mark.parametrize(
    ("said", "state"),
    [
        (News.EN_ROUTE, S.SENT),
        (News.ACCEPTED, S.SENT),
        (News.DELIVERED, S.DELIVERED),
        (News.UNDELIVERED, S.UNDELIVERED),
        (News.EXPIRED, S.UNDELIVERED),
        (News.REJECTED, S.UNDELIVERED),
        (News.DELETED, S.UNDELIVERED),
        (News.UNKNOWN, S.SENT),
        (GONE, S.SENT),
    ],
)
async def test_the_answer_moves_a_message_as_a_receipt_does_and_sends_nothing(
    small_scene: Scene, said: News | Untold, state: State
) -> None:
    scene = small_scene
    (message_id,) = await sent(scene, ADA)
    carrier = AskableCarrier(otherwise=said)
    asking = asker(scene, carrier)
    await asking.step()
    scene.world.clock.move(seconds=LATE)
    assert await asking.step() == 1
    assert await scene.states() == {message_id: state}
    assert (await scene.ready(), carrier.handed, len(await scene.attempts())) == ({}, [], 1)
    (row,) = await scene.rows(questions)
    assert (row["n_asked"], row["asked_at"]) == (1, scene.world.clock.now())
    assert (row["code"], row["reason"]) == ((said.code, said.reason) if isinstance(said, Untold) else ("", ""))


async def test_an_answer_that_a_receipt_overtook_moves_nothing_backwards(small_scene: Scene) -> None:
    scene = small_scene
    (message_id,) = await sent(scene, ADA)

    class Slow(AskableCarrier):
        async def ask(self, piece: Piece) -> object:  # type: ignore[override]
            await scene.hear(receipt(piece.carrier_id))
            return await AskableCarrier.ask(self, piece)

    asking = asker(scene, Slow(otherwise=News.UNDELIVERED))
    await asking.step()
    scene.world.clock.move(seconds=LATE)
    assert await asking.step() == 1
    assert await scene.states() == {message_id: S.DELIVERED}
    assert sorted(row["news"] for row in await scene.receipts()) == ["delivered", "undelivered"]


# ── whom, and how many ──


async def test_an_account_that_cannot_be_asked_or_is_away_or_paused_is_not(small_scene: Scene) -> None:
    scene = small_scene
    await sent(scene, ADA)
    carrier = AskableCarrier(queries=False)
    asking = asker(scene, carrier)
    scene.world.clock.move(seconds=LATE)
    assert await asking.step() == 0
    carrier.queries = True
    asking.accounts[SMSC].is_paused = True
    assert await asking.step() == 0
    asking.accounts[SMSC].is_paused = False
    assert await asking.step() == 1


async def test_a_carrier_that_does_not_know_the_question_is_left_alone_for_hours(small_scene: Scene) -> None:
    scene = small_scene
    await sent(scene, ADA, BO, CY)
    carrier = AskableCarrier(otherwise=DEAF)
    asking = asker(scene, carrier)
    await asking.step()
    scene.world.clock.move(seconds=LATE)
    await asking.step()
    assert len(carrier.ids()) == 1
    scene.world.clock.move(seconds=DEAF_FOR.total_seconds() - 1)
    assert await asking.step() == 0
    scene.world.clock.move(seconds=1)
    carrier.otherwise = News.DELIVERED
    await asking.step()
    assert len(carrier.ids()) == 2


async def test_a_line_that_falls_before_the_question_left_has_cost_none(small_scene: Scene) -> None:
    scene = small_scene
    await sent(scene, ADA)
    carrier = AskableCarrier(otherwise=Untold(code=UNREACHABLE, reason="Away."))
    asking = asker(scene, carrier)
    scene.world.clock.move(seconds=LATE)
    await asking.step()
    assert (len(carrier.ids()), await scene.rows(questions)) == (1, [])
    carrier.otherwise = News.DELIVERED
    assert await asking.step() == 1


async def test_no_more_questions_go_to_an_account_at_once_than_the_limit_and_the_rest_follow(
    small_scene: Scene,
) -> None:
    scene = small_scene
    for begin in range(0, 2 * N_ASKED, 40):
        await sent(scene, *phones_of(2 * N_ASKED)[begin : begin + 40])
    carrier = AskableCarrier(otherwise=News.DELIVERED)
    asking = asker(scene, carrier)
    scene.world.clock.move(seconds=LATE)
    found = []
    for _ in range(3):
        await asking.step()
        found.append(len(carrier.ids()))
        scene.world.clock.move(seconds=LOOK_S)
    assert found == [N_ASKED, N_ASKED, 0]
    assert set((await scene.states()).values()) == {S.DELIVERED}


async def test_of_two_processes_one_asks_and_the_other_does_when_it_is_gone(scene: Scene) -> None:
    await sent(scene, ADA)
    one, two = AskableCarrier(), AskableCarrier()
    first, second = asker(scene, one), asker(scene, two, me="two")
    scene.world.clock.move(seconds=LATE - LOOK_S)
    assert (await first.step(), await second.step()) == (0, 0)
    scene.world.clock.move(seconds=LOOK_S)
    assert (await second.step(), await first.step()) == (0, 1)
    scene.world.clock.move(seconds=WAITS[S.SENT][1].total_seconds())
    assert await second.step() == 1


# ── over real sockets ──


async def test_a_lost_receipt_is_made_up_for_by_the_answer_of_a_real_smsc(small_scene: Scene, tmp_path: Path) -> None:
    scene = small_scene
    async with open_network(scene, tmp_path) as network:
        network.faults.set({"lose_receipts_n": 2})
        delivered, failed = await scene.queue(ADA, "+13125550099")
        await network.deliver()
        accounts = {
            name: Account(name, WORKSPACE, name.upper(), "real", carrier, Slots(9))
            for name, carrier in network.carriers.items()
        }
        assert MMSC in accounts
        asking = Asker(store=scene.store, accounts=accounts, now=scene.world.clock.now, me="one")
        await asking.step()
        scene.world.clock.move(seconds=LATE)
        assert await asking.step() == 2
        assert network.heard.empty()
    assert await scene.reasons() == {delivered: (S.DELIVERED, ""), failed: (S.UNDELIVERED, "undelivered 001")}
    assert {row["raw"].split("\n")[0][:12] for row in await scene.receipts()} == {"query_sm id:"}
