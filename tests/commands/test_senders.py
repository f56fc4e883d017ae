import pytest
import typer

from heliogram.commands.senders import sender_of
from heliogram.model.sender import SenderKind


@pytest.mark.parametrize(
    ("text", "kind", "address", "countries"),
    [
        ("long_code:+13125550100:US,CA", SenderKind.LONG_CODE, "+13125550100", ("US", "CA")),
        ("long_code:07700900100:gb", SenderKind.LONG_CODE, "+447700900100", ("GB",)),
        ("toll_free:(888) 555-0123:US, CA", SenderKind.TOLL_FREE, "+18885550123", ("US", "CA")),
        ("short_code:729:US", SenderKind.SHORT_CODE, "729", ("US",)),
        ("short_code:72975123:US", SenderKind.SHORT_CODE, "72975123", ("US",)),
        ("alphanumeric:N:DE", SenderKind.ALPHANUMERIC, "N", ("DE",)),
        ("alphanumeric:NORTHGATE 1:DE", SenderKind.ALPHANUMERIC, "NORTHGATE 1", ("DE",)),
    ],
)
def test_a_sender_is_read_as_it_goes_over_the_wire(
    text: str, kind: SenderKind, address: str, countries: tuple[str, ...]
) -> None:
    read = sender_of(text)
    assert (read.kind, read.address, read.countries) == (kind, address, countries)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("sheep:1:GB", "is no sender: write kind:address:countries"),
        ("long_code:+13125550100", "is no sender"),
        ("long_code:+13125550100:", "a country has two letters"),
        ("long_code:+13125550100:USA", "a country has two letters"),
        ("long_code:+1312:US", "is no number to send from: This is too short"),
        ("short_code:72:US", "3 to 8 digits"),
        ("short_code:729751234:US", "3 to 8 digits"),
        ("alphanumeric:NORTHGATE 12:DE", "at most 11"),
        ("alphanumeric:12345:DE", "one letter among them"),
    ],
)
def test_what_is_no_sender_ends_the_command_with_the_rule(
    text: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(typer.Exit) as ended:
        sender_of(text)
    assert ended.value.exit_code == 2
    assert words in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "mms_account_id", "is_enabled"),
    [
        ("long_code:+13125550100:US", "mmsc", True),
        ("long_code:+13125550100:US", None, False),
        ("alphanumeric:NORTHGATE:DE", "mmsc", False),
    ],
)
def test_only_a_number_with_an_account_for_pictures_is_enabled_for_them(
    text: str, mms_account_id: str | None, is_enabled: bool
) -> None:
    row = sender_of(text).row("smsc", mms_account_id, may_go_abroad=True)
    assert row["mms_enabled"] is is_enabled
