from heliogram.carriers.protocol import Link
from tests.api.kit import connected
from tests.doors import Doors


async def test_an_account_without_a_connection_in_this_process_says_so(doors: Doors) -> None:
    connected(doors, "smsc")
    mmsc, smsc = (await doors.api.get("/api/v1/accounts")).json()["items"]
    assert (mmsc["id"], mmsc["carrier"], mmsc["state"], mmsc["window"]) == ("mmsc", "mm7", "down", 0)
    assert mmsc["detail"] == "This process does not deliver, so it has no connection of its own."
    assert (smsc["id"], smsc["state"], smsc["window"], smsc["detail"]) == ("smsc", "up", 10, "The counter is up.")


async def test_an_account_shows_its_queue_and_none_of_its_secrets(doors: Doors) -> None:
    connected(doors, "smsc", Link.DOWN)
    asked = {"group_id": "offers", "to": "+13125550101", "body": "Hello"}
    await doors.api.post("/api/v1/messages", json=asked)
    told = (await doors.api.get("/api/v1/accounts")).json()["items"]
    assert {each["queue"] for each in told} == {1}
    assert not {"secret", "settings", "password"} & set(told[0])
