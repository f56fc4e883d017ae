from heliogram import __version__
from tests.commands.desk import Desk


def test_the_description_is_printed_and_nothing_is_made(desk: Desk) -> None:
    told = desk.run("openapi")
    described = told.json()
    assert described["info"] == {"title": "Heliogram", "version": __version__}
    assert "/api/v1/sends" in described["paths"]
    assert not desk.stage.data.exists()
