"""The kill test: the server dies by SIGKILL in the middle of a campaign, five times, and nobody is written to twice.

The simulator and its journal survive. The seed decides at which journal counts the kills fall; it is printed, and
`HELIOGRAM_KILL_SEED` replays a run.
"""

import os
import random
import sqlite3
import sys
from collections import Counter
from pathlib import Path

import psycopg
import pytest

from heliogram.simulator.fate import fate_of
from tests.whole.pictures import small_jpeg
from tests.whole.scene import GROUP, KEY, people_csv, set_scene
from tests.whole.stage import Api, Process, Stage, control, wait_until

N = 2_000
N_ABROAD = 600
N_KILLS = 5
N_KILLS_IN_DOUBT = 3
WINDOW = 40
MM7_WINDOW = 8


def _query(stage: Stage, sql: str) -> list[tuple]:
    if stage.database:
        with psycopg.connect(stage.database) as connection:
            return connection.execute(sql).fetchall()
    with sqlite3.connect(stage.data / "heliogram.sqlite", timeout=10) as connection:
        return connection.execute(sql).fetchall()


def _handed_over(stage: Stage) -> Counter[str]:
    """How often each number appears in the journal as the recipient of a message."""
    return Counter(line["to"] for line in stage.journal() if line["kind"] == "submit" and line.get("part", 1) == 1)


def _written_twice(stage: Stage) -> list[str]:
    """Who got a message twice. A number that takes no pictures may get the picture, and then the text, once each."""
    ways = Counter(
        (line["to"], line["protocol"])
        for line in stage.journal()
        if line["kind"] == "submit" and line.get("part", 1) == 1
    )
    per_number = Counter(number for number, _protocol in ways)
    return sorted(
        {number for (number, _protocol), n in ways.items() if n > 1}
        | {number for number, n in per_number.items() if n > 1 and fate_of(number).mm_status != "NotSupported"}
    )


def _in_doubt(stage: Stage) -> int:
    rows = _query(
        stage,
        "SELECT count(*) FROM attempts a LEFT JOIN outcomes o ON o.message_id = a.message_id AND o.n = a.n "
        "WHERE o.message_id IS NULL",
    )
    return int(rows[0][0])


def _launch(api: Api) -> str:
    media = api.upload("/media", "menu.jpg", small_jpeg(), alt_text="A bowl of soup")
    imported = api.upload(
        "/imports",
        "people.csv",
        people_csv(N, n_abroad=N_ABROAD),
        group_id=GROUP,
        attest_consent="test",
        list_name="all",
    )
    campaign = api.post(
        "/campaigns",
        {
            "name": "Kill test",
            "group_id": GROUP,
            "body": "Hi {{ first_name }}, the menu is here. Reply STOP to opt out",
            "content": "mms",
            "media_ids": [media["id"]],
            "audience": {"kind": "list", "list_id": imported["list_id"]},
        },
    )
    api.post(f"/campaigns/{campaign['id']}/launch", {"confirm_warnings": True})
    return str(campaign["id"])


def _kill_at(stage: Stage, server: Process, count: int) -> None:
    """Kill the server's whole process group once the journal has `count` recipients."""
    wait_until(f"{count} in the journal", lambda: sum(_handed_over(stage).values()) >= count, within_s=60)
    server.kill()


@pytest.mark.slow
@pytest.mark.timeout(420)
@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_five_kills_write_to_nobody_twice_and_lose_nobody(
    engine: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    seed = int(os.environ.get("HELIOGRAM_KILL_SEED") or random.SystemRandom().randrange(1_000_000))
    sys.stderr.write(f"kill seed {seed}\n")
    chance = random.Random(seed)
    database = request.getfixturevalue("postgresql_url") if engine == "postgresql" else ""
    stage = Stage(folder=tmp_path, database=database)
    set_scene(stage, window=WINDOW, mm7_window=MM7_WINDOW)
    points = sorted(chance.sample(range(60, N - 200), N_KILLS))
    try:
        # Answers a moment late keep the window full, so that a kill meets attempts that wait for theirs.
        stage.start_simulator("--receipt-delay=0.2", "--answer-delay=0.02")
        server = stage.start_server()
        api = Api(stage.url, KEY)
        campaign_id = _launch(api)
        kills_in_doubt = 0
        for point in points:
            _kill_at(stage, server, point)
            doubt = _in_doubt(stage)
            assert doubt <= WINDOW + MM7_WINDOW, f"{doubt} attempts in doubt (seed {seed})"
            kills_in_doubt += doubt > 0
            server = stage.start_server()
        assert kills_in_doubt >= N_KILLS_IN_DOUBT, f"only {kills_in_doubt} kills met open attempts (seed {seed})"
        wait_until(
            "the campaign is done",
            lambda: api.get(f"/campaigns/{campaign_id}")["state"] == "done",
            within_s=180,
        )
        _judge(stage, api, campaign_id, seed)
    finally:
        stage.stop()


def _judge(stage: Stage, api: Api, campaign_id: str, seed: int) -> None:
    handed_over = _handed_over(stage)
    twice = _written_twice(stage)
    assert not twice, f"written to twice: {twice} (seed {seed})"
    rows = _query(
        stage,
        "SELECT m.phone_e164, coalesce(s.state, 'queued') FROM messages m "
        "LEFT JOIN message_states s ON s.message_id = m.id",
    )
    assert len(rows) == N, f"{len(rows)} messages for {N} people (seed {seed})"
    lost = [phone for phone, state in rows if phone not in handed_over and state != "unknown"]
    assert not lost, f"neither in the journal nor marked unknown: {lost[:5]} (seed {seed})"

    def is_resolved() -> bool:
        """Every unknown that did reach the carrier has had its receipt by now."""
        unknown = _query(
            stage,
            "SELECT m.phone_e164 FROM messages m JOIN message_states s ON s.message_id = m.id "
            "WHERE s.state = 'unknown'",
        )
        # Of some numbers the network itself says that it does not know.
        return not [phone for (phone,) in unknown if phone in handed_over and fate_of(phone).stat != "UNKNOWN"]

    wait_until(f"late receipts resolve the unknowns (seed {seed})", is_resolved, within_s=60)
    progress = api.get(f"/campaigns/{campaign_id}")["progress"]
    assert progress["total"] == N
    assert control(stage, "GET", "/healthz")
