"""The pipeline benchmark: 50,000 one-segment texts from launch to the last stored receipt, as a user would send them.

`heliogram serve` with its default settings, the API, the simulator over a real socket; consent, personalization and
timelines on. A rate counts only when journal, attempts, outcomes and receipts each have exactly N rows and 100
random timelines are complete.
"""

import random
import sqlite3
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.cpu import Usage, usage_of
from tests.whole.scene import GROUP, KEY, people_csv, set_scene
from tests.whole.stage import Api, Stage, wait_until

N = 50_000
N_TIMELINES = 100
SEED = 20_261_123
TIME_LIMIT_S = 300
LOOK_S = 0.25
"""How often the end is looked for: rarely enough that looking (a request to the server) is no part of the figure."""


class WrongCount(Exception):
    """The run was fast, but not right: no rate is reported."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    rate: float
    cpu_us: float
    rss_mb: float


def run(folder: Path, *, database: str = "", n: int = N, window: int = 256) -> Run:
    """One launch of `n` messages. Raises WrongCount."""
    stage = Stage(folder=folder, database=database)
    set_scene(stage, window=window)
    try:
        stage.start_simulator("--receipt-delay=0")
        server = stage.start_server()
        api = Api(stage.url, KEY)
        imported = api.upload(
            "/imports", "people.csv", people_csv(n), group_id=GROUP, attest_consent="benchmark", list_name="all"
        )
        body = "Hi {{ first_name | default: 'there' }}, your order is ready. Reply STOP to opt out"
        draft = {"name": "bench", "group_id": GROUP, "body": body, "content": "text", "media_ids": []}
        draft["audience"] = {"kind": "list", "list_id": imported["list_id"]}
        campaign = api.post("/campaigns", draft)
        before = usage_of(server.popen.pid)
        began = time.perf_counter()
        api.post(f"/campaigns/{campaign['id']}/launch", {"confirm_warnings": True})
        wait_until(
            "all are handed over", lambda: _is_handed_over(api, campaign["id"]), within_s=TIME_LIMIT_S, every_s=LOOK_S
        )
        wait_until(
            "the last receipt", lambda: count_rows(stage, "receipts") >= n, within_s=TIME_LIMIT_S, every_s=LOOK_S
        )
        seconds = time.perf_counter() - began
        after: Usage = usage_of(server.popen.pid)
        _check(stage, api, campaign["id"], n)
        return Run(rate=n / seconds, cpu_us=(after.cpu_s - before.cpu_s) / n * 1e6, rss_mb=after.rss_mb)
    finally:
        stage.stop()


def _is_handed_over(api: Api, campaign_id: str) -> bool:
    """Counted by the API; the receipts, some of which say that a text did not arrive, are counted in the table."""
    progress = api.get(f"/campaigns/{campaign_id}")["progress"]
    return bool(progress) and progress["queued"] + progress["sending"] == 0


def _check(stage: Stage, api: Api, campaign_id: str, n: int) -> None:
    counts = dict.fromkeys(("journal", "attempts", "outcomes", "receipts"), 0)
    numbers: set[str] = set()
    for line in stage.journal():
        if line["kind"] == "submit":
            counts["journal"] += 1
            numbers.add(line["to"])
    for table in ("attempts", "outcomes", "receipts"):
        counts[table] = count_rows(stage, table)
    wrong = {name: count for name, count in counts.items() if count != n}
    if wrong or len(numbers) != n:
        raise WrongCount(f"expected {n} of each and {n} numbers, got {counts} and {len(numbers)} numbers")
    for message in _some_messages(api, campaign_id):
        kinds = {step["kind"] for step in api.get(f"/messages/{message['id']}")["timeline"]}
        if not {"attempt", "outcome", "receipt"} <= kinds:
            raise WrongCount(f"the timeline of {message['id']} has only {sorted(kinds)}")


def _some_messages(api: Api, campaign_id: str) -> list[Any]:
    pages: list[Any] = []
    after = ""
    while len(pages) < 1_000:
        page = api.get(f"/messages?campaign_id={campaign_id}&limit=200&after={after}")
        pages += page["items"]
        after = page["next"]
        if not after:
            break
    return random.Random(SEED).sample(pages, min(N_TIMELINES, len(pages)))


def count_rows(stage: Stage, table: str) -> int:
    """Rows of a table, read beside the server."""
    if stage.database:
        import psycopg

        with psycopg.connect(stage.database) as connection:
            row = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
    else:
        with sqlite3.connect(stage.data / "heliogram.sqlite") as connection:
            row = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
    return int(row[0]) if row else 0
