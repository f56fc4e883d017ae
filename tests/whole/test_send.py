"""The main job from the command line, on both databases, judged by the simulator's journal, never by our own word."""

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image, ImageStat

from heliogram.app import build
from heliogram.config import Config
from heliogram.storage import senders
from tests.commands.desk import ATTESTED, Desk, adds_up
from tests.media.pictures import saved
from tests.media.test_plan import TABLE
from tests.whole.scene import KEY, WORKSPACE, run_apart, set_scene
from tests.whole.stage import Api, Stage, control, start, wait_until

LONG_CODE = "+13125550100"
UK_LONG_CODE = "+447700900100"
NORTH_AMERICAN = {"US": "+13125550111", "CA": "+14165550112"}
ABROAD = {
    "GB": "+447400100113",
    "DE": "+4917139200014",
    "FR": "+33612345678",
    "BR": "+5511900002001",
    "JP": "+819012345678",
}
EVERYONE = NORTH_AMERICAN | ABROAD
TEXT = "Hi {{ first_name | default: 'there' }}, the menu. Reply STOP to opt out"
BRITONS = ("UK only", "UK with links")
"""Groups with a US and a UK long code. The second has chosen text + link where its sender cannot send pictures."""


@pytest.fixture(params=["sqlite", "postgresql"])
def stage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stage]:
    database = request.getfixturevalue("postgresql_url") if request.param == "postgresql" else ""
    stage = Stage(folder=tmp_path, database=database)
    set_scene(stage)
    run_apart(_add_british_groups(stage))
    stage.start_simulator()
    yield stage
    stage.stop()


async def _add_british_groups(stage: Stage) -> None:
    config = Config(data=stage.data, database=stage.database)
    async with build(config, with_accounts=False) as app, app.store.write() as connection:
        own: dict[str, Any] = {"workspace_id": WORKSPACE, "created_at": app.now()}
        for n, name in enumerate(BRITONS):
            sender = {"id": f"uk{n}", "kind": "long_code", "address": f"{UK_LONG_CODE[:-1]}{n}", "countries": ["GB"]}
            # The US number beside it gives the group its MMS tag; for the UK, the number at home there comes first.
            numbers = {"mms_enabled": False, "may_go_abroad": False, "sms_account_id": "smsc", "mms_account_id": None}
            await senders.add_sender(connection, {**sender, **numbers, **own})
            switches = {"fallback_carrier_not_approved": True, "fallback_media_not_taken": True}
            group = {"id": f"uk{n}", "name": name, "purpose": "marketing", "help_text": "", "link_base_url": None}
            await senders.add_group(
                connection, {**group, **switches, "fallback_sender_cannot_mms": n == 1, **own}, ["sender-us", f"uk{n}"]
            )


@pytest.fixture
def desk(stage: Stage) -> Desk:
    desk = Desk(folder=stage.folder, stage=stage, environment={"HELIOGRAM_DATABASE": stage.database})
    desk.people(*EVERYONE.values())
    return desk


def _submits(stage: Stage, since: int = 0) -> dict[str, dict[str, Any]]:
    """What each number was handed, its parts joined; nobody may be there twice."""
    found: dict[str, dict[str, Any]] = {}
    for line in list(stage.journal())[since:]:
        if line["kind"] != "submit":
            continue
        if line.get("part", 1) == 1:
            assert line["to"] not in found, f"{line['to']} was written to twice"
            found[line["to"]] = line
        else:
            found[line["to"]]["text"] += line["text"]
    return found


def _n_lines(stage: Stage) -> int:
    return len(list(stage.journal()))


def _judge(stage: Stage, submits: dict[str, dict[str, Any]]) -> None:
    """US and CA got the picture by MM7, everyone else by SMPP a text that ends in a link, all from the US number."""
    assert set(submits) == set(EVERYONE.values())
    assert {line["from"] for line in submits.values()} == {LONG_CODE}
    for phone in NORTH_AMERICAN.values():
        line = submits[phone]
        assert (line["protocol"], [part["content_type"] for part in line["media"]]) == ("mm7", ["image/jpeg"])
        assert "/p/" not in line["text"]
    for phone in ABROAD.values():
        line = submits[phone]
        assert line["protocol"] == "smpp"
        assert re.search(rf"Reply STOP to opt out {re.escape(stage.url)}/p/\w{{10}}\Z", line["text"])


@pytest.mark.timeout(240)
def test_without_a_server_the_command_does_the_whole_job_by_itself(stage: Stage, desk: Desk) -> None:
    arguments = ["--group=Offers", f"--to={desk.folder / 'people.csv'}", f"--media={desk.picture()}", f"--text={TEXT}"]
    own = {"HELIOGRAM_DATA": str(stage.data), "HELIOGRAM_PORT": str(stage.port), "HELIOGRAM_DATABASE": stage.database}
    command = start("send", ["send", *arguments, *ATTESTED], stage.folder, **own)
    stage.processes.append(command)
    assert command.popen.wait(90) == 0, command.tail()
    _judge(stage, _submits(stage))
    said = command.tail()
    for words in ("7  confirmed on the phone", "2  as picture message (MMS)", "5  as text with a link", "7  rows in"):
        assert words in said, words


@pytest.mark.timeout(240)
def test_several_pictures_arrive_in_order_within_what_the_network_takes(stage: Stage, desk: Desk) -> None:
    desk.people(NORTH_AMERICAN["US"], ABROAD["GB"])
    paths = []
    for n, side in enumerate((1_000, 60, 900)):
        paths.append(desk.folder / f"{n}.jpg")
        paths[-1].write_bytes(saved(_in_one_colour(n, side), "JPEG", quality=95))
    more = [option for path in paths[1:] for option in ("--media", str(path))]
    told = desk.send(*ATTESTED, *more, "--alt=First", "--alt=Second", text=TEXT, media=paths[0])
    assert told.code == 0, told.out + told.err
    submits = _submits(stage)
    line = submits[NORTH_AMERICAN["US"]]
    kept = [(stage.folder / "simulator" / "media" / each["sha256"]).read_bytes() for each in line["media"]]
    shown = [Image.open(BytesIO(octets)) for octets in kept]
    assert [_colour(each) for each in shown] == [0, 1, 2] and shown[1].width == 60
    limit = next(route["octets"] for route in TABLE["route"] if route["sender_kind"] == "long_code")
    assert 0.9 * limit < line["n_octets"] <= limit
    link = submits[ABROAD["GB"]]["text"].rpartition(" ")[2]
    assert "/p/" in link


@pytest.mark.timeout(240)
def test_with_a_server_stop_is_honoured_by_every_send_after_it(stage: Stage, desk: Desk) -> None:
    stage.start_server()
    first = desk.send(*ATTESTED, "--json", text=TEXT)
    assert first.code == 0
    assert adds_up(first.json()["rows"])
    submits = _submits(stage)
    _judge(stage, submits)
    link = submits[ABROAD["GB"]]["text"].rpartition(" ")[2]
    shown = Image.open(BytesIO(httpx.get(f"{link}/file", trust_env=False).content))
    assert (shown.format, shown.size) == ("JPEG", Image.open(desk.picture()).size)

    control(stage, "POST", f"/phones/{ABROAD['GB']}/reply", {"to": LONG_CODE, "text": "Stop"})
    wait_until("the person is unsubscribed", lambda: _state(stage, ABROAD["GB"]) == "unsubscribed", within_s=30)
    wait_until("and told so", lambda: len(_all_to(stage, ABROAD["GB"])) == 2, within_s=30)
    since = _n_lines(stage)
    again = desk.send(*ATTESTED, "--json", text=TEXT)
    assert again.code == 0
    assert set(_submits(stage, since)) == set(EVERYONE.values()) - {ABROAD["GB"]}
    report = again.json()
    assert (report["n_already_opted_out"], report["rows"]["skipped"]) == (1, 1)
    assert [each["reason"] for each in report["campaign"]["progress"]["skipped_by_reason"]] == ["opted_out"]
    assert _state(stage, ABROAD["GB"]) == "unsubscribed"


def _in_one_colour(channel: int, side: int) -> Image.Image:
    bands = [Image.new("L", (side, side))] * 3
    bands[channel] = Image.effect_noise((side, side), 60)
    return Image.merge("RGB", bands)


def _colour(image: Image.Image) -> int:
    """The channel that is the brightest."""
    means = ImageStat.Stat(image.convert("RGB")).mean
    return means.index(max(means))


def _all_to(stage: Stage, phone: str) -> list[dict[str, Any]]:
    return [line for line in stage.journal() if line["kind"] == "submit" and line["to"] == phone]


def _state(stage: Stage, phone: str) -> str:
    (contact,) = Api(stage.url, KEY).get(f"/contacts?q={phone.removeprefix('+')}")["items"]
    return next(each["state"] for each in contact["subscriptions"] if each["group_id"] == "group-offers")


@pytest.mark.timeout(240)
def test_from_the_uk_to_the_uk_a_link_goes_only_by_the_groups_choice(stage: Stage, desk: Desk) -> None:
    desk.people(ABROAD["GB"], NORTH_AMERICAN["US"])
    without, with_links = BRITONS
    told = desk.send(*ATTESTED, text=TEXT, group=without)
    assert told.code == 0
    assert set(_submits(stage)) == {NORTH_AMERICAN["US"]}
    assert "The sender for this country cannot send pictures, and the group sends no link instead." in told.out
    since = _n_lines(stage)
    told = desk.send(*ATTESTED, text=TEXT, group=with_links)
    line = _submits(stage, since)[ABROAD["GB"]]
    assert (line["protocol"], line["from"]) == ("smpp", "+447700900101")
    assert "/p/" in line["text"]
    assert "The sender for this country cannot send pictures: text + link." in told.out
