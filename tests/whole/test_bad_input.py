"""What is wrong gets an answer that a front desk understands, by API and by command, and leaves nothing half-made."""

import io
import struct
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from heliogram.app import build
from heliogram.config import Config
from heliogram.storage import senders
from tests.commands.desk import ATTESTED, Desk
from tests.whole.pictures import small_jpeg
from tests.whole.scene import KEY, WORKSPACE, run_apart, set_scene
from tests.whole.stage import Api, Stage, start, wait_until

ADA, BOB, KEN = "+13125550111", "+14165550112", "+819012345678"
GOOD = b"phone,first_name\n+13125550111,Ada\n"


def _png(width: int, height: int) -> bytes:
    """A picture whose header says it is so large, and which has no more than that: a bomb in 57 octets."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", b"") + chunk(b"IEND", b"")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bad:
    """One thing that is wrong in a send that would otherwise be right, and the words of the answer."""

    words: str
    code: str
    people: bytes = GOOD
    text: str = "Hi {{ first_name }}"
    media: bytes = small_jpeg()
    group: str = "Offers"


BAD = {
    "a missing column": Bad(
        words="No column is named “phone”. The first row has “telefoonnummer”, “first_name”.",
        code="import_refused",
        people=b"telefoonnummer,first_name\n+13125550111,Ada\n",
    ),
    "a wrong encoding": Bad(
        words="The file is not UTF-8: the byte 0xE9",
        code="import_refused",
        people="phone,first_name\n+13125550111,René\n".encode("latin-1"),
    ),
    "an Excel workbook": Bad(
        words="This is an Excel workbook, not a CSV file.", code="import_refused", people=b"PK\x03\x04" + bytes(60)
    ),
    "no rows": Bad(words="no rows below them", code="import_refused", people=b"phone,first_name\n"),
    "broken Liquid": Bad(words="is never closed", code="template_refused", text="Hi {{ first_name"),
    "an unknown filter": Bad(
        words="There is no filter “shout”.", code="template_refused", text="Hi {{ first_name | shout }}"
    ),
    "an empty text": Bad(words="The text is empty.", code="not_launched", text="  "),
    "a truncated picture": Bad(
        words="The file ends in the middle of the picture.", code="media_refused", media=small_jpeg()[:2_000]
    ),
    "a text named .jpg": Bad(
        words="This is not a JPEG, PNG, GIF, WebP or HEIC: it looks like a text file.",
        code="media_refused",
        media=b"Dear Ada, " * 50,
    ),
    "a bomb of 30,000 × 30,000": Bad(
        words="The picture has 30,000 × 30,000 pixels", code="media_refused", media=_png(30_000, 30_000)
    ),
    "an unknown group": Bad(words="There is no group “Offer”. The groups are: ", code="not_found", group="Offer"),
    "a group without senders": Bad(
        words="“Nobody” has no number or name to send from. Add a sender to it, or choose another group.",
        code="not_launched",
        group="Nobody",
    ),
    "a group that cannot send pictures": Bad(
        words="No sender of “Names” is enabled for picture messages. The text can end in a link instead.",
        code="not_launched",
        group="Names",
    ),
}


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    stage = Stage(folder=tmp_path_factory.mktemp("bad"))
    set_scene(stage)
    run_apart(_add_groups(stage))
    stage.start_simulator()
    stage.start_server()
    yield stage
    stage.stop()


async def _add_groups(stage: Stage) -> None:
    """A group without senders, and one whose only sender is a name that reaches Germany alone."""
    async with build(Config(data=stage.data), with_accounts=False) as app, app.store.write() as connection:
        own: dict[str, Any] = {"workspace_id": WORKSPACE, "created_at": app.now()}
        name = {"id": "name", "kind": "alphanumeric", "address": "NORTHGATE", "countries": ["DE"], "mms_enabled": False}
        accounts = {"may_go_abroad": False, "sms_account_id": "smsc", "mms_account_id": None}
        await senders.add_sender(connection, {**name, **accounts, **own})
        switches = {
            f"fallback_{reason}": True for reason in ("carrier_not_approved", "sender_cannot_mms", "media_not_taken")
        }
        for group_id, members in (("Nobody", []), ("Names", ["name"])):
            row = {"id": group_id.lower(), "name": group_id, "purpose": "marketing", "help_text": "", **switches}
            await senders.add_group(connection, {**row, "link_base_url": None, **own}, members)


@pytest.fixture
def desk(stage: Stage, tmp_path: Path) -> Desk:
    return Desk(folder=tmp_path, stage=stage)


def _submits(stage: Stage, *phones: str) -> Counter[str]:
    return Counter(line["to"] for line in stage.journal() if line["kind"] == "submit" and line["to"] in phones)


def _refused_words(bad: Bad, said: str) -> None:
    assert bad.words in said
    for jargon in ("Traceback", "Exception", "None", "Error("):
        assert jargon not in said


@pytest.mark.parametrize("name", BAD)
def test_the_api_refuses_it_in_words_and_nothing_is_stored(stage: Stage, desk: Desk, name: str) -> None:
    bad = BAD[name]
    before = desk.rows()
    answer = httpx.post(
        f"{stage.url}/api/v1/sends",
        headers={"Authorization": f"Bearer {KEY}"},
        data={"group": bad.group, "text": bad.text, "attest_consent": "said so at the till"},
        files={"people": ("people.csv", bad.people), "media": ("photo.jpg", bad.media)},
        timeout=60,
        trust_env=False,
    )
    problem = answer.json()
    assert (answer.headers["content-type"], problem["code"]) == ("application/problem+json", bad.code)
    assert 400 <= answer.status_code < 500
    _refused_words(bad, problem["detail"])
    assert desk.rows() == before


@pytest.mark.parametrize("name", BAD)
def test_the_command_ends_with_2_and_the_same_words_and_nothing_is_stored(desk: Desk, name: str) -> None:
    bad = BAD[name]
    before = desk.rows()
    people, media = desk.folder / "people.csv", desk.folder / "photo.jpg"
    people.write_bytes(bad.people)
    media.write_bytes(bad.media)
    told = desk.send(*ATTESTED, group=bad.group, text=bad.text, to=people, media=media)
    assert (told.code, told.out) == (2, "")
    _refused_words(bad, told.err)
    assert desk.rows() == before


def test_a_bad_phone_and_a_duplicate_are_named_by_row_and_the_others_get_theirs(stage: Stage, desk: Desk) -> None:
    desk.people(ADA, BOB, ADA, extra="banana,Nobody\n1.31256E+10,Excel\n")
    told = desk.send(*ATTESTED)
    assert told.code == 0
    for words in (
        "Row 4 “+13125550111”: Row 2 has the same number.",
        "Row 5 “banana”: A telephone number has no letters.",
        "Row 6 “1.31256E+10”: Excel has shortened this number",
        "5  rows in the file",
    ):
        assert words in told.out, words
    assert _submits(stage, ADA, BOB) == {ADA: 1, BOB: 1}


def test_a_sender_that_cannot_reach_a_country_leaves_these_people_out_and_says_so(stage: Stage, desk: Desk) -> None:
    desk.people(KEN, "+4915112345678")
    options = (*ATTESTED, "--as-link")
    dry = desk.send(*options, "--dry-run", group="Names")
    sentence = "1  None of the group's senders may text this country."
    assert "1  would be left out" in dry.out
    assert sentence in dry.out
    told = desk.send(*options, group="Names")
    assert told.code == 0
    assert sentence in told.out
    assert _submits(stage, KEN, "+4915112345678") == {"+4915112345678": 1}


@pytest.mark.timeout(240)
def test_a_carrier_that_is_away_is_said_in_words_and_everything_arrives_once_when_it_is_back(tmp_path: Path) -> None:
    stage = Stage(folder=tmp_path)
    set_scene(stage)
    simulator = stage.start_simulator()
    stage.start_server()
    phones = [f"+1312305{n:04d}" for n in range(20)] + [f"+4474001{n:05d}" for n in range(20)]
    people = io.StringIO("".join(["phone\n", *(f"{phone}\n" for phone in phones)]))
    (tmp_path / "people.csv").write_text(people.getvalue())
    (tmp_path / "photo.jpg").write_bytes(small_jpeg())
    try:
        simulator.stop()
        arguments = ["--group=Offers", f"--to={tmp_path / 'people.csv'}", f"--media={tmp_path / 'photo.jpg'}"]
        command = start(
            "send",
            ["send", *arguments, "--text=Hi", f"--data={stage.data}", f"--attest-consent={ATTESTED[1]}"],
            tmp_path,
        )
        stage.processes.append(command)
        api = Api(stage.url, KEY)

        def waiting() -> str:
            found = api.get("/campaigns")["items"]
            return str(found[0]["progress"]["waiting"] or "") if found else ""

        words = wait_until("it says why nothing moves", waiting, within_s=60)
        assert "cannot be reached since" in words
        assert "Nothing is lost: sending goes on by itself" in words
        assert command.is_alive()
        assert not _submits(stage, *phones)
        stage.start_simulator()
        assert command.popen.wait(120) == 0
        assert _submits(stage, *phones) == dict.fromkeys(phones, 1)
        assert "40  rows in the file" in command.tail()
    finally:
        stage.stop()
