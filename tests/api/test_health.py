from datetime import timedelta

from prometheus_client.parser import text_string_to_metric_families

from heliogram.carriers.protocol import Link
from heliogram.model.access import Scope
from heliogram.storage.engine import open_store
from tests.api.kit import connected, problem
from tests.doors import Doors

MESSAGE = {"group_id": "offers", "to": "+13125550101", "body": "Hello"}


async def _metrics(doors: Doors) -> dict[tuple[str, ...], float]:
    """(name, the labels' values …) → value, as Prometheus' own parser reads them."""
    client = await doors.key(Scope.MESSAGES_READ)
    answer = await client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


async def test_a_server_whose_database_answers_is_ready_whatever_its_carriers_do(doors: Doors) -> None:
    connected(doors, "smsc", Link.DOWN)
    answer = await doors.anyone.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"ready": True})


async def test_a_server_whose_database_is_away_lives_but_is_not_ready(doors: Doors) -> None:
    kept = doors.app.store
    away = open_store("postgresql://nobody@127.0.0.1:1/nothing")
    doors.app.store = away
    try:
        assert (await doors.anyone.get("/healthz")).json() == {"ok": True}
        answer = await doors.anyone.get("/readyz")
    finally:
        doors.app.store = kept
        await away.close()
    assert answer.status_code == 503
    assert problem(answer, "not_ready")


async def test_the_queue_and_its_age_are_metrics(doors: Doors) -> None:
    assert (await _metrics(doors))["heliogram_queue_messages",] == 0
    await doors.api.post("/api/v1/messages", json=MESSAGE)
    doors.clock.move(seconds=90)
    await doors.api.post("/api/v1/messages", json=MESSAGE)
    told = await _metrics(doors)
    assert told["heliogram_queue_messages",] == 2
    assert told["heliogram_queue_oldest_seconds",] == timedelta(seconds=90).total_seconds()


async def test_each_account_tells_whether_it_is_up_and_how_full(doors: Doors) -> None:
    connected(doors, "smsc")
    connected(doors, "mmsc", Link.DOWN)
    doors.app.accounts["smsc"].slots.take(3)
    told = await _metrics(doors)
    name, kind = doors.app.accounts["smsc"].name, doors.app.accounts["smsc"].kind
    assert told["heliogram_account_up", name, kind] == 1
    assert told["heliogram_account_in_flight", name, kind] == 3
    assert told["heliogram_account_window", name, kind] == doors.app.accounts["smsc"].slots.capacity
    other = doors.app.accounts["mmsc"]
    assert told["heliogram_account_up", other.name, other.kind] == 0


async def test_metrics_are_for_those_with_a_key_and_of_their_own_workspace_only(doors: Doors) -> None:
    connected(doors, "smsc")
    await doors.api.post("/api/v1/messages", json=MESSAGE)
    assert problem(await doors.anyone.get("/metrics"), "unauthenticated")
    assert problem(await (await doors.key(Scope.CAMPAIGNS_READ)).get("/metrics"), "forbidden")
    await doors.world.add_workspace("another")
    stranger = await doors.key(Scope.MESSAGES_READ, workspace_id="another")
    told = (await stranger.get("/metrics")).text
    assert "heliogram_queue_messages 0.0" in told and "SMSC" not in told
