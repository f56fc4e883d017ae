import pytest
import typer

from heliogram.commands.asking import asked
from heliogram.commands.client import Api, Refused
from tests.commands.desk import Desk


async def _who(api: Api) -> str:
    return str((await api.get("/me"))["member"]["role"])


async def _refused(_api: Api) -> str:
    raise Refused("There is no such thing.")


def test_the_answer_is_what_the_question_came_to(shop: Desk) -> None:
    assert asked(_who, "", "", shop.stage.data, None) == "key"


@pytest.mark.parametrize("url", ["", "http://127.0.0.1:9"])
def test_a_refusal_and_a_server_that_is_away_end_the_command_with_a_sentence(
    shop: Desk, capsys: pytest.CaptureFixture[str], url: str
) -> None:
    with pytest.raises(typer.Exit) as ended:
        asked(_who if url else _refused, url, "key", shop.stage.data, None)
    said = capsys.readouterr().err
    assert ended.value.exit_code == 2
    assert ("does not answer" if url else "There is no such thing.") in said
