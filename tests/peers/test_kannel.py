"""Debian's Kannel as the client of our simulator, judged by its journal and by what Kannel says it was told.

One Kannel has a link to each of four carriers that differ as real ones do: in how ids are written, in how long texts
of phones come, and in whether there is one bind or a pair.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from heliogram.wire.smpp.message import UDHI
from heliogram.wire.smpp.names import RMSGQFUL, RTHROTTLED
from tests.peers.kannel import Kannel, running_kannel
from tests.whole.stage import Stage, control, wait_until

pytestmark = pytest.mark.peer

SENDER, PHONE = "+13125550100", "+13125550142"
LONG = "Sale [today] at {Northgate}: 20 % off everything under €50. " * 7
ODD = "Распродажа 🎉 сегодня в Нортгейте"
LONG_ODD = f"{ODD}, приходите все! " * 3
WITHIN_S = 20.0
# As dlr-mask counts them.
DELIVERED, UNDELIVERED, TAKEN, REFUSED = "1", "2", "8", "16"
CARRIERS = {
    "whole": ("--long-replies=payload",),
    "hex": ("--long-replies=udh8", "--answer-ids=hex", "--receipt-ids=decimal"),
    "pair": ("--long-replies=udh16", "--answer-ids=padded", "--receipt-ids=padded"),
    "sar": ("--long-replies=sar", "--answer-ids=uuid", "--receipt-ids=uuid"),
}


@dataclass(frozen=True, slots=True)
class Scene:
    kannel: Kannel
    carriers: dict[str, Stage]

    def submits(self, link: str, to: str, n: int) -> list[dict[str, Any]]:
        """Wait for so many messages to a number, and return their lines of the journal."""

        def found() -> list[dict[str, Any]] | None:
            lines = [line for line in self.carriers[link].journal() if line["kind"] == "submit" and line["to"] == to]
            return lines if len(lines) >= n else None

        return list(wait_until(f"{n} messages to {to}", found, within_s=WITHIN_S))

    def receipt(self, link: str, id_is: Callable[[str], bool], news: str = DELIVERED) -> dict[str, str]:
        """The receipt about an id that Kannel passed on."""

        def found() -> dict[str, str] | None:
            told = [each.said for each in list(self.kannel.told) if each.path == "/receipt"]
            ours = [said for said in told if said["name"] == link and said["news"] == news]
            return next((said for said in ours if id_is(said.get("id", ""))), None)

        said: dict[str, str] = wait_until(f"Kannel tells {news} of a message", found, within_s=WITHIN_S)
        return said


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    folder = tmp_path_factory.mktemp("kannel")
    carriers = {name: Stage(tmp_path_factory.mktemp(name)) for name in CARRIERS}
    links = _links({name: stage.smpp_port for name, stage in carriers.items()})
    try:
        for name, stage in carriers.items():
            stage.start_simulator("--receipt-delay=0.1", *CARRIERS[name])
        with running_kannel(folder, links) as kannel:
            for name in links.keys() - {"guess"}:
                kannel.wait_for_link(name, "online")
            yield Scene(kannel, carriers)
    finally:
        for stage in carriers.values():
            stage.stop()


def _links(ports: dict[str, int]) -> dict[str, tuple[str, ...]]:
    """Kannel's lines for each link."""
    transceiver = "transceiver-mode = true"
    own = {
        "whole": (f"port = {ports['whole']}", transceiver),
        # Its answers have hexadecimal ids, its receipts decimal ones.
        "hex": (f"port = {ports['hex']}", transceiver, "msg-id-type = 0x01"),
        "sar": (f"port = {ports['sar']}", transceiver),
        "pair": (f"port = {ports['pair']}",),
    }
    own["pair-back"] = (f"receive-port = {ports['pair']}",)
    return {name: (*_of(name.removesuffix("-back")), *lines) for name, lines in own.items()} | {
        "guess": (*_of("guess", password="guess"), f"port = {ports['whole']}", transceiver)
    }


def _of(carrier: str, password: str = "secret") -> tuple[str, ...]:
    # What is sent by `smsc=NAME` goes there, and nothing else does.
    return (f"smsc-id = {carrier}", f"allowed-smsc-id = {carrier}", f"smsc-password = {password}")


@pytest.mark.parametrize("link", CARRIERS)
def test_it_is_told_that_a_text_was_taken_and_that_it_arrived(scene: Scene, link: str) -> None:
    to = f"+1312555{len(link)}{ord(link[0]):03}"
    scene.kannel.send("Hi [Ada] €5", link=link, to=to, **{"from": SENDER})
    (line,) = scene.submits(link, to, 1)
    assert (line["text"], line["data_coding"], line["receipt"], line["from"]) == ("Hi [Ada] €5", 0, True, SENDER)
    # It keeps an id as it makes it out: as the number that it is for a hexadecimal one, else as it came.
    taken = scene.kannel.wait_for(1, "/receipt", name=link, news=TAKEN)[0].said["id"]
    assert scene.receipt(link, taken.__eq__)["said"].startswith("id:")
    assert len(scene.submits(link, to, 1)) == 1


def test_hexadecimal_ids_in_answers_are_the_decimal_ones_of_receipts(scene: Scene) -> None:
    """Its own setting for such carriers, `msg-id-type`, reads ours: above 9 the two spellings differ."""
    numbers = [f"+131255530{n:02}" for n in range(10, 22)]
    for to in numbers:
        scene.kannel.send("Hi", link="hex", to=to, **{"from": SENDER})
    ids = {scene.submits("hex", to, 1)[0]["id"] for to in numbers}
    assert max(map(int, ids)) > 9
    for each in ids:
        assert scene.receipt("hex", each.__eq__)["said"].startswith(f"id:{each} ")


@pytest.mark.parametrize(
    ("text", "coding", "n"), [(LONG, 0, 3), (ODD, 2, 1), (LONG_ODD, 2, 3)], ids=["gsm+", "ucs", "ucs+"]
)
def test_its_segments_and_alphabets_are_read_as_they_were_meant(scene: Scene, text: str, coding: int, n: int) -> None:
    to = f"+13125556{coding}{n:02}"
    scene.kannel.send(text, link="whole", to=to, coding=coding, **{"from": SENDER})
    lines = scene.submits("whole", to, n)
    assert "".join(line["text"] for line in lines) == text
    assert {line["data_coding"] for line in lines} == {8 if coding else 0}
    places = [(line.get("esm_class", 0) & UDHI, line.get("parts", 1), line.get("part", 1)) for line in lines]
    assert places == [(UDHI if n > 1 else 0, n, number) for number in range(1, n + 1)]
    assert len({line.get("reference") for line in lines}) == 1
    joined = [line["text"] for line in scene.carriers["whole"].journal() if line["kind"] == "joined"]
    assert (text in joined) == (n > 1)
    # It asks for the receipt of the first segment, and hears it.
    assert [line["receipt"] for line in lines] == [True] + [False] * (n - 1)
    assert f"id:{lines[0]['id']} " in scene.receipt("whole", lines[0]["id"].__eq__)["said"]


def test_a_short_code_and_a_name_are_read_as_senders(scene: Scene) -> None:
    for number, sender in enumerate(("72345", "Northgate")):
        to = f"+131255522{number:02}"
        scene.kannel.send("Hi", link="whole", to=to, **{"from": sender})
        (line,) = scene.submits("whole", to, 1)
        assert line["from"] == sender


def test_it_is_told_that_a_text_did_not_arrive(scene: Scene) -> None:
    scene.kannel.send("Hi", link="whole", to="+13125550099", **{"from": SENDER})
    (line,) = scene.submits("whole", "+13125550099", 1)
    said = scene.receipt("whole", line["id"].__eq__, UNDELIVERED)["said"]
    assert "stat:UNDELIV err:001" in said


@pytest.mark.parametrize("status", [0x0B, 0x45])
def test_it_is_told_that_a_text_was_refused(scene: Scene, status: int) -> None:
    to = f"+131255523{status:02}"
    n_before = len([each for each in list(scene.kannel.told) if each.said.get("news") == REFUSED])
    control(scene.carriers["sar"], "PUT", "/faults", {"refuse_status": status, "refuse_n": 1})
    scene.kannel.send("Hi", link="sar", to=to, **{"from": SENDER})
    told = scene.kannel.wait_for(n_before + 1, "/receipt", news=REFUSED)[-1]
    assert told.said["said"].startswith(f"NACK/0x{status:08x}/")
    assert [line for line in scene.carriers["sar"].journal() if line.get("to") == to] == []


@pytest.mark.parametrize("status", [RTHROTTLED, RMSGQFUL])
def test_it_sends_again_what_came_too_fast_and_it_is_taken_once(scene: Scene, status: int) -> None:
    to = f"+131255524{status:02}"
    control(scene.carriers["whole"], "PUT", "/faults", {"refuse_status": status, "refuse_n": 1})
    scene.kannel.send("too fast", link="whole", to=to, **{"from": SENDER})
    (line,) = scene.submits("whole", to, 1)
    scene.receipt("whole", line["id"].__eq__)
    assert len(scene.submits("whole", to, 1)) == 1


@pytest.mark.parametrize("link", CARRIERS)
@pytest.mark.parametrize("text", ["STOP", "[€] {Ä} ~", ODD], ids=["ascii", "gsm", "ucs"])
def test_what_a_phone_writes_reaches_its_service(scene: Scene, link: str, text: str) -> None:
    phone = f"+1312556{len(text):02}{ord(link[0]) % 100:02}"
    control(scene.carriers[link], "POST", f"/phones/{phone}/reply", {"to": "72345", "text": text})
    (told,) = scene.kannel.wait_for(1, "/text", link=link, **{"from": phone})
    assert (told.text, told.said["to"]) == (text, "72345")


@pytest.mark.parametrize("link", CARRIERS)
@pytest.mark.parametrize("text", [LONG, LONG_ODD], ids=["gsm+", "ucs+"])
def test_a_long_reply_reaches_it_as_one_text_in_every_form(scene: Scene, link: str, text: str) -> None:
    phone = f"+1312557{len(text) % 100:02}{ord(link[0]) % 100:02}"
    control(scene.carriers[link], "POST", f"/phones/{phone}/reply", {"to": SENDER, "text": text})
    (told,) = scene.kannel.wait_for(1, "/text", link=link, **{"from": phone})
    assert (told.text, told.said["to"]) == (text, SENDER)


def test_a_link_with_a_wrong_password_is_given_up(scene: Scene) -> None:
    """It tries again after other refusals, and after this one it does not: it read why."""
    scene.kannel.wait_for_link("guess", "dead")
    assert scene.kannel.links()["whole"].startswith("online")


def test_when_the_line_falls_it_comes_again_and_hears_what_it_is_owed(scene: Scene) -> None:
    to = "+13125552501"
    control(scene.carriers["whole"], "PUT", "/faults", {"drop_after_n": 1})
    scene.kannel.send("before the fall", link="whole", to=to, **{"from": SENDER})
    # Its answer was lost, so Kannel sends again; what it is told counts for the second.
    first, second = scene.submits("whole", to, 2)
    assert first["text"] == second["text"] == "before the fall"
    assert f"id:{second['id']} " in scene.receipt("whole", second["id"].__eq__)["said"]
