import asyncio

import pytest
import typer

from heliogram.commands.options import config_of, fail, run
from heliogram.config import CannotStart
from heliogram.storage.engine import BadDatabaseUrl


def test_an_option_wins_over_the_environment_and_a_missing_one_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HELIOGRAM_PORT", "8111")
    monkeypatch.setenv("HELIOGRAM_HOST", "127.0.0.2")
    config = config_of(port=8222, host=None)
    assert (config.port, config.host) == (8222, "127.0.0.2")


@pytest.mark.parametrize(("port", "is_taken"), [(-1, False), (0, True), (65_535, True), (65_536, False)])
def test_a_setting_out_of_bounds_ends_the_command_with_its_name(
    port: int, is_taken: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    if is_taken:
        assert config_of(port=port).port == port
        return
    with pytest.raises(typer.Exit) as ended:
        config_of(port=port)
    assert ended.value.exit_code == 2
    assert capsys.readouterr().err.startswith("port: Input should be ")


def test_failing_says_the_sentence_on_the_error_stream(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as ended:
        fail("That cannot be.", 1)
    assert ended.value.exit_code == 1
    assert capsys.readouterr() == ("", "That cannot be.\n")


async def _raise(error: BaseException) -> int:
    await asyncio.sleep(0)
    raise error


@pytest.mark.parametrize(
    ("error", "code", "sentence"),
    [
        (CannotStart("The folder is full."), 2, "The folder is full.\n"),
        (BadDatabaseUrl("That is no address."), 2, "That is no address.\n"),
        (KeyboardInterrupt(), 130, "You stopped it.\n"),
    ],
)
def test_what_the_world_does_ends_a_command_with_a_sentence(
    error: BaseException, code: int, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(typer.Exit) as ended:
        run(_raise(error), when_interrupted="You stopped it.")
    assert ended.value.exit_code == code
    assert capsys.readouterr().err == sentence


def test_a_bug_is_not_dressed_up_as_a_sentence() -> None:
    with pytest.raises(LookupError):
        run(_raise(LookupError("a bug")))


def test_what_the_coroutine_gives_is_given_back() -> None:
    async def give() -> str:
        return "given"

    assert run(give()) == "given"
