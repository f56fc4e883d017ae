"""One count for all: the command, the API, the preview, the estimate, the composer, and what a carrier is handed.

Judged by the simulator's journal over a real socket, for every way in which an SMPP account can have texts cut.
"""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hatch_build import UI, find_node
from heliogram.wire.segment import split_text
from tests.commands.desk import ATTESTED, Desk
from tests.whole.scene import GROUP, KEY, set_scene
from tests.whole.stage import Api, Stage, wait_until

ACCOUNT = "Simulator SMSC"
TEXTS = (
    "a" * 160,
    "a" * 161,
    "a" * 304,
    "a" * 306,
    "ж" * 134,
    "ж" * 65 + "🙂" + "ж" * 70,
    "ığdır" * 31,
    "ığdır" * 31 + "a",
    "María" * 40,
    "é" * 200,
    "a" * 152 + "€" + "b" * 152,
    "[x]" * 64,
)
SETTINGS: dict[str, dict[str, str]] = {
    "8 bits": {},
    "16 bits": {"long_texts": "udh16"},
    "TLVs": {"long_texts": "sar"},
    "payload": {"long_texts": "payload"},
    "Turkish": {"national": "tr"},
    "Turkish and Spanish, 16 bits": {"national": "tr,es", "long_texts": "udh16"},
    "Latin-1": {"alphabet": "latin1"},
    "ASCII by TLVs": {"alphabet": "ascii", "long_texts": "sar"},
}
PHONES = [f"+131255501{n:02}" for n in range(len(TEXTS))]
COMPOSER = """
import { countsBy } from './src/lib/compose/counted.ts';
const { cuts, texts } = JSON.parse(process.argv[1]);
console.log(JSON.stringify(texts.map((text) => countsBy(cuts, () => text)[0].split.parts)));
"""


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    stage = Stage(folder=tmp_path_factory.mktemp("counting"))
    set_scene(stage)
    stage.start_simulator()
    stage.start_server()
    desk = Desk(folder=stage.folder, stage=stage)
    rows = "".join(f'{phone},"{text}"\n' for phone, text in zip(PHONES, TEXTS, strict=True))
    (desk.folder / "people.csv").write_text(f"phone,note\n{rows}")
    yield desk
    stage.stop()


@pytest.mark.timeout(240)
@pytest.mark.parametrize("name", SETTINGS)
def test_everyone_counts_what_the_carrier_is_handed(desk: Desk, name: str) -> None:
    api = Api(desk.stage.url, KEY)
    _set_up(api, SETTINGS[name])
    by_command = [desk.run("segments", "--json", "--account", ACCOUNT, "--", text).json()["parts"] for text in TEXTS]
    by_api = [api.post("/segments", {"text": text, "group_id": GROUP})["parts"] for text in TEXTS]
    asked = {"group_id": GROUP, "content": "text"}
    by_preview = [api.post("/preview", {**asked, "body": text})["segments"] for text in TEXTS]
    (cuts,) = [group["cuts"] for group in api.get("/groups")["items"] if group["id"] == GROUP]
    assert by_api == by_command == _composed(cuts)
    counts = [len(parts) for parts in by_command]
    assert by_preview == counts
    send = ("send", "--group=Offers", f"--to={desk.folder / 'people.csv'}", "--text={{ note }}", *ATTESTED)
    assert desk.run(*send, "--dry-run", "--json").json()["estimate"]["segments"]["total"] == sum(counts)
    since = len(list(desk.stage.journal()))
    told = desk.run(*send)
    assert told.code == 0, told.out + told.err
    assert _billed(api) == counts
    _judge(desk.stage, since, by_command, SETTINGS[name])


def _set_up(api: Api, changes: dict[str, str]) -> None:
    """The account as its page would set it up."""
    where = {"host": "127.0.0.1", "system_id": "heliogram", "window": 64}
    (account,) = [each for each in api.get("/accounts")["items"] if each["name"] == ACCOUNT]
    path = f"/accounts/{account['id']}"
    settings = {name: value for name, value in api.get(path)["settings"].items() if name in (*where, "port")}
    api.call("PATCH", path, {"settings": settings | changes})
    wait_until("the account is connected", lambda: api.get(path)["state"] == "up", within_s=30)


def _composed(cuts: Any) -> list[list[str]]:
    """What the composer's meter counts, run by itself."""
    node, _npm = find_node()
    told = subprocess.run(
        [node, "--input-type=module", "-e", COMPOSER, json.dumps({"cuts": cuts, "texts": TEXTS})],
        cwd=Path(UI),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert told.returncode == 0, told.stderr
    found: list[list[str]] = json.loads(told.stdout)
    return found


def _billed(api: Api) -> list[int]:
    """The segments that each person's message is said to have had, by the list of messages."""
    newest: dict[str, int] = {}
    for each in api.get("/messages?limit=100")["items"]:
        newest.setdefault(each["phone"], each["segments"])
    return [newest[phone] for phone in PHONES]


def _judge(stage: Stage, since: int, expected: list[list[str]], settings: dict[str, str]) -> None:
    lines = [line for line in list(stage.journal())[since:] if line["kind"] == "submit"]
    for phone, parts in zip(PHONES, expected, strict=True):
        handed = sorted((line for line in lines if line["to"] == phone), key=lambda line: line.get("part", 1))
        if settings.get("long_texts") == "payload":
            (whole,) = handed
            # The carrier cuts it, and may write a reference of 16 bits.
            assert list(split_text(whole["text"], is_wide=True).parts) == parts
        elif "alphabet" in settings:
            # This simulator reads GSM-7 where the account writes another set: the number is what counts.
            assert len(handed) == len(parts)
        else:
            assert [line["text"] for line in handed] == parts
