import itertools
from pathlib import Path
from typing import Any

import pytest

from heliogram.simulator.journal import Journal
from heliogram.simulator.phones import N_KEPT, Phones, Shot, shown

NUMBER = "+13125550142"


def line_of(text: str = "Hi", **changes: Any) -> dict[str, Any]:
    values: dict[str, Any] = {"at": 1.0, "kind": "submit", "protocol": "smpp", "id": "1", "from": "72345"}
    return values | {"to": NUMBER, "text": text} | changes


def part_of(number: int, **changes: Any) -> dict[str, Any]:
    return line_of(("one", "two", "three")[number - 1], reference=7, parts=3, part=number, **changes)


def texts_on(phones: Phones, number: str = NUMBER) -> list[str]:
    return [message.text for message in phones.phone(number).messages]


def test_a_text_reaches_its_phone_and_no_other() -> None:
    phones = Phones()
    assert phones.receive(line_of()) is None
    (message,) = phones.phone(NUMBER).messages
    assert (message.direction, message.kind, message.sender, message.text) == ("in", "sms", "72345", "Hi")
    assert texts_on(phones, "+13125550143") == []


@pytest.mark.parametrize("order", list(itertools.permutations((1, 2, 3))))
def test_segments_are_joined_in_their_order_however_they_come(order: tuple[int, ...]) -> None:
    phones = Phones()
    for number in order[:2]:
        phones.receive(part_of(number))
    assert texts_on(phones) == []
    whole = phones.receive(part_of(order[2]))
    assert whole is not None
    assert (whole["kind"], whole["text"], whole["parts"], whole["to"]) == ("joined", "onetwothree", 3, NUMBER)
    assert texts_on(phones) == ["onetwothree"]
    assert phones.phone(NUMBER).parts == {}


@pytest.mark.parametrize("other", [{"reference": 8}, {"from": "72346"}, {"to": "+13125550143"}, {"parts": 4}])
def test_segments_of_two_texts_are_not_joined(other: dict[str, Any]) -> None:
    phones = Phones()
    for line in (part_of(1), part_of(2), part_of(3) | other):
        phones.receive(line)
    assert texts_on(phones) == []


def test_a_segment_that_comes_twice_counts_once() -> None:
    phones = Phones()
    for number in (1, 1, 2, 3):
        phones.receive(part_of(number))
    assert texts_on(phones) == ["onetwothree"]


def test_a_picture_message_shows_its_pictures() -> None:
    phones = Phones()
    media = [{"sha256": "ab" * 32, "content_type": "image/jpeg"}]
    phones.receive(line_of(protocol="mm7", id="mm-1", media=media))
    (told,) = shown(phones.phone(NUMBER).messages)
    assert (told["kind"], told["from"], told["to"]) == ("mms", "72345", NUMBER)
    assert told["media"] == [{"url": f"/media/{'ab' * 32}", "content_type": "image/jpeg"}]


@pytest.mark.parametrize(("n", "kept"), [(N_KEPT, N_KEPT), (N_KEPT + 1, N_KEPT)])
def test_a_phone_remembers_the_latest(n: int, kept: int) -> None:
    phones = Phones()
    for number in range(n):
        phones.receive(line_of(str(number)))
    assert texts_on(phones) == [str(number) for number in range(n - kept, n)]


def test_a_reply_goes_to_the_network_that_is_there() -> None:
    phones = Phones()
    with pytest.raises(RuntimeError, match="no network"):
        phones.reply(NUMBER, "72345", "STOP")
    heard: list[tuple[str, str, str]] = []
    phones.reply_by = lambda number, to, text: heard.append((number, to, text))
    phones.reply(NUMBER, "72345", "STOP")
    assert heard == [(NUMBER, "72345", "STOP")]


def test_a_picture_goes_to_the_network_that_is_there_and_stays_on_the_phone() -> None:
    phones, shot = Phones(), Shot(content_type="image/gif", data=b"GIF")
    with pytest.raises(RuntimeError, match="no network"):
        phones.show(NUMBER, "72345", "look", [shot])
    heard: list[Any] = []
    phones.show_by = lambda *said: heard.append(said)
    phones.show(NUMBER, "72345", "look", [shot])
    assert heard == [(NUMBER, "72345", "look", [shot])]
    media = [{"sha256": "ab" * 32, "content_type": "image/gif", "filename": "picture"}]
    phones.sent({"at": 1.0, "protocol": "mm7", "from": NUMBER, "to": "72345", "text": "look", "media": media})
    (told,) = shown(phones.phone(NUMBER).messages)
    assert (told["direction"], told["kind"], told["media"][0]["url"]) == ("out", "mms", f"/media/{'ab' * 32}")


def test_after_a_restart_phones_remember_and_the_network_knows_what_it_owes(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.jsonl")
    journal.write(
        [
            line_of("first", id="7"),
            line_of("picture", id="mm-90", protocol="mm7", media=[]),
            line_of(kind="receipt", id="7"),
            line_of("second", id="12"),
            line_of(kind="receipt", id="12"),
            line_of(kind="receipt", id="mm-90", protocol="mm7"),
            {"at": 2.0, "kind": "acknowledged", "id": "7"},
            line_of("STOP", kind="inbound", id="in-1") | {"from": NUMBER, "to": "72345"},
            line_of("START", kind="inbound", id="in-2") | {"from": NUMBER, "to": "72345"},
            line_of("look", kind="inbound", id="mo-1", protocol="mm7", media=[]) | {"from": NUMBER, "to": "72345"},
            {"at": 2.0, "kind": "acknowledged", "id": "in-1"},
        ]
    )
    phones = Phones()
    memory = phones.replay(journal)
    assert texts_on(phones) == ["first", "picture", "second", "STOP", "START", "look"]
    assert memory["last_id"] == 12
    assert [line["id"] for line in memory["owed"]] == ["12"]
    assert [line["id"] for line in memory["unheard"]] == ["in-2"]
    journal.close()


@pytest.mark.parametrize(("n_acknowledged", "is_owed"), [(0, True), (1, True), (2, False)])
def test_a_long_text_is_heard_when_all_its_segments_are(tmp_path: Path, n_acknowledged: int, is_owed: bool) -> None:
    journal = Journal(tmp_path / "journal.jsonl")
    journal.write([line_of("STOP" * 90, kind="inbound", id="in-1") | {"from": NUMBER, "to": "72345"}])
    for number in range(1, n_acknowledged + 1):
        # One that comes twice is acknowledged twice.
        journal.write([{"at": 2.0, "kind": "acknowledged", "id": f"in-1#{number}/2"}] * 2)
    assert bool(Phones().replay(journal)["unheard"]) is is_owed
    journal.close()
